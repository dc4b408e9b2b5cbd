"""Lookup tables of an EMIS extract: patients, codes, drugs, staff and organisations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.errors import UserError
from recordpick.index.fast_cast import FastCast, select_cast
from recordpick.index.lookup import LookupTable, gather_at
from recordpick.index.readers.emis.files import (
    CLINICAL_CODE,
    DRUG_CODE,
    ORGANISATION,
    USER,
    Keys,
    order_of,
    run_of,
)
from recordpick.index.readers.emis.vocabulary import KIND_OF_CATEGORY
from recordpick.index.readers.extract_file import ExtractFile, is_degraded, lines_of_rows
from recordpick.index.source import DELETED, VERSION, LookUp

KEY = "__key"


@dataclass(frozen=True)
class LookedUp:
    """A lookup table (`KEY`, unique, and its columns), and the row counts of its files."""

    frame: pl.DataFrame
    files: tuple[LookUp, ...]

    def has(self, column: str) -> bool:
        """Return whether the table has that column."""
        return column in self.frame.columns


def clinical_codes(files: Sequence[ExtractFile], prefixes: Sequence[str], folder: Path) -> LookedUp:
    """Return KEY (CodeId), code, code_system, term, kind, is_local_code, is_degraded.

    Also second_code and second_code_system where the files have a ReadTermId.

    `prefixes` are the ODS codes of the practices: a practice's own codes begin with its code.
    UserError if the files are missing, as no entry can be understood without them.
    """
    _check_present(files, CLINICAL_CODE, "no entry has a code or a term", folder)
    frame, look_ups = _latest(
        files,
        "codes",
        "CodeId",
        {
            "term": "Term",
            "read": "ReadTermId",
            "snomed": "SnomedCTConceptId",
            "category": "EmisCodeCategoryDescription",
        },
        needed=("Term", "SnomedCTConceptId"),
    )
    read = pl.col("read") if "read" in frame.columns else pl.lit(None, pl.String)
    snomed = pl.when(pl.col("snomed") != "0").then(pl.col("snomed"))
    is_own = pl.lit(value=False)
    for prefix in ("EMIS", *prefixes):
        is_own |= read.str.to_uppercase().str.starts_with(prefix.upper()).fill_null(value=False)
    is_snomed = snomed.is_not_null()
    columns = {
        "code": pl.coalesce(snomed, read, KEY),
        "code_system": pl.when(is_snomed).then(pl.lit("snomed")).otherwise(pl.lit("local")),
        "term": pl.col("term"),
        "is_local_code": ~is_snomed | is_own,
        "is_degraded": is_degraded(pl.col("term")),
    }
    if "read" in frame.columns:
        second = pl.when(is_snomed).then(read)
        is_made = is_own | read.str.starts_with("^")
        columns["second_code"] = second
        columns["second_code_system"] = (
            pl.when(second.is_null())
            .then(None)
            .when(is_made)
            .then(pl.lit("local"))
            .otherwise(pl.lit("read2"))
        )
    if "category" in frame.columns:
        category = pl.col("category").str.to_lowercase()
        columns["kind"] = category.replace_strict(
            KIND_OF_CATEGORY, default="other", return_dtype=pl.String
        ).fill_null("other")
    return LookedUp(frame.select(KEY, **columns), look_ups)


def drug_codes(files: Sequence[ExtractFile], folder: Path) -> LookedUp:
    """Return KEY (CodeId), code, code_system, drug, is_unmapped; UserError if files are missing."""
    _check_present(files, DRUG_CODE, "no medicine has a name or a code", folder)
    frame, look_ups = _latest(
        files,
        "drugs",
        "CodeId",
        {"drug": "Term", "dmd": "DmdProductCodeId"},
        needed=("Term", "DmdProductCodeId"),
    )
    dmd = pl.when(pl.col("dmd") != "0").then(pl.col("dmd"))
    mapped = dmd.is_not_null()
    return LookedUp(
        frame.select(
            KEY,
            code=pl.coalesce(dmd, KEY),
            code_system=pl.when(mapped).then(pl.lit("dmd")).otherwise(pl.lit("local")),
            drug="drug",
            is_unmapped=~mapped,
        ),
        look_ups,
    )


def staff(files: Sequence[ExtractFile], keys: Keys) -> LookedUp | None:
    """Return KEY (of UserInRoleGuid) and `name`; None if there is no such file."""
    if not files:
        return None
    frame, look_ups = _latest(
        files,
        USER,
        "UserInRoleGuid",
        {"title": "Title", "given": "GivenName", "family": "Surname"},
        needed=("Surname",),
        organisation=True,
    )
    parts = [pl.col(name) for name in ("title", "given", "family") if name in frame.columns]
    named = frame.select(
        keys.key(pl.col(KEY), pl.col("organisation")).alias(KEY),
        name=pl.concat_str(parts, separator=" ", ignore_nulls=True),
    )
    return LookedUp(_once(named), look_ups)


def organisations(files: Sequence[ExtractFile]) -> LookedUp | None:
    """Return KEY (OrganisationGuid), `name`, `ods`; None if there is no such file."""
    if not files:
        return None
    frame, look_ups = _latest(
        files, ORGANISATION, "OrganisationGuid", {"name": "OrganisationName", "ods": "ODSCode"}
    )
    missing = [
        pl.lit(None, pl.String).alias(name) for name in ("name", "ods") if name not in frame.columns
    ]
    return LookedUp(frame.with_columns(missing).select(KEY, "name", "ods"), look_ups)


def _check_present(files: Sequence[ExtractFile], table: str, why: str, folder: Path) -> None:
    if not files:
        raise UserError(
            f"{folder}: the file {table} is missing from this EMIS extract: without it {why}. "
            "Put it beside the others and start again."
        )


def _latest(
    files: Sequence[ExtractFile],
    what: str,
    key: str,
    columns: dict[str, str],
    *,
    needed: Sequence[str] = (),
    organisation: bool = False,
) -> tuple[pl.DataFrame, tuple[LookUp, ...]]:
    """Return a lookup table with the last row supplied for each key, and its files' row counts."""
    frames = []
    for file in files:
        for name in (key, *needed, *(["OrganisationGuid"] if organisation else [])):
            file.raw(name)
        wanted = {new: file.text(old) for new, old in columns.items() if file.has(old)}
        if organisation:
            wanted["organisation"] = file.raw("OrganisationGuid")
        frames.append(
            file.frame.select(
                ROW,
                file.text(key).alias(KEY),
                run_of(file),
                pl.lit(file.number, pl.Int64).alias("__file"),
                **wanted,
            )
        )
    rows = pl.concat(frames, how="diagonal").collect(engine="streaming")
    same = [KEY, "organisation"] if organisation else [KEY]
    latest = (
        rows.sort(VERSION, maintain_order=True)
        .unique(same, keep="last", maintain_order=True)
        .filter(pl.col(KEY).is_not_null())
    )
    without_key = rows.filter(pl.col(KEY).is_null())
    look_ups = tuple(
        _counted(file, what, key, without_key.filter(pl.col("__file") == file.number), latest)
        for file in files
    )
    return latest.drop(ROW, VERSION, "__file"), look_ups


def _counted(
    file: ExtractFile, what: str, key: str, without_key: pl.DataFrame, latest: pl.DataFrame
) -> LookUp:
    kept = latest.filter(pl.col("__file") == file.number).height
    unusable = None
    if without_key.height:
        rows = file.frame.join(without_key.lazy(), on=ROW, how="semi").collect()
        unusable = lines_of_rows(file, rows, f"{key} is missing")
    return file.look_up(what, file.file.rows - kept - without_key.height, unusable)


def _once(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col(KEY).is_not_null()).unique(KEY, keep="last", maintain_order=True)


@dataclass(frozen=True)
class Lookups:
    """The lookup tables for ids in other files; None where a file is missing."""

    keys: Keys
    patients: LookupTable
    """By KEY: patient_id."""
    codes: LookupTable | None = None
    drugs: LookupTable | None = None
    staff: LookupTable | None = None
    organisations: LookupTable | None = None
    confidential: LookupTable | None = None
    """KEY of consultations that are confidential as a whole."""

    def rows(
        self,
        file: ExtractFile,
        columns: Mapping[str, pl.Expr | FastCast],
        deleted: pl.Expr | None = None,
    ) -> pl.LazyFrame:
        """Return these columns of a file, with ROW, VERSION, DELETED and patient_id before them."""
        every: dict[str, pl.Expr | FastCast] = {
            ROW: pl.col(ROW),
            VERSION: order_of(file),
            DELETED: file.yes("Deleted") if deleted is None else deleted,
            "patient_id": self._patient(file),
        }
        return select_cast(file.frame, every | dict(columns))

    def id(self, file: ExtractFile, *columns: str) -> pl.Expr:
        """Return an id from the first of these columns with a GUID; "" for blanks."""
        guids = [file.raw(column) for column in columns]
        guid = guids[0] if len(guids) == 1 else pl.coalesce(guids)
        return self.keys.id(guid, file.raw("OrganisationGuid"))

    def index_of(self, table: LookupTable, file: ExtractFile, column: str) -> pl.Expr:
        """Return the index in a lookup table for a column of GUIDs."""
        return self.keys.index_of(table, file.raw(column), file.raw("OrganisationGuid"))

    def _patient(self, file: ExtractFile) -> FastCast:
        """Return the patient_id of a row (Categorical); an unknown GUID is kept."""
        kind = pl.Categorical()
        return FastCast(
            fast=self.index_of(self.patients, file, "PatientGuid"),
            text=file.raw("PatientGuid"),
            fallback=lambda guid: guid.cast(kind),
            kind=kind,
            values=self.patients.frame["patient_id"].cast(kind),
        )

    def name(self, file: ExtractFile, column: str) -> pl.Expr | None:
        """Return the name of a member of staff; None if unknown."""
        if self.staff is None or not file.has(column):
            return None
        return gather_at(self.index_of(self.staff, file, column), self.staff.frame["name"])

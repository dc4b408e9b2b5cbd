"""The files of a SystmOne extract, and what their columns have in common."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.errors import UserError
from recordpick.index.as_at import FoundDay, latest, read_as_at
from recordpick.index.readers.extract_file import ExtractFile, open_extract_file
from recordpick.index.source import VERSION

USED = (
    "SRPatient",
    "SRPatientRegistration",
    "SRPatientAddressHistory",
    "SRPatientContactDetails",
    "SRPatientRelationship",
    "SREvent",
    "SRCode",
    "SRProblem",
    "SRDrugSensitivity",
    "SRImmunisation",
    "SRChildAtRisk",
    "SRPersonAtRisk",
    "SRSpecialNotes",
    "SRRepeatTemplate",
    "SRPrimaryCareMedication",
    "SRAppointment",
    "SRMedia",
    "SRLetter",
    "SRReferralOut",
    "SRRecall",
    "SRStaffMember",
    "SRStaffMemberProfile",
    "SROrganisation",
    "SRConfiguredListOption",
    "SRMapping",
    "SRImmunisationContent",
    "SRMedicationReadCodeDetails",
)
"""The tables that are read; others (visits, questionnaires …) are named in a note."""

MANIFEST = "SRManifest"
DAY = "%d %b %Y"
_DAY_AND_TIME = r"^(\d{1,2} [A-Za-z]{3} \d{4}) \d{2}:\d{2}(?::\d{2})?$"
_HOLDS = "__holds"
_NAMES = {name.lower(): name for name in (*USED, MANIFEST)}


def tables_of(folder: Path) -> dict[str, Path]:
    """Return the files of an extract in a folder, by table; other files that begin with SR too.

    UserError if two files are for one table.
    """
    tables: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".csv" or not path.stem.lower().startswith("sr"):
            continue
        table = _NAMES.get(path.stem.lower(), path.stem)
        if table in tables:
            raise UserError(
                f"{folder}: {tables[table].name} and {path.name} are both for {table}. Remove one "
                "of them."
            )
        tables[table] = path
    return tables


def is_systmone_extract(path: Path) -> bool:
    """Return whether a folder holds the patients or the manifest of a SystmOne extract."""
    return path.is_dir() and any(
        entry.name.lower() in {"srpatient.csv", "srmanifest.csv"} for entry in path.iterdir()
    )


@dataclass(frozen=True)
class Opened:
    """The opened files of an extract, and the words for ids into lists of words."""

    files: Mapping[str, ExtractFile]
    words: Mapping[str, str]

    def get(self, table: str) -> ExtractFile | None:
        """Return the file of a table, or None."""
        return self.files.get(table)

    def word(self, file: ExtractFile, column: str) -> pl.Expr:
        """Return a column of words; an id into a list is replaced by its word."""
        text = file.text(column)
        return text.replace(self.words) if self.words else text


def open_all(folder: Path, work: Path) -> dict[str, ExtractFile]:
    """Open every file that is used; `work` is an empty folder."""
    found = tables_of(folder)
    return {
        table: open_extract_file(found[table], work / table, {}, delimiter=",")
        for table in USED
        if table in found
    }


def day(file: ExtractFile, column: str) -> pl.Expr:
    """Return a column of dates and times as dates written as DAY; other text unchanged."""
    return file.text(column).str.replace(_DAY_AND_TIME, "${1}")


def reference(file: ExtractFile, column: str) -> pl.Expr:
    """Return a column of codes or ids into other tables as text; 0 and -1 refer to nothing.

    Null where the file does not have the column.
    """
    if not file.has(column):
        return pl.lit(None, pl.String)
    text = file.text(column)
    return pl.when(~text.is_in(["0", "-1"])).then(text)


def removed(file: ExtractFile) -> pl.Expr:
    """Return whether the extract marks a row as removed."""
    return file.yes("RemovedData")


def in_order() -> pl.Expr:
    """Return the column VERSION: of several rows with one RowIdentifier the later one is current.

    A change repeats the whole row; no column says when, so the position in the file does.
    """
    return pl.col(ROW).cast(pl.Int64).alias(VERSION)


def is_last(file: ExtractFile) -> pl.Expr:
    """Return whether no later row of the file has the same RowIdentifier."""
    identifier = file.text("RowIdentifier")
    return identifier.is_null() | identifier.is_last_distinct()


def current_rows(file: ExtractFile) -> pl.LazyFrame:
    """Return the rows of a file that are not removed, nor replaced by a later row."""
    holds = (is_last(file) & ~removed(file)).alias(_HOLDS)
    return file.frame.with_columns(holds).filter(pl.col(_HOLDS)).drop(_HOLDS)


def words_of(files: Mapping[str, ExtractFile]) -> dict[str, str]:
    """Return the word for each id of SRMapping and SRConfiguredListOption; the latter wins."""
    words: dict[str, str] = {}
    for table, column in (
        ("SRMapping", "Mapping"),
        ("SRConfiguredListOption", "ConfiguredListOption"),
    ):
        file = files.get(table)
        if file is not None:
            rows = current_rows(file).select(key=file.text("RowIdentifier"), word=file.text(column))
            words |= dict(rows.drop_nulls().collect().iter_rows())
    return words


@dataclass(frozen=True, slots=True)
class ManifestRead:
    """The content of SRManifest.csv: the last day of the extract, and files with changes only."""

    day: FoundDay | None = None
    deltas: tuple[str, ...] = ()


def read_manifest(folder: Path, work: Path) -> ManifestRead:
    """Read SRManifest.csv, if there is one; `work` is an empty folder.

    Days are taken from any column in any format (20261001_0200, 01 Oct 2026 02:00:00): versions of
    the extract name and write them differently.
    """
    path = tables_of(folder).get(MANIFEST)
    if path is None:
        return ManifestRead()
    file = open_extract_file(path, work / MANIFEST, {}, delimiter=",")
    texts = file.frame.select(pl.col(name) for name in file.file.columns).collect()
    day = latest((read_as_at(text) for row in texts.iter_rows() for text in row), path.name)
    if not (file.has("IsDelta") and file.has("FileName")):
        return ManifestRead(day)
    deltas = file.frame.filter(file.yes("IsDelta")).select(name=file.text("FileName")).collect()
    return ManifestRead(day, tuple(dict.fromkeys(deltas["name"].drop_nulls().to_list())))


def day_of_systmone(folder: Path) -> FoundDay | None:
    """Return the latest day in the manifest; None without a manifest or a day in it."""
    with tempfile.TemporaryDirectory(prefix="recordpick.") as work:
        return read_manifest(folder, Path(work)).day

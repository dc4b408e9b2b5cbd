"""Admin_Patient: who the patients are, and which number each has in the index.

The patient number is EMIS's own (PatientNumber, which staff know and can type into EMIS Web) where
a patient has one that nobody else has; otherwise a GUID, which is certain but appears nowhere on
screen. With several organisations, the organisation's ODS code is put before either. So no two
patients ever share a number, and a number only changes if EMIS's own becomes shared or unique.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.errors import UserError
from recordpick.index.readers.emis.files import Keys, run_of
from recordpick.index.readers.emis.lookups import KEY, LookedUp
from recordpick.index.readers.emis.vocabulary import REGISTRATION, SEX, to_word
from recordpick.index.readers.extract_file import ExtractFile, lines_of_rows, patients_are
from recordpick.index.source import DELETED, VERSION, SourcePart
from recordpick.index.values import to_date
from recordpick.text import plural

_FILE, _GUID, _ORGANISATION, _NUMBER = "__file", "__guid", "__organisation", "__number"
_DELETED, _GP, _GP_NAME = "__is_deleted", "__gp", "__gp_name"
_APPLIED = "__has_applied"
_TECHNICAL = (ROW, VERSION, _FILE, KEY, _GUID, _ORGANISATION, _NUMBER, _DELETED)

_UNCHANGED = {
    "nhs_number": "NhsNumber",
    "title": "Title",
    "family_name": "Surname",
    "given_name": "GivenName",
    "middle_names": "MiddleNames",
    "date_of_birth": "DateOfBirth",
    "registered_on": "DateOfRegistration",
    "left_on": "DateOfDeactivation",
    "died_on": "DateOfDeath",
    "postcode": "Postcode",
    "institution": "ResidentialInstituteCode",
    "email": "EmailAddress",
    "home_phone": "HomePhone",
    "mobile_phone": "MobilePhone",
    "is_sensitive": "SpineSensitive",
    "is_confidential": "IsConfidential",
}
_ADDRESS = ("HouseNameFlatNumber", "NumberAndStreet", "Village", "Town", "County")


@dataclass(frozen=True)
class PatientsRead:
    """The parts of the patients table; `ids`: KEY and patient_id of everybody, deleted too."""

    parts: tuple[SourcePart, ...]
    ids: pl.DataFrame
    notes: tuple[str, ...]


def organisations_of(files: Sequence[ExtractFile]) -> list[str]:
    """Return the GUIDs of the organisations that have patients."""
    found = [
        file.frame.select(file.raw("OrganisationGuid").alias("guid")).unique() for file in files
    ]
    guids = pl.concat(found).unique().sort("guid").collect()["guid"]
    return [guid for guid in guids.to_list() if guid]


def read_patients(
    files: Sequence[ExtractFile], keys: Keys, staff: LookedUp | None, as_at: date
) -> PatientsRead:
    """Return the patients; of several rows of one patient the last one supplied.

    UserError if a column is missing without which patients cannot be identified.
    """
    frames = [_rows(file, keys, staff, as_at).collect() for file in files]
    same_run = pl.struct(KEY, VERSION).is_first_distinct()
    rows = (
        pl.concat([frame.select(_TECHNICAL) for frame in frames])
        .with_columns(is_latest=pl.col(VERSION) == pl.col(VERSION).max().over(KEY))
        .with_columns(is_again=pl.col(KEY).is_not_null() & pl.col("is_latest") & ~same_run)
    )
    ids = _ids(rows, keys)
    judged = rows.join(ids, on=KEY, how="left", maintain_order="left")
    parts = tuple(
        _part(file, frame, judged.filter(pl.col(_FILE) == file.number))
        for file, frame in zip(files, frames, strict=True)
    )
    guids = ids.filter("is_guid").height
    notes = (
        (f"{plural(guids, 'patient')}: the number is a GUID, as EMIS's is empty or shared.",)
        if guids
        else ()
    )
    held = rows.filter("is_latest", ~pl.col("is_again"))
    later = _not_registered(
        [
            frame.join(held.filter(pl.col(_FILE) == file.number), on=ROW, how="semi")
            for file, frame in zip(files, frames, strict=True)
        ]
    )
    return PatientsRead(parts, ids.select(KEY, "patient_id"), (*notes, *later))


def _rows(file: ExtractFile, keys: Keys, staff: LookedUp | None, as_at: date) -> pl.LazyFrame:
    """Return the columns of the patients table, and those that identify patients."""
    guid, organisation = file.text("PatientGuid"), file.raw("OrganisationGuid")
    number = file.text("PatientNumber") if file.has("PatientNumber") else pl.lit(None, pl.String)
    columns = {name: file.text(old) for name, old in _UNCHANGED.items() if file.has(old)}
    if not {"family_name", "nhs_number"} & set(columns):
        raise UserError(
            f"{file.file.path}: neither Surname nor NhsNumber is among its columns: is this "
            "Admin_Patient?"
        )
    if file.has("Sex"):
        columns["sex"] = to_word(file.text("Sex"), SEX, "U").alone()
    if file.has("PatientTypeDescription"):
        kind = to_word(file.text("PatientTypeDescription"), REGISTRATION, "other").alone()
        is_dummy = file.yes("DummyType")
        columns["registration"] = pl.when(is_dummy).then(pl.lit("dummy")).otherwise(kind)
    address = [file.text(name) for name in _ADDRESS if file.has(name)]
    if address:
        joined = pl.concat_str(address, separator=", ", ignore_nulls=True)
        columns["address"] = pl.when(joined != "").then(joined)
    if file.has("CarerName"):
        columns["carer"] = _carer(file)
    status = _status(columns | {_APPLIED: _has_applied(file)}, as_at)
    columns |= status
    rows = file.frame.select(
        ROW,
        run_of(file),
        pl.lit(file.number, pl.Int64).alias(_FILE),
        keys.key(guid, organisation).alias(KEY),
        keys.id(guid, organisation).alias(_GUID),
        organisation.alias(_ORGANISATION),
        number.alias(_NUMBER),
        file.yes("Deleted").alias(_DELETED),
        _gp_key(file, keys),
        **columns,
        **({"usual_gp": file.text("ExternalUsualGP")} if file.has("ExternalUsualGP") else {}),
    )
    if staff is None or not file.has("UsualGpUserInRoleGuid"):
        return rows
    names = staff.frame.lazy().select(pl.col(KEY).alias(_GP), pl.col("name").alias(_GP_NAME))
    rows = rows.join(names, on=_GP, how="left", maintain_order="left")
    gp = [pl.col(_GP_NAME), *([pl.col("usual_gp")] if file.has("ExternalUsualGP") else [])]
    return rows.with_columns(usual_gp=pl.coalesce(gp)).drop(_GP_NAME)


def _gp_key(file: ExtractFile, keys: Keys) -> pl.Expr:
    if not file.has("UsualGpUserInRoleGuid"):
        return pl.lit(None, pl.String).alias(_GP)
    gp = keys.key(file.raw("UsualGpUserInRoleGuid"), file.raw("OrganisationGuid"))
    return gp.alias(_GP)


def _carer(file: ExtractFile) -> pl.Expr:
    name = file.text("CarerName")
    if not file.has("CarerRelation"):
        return name
    relation = file.text("CarerRelation")
    both = pl.concat_str(name, pl.lit(" ("), relation, pl.lit(")"))
    return pl.coalesce(both, name)


def _status(columns: dict[str, pl.Expr], as_at: date) -> dict[str, pl.Expr]:
    """Return `status` on the as-at date, where the file has the dates of death and deactivation.

    A patient registered again after a deactivation has not left. A patient who is only registered
    from a later day, or pre-registered, is not registered yet and has no status.
    """
    if not {"left_on", "died_on"} <= set(columns):
        return {}
    left = to_date(columns["left_on"])
    has_left = left <= as_at
    not_yet = pl.lit(value=False)
    if "registered_on" in columns:
        began = to_date(columns["registered_on"])
        not_yet = (began > as_at).fill_null(value=False)
        has_left &= ~((began > left).fill_null(value=False) & ~not_yet)
    return {
        "status": pl.when(to_date(columns["died_on"]) <= as_at)
        .then(pl.lit("deceased"))
        .when(has_left)
        .then(pl.lit("left"))
        .when(~(not_yet | columns.get(_APPLIED, pl.lit(value=False))))
        .then(pl.lit("registered"))
    }


def _has_applied(file: ExtractFile) -> pl.Expr:
    """Return whether a patient is only pre-registered: entered before joining the list."""
    if not file.has("PatientTypeDescription"):
        return pl.lit(value=False)
    words = file.text("PatientTypeDescription").str.to_lowercase()
    return words.str.contains(r"^pre[- ]?regist").fill_null(value=False)


def _not_registered(frames: Sequence[pl.DataFrame]) -> Iterator[str]:
    """Yield how many patients are not registered yet, among the current rows."""
    count = sum(
        rows.filter(pl.col("status").is_null(), ~pl.col(_DELETED)).height
        for rows in frames
        if "status" in rows.columns
    )
    if count:
        yield (
            f"Admin_Patient: {patients_are(count)} not registered yet (pre-registered, or from a "
            "day after the as-at date): without a status."
        )


def _ids(rows: pl.DataFrame, keys: Keys) -> pl.DataFrame:
    """Return KEY, patient_id and `is_guid` of everybody, each once.

    Deleted patients have no number, so that a patient who was entered again can have it.
    """
    patients = rows.filter("is_latest", ~pl.col("is_again"), pl.col(KEY).is_not_null())
    here = ~pl.col(_DELETED)
    alone = here & (here.sum().over(_NUMBER, _ORGANISATION) == 1) & pl.col(_NUMBER).is_not_null()
    number = keys.id(pl.col(_NUMBER), pl.col(_ORGANISATION))
    return patients.select(
        KEY,
        pl.when(alone).then(number).otherwise(pl.col(_GUID)).alias("patient_id"),
        is_guid=here & ~alone,
    )


def _part(file: ExtractFile, rows: pl.DataFrame, judged: pl.DataFrame) -> SourcePart:
    """Return a file's patients; rows that were replaced count as deleted."""
    repeated = judged.filter("is_again")
    renamed = judged.select(
        ROW, "patient_id", (pl.col(_DELETED) | ~pl.col("is_latest")).alias(DELETED), "is_again"
    )
    frame = (
        rows.drop(_TECHNICAL[1:], _GP)
        .join(renamed, on=ROW, how="left", maintain_order="left")
        .filter(~pl.col("is_again"))
        .drop("is_again")
    )
    rejects = file.file.rejects
    if repeated.height:
        as_read = file.frame.join(repeated.lazy(), on=ROW, how="semi").collect()
        reason = "the same patient (PatientGuid) is on an earlier row of this run"
        rejects = rejects.with_more(lines_of_rows(file, as_read, reason))
    rows_left = file.file.rows - repeated.height
    return file.part("patients", frame.lazy(), rows=rows_left, rejects=rejects)

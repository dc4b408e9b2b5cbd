"""The patients, with the names of their GPs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.index.readers.extract_file import ExtractFile, patients_are
from recordpick.index.readers.vision.files import DAY, deleted, rows_in_order
from recordpick.index.source import DELETED, SourcePart
from recordpick.index.values import to_date

_UNCHANGED = {
    "nhs_number": "NHS_NUMBER",
    "title": "TITLE",
    "family_name": "SURNAME",
    "given_name": "FORENAME",
    "date_of_birth": "DATE_OF_BIRTH",
    "registered_on": "REGISTERED_DATE",
    "left_on": "REMOVED_DATE",
    "died_on": "DATE_OF_DEATH",
    "postcode": "POSTCODE",
    "email": "EMAIL",
    "home_phone": "PHONE_NUMBER",
    "mobile_phone": "MOBILE_NUMBER",
}
_ADDRESS = ("ADDRESS", "ADDRESS_1", "ADDRESS_2", "ADDRESS_3", "ADDRESS_4", "ADDRESS_5")
_SEX = {"F": "F", "M": "M", "I": "I", "U": "U"}
_REGISTRATION = {"R": "regular", "T": "temporary", "S": "other", "P": "private"}
"""ACTIVE: registered for GMS, temporary, for another service only, private; any other is other."""
_NO_KIND = ("D", "L")
"""ACTIVE of the dead and of those who left, which does not say how they were registered."""

_STAFF = "__staff"


def with_name(
    rows: pl.LazyFrame, staff: pl.DataFrame | None, who: pl.Expr, name: str
) -> pl.LazyFrame:
    """Add the name of a member of staff; none if there is no file of staff."""
    if staff is None:
        return rows
    names = staff.lazy().rename({"id": _STAFF, "name": name})
    return rows.with_columns(who.alias(_STAFF)).join(names, on=_STAFF, how="left")


def _status(file: ExtractFile, active: pl.Expr, as_at: date) -> pl.Expr:
    """Return the status on the as-at date, by ACTIVE and the dates.

    A patient who was removed and registered again has not left. A patient who is only registered
    from a later day is not registered yet, and has no status.
    """
    began = to_date(file.text("REGISTERED_DATE"), DAY)
    removed = to_date(file.text("REMOVED_DATE"), DAY)
    not_yet = (began > as_at).fill_null(value=False)
    is_back = (began > removed).fill_null(value=False) & ~not_yet
    was_removed = (removed <= as_at).fill_null(value=False) & ~is_back
    has_died = (to_date(file.text("DATE_OF_DEATH"), DAY) <= as_at).fill_null(value=False)
    return (
        pl.when((active == "D") | has_died)
        .then(pl.lit("deceased"))
        .when((active == "L") | was_removed)
        .then(pl.lit("left"))
        .when(active.is_not_null() & ~not_yet)
        .then(pl.lit("registered"))
    )


def read_patients(file: ExtractFile, staff: pl.DataFrame | None, as_at: date) -> SourcePart:
    """Return the patients as at a day."""
    columns = {name: file.text(old) for name, old in _UNCHANGED.items()}
    active = file.text("ACTIVE").str.to_uppercase()
    address = pl.concat_str(
        [file.text(name) for name in _ADDRESS], separator=", ", ignore_nulls=True
    )
    sex = file.text("SEX").str.to_uppercase().str.head(1)
    columns |= {
        "sex": pl.when(sex.is_not_null()).then(sex.replace_strict(_SEX, default="U")),
        "address": pl.when(address != "").then(address),
        "registration": pl.when(active.is_not_null() & ~active.is_in(_NO_KIND)).then(
            active.replace_strict(_REGISTRATION, default="other")
        ),
        "status": _status(file, active, as_at),
        "is_dispensing": file.text("DISPENSING"),
    }
    rows = rows_in_order(file, "PID")
    if staff is not None:
        gp = pl.coalesce(file.text("GP_USUAL"), file.text("GP"))
        rows = with_name(rows, staff, gp, "__gp_name")
        columns["usual_gp"] = pl.col("__gp_name")
    frame = rows.select(
        ROW, deleted(file).alias(DELETED), file.text("PID").alias("patient_id"), **columns
    )
    dates = dict.fromkeys(("date_of_birth", "registered_on", "left_on", "died_on"), DAY)
    return file.part("patients", frame, date_formats=dates)


def notes_on_patients(file: ExtractFile, as_at: date) -> Iterator[str]:
    """Yield which letters of ACTIVE are unknown, and how many patients are not registered yet."""
    active = file.text("ACTIVE").str.to_uppercase()
    rows = rows_in_order(file, "PID").filter(~deleted(file))
    found = rows.select(active=active, status=_status(file, active, as_at)).collect()
    known = [*_REGISTRATION, *_NO_KIND]
    unknown = found.filter(pl.col("active").is_not_null(), ~pl.col("active").is_in(known))["active"]
    if len(unknown):
        letters = ", ".join(unknown.unique().sort().to_list())
        yield (
            f"{file.name}: ACTIVE {letters} is not a known letter: {patients_are(len(unknown))} "
            "read as registered, but not regular."
        )
    later = found.filter(pl.col("active").is_not_null(), pl.col("status").is_null()).height
    if later:
        yield (
            f"{file.name}: {patients_are(later)} not registered yet (from a day after the as-at "
            "date): without a status."
        )

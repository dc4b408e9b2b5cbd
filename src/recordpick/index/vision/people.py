"""Patients, and the staff they are with."""

from __future__ import annotations

from datetime import date

import polars as pl

from recordpick.index.extract_files import ExtractFile
from recordpick.index.parts import DELETED, ROW, Part
from recordpick.index.values import to_date
from recordpick.index.vision.files import DAY, deleted

_AS_THEY_STAND = {
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
"""ACTIVE: registered for GMS, temporary, for another service only, private; D dead, L left."""

_STAFF = "__staff"


def staff_names(file: ExtractFile | None) -> pl.DataFrame | None:
    """Give the members of staff: `id` and `name`."""
    if file is None:
        return None
    parts = [file.text(name) for name in ("TITLE", "FORENAME", "SURNAME")]
    name = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    rows = file.frame.select(id=file.text("ID"), name=pl.when(name != "").then(name))
    return rows.drop_nulls("id").unique("id", keep="last", maintain_order=True).collect()


def with_name(
    rows: pl.LazyFrame, staff: pl.DataFrame | None, who: pl.Expr, name: str
) -> pl.LazyFrame:
    """Add the name of a member of staff; of none if there is no file of staff."""
    if staff is None:
        return rows
    names = staff.lazy().rename({"id": _STAFF, "name": name})
    return rows.with_columns(who.alias(_STAFF)).join(names, on=_STAFF, how="left")


def _was_removed(file: ExtractFile, as_at: date | None) -> pl.Expr:
    """Tell who was removed from the list by the as-at date, and not registered again since."""
    removed = to_date(file.text("REMOVED_DATE"), DAY)
    was = removed.is_not_null() if as_at is None else removed <= as_at
    again = to_date(file.text("REGISTERED_DATE"), DAY) > removed
    return (was & ~again.fill_null(value=False)).fill_null(value=False)


def read_patients(file: ExtractFile, staff: pl.DataFrame | None, as_at: date | None) -> Part:
    """Give the patients."""
    columns = {name: file.text(old) for name, old in _AS_THEY_STAND.items()}
    active = file.text("ACTIVE").str.to_uppercase()
    address = pl.concat_str(
        [file.text(name) for name in _ADDRESS], separator=", ", ignore_nulls=True
    )
    sex = file.text("SEX").str.to_uppercase().str.head(1)
    columns |= {
        "sex": pl.when(sex.is_not_null()).then(sex.replace_strict(_SEX, default="U")),
        "address": pl.when(address != "").then(address),
        "registration": active.replace_strict(_REGISTRATION, default=None),
        "status": pl.when((active == "D") | file.text("DATE_OF_DEATH").is_not_null())
        .then(pl.lit("deceased"))
        .when((active == "L") | _was_removed(file, as_at))
        .then(pl.lit("left"))
        .when(active.is_not_null())
        .then(pl.lit("registered")),
        "is_dispensing": file.text("DISPENSING"),
    }
    rows = file.frame
    if staff is not None:
        gp = pl.coalesce(file.text("GP_USUAL"), file.text("GP"))
        rows = with_name(rows, staff, gp, "__gp_name")
        columns["usual_gp"] = pl.col("__gp_name")
    frame = rows.select(
        ROW, deleted(file).alias(DELETED), file.text("PID").alias("patient_id"), **columns
    )
    dates = dict.fromkeys(("date_of_birth", "registered_on", "left_on", "died_on"), DAY)
    return file.part("patients", frame, date_formats=dates)

"""The patients as people list them: one row each, with a readable name and numbers as printed."""

from __future__ import annotations

from datetime import date

import polars as pl

from recordpick.index.practice_index import PracticeIndex

_LISTED_COLUMNS = (
    "patient_id",
    "nhs_number",
    "title",
    "family_name",
    "given_name",
    "middle_names",
    "previous_name",
    "date_of_birth",
    "age",
    "sex",
    "status",
    "registration",
    "usual_gp",
    "postcode",
    "is_sensitive",
)


def listed_patients(index: PracticeIndex, as_at: date) -> pl.DataFrame:
    """Return the patients as they are listed: `name`, numbers and words as people read them."""
    present = index.columns("patients")
    listed = [name for name in _LISTED_COLUMNS if name in present or name == "patient_id"]
    if "date_of_birth" in present:
        listed.insert(listed.index("date_of_birth") + 1, "age")
    frame: pl.DataFrame = index.patients(as_at).select(*dict.fromkeys(listed)).collect()
    names = [name for name in ("family_name", "given_name") if name in frame.columns]
    if not names:
        return frame.with_columns(pl.lit("").alias("name"))
    name = pl.concat_str([pl.col(one) for one in names], separator=", ", ignore_nulls=True)
    without_marks = name.str.replace_all("['\u2019-]", "")
    return frame.with_columns(
        name.alias("name"),
        # O'Brien is searched for as obrien, too
        pl.when(without_marks != name).then(without_marks).alias("name_run_together"),
        **_readable_columns(frame),
    )


def _readable_columns(frame: pl.DataFrame) -> dict[str, pl.Expr]:
    """Return NHS numbers as printed (and as digits, to search), and any unusual status."""
    out: dict[str, pl.Expr] = {}
    if "nhs_number" in frame.columns:
        number = pl.col("nhs_number")
        out["nhs_digits"] = number
        out["nhs_number"] = number.str.replace(r"^(\d{3})(\d{3})(\d{4})$", "$1 $2 $3")
    usual = {"status": "registered", "registration": "regular"}
    unusual = [
        pl.when(pl.col(name) != common).then(pl.col(name).str.replace_all("_", " "))
        for name, common in usual.items()
        if name in frame.columns
    ]
    if unusual:
        out["unusual_status"] = pl.coalesce(unusual)
    return out


def sensitive_patients(patients: pl.DataFrame) -> frozenset[str]:
    """Return the patients marked sensitive."""
    if "is_sensitive" not in patients.columns:
        return frozenset()
    return frozenset(patients.filter(pl.col("is_sensitive"))["patient_id"])

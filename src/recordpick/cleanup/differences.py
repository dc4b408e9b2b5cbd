"""The differences between two entries for one person, field by field."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from recordpick.cleanup.names import plain_name

COMPARED = ("family_name", "given_name", "date_of_birth", "sex")
"""The fields that are compared for pairs with the same NHS number."""

DIFFERENCE: dict[str, pl.DataType] = {
    "here": pl.UInt32(),
    "there": pl.UInt32(),
    "field": pl.String(),
    "value_here": pl.String(),
    "value_there": pl.String(),
}


def differences(pairs: pl.DataFrame, fields: Collection[str]) -> pl.DataFrame:
    """Return a row for each field of each pair that differs: columns as in `DIFFERENCE`.

    `pairs` has here, there, and for both sides (the other with the suffix " there") nhs_number and
    the names, date of birth and sex; for the other side also `unread`, the fields that could not be
    read. A value on one side only is a difference. In names, case and spaces do not count, and
    neither do further forenames that only one side has.
    """
    differ = {
        "nhs_number": pl.col("nhs_number").ne_missing(pl.col("nhs_as_written there"))
        & pl.col("nhs_number").ne_missing(pl.col("nhs_number there"))
        & ~pl.col("nhs_damaged there"),
        "family_name": plain_name(pl.col("family_name")).ne_missing(
            plain_name(pl.col("family_name there"))
        ),
        "given_name": _forenames_differ(),
        "date_of_birth": pl.col("date_of_birth").ne_missing(pl.col("date_of_birth there")),
        "sex": pl.col("sex").ne_missing(pl.col("sex there")),
    }
    theirs = {"nhs_number": "nhs_as_written there"}
    found = [
        pairs.filter(differ[name] & ~pl.col("unread there").list.contains(name)).select(
            "here",
            "there",
            field=pl.lit(name),
            value_here=_text(pairs, name),
            value_there=_text(pairs, theirs.get(name, f"{name} there")),
        )
        for name in differ
        if name in fields
    ]
    return pl.concat([pl.DataFrame(schema=DIFFERENCE), *found]).sort(
        "here", "there", maintain_order=True
    )


def _text(pairs: pl.DataFrame, name: str) -> pl.Expr:
    value = pl.col(name)
    return value.dt.to_string("%Y-%m-%d") if pairs.schema[name] == pl.Date else value


def _forenames_differ() -> pl.Expr:
    """Return whether forenames differ other than by further forenames on one side."""
    ours, theirs = (
        pl.concat_str(f"given_name{side}", f"middle_names{side}", separator=" ", ignore_nulls=True)
        .str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
        for side in ("", " there")
    )
    same = plain_name(ours).eq_missing(plain_name(theirs))
    both = (ours != "") & (theirs != "")
    further = ours.str.starts_with(theirs + " ") | theirs.str.starts_with(ours + " ")
    return ~(same | (both & further))

"""Link the patients of two lists: by NHS number, then by name and date of birth.

Two rows are the same person if they share an NHS number that nobody else has on either side. Those
left over are *likely* the same person if they share surname, forenames and date of birth that
nobody else has on either side. Where a number or a name appears several times nothing is decided:
these rows are unclear. So each row of either side has exactly one outcome. Pairs are then compared
field by field.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from recordpick.cleanup.registrations import plain_name

MATCHED, LIKELY, UNCLEAR, ALONE = "matched", "likely", "unclear", "alone"
ROW = "row"


@dataclass(frozen=True)
class Pairing:
    """The result: `pairs` has here, there (rows), outcome (MATCHED, LIKELY); sides row, outcome.

    Every row of a side is once in its frame (`here`, `there`), and at most once in `pairs`.
    """

    pairs: pl.DataFrame
    here: pl.DataFrame
    there: pl.DataFrame

    def number(self, side: str, outcome: str) -> int:
        """Return how many rows of a side ("here", "there") have that outcome."""
        rows: pl.DataFrame = self.here if side == "here" else self.there
        return rows.filter(pl.col("outcome") == outcome).height


def pair(here: pl.DataFrame, there: pl.DataFrame) -> Pairing:
    """Link the rows of two sides.

    Both have `row` (UInt32, unique), nhs_number (valid or null), family_name, given_name,
    middle_names (text) and date_of_birth.
    """
    numbers = [
        side.select(ROW, key="nhs_number", left=pl.lit(value=True)).drop_nulls("key")
        for side in (here, there)
    ]
    by_number, unclear = _paired(*numbers)
    decided = {side: pl.concat([by_number[side], unclear[side]]) for side in ("here", "there")}
    names = [
        name_keys(rows)
        .join(decided[side].to_frame(ROW).with_columns(gone=pl.lit(value=True)), on=ROW, how="left")
        .select(ROW, "key", left=pl.col("gone").is_null())
        for side, rows in (("here", here), ("there", there))
    ]
    by_name, unclear_names = _paired(*names)
    pairs = pl.concat(
        [
            by_number.with_columns(outcome=pl.lit(MATCHED)),
            by_name.with_columns(outcome=pl.lit(LIKELY)),
        ]
    )

    def outcomes(side: str, rows: pl.DataFrame) -> pl.DataFrame:
        undecided = pl.concat([unclear[side], unclear_names[side]]).rename(ROW).to_frame()
        decided_places = pl.concat(
            [
                pairs.select(pl.col(side).alias(ROW), "outcome"),
                undecided.with_columns(outcome=pl.lit(UNCLEAR)),
            ]
        )
        linked = rows.select(ROW).join(decided_places, on=ROW, how="left", maintain_order="left")
        return linked.with_columns(pl.col("outcome").fill_null(ALONE))

    return Pairing(pairs, outcomes("here", here), outcomes("there", there))


def name_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Return row and key: surname, forenames and date of birth, with and without middle names.

    Rows where one of these is not known have no key.
    """
    middle = pl.col("middle_names").fill_null("")
    born = pl.col("date_of_birth").dt.to_string("%Y-%m-%d")
    keys = [
        # A name has no line feed once white space is removed, so two different keys never collide.
        pl.concat_str(
            plain_name(pl.col("family_name")), plain_name(forenames), born, separator="\n"
        )
        for forenames in (pl.col("given_name"), pl.col("given_name") + middle)
    ]
    both = pl.concat([rows.select(ROW, key=key) for key in keys])
    return both.drop_nulls().unique()


def _paired(here: pl.DataFrame, there: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Link rows by keys (row, key, left: whether the row is still to be linked).

    Return the pairs, and the rows of each side that share a key with the other side, but not
    uniquely. Rows are grouped by key before the sides are joined, so that a name that appears a
    thousand times on both sides makes one row and not a million.
    """
    unlinked = pl.col(ROW).filter("left")
    groups = [
        side.group_by("key").agg(pl.len().alias("count"), unlinked.alias("rows"))
        for side in (here, there)
    ]
    shared = (
        groups[0]
        .join(groups[1], on="key", suffix=" there")
        .filter(pl.col("rows").list.len() > 0, pl.col("rows there").list.len() > 0)
    )
    alone = (pl.col("count") == 1) & (pl.col("count there") == 1)
    possible = (
        shared.filter(alone)
        .select(here=pl.col("rows").list.first(), there=pl.col("rows there").list.first())
        .unique()
        .cast(pl.UInt32)
    )
    ambiguous = shared.filter(~alone)
    ambiguous_rows = {
        "here": ambiguous["rows"].explode(empty_as_null=False).unique().cast(pl.UInt32),
        "there": ambiguous["rows there"].explode(empty_as_null=False).unique().cast(pl.UInt32),
    }
    is_unique = pl.all_horizontal(
        (pl.len().over(side) == 1) & ~pl.col(side).is_in(ambiguous_rows[side].implode())
        for side in ("here", "there")
    )
    linked = possible.filter(is_unique).sort("here")
    unclear = {}
    for side in ("here", "there"):
        rows = pl.concat([possible[side], ambiguous_rows[side].alias(side)]).unique()
        unclear[side] = rows.filter(~rows.is_in(linked[side].implode())).sort()
    return linked, unclear


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

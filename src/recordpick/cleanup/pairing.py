"""Link the patients of two lists: by NHS number, then by name and date of birth.

Two rows are the same person if they share an NHS number that nobody else has on either side. Those
left over are *likely* the same person if they share surname, forenames and date of birth that
nobody else has on either side. Where a number or a name appears several times nothing is decided:
these rows are unclear. So each row of either side has exactly one place.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.cleanup.names import plain_name

MATCHED, LIKELY, UNCLEAR, ALONE = "matched", "likely", "unclear", "alone"
ROW = "row"


@dataclass(frozen=True)
class Pairing:
    """The result: `pairs` has here, there (rows), place (MATCHED or LIKELY); the sides row, place.

    Every row of a side is once in its frame (`here`, `there`), and at most once in `pairs`.
    """

    pairs: pl.DataFrame
    here: pl.DataFrame
    there: pl.DataFrame

    def number(self, side: str, place: str) -> int:
        """Return how many rows of a side ("here", "there") have that place."""
        rows: pl.DataFrame = self.here if side == "here" else self.there
        return rows.filter(pl.col("place") == place).height


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
            by_number.with_columns(place=pl.lit(MATCHED)),
            by_name.with_columns(place=pl.lit(LIKELY)),
        ]
    )

    def places(side: str, rows: pl.DataFrame) -> pl.DataFrame:
        undecided = pl.concat([unclear[side], unclear_names[side]]).rename(ROW).to_frame()
        decided_places = pl.concat(
            [
                pairs.select(pl.col(side).alias(ROW), "place"),
                undecided.with_columns(place=pl.lit(UNCLEAR)),
            ]
        )
        placed = rows.select(ROW).join(decided_places, on=ROW, how="left", maintain_order="left")
        return placed.with_columns(pl.col("place").fill_null(ALONE))

    return Pairing(pairs, places("here", here), places("there", there))


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

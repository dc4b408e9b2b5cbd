"""Consultations that entries belong to, compared through the partners of the consultations.

Systems divide contacts in their own ways, so an entry is called moved only where both its
consultations have a certain partner, and are not each other's, and where the entry has no double:
of two that are equal nobody knows which is which. A link that one side does not have is a
difference in any case.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.comparison.encode import EncodedTable
from recordpick.comparison.rows import PAIR, ROW

TABLE = "consultations"
UNKNOWN = "the consultation has no certain partner in the other system, or the entry has a double"


@dataclass(frozen=True)
class Contacts:
    """Consultations of both sides: p, id, row and partner; null where there is no certain one.

    `row` and `partner` are rows of either side, of wholly equal ones the first: which of these is
    meant says nothing.
    """

    old: pl.DataFrame
    new: pl.DataFrame

    def compare(self, p: pl.Series, old: pl.Series, new: pl.Series) -> pl.DataFrame:
        """Return of pairs of entries (p, ids of both consultations) whether these are `moved`.

        `dropped` says that one side has no link; `unknown` that both are linked, and nobody can
        tell whether to the same one.
        """
        sides = [
            pl.DataFrame({PAIR: p, "id": ids}).join(
                known, on=[PAIR, "id"], how="left", maintain_order="left"
            )
            for ids, known in ((old, self.old), (new, self.new))
        ]
        both = pl.concat(
            [one.select(pl.all().name.suffix(end)) for one, end in zip(sides, "ab", strict=True)],
            how="horizontal",
        )
        linked = [pl.col(f"id{end}").is_not_null() for end in "ab"]
        same = (pl.col("partnera") == pl.col("rowb")) | (pl.col("partnerb") == pl.col("rowa"))
        known = pl.col("partnera").is_not_null() & pl.col("partnerb").is_not_null()
        are_both = linked[0] & linked[1]
        return both.select(
            dropped=linked[0] != linked[1],
            moved=are_both & known & ~same.fill_null(value=False),
            unknown=are_both & ~known,
        )


def find_contacts(table: EncodedTable, pairs: pl.DataFrame) -> Contacts:
    """Return the consultations with their certain partners; `pairs` as `align_entries` gives."""
    certain = pairs.filter(~pl.col("unsure"))
    firsts = [first_equal(side.keys) for side in (table.old, table.new)]
    found = []
    for side, here, there, place in (
        (table.old, ROW, "r_new", 0),
        (table.new, "r_new", ROW, 1),
    ):
        partner = firsts[1 - place].gather(certain[there])
        partners = pl.DataFrame({"at": certain[here], "partner": partner})
        rows = pl.DataFrame(
            {PAIR: side.raw[PAIR], "id": side.raw[table.rules.id], "row": firsts[place]}
        ).with_row_index("at")
        rows = rows.join(partners, on="at", how="left", maintain_order="left").drop("at")
        found.append(rows.unique([PAIR, "id"], keep="first", maintain_order=True))
    return Contacts(*found)


def have_doubles(keys: pl.DataFrame, rows: pl.Series) -> pl.Series:
    """Return of some rows whether the patient has another that is equal in every field."""
    people = keys[PAIR].gather(rows).unique()
    content = pl.struct(pl.exclude(ROW)).hash()
    number = keys.filter(pl.col(PAIR).is_in(people.implode())).select(
        ROW, several=pl.len().over(PAIR, content) > 1
    )
    asked = rows.alias(ROW).to_frame()
    return asked.join(number, on=ROW, how="left", maintain_order="left")["several"]


def first_equal(keys: pl.DataFrame) -> pl.Series:
    """Return for each row the first row of the patient that is equal to it in every field."""
    content = pl.struct(pl.exclude(ROW)).hash()
    return keys.select(pl.col(ROW).first().over(PAIR, content))[ROW]

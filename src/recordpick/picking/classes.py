"""Patients who meet exactly the same criteria are interchangeable: grouped, they are a class.

A practice of 100,000 has some ten thousand classes or fewer, which is what makes it possible to
find the smallest set of records.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.picking.tickets import ticket_numbers

BITS_OF_A_WORD = 63
"""How many criteria go into one integer column; a pack with more takes several columns."""


@dataclass(frozen=True)
class Classes:
    """The distinct sets of criteria, and who has each.

    `meets` holds, for each class, the criteria that its patients meet as places (from 0,
    ascending); `sizes` how many patients it has; `patients` the columns class_number and
    patient_id. The classes are in an order that depends on `meets` alone, never on the order of
    rows.
    """

    meets: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]
    patients: pl.DataFrame

    def take(self, taken: dict[int, int], seed: str) -> pl.Series:
        """Choose from each class as many as `taken` says, lowest tickets first; patient_ids."""
        asked = pl.DataFrame(
            {"class_number": list(taken), "asked": list(taken.values())},
            schema={"class_number": pl.UInt32, "asked": pl.Int64},
        )
        members = self.patients.join(asked, on="class_number")
        return (
            members.with_columns(ticket_numbers(members["patient_id"], seed))
            .sort("class_number", "ticket_number", "patient_id")
            .filter(pl.int_range(pl.len()).over("class_number") < pl.col("asked"))["patient_id"]
        )


def classes_of(pairs: pl.DataFrame, criteria: int) -> Classes:
    """Group patients by the set of criteria they meet.

    `pairs` has the columns need (the criterion's place, below `criteria`) and patient_id, each
    pair once.
    """
    words = [f"word_{number}" for number in range(criteria // BITS_OF_A_WORD + 1)]
    bits = pl.DataFrame(
        [
            (place, *(_bit(place, number) for number in range(len(words))))
            for place in range(criteria)
        ],
        schema={"need": pl.UInt32, **dict.fromkeys(words, pl.Int64)},
        orient="row",
    )
    numbered = (
        pairs.lazy()
        .join(bits.lazy(), on="need")
        .group_by("patient_id")
        .agg(pl.col(words).sum())
        .sort(words)
        .with_columns(pl.struct(words).rle_id().alias("class_number"))
        .collect()
    )
    classes = numbered.group_by("class_number", *words).len("size").sort("class_number")
    return Classes(
        meets=tuple(_places(row) for row in classes.select(words).iter_rows()),
        sizes=tuple(classes["size"].to_list()),
        patients=numbered.select("class_number", "patient_id"),
    )


def _bit(place: int, word: int) -> int:
    return 1 << place % BITS_OF_A_WORD if place // BITS_OF_A_WORD == word else 0


def _places(words: tuple[int, ...]) -> tuple[int, ...]:
    """Give the bits that are set, lowest first."""
    left = sum(word << BITS_OF_A_WORD * number for number, word in enumerate(words))
    places: list[int] = []
    while left:
        lowest = left & -left
        places.append(lowest.bit_length() - 1)
        left ^= lowest
    return tuple(places)

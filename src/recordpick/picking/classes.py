"""Equivalence classes of patients: those who meet exactly the same criteria are interchangeable.

A practice of 100,000 patients has some ten thousand classes or fewer, which is what makes it
possible to find the smallest set of records.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.picking.tickets import ticket_numbers

BITS_PER_WORD = 63
"""How many criteria fit into one integer column; a pack with more uses several columns."""


@dataclass(frozen=True)
class EquivalenceClasses:
    """The distinct sets of criteria, and the patients who meet each.

    `meets` holds, for each class, the indexes of the criteria that its patients meet (from 0,
    ascending); `sizes` the number of its patients; `patients` has the columns class_number and
    patient_id. The order of the classes depends on `meets` alone, never on the order of rows.
    """

    meets: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]
    patients: pl.DataFrame

    def draw(self, taken: dict[int, int], seed: str) -> pl.Series:
        """Return the patient_ids drawn from each class, lowest tickets first.

        `taken` maps class numbers to how many patients to draw.
        """
        requested = pl.DataFrame(
            {"class_number": list(taken), "requested": list(taken.values())},
            schema={"class_number": pl.UInt32, "requested": pl.Int64},
        )
        members = self.patients.join(requested, on="class_number")
        return (
            members.with_columns(ticket_numbers(members["patient_id"], seed))
            .sort("class_number", "ticket_number", "patient_id")
            .filter(pl.int_range(pl.len()).over("class_number") < pl.col("requested"))["patient_id"]
        )


def group_into_classes(pairs: pl.DataFrame, criteria: int) -> EquivalenceClasses:
    """Group patients by the set of criteria they meet.

    `pairs` has the columns demand_index (the criterion's index, from 0 to below `criteria`) and
    patient_id, each pair once.
    """
    words = [f"word_{number}" for number in range(criteria // BITS_PER_WORD + 1)]
    bits = pl.DataFrame(
        [
            (criterion, *(_bit(criterion, number) for number in range(len(words))))
            for criterion in range(criteria)
        ],
        schema={"demand_index": pl.UInt32, **dict.fromkeys(words, pl.Int64)},
        orient="row",
    )
    numbered = (
        pairs.lazy()
        .join(bits.lazy(), on="demand_index")
        .group_by("patient_id")
        .agg(pl.col(words).sum())
        .sort(words)
        .with_columns(pl.struct(words).rle_id().alias("class_number"))
        .collect()
    )
    classes = numbered.group_by("class_number", *words).len("size").sort("class_number")
    return EquivalenceClasses(
        meets=tuple(_set_bits(row) for row in classes.select(words).iter_rows()),
        sizes=tuple(classes["size"].to_list()),
        patients=numbered.select("class_number", "patient_id"),
    )


def _bit(criterion: int, word: int) -> int:
    return 1 << criterion % BITS_PER_WORD if criterion // BITS_PER_WORD == word else 0


def _set_bits(words: tuple[int, ...]) -> tuple[int, ...]:
    """Return the positions of the bits that are set, lowest first."""
    left = sum(word << BITS_PER_WORD * number for number, word in enumerate(words))
    positions: list[int] = []
    while left:
        lowest = left & -left
        positions.append(lowest.bit_length() - 1)
        left ^= lowest
    return tuple(positions)

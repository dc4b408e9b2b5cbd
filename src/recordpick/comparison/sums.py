"""Sums of a comparison: by table, by patient, by area. They always add up, or the program stops."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.comparison.acceptance import Area
from recordpick.comparison.compare import RESULTS, ComparedTable, Comparison
from recordpick.comparison.rows import PAIR, ROW

_OF_BOTH = ("same", "changed", "unsure")
COUNTS = ("in_old", "in_new", *RESULTS, "not_compared_new", "set_apart_new")
"""Counts of one table: in_old = same + changed + unsure + missing + not_compared + set_apart, and
in_new = same + changed + unsure + additional + not_compared_new + set_apart_new."""


class SumsError(AssertionError):
    """Counts do not add up: a bug, never to be hidden."""


@dataclass(frozen=True)
class AreaAnswer:
    """One area: its counts, its differences by severity, and what follows from the limits.

    `answer` is accept, look, or not compared; `reasons` say why, in words.
    """

    area: Area
    counts: dict[str, int]
    severities: Mapping[str, int]
    systematic: int
    answer: str
    reasons: tuple[str, ...]


def table_counts(table: ComparedTable) -> dict[str, int]:
    """Return the counts of a table (`COUNTS`); SumsError where they do not add up."""
    counts = dict.fromkeys(COUNTS, 0)
    counts["in_old"], counts["in_new"] = table.rows
    if table.encoded is None:
        counts["not_compared"], counts["not_compared_new"] = table.rows
        return _checked(counts, table.rules.name)
    for result, is_old, number in _by_side(table.entries):
        key = result if is_old or result == "additional" else f"{result}_new"
        counts[key] += number
    counts["not_compared"] += table.patients_apart[0]
    counts["not_compared_new"] += table.patients_apart[1]
    return _checked(counts, table.rules.name)


def _by_side(entries: pl.DataFrame) -> list[tuple[str, bool, int]]:
    found = entries.group_by("result", is_old=pl.col(ROW).is_not_null()).agg(n=pl.len())
    return list(found.select("result", "is_old", "n").iter_rows())


def _checked(counts: dict[str, int], what: str) -> dict[str, int]:
    both = sum(counts[name] for name in _OF_BOTH)
    old = both + counts["missing"] + counts["not_compared"] + counts["set_apart"]
    new = both + counts["additional"] + counts["not_compared_new"] + counts["set_apart_new"]
    if (old, new) != (counts["in_old"], counts["in_new"]):
        raise SumsError(f"{what}: {counts}")
    return counts


def patient_counts(compared: Comparison) -> pl.DataFrame:
    """Return one row a patient who is in both and a table compared, with `COUNTS`.

    SumsError where a patient's rows do not add up.
    """
    people = compared.patients.everybody
    rows = [_of_table(table, people) for table in compared.tables if table.encoded is not None]
    return pl.concat(rows).sort("patient_id", "table") if rows else pl.DataFrame()


def _of_table(table: ComparedTable, people: pl.DataFrame) -> pl.DataFrame:
    assert table.encoded is not None
    is_old = pl.col(ROW).is_not_null()
    result = pl.col("result")
    apart = ("not_compared", "set_apart")
    aggregated = [
        *(
            ((result == name) & (is_old | (name not in apart))).sum().alias(name)
            for name in RESULTS
        ),
        *(((result == name) & ~is_old).sum().alias(f"{name}_new") for name in apart),
    ]
    counts = table.entries.group_by(PAIR).agg(aggregated)
    in_old = table.encoded.old.raw.frame(PAIR).group_by(PAIR).agg(in_old=pl.len())
    in_new = table.encoded.new.raw.frame(PAIR).group_by(PAIR).agg(in_new=pl.len())
    if table.rules.name != "patients":
        people = people.drop_nulls()
    found = (
        people.join(counts, on=PAIR, how="left")
        .join(in_old, on=PAIR, how="left")
        .join(in_new, on=PAIR, how="left")
        .with_columns(pl.col(*COUNTS).fill_null(0).cast(pl.UInt32), table=pl.lit(table.rules.name))
    )
    both = pl.sum_horizontal(_OF_BOTH)
    wrong = found.filter(
        (both + pl.sum_horizontal("missing", *apart) != pl.col("in_old"))
        | (
            both + pl.sum_horizontal("additional", "not_compared_new", "set_apart_new")
            != pl.col("in_new")
        )
    )
    if wrong.height:
        raise SumsError(f"{table.rules.name}: {wrong.height} patients")
    return found.select("patient_id", "new_patient_id", "table", *COUNTS)


def answer_of(
    area: Area,
    counts: dict[str, int],
    severities: Mapping[str, int],
    systematic: int,
    ambiguous: int = 0,
) -> AreaAnswer:
    """Hold an area against its limits; whoever reads it sees which limit decided.

    `ambiguous` rows are those of patients who cannot be told from another: they count as unsure.
    """
    compared = sum(counts[name] for name in (*_OF_BOTH, "missing", "additional"))
    reasons: list[str] = []
    if not compared and not ambiguous:
        answer = (
            "not compared" if counts["not_compared"] or counts["not_compared_new"] else "accept"
        )
        if answer == "accept":
            reasons.append("no entries")
        return AreaAnswer(area, counts, severities, systematic, answer, tuple(reasons))
    unsure = counts["unsure"] + ambiguous
    for word, number in (*severities.items(), ("unsure", unsure)):
        if word == "none" or not number:
            continue
        share = area.limits[word]
        allowed = math.floor(share * compared)
        if number > allowed:
            reasons.append(f"{number:,} {word}, {_allowed(allowed)}")
    return AreaAnswer(
        area, counts, severities, systematic, "look" if reasons else "accept", tuple(reasons)
    )


def _allowed(number: int) -> str:
    return "none allowed" if not number else f"{number:,} allowed"


def total(counts: Sequence[dict[str, int]]) -> dict[str, int]:
    """Return the sum of counts."""
    return {name: sum(one[name] for one in counts) for name in COUNTS}

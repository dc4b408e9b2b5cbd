"""Suggest records that differ: in age, sex and usual GP, and from criterion to criterion.

What is chosen, exactly. The criteria are taken in turn: first the one with the fewest patients to
spare (those who meet it less those it lacks), on a tie the earlier in the pack. A criterion takes
one patient at a time, of those who meet it and are not picked for it:

1. those picked for the fewest other things so far (by people, by the random draw, or before in
   this suggestion);
2. of these, whoever adds most to the spread of the criterion's records;
3. of these, the lowest ticket.

The spread of a set of records is the sum, over age bands, sexes and usual GPs, of
1 + 1/2 + … + 1/n, where n is how many records of the set have that band, sex or GP. So a value not
seen yet counts 1, a second record with it a half, and so on. Taking the best at every step comes to
at least 63% of the largest spread there is (the sum is submodular), and mostly to nearly all of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl

from recordpick.picking.needs import Needs, Picks
from recordpick.picking.strata import with_groups
from recordpick.picking.tickets import ticket_numbers

Group = tuple[str, str, str]
"""Age band, sex and usual GP."""
EXACT = 12
"""Decimals to which sums of fractions are compared, so that their order does not matter."""


@dataclass(slots=True)
class _Cell:
    """Patients alike in everything that counts, lowest ticket first; the last is to be taken."""

    group: Group
    waiting: list[tuple[int, str]]


def spread(needs: Needs, picked: dict[str, list[str]], patients: pl.LazyFrame, seed: str) -> Picks:
    """Complete every criterion with records that differ, as the module says.

    `picked` holds the patient_ids picked for each criterion already; they count for its spread.
    `patients` is the index's patients at the date. Gives the picks in the pack's order, and in the
    order in which they were taken within a criterion.
    """
    groups = with_groups(patients)
    candidates = _candidates(needs, groups, seed)
    known = _groups_of(picked, groups)
    uses = needs.opened.select("patient_id", pl.col("uses").cast(pl.Int64))
    there = dict(candidates.group_by("need").len().iter_rows())
    in_turn = sorted(
        range(len(needs.lacking)), key=lambda need: (there[need] - needs.lacking[need], need)
    )
    taken: dict[int, list[str]] = {}
    for need in in_turn:
        asked = needs.lacking[need]
        cells = _cells(candidates.filter(pl.col("need") == need), uses, asked)
        before = [
            known[patient_id]
            for patient_id in picked.get(needs.criterion_ids[need], ())
            if patient_id in known
        ]
        taken[need] = _take(cells, before, asked)
        more = pl.DataFrame({"patient_id": taken[need]}, schema={"patient_id": pl.String})
        uses = (
            pl.concat([uses, more.with_columns(uses=pl.lit(1, dtype=pl.Int64))])
            .group_by("patient_id")
            .agg(pl.col("uses").sum())
        )
    return tuple(
        (criterion_id, patient_id)
        for need, criterion_id in enumerate(needs.criterion_ids)
        for patient_id in taken[need]
    )


def _candidates(needs: Needs, groups: pl.LazyFrame, seed: str) -> pl.DataFrame:
    """Give need, patient_id, age_band, sex, usual_gp, turn (place by ticket), by need and turn."""
    ids = needs.available["patient_id"].unique()
    turns = (
        pl.DataFrame([ids, ticket_numbers(ids, seed)])
        .sort("ticket_number", "patient_id")
        .select("patient_id", pl.int_range(pl.len()).alias("turn"))
    )
    return (
        needs.available.lazy()
        .select("need", "patient_id")
        .join(turns.lazy(), on="patient_id")
        .join(groups, on="patient_id", how="left")
        .with_columns(pl.col("age_band", "sex", "usual_gp").fill_null("unknown"))
        .sort("need", "turn")
        .collect()
    )


def _groups_of(picked: dict[str, list[str]], groups: pl.LazyFrame) -> dict[str, Group]:
    ids = sorted({patient_id for patient_ids in picked.values() for patient_id in patient_ids})
    wanted = pl.LazyFrame({"patient_id": ids}, schema={"patient_id": pl.String})
    found = groups.join(wanted, on="patient_id", how="semi").collect()
    return {
        patient_id: (age_band, sex, usual_gp)
        for patient_id, age_band, sex, usual_gp in found.iter_rows()
    }


def _cells(candidates: pl.DataFrame, uses: pl.DataFrame, asked: int) -> list[list[_Cell]]:
    """Put the candidates of a criterion into cells: by uses, least used first, then by group."""
    grouped = (
        candidates.join(uses, on="patient_id", how="left")
        .with_columns(pl.col("uses").fill_null(0))
        .sort("turn")
        .group_by("uses", "age_band", "sex", "usual_gp", maintain_order=True)
        .agg(pl.col("turn").head(asked), pl.col("patient_id").head(asked))
        .sort("uses", pl.col("turn").list.first())
    )
    levels: dict[int, list[_Cell]] = {}
    for used, age_band, sex, usual_gp, turns, patient_ids in grouped.iter_rows():
        waiting = list(zip(turns, patient_ids, strict=True))[::-1]
        levels.setdefault(used, []).append(_Cell((age_band, sex, usual_gp), waiting))
    return list(levels.values())


def _take(levels: list[list[_Cell]], before: list[Group], asked: int) -> list[str]:
    counts = tuple(Counter(group[which] for group in before) for which in range(3))
    taken: list[str] = []
    for cells in levels:
        while cells and len(taken) < asked:
            best = min(cells, key=lambda cell: (-_gain(counts, cell.group), cell.waiting[-1][0]))
            taken.append(best.waiting.pop()[1])
            for count, value in zip(counts, best.group, strict=True):
                count[value] += 1
            if not best.waiting:
                cells.remove(best)
    return taken


def _gain(counts: tuple[Counter[str], ...], group: Group) -> float:
    gains = (1 / (count[value] + 1) for count, value in zip(counts, group, strict=True))
    return round(sum(gains), EXACT)

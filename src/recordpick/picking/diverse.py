"""Suggest diverse records: of different age, sex and usual GP, and different for each criterion.

The exact rule: the criteria are taken in turn, first the one with the fewest patients to spare (the
number who meet it less the number it requires), on a tie the earlier in the pack. A criterion takes
one patient at a time, from those who meet it and are not picked for it:

1. those with the fewest other picks so far (by people, by the random draw, or earlier in this
   suggestion);
2. of these, the patient who adds most to the spread of the criterion's records;
3. of these, the one with the lowest ticket.

Where a criterion takes some of each kind of patients, it first takes of each kind, by this rule, as
many as are still wanted; then it goes on with everybody.

The spread of a set of records is the sum, over age bands, sexes and usual GPs, of
1 + 1/2 + … + 1/n, where n is how many records of the set have that band, sex or GP. So a value not
yet in the set counts 1, a second record with it a half, and so on. Taking the best at every step
reaches at least 63% of the largest possible spread (the sum is submodular), and mostly nearly all
of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl

from recordpick.picking.demand import Demand, Picks
from recordpick.picking.strata import with_groups
from recordpick.picking.tickets import ticket_numbers

Group = tuple[str, str, str]
"""Age band, sex and usual GP."""
DECIMALS = 12
"""Decimals to which sums of fractions are rounded, so that the order of adding does not matter."""


@dataclass(slots=True)
class _Cell:
    """Patients who are equal by steps 1 and 2 of the rule, and of the same required `kinds`.

    `queue` holds (place by ticket, patient_id), highest ticket first: the last is taken next.
    """

    group: Group
    kinds: frozenset[int]
    queue: list[tuple[int, str]]


def spread(
    demand: Demand, picked: dict[str, list[str]], patients: pl.LazyFrame, seed: str
) -> Picks:
    """Return diverse picks that complete every criterion, by the rule of this module.

    `picked` maps each criterion to the patient_ids already picked for it; they count towards its
    spread. `patients` is the index's patients at the date. Returns the picks in the pack's order,
    and within a criterion in the order in which they were taken.
    """
    groups = with_groups(patients)
    candidates = _candidates(demand, groups, seed)
    known = _groups_of(picked, groups)
    uses = demand.opened.select("patient_id", pl.col("uses").cast(pl.Int64))
    available = dict(candidates.group_by("demand_index").len().iter_rows())
    order = sorted(
        range(len(demand.required)),
        key=lambda index: (available[index] - demand.required[index], index),
    )
    taken: dict[int, list[str]] = {}
    for index in order:
        required = demand.required[index]
        levels = _cells_by_use(candidates.filter(pl.col("demand_index") == index), uses, required)
        before = [
            known[patient_id]
            for patient_id in picked.get(demand.criterion_ids[index], ())
            if patient_id in known
        ]
        kinds = {
            kind: number
            for (criterion_id, kind), number in demand.kinds.numbers.items()
            if criterion_id == demand.criterion_ids[index]
        }
        taken[index] = _take(levels, before, required, kinds)
        more = pl.DataFrame({"patient_id": taken[index]}, schema={"patient_id": pl.String})
        uses = (
            pl.concat([uses, more.with_columns(uses=pl.lit(1, dtype=pl.Int64))])
            .group_by("patient_id")
            .agg(pl.col("uses").sum())
        )
    return tuple(
        (criterion_id, patient_id)
        for index, criterion_id in enumerate(demand.criterion_ids)
        for patient_id in taken[index]
    )


def _candidates(demand: Demand, groups: pl.LazyFrame, seed: str) -> pl.DataFrame:
    """Return every patient available for each criterion, with group and place by ticket.

    Columns: demand_index, patient_id, turn (place by ticket, from 0), age_band, sex, usual_gp, and
    kinds (a list of the required kinds); sorted by demand_index and turn.
    """
    named = pl.LazyFrame(
        {
            "demand_index": range(len(demand.criterion_ids)),
            "criterion_id": demand.criterion_ids,
        },
        schema={"demand_index": pl.UInt32, "criterion_id": pl.String},
    )
    kinds = (
        demand.kinds.members.lazy()
        .join(named, on="criterion_id")
        .group_by("demand_index", "patient_id")
        .agg(pl.col("kind").cast(pl.UInt16).sort().alias("kinds"))
    )
    ids = demand.available["patient_id"].unique()
    turns = (
        pl.DataFrame([ids, ticket_numbers(ids, seed)])
        .sort("ticket_number", "patient_id")
        .select("patient_id", pl.int_range(pl.len()).alias("turn"))
    )
    return (
        demand.available.lazy()
        .select("demand_index", "patient_id")
        .join(turns.lazy(), on="patient_id")
        .join(groups, on="patient_id", how="left")
        .with_columns(pl.col("age_band", "sex", "usual_gp").fill_null("unknown"))
        .join(kinds, on=["demand_index", "patient_id"], how="left")
        .with_columns(pl.col("kinds").fill_null([]))
        .sort("demand_index", "turn")
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


def _cells_by_use(candidates: pl.DataFrame, uses: pl.DataFrame, required: int) -> list[list[_Cell]]:
    """Return the candidates of a criterion in cells: by number of uses, fewest first, and group."""
    grouped = (
        candidates.join(uses, on="patient_id", how="left")
        .with_columns(pl.col("uses").fill_null(0))
        .sort("turn")
        .group_by("uses", "age_band", "sex", "usual_gp", "kinds", maintain_order=True)
        .agg(pl.col("turn").head(required), pl.col("patient_id").head(required))
        .sort("uses", pl.col("turn").list.first())
    )
    levels: dict[int, list[_Cell]] = {}
    for used, age_band, sex, usual_gp, kinds, turns, patient_ids in grouped.iter_rows():
        queue = list(zip(turns, patient_ids, strict=True))[::-1]
        cell = _Cell((age_band, sex, usual_gp), frozenset(kinds), queue)
        levels.setdefault(used, []).append(cell)
    return list(levels.values())


def _take(
    levels: list[list[_Cell]], before: list[Group], required: int, kinds: dict[int, int]
) -> list[str]:
    """Take as many as required: first of each kind, in order, as many as `kinds` says."""
    counts = tuple(Counter(group[which] for group in before) for which in range(3))
    taken: list[str] = []
    of_kinds: Counter[int] = Counter()
    for kind, number in (*sorted(kinds.items()), (None, required)):
        for cells in levels:
            fitting = [cell for cell in cells if kind is None or kind in cell.kinds]
            while fitting and (len(taken) if kind is None else of_kinds[kind]) < number:
                best = min(
                    fitting, key=lambda cell: (-_gain(counts, cell.group), cell.queue[-1][0])
                )
                taken.append(best.queue.pop()[1])
                of_kinds.update(best.kinds)
                for count, value in zip(counts, best.group, strict=True):
                    count[value] += 1
                if not best.queue:
                    cells.remove(best)
                    fitting.remove(best)
    return taken


def _gain(counts: tuple[Counter[str], ...], group: Group) -> float:
    gains = (1 / (count[value] + 1) for count, value in zip(counts, group, strict=True))
    return round(sum(gains), DECIMALS)

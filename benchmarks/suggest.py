"""How long suggestions take, and how many records each method needs.

The matches of 40 criteria are synthetic: a criterion is met by 5 in 10,000 to 3 in 10 patients
(evenly on a logarithmic scale), and the same patients tend to meet many, as old and ill people do.
Tables are made before the clock starts; the first run loads the imports and is not counted.

CP-SAT (ortools) gets the whole problem unreduced: a Boolean variable for each patient. If it proves
an optimum, ours must be the same; if it is stopped first, its bound must not be above ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl

from benchmarks import cp_sat
from benchmarks.contenders import NOT_INSTALLED, version_of
from benchmarks.timing import DisagreeError, Timed, as_rows
from recordpick.criteria.pack import Criterion, Pack
from recordpick.matching import Matches
from recordpick.picking.suggestion import Basis, Suggestion, compare, suggest
from recordpick.picking.tickets import PickedPatient, draw_order

CRITERIA = 40
RECORDS = 20


class NothingYet:
    closed: dict[str, object] = {}  # noqa: RUF012 - never changed

    def of(self, criterion_id: str | None) -> Sequence[PickedPatient]:  # noqa: ARG002 - nothing
        return ()


def make_basis(patients: int, seed: int) -> Basis:
    """Return random matches, and the patients' ages, sexes and GPs."""
    random = np.random.default_rng(seed)
    ids = [f"{number:07d}" for number in range(patients)]
    table = pl.DataFrame(
        {
            "patient_id": ids,
            "age": random.integers(0, 100, patients),
            "sex": random.choice(["F", "M"], patients),
            "usual_gp": random.choice([f"Dr {letter}" for letter in "ABCDEFGH"], patients),
        }
    )
    burdens = random.normal(size=(patients, 3))
    names = [f"C{number:02d}" for number in range(CRITERIA)]
    found = [
        table.select(pl.lit(name).alias("criterion_id"), "patient_id").filter(
            pl.Series(_meet(random, burdens))
        )
        for name in names
    ]
    criteria = tuple(Criterion(name, "Area", "Title", "Find.", records=RECORDS) for name in names)
    pack = Pack("Pack", "Supplier", "1", RECORDS, 20, None, None, criteria, {}, {})
    matches = Matches(date(2026, 10, 1), {}, pl.concat(found))
    return Basis(matches, pack, NothingYet(), str(seed), table.lazy())


def _meet(random: np.random.Generator, burdens: Any) -> Any:
    """Return for every patient whether they meet a criterion."""
    share = 10 ** random.uniform(-3.3, -0.5)
    leaning = burdens @ np.abs(random.normal(0, 1.5, 3)) + random.logistic(size=len(burdens))
    return leaning > np.quantile(leaning, 1 - share)


def run(patients: int, seeds: Sequence[int]) -> dict[str, Any]:
    """Measure one size: seconds and numbers of records, for one synthetic practice per seed."""
    suggest(make_basis(1_000, 0), "fewest")
    works: dict[str, Callable[[Basis], Any]] = {
        "recordpick, fewest records": lambda basis: suggest(basis, "fewest"),
        "recordpick, balanced": lambda basis: suggest(basis, "balanced"),
        "recordpick, all ways compared": compare,
        "recordpick, order of the random draw": lambda basis: draw_order(
            basis.patients.collect()["patient_id"], "1"
        ),
    }
    cp_sat_name = "CP-SAT (ortools)"
    left_out = {} if version_of("ortools") else {cp_sat_name: NOT_INSTALLED}
    timed = {name: Timed(name) for name in works}
    by_cp_sat = Timed(cp_sat_name)
    records: dict[str, list[int]] = {}
    proven = {"recordpick": 0} | ({} if left_out else {cp_sat_name: 0})
    for seed in seeds:
        basis = make_basis(patients, seed)
        answers = {}
        for name, work in works.items():
            start = perf_counter()
            answers[name] = work(basis)
            timed[name].seconds.append(perf_counter() - start)
        few: Suggestion = answers["recordpick, fewest records"]
        ways = answers["recordpick, all ways compared"]
        said = {
            "picks": len(few.picks),
            "proven lower bound": few.lower_bound,
            "fewest records (recordpick)": few.records,
            "balanced (recordpick)": ways.suggestions["balanced"].records,
            "greedy": ways.greedy_records,
            "spread over ages and GPs": ways.suggestions["spread"].records,
            "one random draw a criterion": ways.suggestions["ticket"].records,
        }
        proven["recordpick"] += few.proven
        if not left_out:
            solved = cp_sat.fewest_by_cp_sat(basis.matches.found, RECORDS)
            agree(few, solved)
            by_cp_sat.seconds.append(solved.seconds)
            said[cp_sat_name] = solved.records
            proven[cp_sat_name] += solved.ended
        for what, number in said.items():
            records.setdefault(what, []).append(number)
    return {
        "work": "suggest",
        "patients": patients,
        "criteria": CRITERIA,
        "practices": len(seeds),
        "cp_sat_stopped_after_s": None if left_out else cp_sat.SECONDS,
        "proven_smallest": proven,
        "left_out": left_out,
        "times": as_rows([*timed.values(), *([] if left_out else [by_cp_sat])]),
        "records to open": [
            {"way": what, "median": median(found), "least": min(found), "most": max(found)}
            for what, found in records.items()
        ],
    }


def agree(few: Suggestion, solved: cp_sat.Solved) -> None:
    """Raise DisagreeError if the two solvers' proofs contradict each other."""
    contradict = solved.records < few.lower_bound or few.records < solved.bound
    if contradict or (few.proven and solved.ended and few.records != solved.records):
        raise DisagreeError(
            f"recordpick: {few.records}, at least {few.lower_bound}; CP-SAT: {solved.records}, "
            f"at least {solved.bound}"
        )

"""How long suggestions take, and how many records each way needs.

    PYTHONPATH=src python benchmarks/suggest.py [PATIENTS ...]

Who meets which of 40 criteria is made up: a criterion is met by 5 in 10,000 to 3 in 10 patients
(even on a logarithmic scale), and the same patients tend to meet many, as the old and ill do.
Tables are made before the clock starts; the first run warms the imports and is not counted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import date
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl

from recordpick.criteria.pack import Criterion, Pack
from recordpick.matching import Matches
from recordpick.picking.by_ticket import PickedPatient
from recordpick.picking.suggestion import Basis, compare, suggest
from recordpick.picking.tickets import draw_order

SIZES = (15_000, 100_000)
SEEDS = (1, 2, 3, 4, 5)
CRITERIA = 40
RECORDS = 20


class NothingYet:
    closed: dict[str, object] = {}  # noqa: RUF012 - never changed

    def of(self, criterion_id: str | None) -> Sequence[PickedPatient]:  # noqa: ARG002 - nothing
        return ()


def make_basis(patients: int, seed: int) -> Basis:
    """Make up who meets what, and the patients' ages, sexes and GPs."""
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
    """Say of every patient whether they meet a criterion."""
    share = 10 ** random.uniform(-3.3, -0.5)
    leaning = burdens @ np.abs(random.normal(0, 1.5, 3)) + random.logistic(size=len(burdens))
    return leaning > np.quantile(leaning, 1 - share)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = perf_counter()
    result = work()
    return perf_counter() - start, result


def run(patients: int, seeds: Sequence[int]) -> dict[str, list[float]]:
    """Measure one size: seconds and numbers of records, one value a seed."""
    suggest(make_basis(1_000, 0), "fewest")
    results: dict[str, list[float]] = {}
    for seed in seeds:
        basis = make_basis(patients, seed)
        seconds, few = timed(lambda basis=basis: suggest(basis, "fewest"))
        in_all, ways = timed(lambda basis=basis: compare(basis))
        drawing, _ = timed(
            lambda basis=basis: draw_order(basis.patients.collect()["patient_id"], "1")
        )
        row = {
            "suggest, s": seconds,
            "compare all ways, s": in_all,
            "draw order, s": drawing,
            "picks": len(few.picks),
            "fewest": few.records,
            "lower bound": few.lower_bound,
            "proven": few.proven,
            "greedy": ways.greedily,
            "spread": ways.suggestions["spread"].records,
            "ticket": ways.suggestions["ticket"].records,
        }
        for name, value in row.items():
            results.setdefault(name, []).append(float(value))
    return results


def main(sizes: Sequence[int]) -> None:
    for patients in sizes:
        print(f"\n{CRITERIA} criteria x {patients:,} patients, {len(SEEDS)} seeds")
        print(f"{'':<22}{'median':>9}{'least':>9}{'most':>9}")
        for name, values in run(patients, SEEDS).items():
            digits = 3 if name.endswith(", s") else 0
            cells = (median(values), min(values), max(values))
            print(f"{name:<22}" + "".join(f"{cell:9.{digits}f}" for cell in cells))


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)

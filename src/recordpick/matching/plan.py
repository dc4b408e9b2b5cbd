"""The lazy plan that answers a whole pack: from the index's files to one row a patient.

Each table is scanned once. Counts with a codelist share one join with all the codes (a condition
is then looked at on the joined rows only); counts without one are summed in one group-by. The
result says, for each patient, whether each step of each criterion holds. There is no Python
function anywhere in the plan, so polars may run, stream or send it where it likes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.rules import Answerable, Count, condition, holds, satisfied

PATIENT = "patient_id"
_COUNT = "\x1fcount"  # no table can have a column of this name
_ROWS = "\x1frows"


@dataclass(frozen=True, slots=True)
class Names:
    """What the columns of the plan's result are called."""

    criterion: int

    @property
    def population(self) -> str:
        """Whether the patient belongs to the criterion's population."""
        return f"{self.criterion}:population"

    def step(self, step: int) -> str:
        """Whether the step holds."""
        return f"{self.criterion}:{step}"


def plan(
    pack: Pack, index: PracticeIndex, as_at: date, criteria: Sequence[Answerable]
) -> pl.LazyFrame:
    """Plan one row a patient: `patient_id` and, for criterion k, `k:population` and `k:step`.

    All columns but the first are Boolean and never null; rows come sorted by patient_id. Only
    criteria that can be answered may be given.
    """
    counts = list(dict.fromkeys(count for criterion in criteria for count in criterion.counts))
    frame = _counted(pack, index, as_at, index.patients(as_at), counts).with_columns(
        satisfied(pack, "patients", criterion.criterion.population, as_at).alias(
            Names(k).population
        )
        for k, criterion in enumerate(criteria)
    )
    number_of = {count: _name(number) for number, count in enumerate(counts)}
    return frame.select(
        PATIENT,
        *(pl.col(Names(k).population) for k in range(len(criteria))),
        *(
            pl.any_horizontal(
                [holds(rule, pl.col(number_of[Count.of(rule)])) for rule in step]
            ).alias(Names(k).step(s))
            for k, criterion in enumerate(criteria)
            for s, step in enumerate(criterion.steps)
        ),
    )


def counted_for(
    pack: Pack, index: PracticeIndex, as_at: date, criterion: Answerable, patient_id: str
) -> tuple[bool, dict[Count, int]]:
    """Tell for one patient whether they are in the population, and what each rule counts."""
    counts = list(criterion.counts)
    patient = index.patients(as_at).filter(pl.col(PATIENT) == patient_id)
    within = satisfied(pack, "patients", criterion.criterion.population, as_at).alias(_ROWS)
    row = (
        _counted(pack, index, as_at, patient, counts)
        .select(within, *(pl.col(_name(number)) for number in range(len(counts))))
        .collect()
        .row(0)
    )
    return bool(row[0]), dict(zip(counts, row[1:], strict=True))


def _counted(
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    patients: pl.LazyFrame,
    counts: Sequence[Count],
) -> pl.LazyFrame:
    """Add to `patients` one column a count: how many rows the patient has, 0 if none."""
    numbered = list(enumerate(counts))
    frame = patients.with_columns(
        _on_patient(pack, count, as_at).alias(_name(number))
        for number, count in numbered
        if count.table == "patients"
    )
    counted = [(number, count) for number, count in numbered if count.table != "patients"]
    if not counted:
        return frame
    wide = (
        count_rows(pack, index, as_at, counted)
        .group_by(PATIENT)
        .agg(
            pl.col(_ROWS).filter(pl.col(_COUNT) == number).sum().alias(_name(number))
            for number, _ in counted
        )
    )
    return frame.join(wide, on=PATIENT, how="left", maintain_order="left").with_columns(
        pl.col(_name(number)).fill_null(0) for number, _ in counted
    )


def count_rows(
    pack: Pack, index: PracticeIndex, as_at: date, counts: Iterable[tuple[int, Count]]
) -> pl.LazyFrame:
    """Count, for each patient and numbered count, rows of tables other than `patients`.

    Gives the columns patient_id, the count's number (UInt16) and the rows (UInt32, above 0).
    """
    by_table: dict[str, list[tuple[int, Count]]] = {}
    for number, count in counts:
        by_table.setdefault(count.table, []).append((number, count))
    parts: list[pl.LazyFrame] = []
    for table, of_table in by_table.items():
        coded = [(n, count) for n, count in of_table if count.codes is not None]
        plain = [(n, count) for n, count in of_table if count.codes is None]
        if coded:
            parts += _grouped(coded_rows(pack, index, as_at, table, coded), coded)
        if plain:
            parts += _plain(pack, index, as_at, table, plain)
    return pl.concat(parts)


def coded_rows(
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    table: str,
    counts: Sequence[tuple[int, Count]],
) -> pl.LazyFrame:
    """Give the rows of a table that meet counts with a codelist, once for each count they meet."""
    codes = pl.LazyFrame(
        [
            (code, number)
            for number, count in counts
            for code in pack.codelists[count.codes or ""].codes
        ],
        schema={"code": pl.String, _COUNT: pl.UInt16},
        orient="row",
    )
    all_codes = sorted({code for _, count in counts for code in _codes(pack, count)})
    joined = (
        index.scan(table)
        .select(sorted(_columns(pack, table, counts)))
        .filter(pl.col("code").is_in(all_codes))
        .join(codes, on="code", how="inner")
    )
    by_where: dict[str | None, list[int]] = {}
    for number, count in counts:
        by_where.setdefault(count.where, []).append(number)
    if set(by_where) == {None}:
        return joined
    return joined.filter(
        pl.any_horizontal(
            [
                pl.col(_COUNT).is_in(numbers) & satisfied(pack, table, where, as_at)
                for where, numbers in by_where.items()
            ]
        )
    )


def _codes(pack: Pack, count: Count) -> tuple[str, ...]:
    return pack.codelists[count.codes].codes if count.codes is not None else ()


def _columns(pack: Pack, table: str, counts: Iterable[tuple[int, Count]]) -> set[str]:
    columns = {PATIENT, "code"}
    for _, count in counts:
        columns |= {name for name in (count.distinct, count.per) if name}
        if count.where is not None:
            columns |= condition(pack, table, count.where).columns
    return columns


def _grouped(rows: pl.LazyFrame, counts: Sequence[tuple[int, Count]]) -> list[pl.LazyFrame]:
    """Count rows that carry their count's number, in the manner that each count asks for."""
    manners: dict[tuple[str | None, str | None], list[int]] = {}
    for number, count in counts:
        manners.setdefault((count.distinct, count.per), []).append(number)
    return [
        _tally(rows.filter(pl.col(_COUNT).is_in(numbers)), distinct, per)
        for (distinct, per), numbers in manners.items()
    ]


def _tally(rows: pl.LazyFrame, distinct: str | None, per: str | None) -> pl.LazyFrame:
    needed = [pl.col(name).is_not_null() for name in (distinct, per) if name]
    if needed:
        rows = rows.filter(*needed)
    tally = pl.len() if distinct is None else pl.col(distinct).n_unique()
    keys = list(dict.fromkeys([PATIENT, _COUNT, *([per] if per else [])]))
    tallied = rows.group_by(keys).agg(tally.cast(pl.UInt32).alias(_ROWS))
    if per:
        tallied = tallied.group_by(PATIENT, _COUNT).agg(pl.col(_ROWS).max())
    return tallied.select(PATIENT, _COUNT, _ROWS)


def _plain(
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    table: str,
    counts: Sequence[tuple[int, Count]],
) -> list[pl.LazyFrame]:
    """Count rows without a codelist: sums in one pass, the others each in a pass of its own."""
    rows = index.scan(table)
    simple = [(n, count) for n, count in counts if count.distinct is None and count.per is None]
    parts: list[pl.LazyFrame] = []
    if simple:
        wheres = {_name(n): satisfied(pack, table, count.where, as_at) for n, count in simple}
        sums = (
            rows.select(PATIENT, **wheres)
            .filter(pl.any_horizontal([pl.col(name) for name in wheres]))
            .group_by(PATIENT)
            .agg(pl.col(name).sum().cast(pl.UInt32) for name in wheres)
        )
        parts += [
            sums.select(
                PATIENT,
                pl.lit(n, dtype=pl.UInt16).alias(_COUNT),
                pl.col(_name(n)).alias(_ROWS),
            ).filter(pl.col(_ROWS) > 0)
            for n, _ in simple
        ]
    parts += [
        _tally(
            rows.filter(satisfied(pack, table, count.where, as_at)).with_columns(
                pl.lit(n, dtype=pl.UInt16).alias(_COUNT)
            ),
            count.distinct,
            count.per,
        )
        for n, count in counts
        if (n, count) not in simple
    ]
    return parts


def _on_patient(pack: Pack, count: Count, as_at: date) -> pl.Expr:
    """Count a rule over `patients`, where each patient has one row: 0 or 1."""
    needed = [pl.col(name).is_not_null() for name in (count.distinct, count.per) if name]
    met = reduce(
        lambda left, right: left & right,
        needed,
        satisfied(pack, "patients", count.where, as_at),
    )
    return met.cast(pl.UInt32)


def _name(number: int) -> str:
    return f"{_COUNT}{number}"

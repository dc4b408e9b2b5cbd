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
    for part in count_rows(pack, index, as_at, counted):
        frame = frame.join(part, on=PATIENT, how="left", maintain_order="left")
    return frame.with_columns(pl.col(_name(number)).fill_null(0) for number, _ in counted)


def count_rows(
    pack: Pack, index: PracticeIndex, as_at: date, counts: Iterable[tuple[int, Count]]
) -> list[pl.LazyFrame]:
    """Count, for each patient and numbered count, rows of tables other than `patients`.

    Gives frames of one row a patient, of those who have any: patient_id and a column for each of
    some of the counts (every count is in one frame).
    """
    alike: dict[tuple[str, bool, str | None, str | None], list[tuple[int, Count]]] = {}
    for number, count in counts:
        manner = (count.table, count.codes is not None, count.distinct, count.per)
        alike.setdefault(manner, []).append((number, count))
    parts = []
    for (table, coded, distinct, per), of_manner in alike.items():
        if coded:
            rows = coded_rows(pack, index, as_at, table, of_manner)
            flags = {n: pl.col(_COUNT) == n for n, _ in of_manner}
        else:
            rows = _plain_rows(pack, index, as_at, table, of_manner)
            flags = {n: satisfied(pack, table, count.where, as_at) for n, count in of_manner}
        parts.append(_tally(rows, flags, distinct, per))
    return parts


def coded_rows(
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    table: str,
    counts: Sequence[tuple[int, Count]],
) -> pl.LazyFrame:
    """Give the rows of a table that meet counts with a codelist, once for each count they meet."""
    codes = pl.LazyFrame(
        [(code, number) for number, count in counts for code in _codes(pack, count)],
        schema={"code": pl.String, _COUNT: pl.UInt16},
        orient="row",
    )
    all_codes = sorted({code for _, count in counts for code in _codes(pack, count)})
    joined = (
        index.scan(table)
        .select(sorted({"code"} | _columns(pack, table, counts)))
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


def _plain_rows(
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    table: str,
    counts: Sequence[tuple[int, Count]],
) -> pl.LazyFrame:
    """Give the rows that may satisfy one of the conditions: the quick parts of each are looked at.

    What is slow (functions of text, patterns) is left for the rows that remain.
    """
    rows = index.scan(table).select(sorted(_columns(pack, table, counts)))
    if any(count.where is None for _, count in counts):
        return rows
    quick = {
        count.where: condition(pack, table, count.where).quick_part(as_at)
        for _, count in counts
        if count.where is not None
    }
    return rows.filter(pl.any_horizontal(list(quick.values())))


def _codes(pack: Pack, count: Count) -> tuple[str, ...]:
    return pack.codelists[count.codes].codes if count.codes is not None else ()


def _columns(pack: Pack, table: str, counts: Iterable[tuple[int, Count]]) -> set[str]:
    columns = {PATIENT}
    for _, count in counts:
        columns |= {name for name in (count.distinct, count.per) if name}
        if count.where is not None:
            columns |= condition(pack, table, count.where).columns
    return columns


def _tally(
    rows: pl.LazyFrame, flags: dict[int, pl.Expr], distinct: str | None, per: str | None
) -> pl.LazyFrame:
    """Count for each patient the rows where each flag is true, or their distinct values."""
    needed = [pl.col(name).is_not_null() for name in (distinct, per) if name]
    if needed:
        rows = rows.filter(*needed)
    keys = list(dict.fromkeys([PATIENT, *([per] if per else [])]))
    # The flags are columns of their own, so that a slow condition is worked out once a row.
    kept = [pl.col(name) for name in dict.fromkeys([*keys, *([distinct] if distinct else [])])]
    tallied = (
        rows.select(*kept, **{_name(n): flag for n, flag in flags.items()})
        .group_by(keys)
        .agg(_number_of(_name(n), distinct).cast(pl.UInt32).alias(_name(n)) for n in flags)
    )
    if per:
        tallied = tallied.group_by(PATIENT).agg(pl.col(_name(n)).max() for n in flags)
    return tallied.select(PATIENT, *(_name(n) for n in flags))


def _number_of(flag: str, distinct: str | None) -> pl.Expr:
    if distinct is None:
        return pl.col(flag).sum()
    return pl.col(distinct).filter(pl.col(flag)).n_unique()


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

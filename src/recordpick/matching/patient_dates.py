"""The dates of patients that a pack defines: one row a patient, one column a date.

They are counted before the rules that use them, since a rule compares rows with them. A date whose
condition uses other dates is counted after those.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

import polars as pl

from recordpick.criteria.conditions import Condition
from recordpick.criteria.pack import Pack, PatientDate, dates_used
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.rules import Count

PATIENT = "patient_id"
NUMBER = "\x1fcount"  # no table can have a column of these names
_EARLIEST = "\x1fearliest"
_LATEST = "\x1flatest"


def patient_dates(
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    conditions: Iterable[Condition | None],
    patient_ids: Collection[str] | None = None,
) -> pl.DataFrame:
    """Return the dates that conditions use: `patient_id`, and a Date column for each.

    Patients without any of them have no row. Only the given patients are looked at (all, if None).
    """
    found = pl.DataFrame(schema={PATIENT: pl.String})
    for several in _in_turn(dates_used(pack, conditions)):
        for frame in _dates(pack, index, as_at, several, found, patient_ids):
            found = found.join(frame, on=PATIENT, how="full", coalesce=True)
    return found


def with_dates(
    rows: pl.LazyFrame, dates: pl.DataFrame, conditions: Iterable[Condition | None]
) -> pl.LazyFrame:
    """Return rows with the dates of their patient that conditions use."""
    used = {name for one in conditions if one is not None for name in one.dates}
    if not used:
        return rows
    own = dates.lazy().select(PATIENT, *sorted(used))
    return rows.join(own, on=PATIENT, how="left", maintain_order="left")


def coded_rows(
    pack: Pack,
    rows: pl.LazyFrame,
    as_at: date,
    counts: Mapping[int, Count],
    dates: pl.DataFrame,
) -> pl.LazyFrame:
    """Return the rows of a table that match counts with a codelist, once for each such count.

    NUMBER says which count it is.
    """
    codes = _codes(pack, counts)
    joined = rows.filter(pl.col("code").is_in([code for code, _ in codes])).join(
        pl.LazyFrame(codes, schema={"code": pl.String, NUMBER: pl.UInt16}, orient="row"),
        on="code",
        how="inner",
    )
    by_where: dict[Condition, list[int]] = {}
    for number, count in counts.items():
        if count.where is not None:
            by_where.setdefault(count.where, []).append(number)
    if not by_where:
        return joined
    fails = [
        pl.col(NUMBER).is_in(numbers) & ~where.expression(as_at)
        for where, numbers in by_where.items()
    ]
    return with_dates(joined, dates, by_where).filter(~pl.any_horizontal(fails))


def _codes(pack: Pack, counts: Mapping[int, Count]) -> Sequence[tuple[str, int]]:
    """Return each code of each codelist, with the number of the count that needs it."""
    return [
        (code, number)
        for number, count in counts.items()
        for code in dict.fromkeys(pack.codelists[count.codes or ""].codes)
    ]


def _in_turn(dates: Sequence[PatientDate]) -> Iterator[list[PatientDate]]:
    """Yield the dates in groups: each uses only dates of the groups before it."""
    left = list(dates)
    known: set[str] = set()
    while left:
        ready = [one for one in left if one.rows.where is None or one.rows.where.dates <= known]
        yield ready
        known |= {one.name for one in ready}
        left = [one for one in left if one.name not in known]


def _dates(
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    dates: Sequence[PatientDate],
    known: pl.DataFrame,
    patient_ids: Collection[str] | None,
) -> Iterator[pl.DataFrame]:
    """Yield frames with the given dates as columns, each in one of them."""
    coded: dict[tuple[str, str], list[PatientDate]] = {}
    frames: list[tuple[pl.LazyFrame, list[PatientDate]]] = []
    for one in dates:
        if one.rows.codes is not None:
            coded.setdefault((one.rows.table, one.column), []).append(one)
            continue
        rows = with_dates(_rows(index, one.rows.table, patient_ids), known, [one.rows.where])
        if one.rows.where is not None:
            rows = rows.filter(one.rows.where.filter(as_at))
        frames.append((_ends(rows.with_columns(_number(0)), one.column), [one]))
    for (table, column), several in coded.items():
        counts = {number: Count.of(one.rows) for number, one in enumerate(several)}
        rows = coded_rows(pack, _rows(index, table, patient_ids), as_at, counts, known)
        frames.append((_ends(rows, column), several))
    collected = pl.collect_all([frame for frame, _ in frames], engine="streaming")
    for (_, several), ends in zip(frames, collected, strict=True):
        yield _as_columns(ends, several)


def _rows(index: PracticeIndex, table: str, patient_ids: Collection[str] | None) -> pl.LazyFrame:
    rows = index.scan(table)
    return rows if patient_ids is None else rows.filter(pl.col(PATIENT).is_in(list(patient_ids)))


def _number(number: int) -> pl.Expr:
    return pl.lit(number, pl.UInt16).alias(NUMBER)


def _ends(rows: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """Return the first and last day of each patient and number."""
    return rows.group_by(PATIENT, NUMBER).agg(
        pl.col(column).min().alias(_EARLIEST), pl.col(column).max().alias(_LATEST)
    )


def _as_columns(ends: pl.DataFrame, dates: Sequence[PatientDate]) -> pl.DataFrame:
    latest = [number for number, one in enumerate(dates) if one.is_latest]
    day = pl.when(pl.col(NUMBER).is_in(latest)).then(_LATEST).otherwise(_EARLIEST)
    found = ends.group_by(PATIENT).agg(
        day.filter(pl.col(NUMBER) == number).max().alias(one.name)
        for number, one in enumerate(dates)
    )
    moved = [one for one in dates if one.months or one.days]
    return found.with_columns(
        pl.col(one.name).dt.offset_by(f"{one.months}mo{one.days}d") for one in moved
    )

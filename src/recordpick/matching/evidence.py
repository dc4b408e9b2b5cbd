"""Find why a patient meets a criterion: the rows of the record that satisfy its rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import polars as pl

from recordpick.criteria.pack import Pack, Rule
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.patient_dates import PATIENT, patient_dates, with_dates
from recordpick.matching.patient_words import in_words
from recordpick.matching.rules import answerable, satisfied
from recordpick.schema import TABLES

EVIDENCE = pl.Schema(
    {
        PATIENT: pl.String(),
        "step": pl.UInt16(),
        "says": pl.String(),
        "table": pl.String(),
        "row_id": pl.String(),
        "date": pl.Date(),
        "summary": pl.String(),
    }
)

SUMMARY: dict[str, tuple[str, ...]] = {
    "events": (
        "term",
        "value",
        "value_text",
        "unit",
        "problem_status",
        "significance",
        "ended_on",
        "text",
    ),
    "medications": ("drug", "dosage", "quantity", "unit", "course", "ended_on"),
    "appointments": ("status", "start_time", "slot_type", "clinician"),
    "documents": ("kind", "title", "file_name"),
    "referrals": ("term", "urgency", "recipient", "ubrn"),
    "recalls": ("term", "status"),
    "addresses": ("kind", "value", "postcode", "until"),
    "relationships": ("relation", "name", "until"),
}
"""The columns that summarise a row in one line, in order. Other tables show all their columns."""


def evidence(
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    criterion_id: str,
    patient_ids: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Return the rows that satisfy a criterion's rules, newest first within a patient.

    Columns as in `EVIDENCE`: `step` counts from 0, `row_id` identifies the row in its `table`. Only
    the given patients are searched (all, if None), whether or not they meet the whole criterion; a
    rule that requires none has no rows to show. A criterion that this index cannot answer has no
    evidence.
    """
    frame = _rows(pack, index, as_at, criterion_id, patient_ids)
    if frame is None:
        return pl.DataFrame(schema=EVIDENCE)
    return (
        frame.sort(
            PATIENT,
            "step",
            "date",
            "row_id",
            descending=[False, False, True, False],
            nulls_last=True,
        )
        .collect(engine="streaming")
        .cast(EVIDENCE)
    )


def evidence_rows(
    pack: Pack, index: PracticeIndex, as_at: date, wanted: Mapping[str, Sequence[str]]
) -> pl.DataFrame:
    """Return which rows satisfy the rules of criteria: criterion_id, patient_id, table, row_id.

    `wanted` has the patients for each criterion, and the index is limited to those
    (`PracticeIndex.of_patients`), as for `evidence`; each row is there once for a criterion.
    """
    columns = {"criterion_id": pl.String, PATIENT: pl.String, "table": pl.String}
    nothing = pl.DataFrame(schema=columns | {"row_id": pl.String})
    frames = []
    for criterion_id, patient_ids in wanted.items():
        rows = _rows(pack, index, as_at, criterion_id, patient_ids)
        if rows is not None:
            own = rows.select(PATIENT, "table", "row_id").unique()
            frames.append(own.select(pl.lit(criterion_id).alias("criterion_id"), pl.all()))
    # each filter is to see only what the one before it left: together they take six times as long
    one_by_one = pl.QueryOptFlags(predicate_pushdown=False)
    return pl.concat([nothing, *pl.collect_all(frames, optimizations=one_by_one)])


def evidence_lines(
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    criterion_id: str,
    patient_ids: Sequence[str] | None = None,
    *,
    listed: frozenset[str] = frozenset(),
) -> pl.DataFrame:
    """Return one line a patient: `patient_id`, `rows` (UInt32) and `line` (String), by patient_id.

    The line is the newest row of the criterion's last step that has rows: the first steps mostly
    define the patients, the last what is searched for. Columns of the patient that are `listed`
    beside the line are not repeated in it.
    """
    frame = _rows(pack, index, as_at, criterion_id, patient_ids, listed)
    if frame is None:
        return pl.DataFrame(schema={PATIENT: pl.String, "rows": pl.UInt32, "line": pl.String})
    dated = pl.concat_str(
        [pl.col("date").dt.strftime("%d %b %Y"), pl.col("summary")],
        separator="  ",
        ignore_nulls=True,
    )
    return (
        frame.select(PATIENT, "step", "date", "row_id", dated.alias("line"))
        .sort("step", "date", "row_id", descending=[True, True, False], nulls_last=True)
        .group_by(PATIENT)
        .agg(pl.len().cast(pl.UInt32).alias("rows"), pl.col("line").first())
        .sort(PATIENT)
        .collect(engine="streaming")
    )


def _rows(
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    criterion_id: str,
    patient_ids: Sequence[str] | None,
    listed: frozenset[str] = frozenset(),
) -> pl.LazyFrame | None:
    criterion = answerable(pack, index, pack.criterion(criterion_id))
    parts = [
        _of_rule(pack, index, as_at, number, rule, patient_ids, _summary(index, rule, listed))
        for number, step in enumerate(criterion.steps)
        for rule in step
        if rule.at_most != 0
    ]
    return pl.concat(parts) if parts else None


def _of_rule(
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    step: int,
    rule: Rule,
    patient_ids: Sequence[str] | None,
    summary: pl.Expr,
) -> pl.LazyFrame:
    on_patients = rule.table == "patients"
    rows = index.patients(as_at) if on_patients else index.scan(rule.table)
    if patient_ids is not None:
        rows = rows.filter(pl.col(PATIENT).is_in(list(patient_ids)))
    dates = patient_dates(pack, index, as_at, [rule.where], patient_ids)
    rows = rows_that_satisfy(with_dates(rows, dates, [rule.where]), rule, pack, as_at)
    present = index.columns(rule.table)
    table = TABLES.get(_shown_as(present, rule.table))
    row_id = table.row_id if table and table.row_id in present else None
    shown_by = table.date if table and table.date in present and not on_patients else None
    return rows.select(
        PATIENT,
        pl.lit(step, dtype=pl.UInt16).alias("step"),
        pl.lit(rule.says).alias("says"),
        pl.lit(rule.table).alias("table"),
        (pl.col(row_id) if row_id else pl.lit(None, dtype=pl.String)).alias("row_id"),
        (pl.col(shown_by) if shown_by else pl.lit(None, dtype=pl.Date)).alias("date"),
        summary.alias("summary"),
    )


def _shown_as(present: Collection[str], table: str) -> str:
    """Return the table that a table's rows look like: report rules derive some of events."""
    return "events" if table not in TABLES and "event_id" in present else table


def rows_that_satisfy(rows: pl.LazyFrame, rule: Rule, pack: Pack, as_at: date) -> pl.LazyFrame:
    """Return the rows of a rule's table that the rule counts, with all their columns."""
    if rule.codes is not None:
        rows = rows.filter(pl.col("code").is_in(list(pack.codelists[rule.codes].codes)))
    rows = rows.filter(satisfied(rule.where, as_at))
    needed = [pl.col(name).is_not_null() for name in (rule.distinct, rule.per) if name]
    return rows.filter(*needed) if needed else rows


def _summary(index: PracticeIndex, rule: Rule, listed: frozenset[str]) -> pl.Expr:
    """Summarise a row in one line: its main columns, or for a patient those that the rule uses.

    Of a patient's columns those that are `listed` anyway are left out.
    """
    present = index.columns(rule.table)
    if rule.table == "patients":
        used = frozenset() if rule.where is None else rule.where.columns
        kinds = {column.name: column.kind for column in TABLES["patients"].columns} | present
        named = [in_words(name, kind) for name, kind in kinds.items() if name in used - listed]
        dates = frozenset() if rule.where is None else rule.where.dates
        named += [in_words(name, "date") for name in sorted(dates)]
        if named:
            return pl.concat_str(named, separator=", ")
        return pl.lit("" if used else "registered patient")
    names = SUMMARY.get(_shown_as(present, rule.table)) or tuple(
        name for name in present if name != PATIENT
    )
    parts = [_shown(name, present[name]) for name in names if name in present]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True) if parts else pl.lit("")


def _shown(name: str, kind: str) -> pl.Expr:
    column = pl.col(name)
    if kind == "number":
        return column.cast(pl.String).str.strip_suffix(".0")
    if kind == "date":
        return column.dt.strftime(f"({name.replace('_', ' ')} %d %b %Y)")
    return column.cast(pl.String).replace("", None)

"""Enrichment: adding details from other files to rows: problems to events, issues to medication.

Each function is the `enrich` of a part (source.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from recordpick.index.lookup import LookupTable, gather_at
from recordpick.index.source import DETAIL_OF, LookupColumns, MatchedKeys, SourcePart

PROBLEMS, ISSUES = "problems", "issues"
"""The names under which such rows are provided."""


_OF_PROBLEMS = ("problem_status", "significance", "ended_on", "parent_id", "text")

_PROBLEM = "__problem"
"""The index of an event in the table of problems."""


def with_problems(part: SourcePart, required: Mapping[str, pl.LazyFrame]) -> SourcePart:
    """Return events with the details of their problems.

    Of several problem rows for one event, the last one, and an active one before a past one.
    """
    own = part.frame.collect_schema().names()
    problems_by_id = _each_problem(_details(required[PROBLEMS]))
    detail_columns = [name for name in problems_by_id.columns if name in _OF_PROBLEMS]
    combined = [name for name in detail_columns if name in {*own, "text", "parent_id"}]
    lookups = [_doubled_for_problems(each) for each in part.lookups]
    columns = {name: _combined(problems_by_id, name, own) for name in combined}
    if "kind" in own:
        columns["kind"] = pl.when(_IS_PROBLEM).then(pl.lit("problem")).otherwise(pl.col("kind"))
    for before, after in zip(part.lookups, lookups, strict=True):
        if after is not before:
            columns[after.index_column] = _in_second_half(
                pl.col(after.index_column), before.table.height
            )
    others = [name for name in own if name not in columns]
    rows = part.frame.with_columns(problems_by_id.index_of(pl.col("event_id")).alias(_PROBLEM))
    encoded = problems_by_id.encode(
        _PROBLEM, [name for name in detail_columns if name not in columns]
    )
    frame = rows.select(*others, _PROBLEM, **columns)
    matched = MatchedKeys(PROBLEMS, _PROBLEM, problems_by_id.frame["event_id"])
    return replace(part, frame=frame, lookups=(*lookups, encoded), matched=matched)


_ISSUED = "__issued"
"""The index of a medication among the ids that have issues."""

_IS_PROBLEM = pl.col(_PROBLEM).is_not_null()


def _each_problem(problems: pl.LazyFrame) -> LookupTable:
    """Return the problems, each once, as a lookup table by event_id."""
    names = problems.collect_schema().names()
    detail_columns = [name for name in names if name in _OF_PROBLEMS]
    found = problems.select("event_id", *detail_columns).collect(engine="streaming")
    if "problem_status" in detail_columns:
        active = (pl.col("problem_status") == "active").fill_null(value=False)
        found = found.sort(active, maintain_order=True)
    return LookupTable(found.unique("event_id", keep="last"), "event_id")


def _combined(problems_by_id: LookupTable, name: str, own: Sequence[str]) -> pl.Expr:
    """Return a column combined from a problem and its event."""
    of_problem = gather_at(pl.col(_PROBLEM), problems_by_id.frame[name])
    of_event = pl.col(name) if name in own else pl.lit(None, pl.String)
    if name == "parent_id":
        # The parent of a problem is a problem: the event it was recorded with is not.
        return pl.when(_IS_PROBLEM).then(of_problem).otherwise(of_event)
    first, second = (of_event, of_problem) if name == "text" else (of_problem, of_event)
    return pl.coalesce(first, second)


def _doubled_for_problems(lookup: LookupColumns) -> LookupColumns:
    """Return a lookup table with `kind` doubled: the second half is the same for problems.

    Each half ends with a row for unknown values.
    """
    if "kind" not in lookup.table.columns:
        return lookup
    half = pl.concat([lookup.table, lookup.table.clear(1)])
    of_problems = half.with_columns(pl.lit("problem").cast(half.schema["kind"]).alias("kind"))
    return replace(lookup, table=pl.concat([half, of_problems]))


def _in_second_half(index: pl.Expr, height: int) -> pl.Expr:
    """Return indexes shifted into the second half for problems; `height` is the old table's."""
    return index.fill_null(height) + pl.when(_IS_PROBLEM).then(height + 1).otherwise(0)


def _details(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return only the detail rows among the provided rows."""
    return rows.filter(pl.col(DETAIL_OF).is_not_null())


_DAYS = 10**6
"""More days than from year 1 to 1970, where polars' day numbers start."""


def _latest(value: str, by: str) -> pl.Expr:
    """Return the latest `value` on the latest date of `by`; a null `by` only counts alone.

    Finding the greatest of packed numbers takes a tenth of the time of sorting each group.
    """
    when = (pl.col(by).to_physical().cast(pl.Int64) + _DAYS).fill_null(0)
    both = when * 10 * _DAYS + pl.col(value).to_physical() + _DAYS
    return (both.max() % (10 * _DAYS) - _DAYS).cast(pl.Int32).cast(pl.Date)


def with_last_issue(part: SourcePart, required: Mapping[str, pl.LazyFrame]) -> SourcePart:
    """Return medication with the date of its last issue and the review date last set.

    Also with the number of issues, if the part has no such column.
    """
    if ISSUES not in required:
        return part
    issues = _details(required[ISSUES])
    names = issues.collect_schema().names()
    own = part.frame.collect_schema().names()
    details: dict[str, pl.Expr] = {}
    has_days = "last_issued_on" in names
    if has_days:
        details["last_issued_on"] = pl.col("last_issued_on").max()
    if has_days and "review_on" in names and "review_on" not in own:
        details["review_on"] = _latest("review_on", by="last_issued_on")
    if "issues" not in own:
        details["issues"] = pl.len().cast(pl.Int64)
    if not details:
        return part
    issues_by_id = issues.group_by("medication_id").agg(**details).collect(engine="streaming")
    ids = issues_by_id.lazy().select("medication_id").with_row_index(_ISSUED)
    frame = part.frame.join(ids, on="medication_id", how="left")
    encoded = issues_by_id.drop("medication_id")
    if "issues" in details:
        none = pl.col("issues").fill_null(0)
        frame = frame.with_columns(
            gather_at(pl.col(_ISSUED), issues_by_id["issues"]).alias("issues")
        )
        frame, encoded = frame.with_columns(none), encoded.drop("issues")
    matched = MatchedKeys(ISSUES, _ISSUED, issues_by_id["medication_id"])
    return replace(
        part, frame=frame, lookups=(*part.lookups, LookupColumns(_ISSUED, encoded)), matched=matched
    )

"""What rows of one file tell about rows of another: problems of entries, issues of medication.

Each is the `finish` of a part (parts.py).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from recordpick.index.parts import FOLDED
from recordpick.index.small_tables import SmallTable

PROBLEMS, ISSUES = "problems", "issues"
"""The names under which such rows are fed."""


def with_problems(rows: pl.LazyFrame, taken: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Give entries what the rows of problems tell about them.

    Of several rows about one entry the last, and one that is active rather than one that is past.
    """
    own = rows.collect_schema().names()
    problems = _of_others(taken[PROBLEMS])
    kinds = problems.collect_schema()
    told = [name for name in kinds if name in _OF_PROBLEMS]
    found = problems.select("event_id", *told).collect(engine="streaming")
    if "problem_status" in told:
        active = (pl.col("problem_status") == "active").fill_null(value=False)
        found = found.sort(active, maintain_order=True)
    few = SmallTable(found.unique("event_id", keep="last"), "event_id")
    entry = pl.col("event_id")
    columns: dict[str, pl.Expr] = {}
    for name in told:
        both = [few.tell(entry, name), *([pl.col(name)] if name in own else [])]
        columns[name] = pl.coalesce(reversed(both) if name == "text" else both)
    is_problem = few.has(entry)
    if "parent_id" in told:
        # What a problem stands under is a problem: the entry it was recorded with is none.
        of_entry = pl.col("parent_id") if "parent_id" in own else pl.lit(None, pl.String)
        columns["parent_id"] = (
            pl.when(is_problem).then(few.tell(entry, "parent_id")).otherwise(of_entry)
        )
    if "kind" in own:
        columns["kind"] = pl.when(is_problem).then(pl.lit("problem")).otherwise(pl.col("kind"))
    others = [name for name in own if name not in columns]
    return rows.select(*others, **columns)


_OF_PROBLEMS = ("problem_status", "significance", "ended_on", "parent_id", "text")


def _of_others(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Give the rows that tell more about others, of those that parts feed."""
    return rows.filter(pl.col(FOLDED).is_not_null())


def with_last_issue(rows: pl.LazyFrame, taken: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Join medication with the day of its last issue and the last day set for a review.

    And with how many issues there were, where the part has no such column.
    """
    if ISSUES not in taken:
        return rows
    issues = _of_others(taken[ISSUES])
    names = issues.collect_schema().names()
    own = rows.collect_schema().names()
    told: dict[str, pl.Expr] = {}
    has_days = "last_issued_on" in names
    if has_days:
        told["last_issued_on"] = pl.col("last_issued_on").max()
    if has_days and "review_on" in names and "review_on" not in own:
        dated = pl.col("review_on").is_not_null()
        by_day = pl.col("review_on").filter(dated).sort_by(pl.col("last_issued_on").filter(dated))
        told["review_on"] = by_day.last()
    if "issues" not in own:
        told["issues"] = pl.len().cast(pl.Int64)
    if not told:
        return rows
    of_each = issues.group_by("medication_id").agg(**told)
    joined = rows.join(of_each, on="medication_id", how="left")
    return joined if "issues" in own else joined.with_columns(pl.col("issues").fill_null(0))

"""What rows of one file tell about rows of another: problems of entries, issues of medication.

Each is the `finish` of a part (parts.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from recordpick.index.parts import FOLDED, Part, Told
from recordpick.index.small_tables import SmallTable

PROBLEMS, ISSUES = "problems", "issues"
"""The names under which such rows are fed."""


def with_problems(part: Part, taken: Mapping[str, pl.LazyFrame]) -> Part:
    """Give entries what the rows of problems tell about them.

    Of several rows about one entry the last, and one that is active rather than one that is past.
    """
    own = part.frame.collect_schema().names()
    problems = _of_others(taken[PROBLEMS])
    kinds = problems.collect_schema()
    tells = [name for name in kinds if name in _OF_PROBLEMS]
    found = problems.select("event_id", *tells).collect(engine="streaming")
    if "problem_status" in tells:
        active = (pl.col("problem_status") == "active").fill_null(value=False)
        found = found.sort(active, maintain_order=True)
    few = SmallTable(found.unique("event_id", keep="last"), "event_id")
    entry = pl.col("event_id")
    is_problem = pl.col(_PROBLEM).is_not_null()
    columns: dict[str, pl.Expr] = {}
    for name in set(tells) & {*own, "text", "parent_id"}:
        told = few.tell(entry, name)
        both = [told, *([pl.col(name)] if name in own else [])]
        columns[name] = pl.coalesce(reversed(both) if name == "text" else both)
        if name == "parent_id":
            # What a problem stands under is a problem: the entry it was recorded with is none.
            of_entry = pl.col(name) if name in own else pl.lit(None, pl.String)
            columns[name] = pl.when(is_problem).then(told).otherwise(of_entry)
    if "kind" in own:
        columns["kind"] = pl.when(is_problem).then(pl.lit("problem")).otherwise(pl.col("kind"))
    told_of_code = [_also_of_problems(each) for each in part.told]
    for before, now in zip(part.told, told_of_code, strict=True):
        if now is not before:
            nothing, second = before.table.height, before.table.height + 1
            place = pl.col(now.place).fill_null(nothing)
            columns[now.place] = place + pl.when(is_problem).then(second).otherwise(0)
    others = [name for name in own if name not in columns]
    late = [name for name in tells if name not in columns]
    rows = part.frame.with_columns(few.place(entry).alias(_PROBLEM))
    return replace(
        part,
        frame=rows.select(*others, _PROBLEM, **columns),
        told=(*told_of_code, few.told(_PROBLEM, late)),
    )


_PROBLEM = "__problem"
"""Where in the table of problems the row of an entry stands."""


def _also_of_problems(told: Told) -> Told:
    """Give a table that has the kind of entries a second half, which says the same of problems.

    Below each half stands a row for what is not known.
    """
    if "kind" not in told.table.columns:
        return told
    nothing = told.table.clear(1)
    half = pl.concat([told.table, nothing])
    of_problems = half.with_columns(pl.lit("problem").cast(half.schema["kind"]).alias("kind"))
    return replace(told, table=pl.concat([half, of_problems]))


_OF_PROBLEMS = ("problem_status", "significance", "ended_on", "parent_id", "text")


def _of_others(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Give the rows that tell more about others, of those that parts feed."""
    return rows.filter(pl.col(FOLDED).is_not_null())


def with_last_issue(part: Part, taken: Mapping[str, pl.LazyFrame]) -> Part:
    """Join medication with the day of its last issue and the last day set for a review.

    And with how many issues there were, where the part has no such column.
    """
    if ISSUES not in taken:
        return part
    issues = _of_others(taken[ISSUES])
    names = issues.collect_schema().names()
    own = part.frame.collect_schema().names()
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
        return part
    of_each = issues.group_by("medication_id").agg(**told)
    joined = part.frame.join(of_each, on="medication_id", how="left")
    if "issues" not in own:
        joined = joined.with_columns(pl.col("issues").fill_null(0))
    return replace(part, frame=joined)

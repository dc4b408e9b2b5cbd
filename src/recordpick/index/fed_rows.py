"""What rows of one file tell about rows of another: problems of entries, issues of medication.

Each is the `finish` of a part (parts.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from recordpick.index.parts import FOLDED, Met, Part, Told
from recordpick.index.small_tables import SmallTable, at

PROBLEMS, ISSUES = "problems", "issues"
"""The names under which such rows are fed."""


_OF_PROBLEMS = ("problem_status", "significance", "ended_on", "parent_id", "text")

_PROBLEM = "__problem"
"""Where in the table of problems the row of an entry stands."""


def with_problems(part: Part, taken: Mapping[str, pl.LazyFrame]) -> Part:
    """Return entries what the rows of problems tell about them.

    Of several rows about one entry the last, and one that is active rather than one that is past.
    """
    own = part.frame.collect_schema().names()
    few = _each_problem(_of_others(taken[PROBLEMS]))
    tells = [name for name in few.columns if name in _OF_PROBLEMS]
    at_once = [name for name in tells if name in {*own, "text", "parent_id"}]
    told = [_also_of_problems(each) for each in part.told]
    columns = {name: _with_own(few, name, own) for name in at_once}
    if "kind" in own:
        columns["kind"] = pl.when(_IS_PROBLEM).then(pl.lit("problem")).otherwise(pl.col("kind"))
    for before, now in zip(part.told, told, strict=True):
        if now is not before:
            columns[now.place] = _in_second_half(pl.col(now.place), before.table.height)
    others = [name for name in own if name not in columns]
    rows = part.frame.with_columns(few.place(pl.col("event_id")).alias(_PROBLEM))
    late = few.told(_PROBLEM, [name for name in tells if name not in columns])
    frame = rows.select(*others, _PROBLEM, **columns)
    met = Met(PROBLEMS, _PROBLEM, few.frame["event_id"])
    return replace(part, frame=frame, told=(*told, late), met=met)


_ISSUED = "__issued"
"""Which of the ids that issues tell about is that of a medicine."""

_IS_PROBLEM = pl.col(_PROBLEM).is_not_null()


def _each_problem(problems: pl.LazyFrame) -> SmallTable:
    """Return the problems, each once, by event_id."""
    names = problems.collect_schema().names()
    tells = [name for name in names if name in _OF_PROBLEMS]
    found = problems.select("event_id", *tells).collect(engine="streaming")
    if "problem_status" in tells:
        active = (pl.col("problem_status") == "active").fill_null(value=False)
        found = found.sort(active, maintain_order=True)
    return SmallTable(found.unique("event_id", keep="last"), "event_id")


def _with_own(few: SmallTable, name: str, own: Sequence[str]) -> pl.Expr:
    """Return what a problem and its entry say together."""
    told = at(pl.col(_PROBLEM), few.frame[name])
    of_entry = pl.col(name) if name in own else pl.lit(None, pl.String)
    if name == "parent_id":
        # What a problem stands under is a problem: the entry it was recorded with is none.
        return pl.when(_IS_PROBLEM).then(told).otherwise(of_entry)
    return pl.coalesce(of_entry, told) if name == "text" else pl.coalesce(told, of_entry)


def _also_of_problems(told: Told) -> Told:
    """Return a table that has the kind of entries a second half, which says the same of problems.

    Below each half stands a row for what is not known.
    """
    if "kind" not in told.table.columns:
        return told
    half = pl.concat([told.table, told.table.clear(1)])
    of_problems = half.with_columns(pl.lit("problem").cast(half.schema["kind"]).alias("kind"))
    return replace(told, table=pl.concat([half, of_problems]))


def _in_second_half(place: pl.Expr, height: int) -> pl.Expr:
    """Move the places of problems into the second half of a table that had so many rows."""
    return place.fill_null(height) + pl.when(_IS_PROBLEM).then(height + 1).otherwise(0)


def _of_others(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return the rows that tell more about others, of those that parts feed."""
    return rows.filter(pl.col(FOLDED).is_not_null())


_DAYS = 10**6
"""More than from the year 1 to 1970, where polars begins to count."""


def _latest(told: str, by: str) -> pl.Expr:
    """Return the last day that is told on the last of the days `by`; of no day only if on no other.

    To find the greatest of numbers takes a tenth of the time of sorting each group.
    """
    when = (pl.col(by).to_physical().cast(pl.Int64) + _DAYS).fill_null(0)
    both = when * 10 * _DAYS + pl.col(told).to_physical() + _DAYS
    return (both.max() % (10 * _DAYS) - _DAYS).cast(pl.Int32).cast(pl.Date)


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
        told["review_on"] = _latest("review_on", by="last_issued_on")
    if "issues" not in own:
        told["issues"] = pl.len().cast(pl.Int64)
    if not told:
        return part
    few = issues.group_by("medication_id").agg(**told).collect(engine="streaming")
    ids = few.lazy().select("medication_id").with_row_index(_ISSUED)
    frame = part.frame.join(ids, on="medication_id", how="left")
    late = few.drop("medication_id")
    if "issues" in told:
        none = pl.col("issues").fill_null(0)
        frame = frame.with_columns(at(pl.col(_ISSUED), few["issues"]).alias("issues"))
        frame, late = frame.with_columns(none), late.drop("issues")
    met = Met(ISSUES, _ISSUED, few["medication_id"])
    return replace(part, frame=frame, told=(*part.told, Told(_ISSUED, late)), met=met)

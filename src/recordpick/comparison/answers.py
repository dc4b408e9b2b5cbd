"""What people answered to the differences that repeat, beside the lines that say them once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from recordpick.comparison.contract import TRANSFORMATIONS
from recordpick.comparison.report import ComparisonReport
from recordpick.selection.repeated import AnsweredRepeated, RepeatedKey

Answers = Mapping[RepeatedKey, AnsweredRepeated]


def key_of(old: str, new: str, line: Mapping[str, Any]) -> RepeatedKey:
    """Return what identifies a line of the transformations of two indexes (fingerprints)."""
    return RepeatedKey(old, new, line["table"], line["field"], line["change"], line["detail"] or "")


def answer_to(answers: Answers, key: RepeatedKey, entries: int) -> AnsweredRepeated | None:
    """Return the answer that counts for a line with so many entries.

    One that was given when the line had fewer (of selected patients only, such as) does not: nobody
    has said anything about the others.
    """
    given = answers.get(key)
    return None if given is None or given.entries < entries else given


def with_answers(report: ComparisonReport, answers: Answers) -> ComparisonReport:
    """Return the report with the answers in its lines."""
    old, new = (one.manifest.fingerprint for one in (report.compared.old, report.compared.new))
    return replace(report, lines=answered_lines(report.lines, old, new, answers))


def answered_lines(lines: pl.DataFrame, old: str, new: str, answers: Answers) -> pl.DataFrame:
    """Return lines of the transformations with `answer`, `answered_by` and `answered_on`."""
    found = [
        answer_to(answers, key_of(old, new, line), line["entries"])
        for line in lines.iter_rows(named=True)
    ]
    schema = TRANSFORMATIONS.schema
    columns: dict[str, list[Any]] = {
        "answer": [None if one is None else one.answer for one in found],
        "answered_by": [None if one is None else one.by.name for one in found],
        "answered_on": [None if one is None else one.on.date() for one in found],
    }
    return lines.with_columns(
        pl.Series(name, values, dtype=schema[name]) for name, values in columns.items()
    )

"""The issue log: what the practice found, for the supplier to trace and put right.

It goes by the list that the supplier has imported (list_id, line, record number). Numbers of issues
stay as they are, so that both sides can speak of "issue 12" for weeks.
"""

from __future__ import annotations

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.handover.selection_list import RANDOM_TITLE
from recordpick.selection.results import Issue
from recordpick.selection.state import Selection

ISSUE_LOG: dict[str, pl.DataType] = {
    "issue": pl.UInt32(),
    "status": pl.String(),
    "phase": pl.String(),
    "last_phase": pl.String(),
    "list_id": pl.String(),
    "line": pl.UInt32(),
    "record_number": pl.UInt32(),
    "patient_id": pl.String(),
    "criterion_id": pl.String(),
    "criterion_title": pl.String(),
    "result": pl.String(),
    "what_differs": pl.String(),
    "severity": pl.String(),
    "found_by": pl.String(),
    "found_on": pl.Date(),
    "last_result": pl.String(),
    "last_checked_on": pl.Date(),
}
"""The columns of the issue log, in order, with their types: docs/data-checking.md tells them."""


def issue_log(selection: Selection, pack: Pack) -> pl.DataFrame:
    """Give one row an issue, by number: also those that are resolved or withdrawn."""
    titles = {criterion.id: criterion.title for criterion in pack.criteria}
    return pl.DataFrame(
        [_row(issue, titles) for issue in selection.issues], schema=ISSUE_LOG, orient="row"
    )


def _row(issue: Issue, titles: dict[str, str]) -> tuple[object, ...]:
    found, last = issue.found, issue.last
    entry = found.entry
    title = RANDOM_TITLE if entry.criterion_id is None else titles.get(entry.criterion_id)
    return (
        issue.number,
        issue.status,
        issue.found_in,
        last.phase,
        last.list_id,
        last.entry.line,
        last.entry.record,
        entry.patient_id,
        entry.criterion_id,
        title,
        entry.outcome,
        entry.differs or None,
        entry.severity or None,
        entry.initials or None,
        entry.checked_on,
        last.entry.outcome,
        last.entry.checked_on,
    )

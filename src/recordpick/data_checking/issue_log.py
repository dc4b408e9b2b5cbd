"""The issue log: what the practice found, for the supplier to trace and correct.

It uses the list that the supplier has imported (list_id, line, record number). Numbers of issues
stay as they are, so that both sides can speak of "issue 12" for weeks.
"""

from __future__ import annotations

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.handover.selection_list import RANDOM_TITLE
from recordpick.reports.columns import Column, Table
from recordpick.selection.results import Issue
from recordpick.selection.state import Selection

ISSUES = Table(
    "issue_log.csv",
    "The issue log: a row an issue",
    (
        Column("issue", pl.UInt32(), "its number, from 1"),
        Column(
            "status",
            pl.String(),
            "`open`, `resolved` (a later phase says that it is the same now) or `withdrawn` (noted "
            "by mistake, or not applicable)",
        ),
        Column(
            "phase",
            pl.String(),
            "in which it was first found: `first check`, `recheck` or `go-live`",
        ),
        Column("last_phase", pl.String(), "the latest phase in which the line was checked"),
        Column("list_id", pl.String(), "the list to which the next two columns refer"),
        Column("line", pl.UInt32(), "the line of the selection list"),
        Column("record_number", pl.UInt32(), "the record's number on the list"),
        Column("patient_id", pl.String(), "the source system's number of the patient"),
        Column("criterion_id", pl.String(), "the criterion; empty for a random record"),
        Column("criterion_title", pl.String(), "its title, or `Random record`"),
        Column("result", pl.String(), "`different` or `not there`"),
        Column("what_differs", pl.String(), "what staff wrote down, as last found"),
        Column(
            "severity",
            pl.String(),
            "`low`, `medium` or `high`, in the practice's judgement; may be empty",
        ),
        Column("found_by", pl.String(), "initials"),
        Column("found_on", pl.Date(), "the day"),
        Column("last_result", pl.String(), "the result in the latest phase"),
        Column("last_checked_on", pl.Date(), "the day of that result"),
    ),
)
ISSUE_LOG = ISSUES.schema
"""The columns of the issue log, in order, with their types."""


def issue_log(selection: Selection, pack: Pack) -> pl.DataFrame:
    """Return one row for each issue, by number: also those that are resolved or withdrawn."""
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

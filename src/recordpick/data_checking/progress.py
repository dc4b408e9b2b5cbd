"""How far data checking is, phase by phase, and what is to be looked at again.

The issue log: what the practice found, for the supplier to trace and put right.

It goes by the list that the supplier has imported (list_id, line, record number). Numbers of issues
stay as they are, so that both sides can speak of "issue 12" for weeks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.data_checking.issued_lists import handed_over, list_ids
from recordpick.handover.selection_list import RANDOM_TITLE
from recordpick.selection.results import FAULTS, OUTCOMES, PHASES, Issue, Outcome, Phase, Result
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile

Line = tuple[str | None, str]
"""Criterion (None: random) and patient."""


@dataclass(frozen=True)
class Progress:
    """One phase: the lines that belong to it, and what they gave.

    `list_id` is the newest list with results in this phase, and `lines` its lines; without any
    result, "" and the selection as it stands. To the recheck belong only those of them in which
    something was found before, and what was rechecked beside. `beside` counts results of lines that
    are not on the list.
    """

    phase: Phase
    list_id: str
    lines: frozenset[Line]
    results: Mapping[Line, Result]
    beside: int

    @property
    def checked(self) -> int:
        """How many lines have a result."""
        return len(self.results)

    @property
    def left(self) -> int:
        """How many lines have none."""
        return len(self.lines) - self.checked

    def count(self, outcome: Outcome) -> int:
        """Count the lines with a result of this kind."""
        return sum(result.entry.outcome == outcome for result in self.results.values())

    @property
    def records(self) -> int:
        """How many patients the lines are about."""
        return len({patient_id for _, patient_id in self.lines})

    @property
    def records_left(self) -> int:
        """How many patients have a line without a result."""
        return len({patient_id for _, patient_id in self.lines - self.results.keys()})

    def left_by_criterion(self) -> dict[str | None, int]:
        """Count the lines without a result of each criterion that has some."""
        left: dict[str | None, int] = {}
        for criterion_id, _ in sorted(self.lines - self.results.keys(), key=str):
            left[criterion_id] = left.get(criterion_id, 0) + 1
        return left

    @property
    def random(self) -> tuple[int, int, int]:
        """Of the random records: how many there are, how many are judged, and how many faulty."""
        results = [result for (criterion, _), result in self.results.items() if criterion is None]
        judged = [one for one in results if one.entry.outcome != "not applicable"]
        faulty = sum(one.entry.outcome in FAULTS for one in judged)
        return sum(criterion is None for criterion, _ in self.lines), len(judged), faulty


def progress(file: WorkingFile) -> tuple[Progress, ...]:
    """Give each phase in order, also those that have not begun."""
    return tuple(_of_phase(file, phase) for phase in PHASES)


def _of_phase(file: WorkingFile, phase: Phase) -> Progress:
    selection = file.selection
    of_phase = {
        (result.entry.criterion_id, result.entry.patient_id): result
        for result in selection.results.values()
        if result.phase == phase
    }
    picked = frozenset((pick.criterion_id, pick.patient_id) for pick in selection.picks)
    names = {result.list_id for result in of_phase.values()}
    order = {name: place for place, name in enumerate(list_ids(file))}
    newest = max(names, key=lambda name: (order.get(name, -1), name), default="")
    listed = handed_over(file, newest) if newest else None
    lines = picked
    if listed is not None:
        # what was taken out since is not waited for; what was checked of it counts
        there = frozenset(listed.by_patient)
        lines = (there & picked) | (there & of_phase.keys())
    if phase == "recheck":
        found = {
            (issue.first.entry.criterion_id, issue.first.entry.patient_id)
            for issue in selection.issues
            if any(one.is_fault and one.phase == PHASES[0] for one in issue.results)
        }
        lines &= found | of_phase.keys()
    results = {line: result for line, result in of_phase.items() if line in lines}
    return Progress(phase, newest, lines, results, len(of_phase) - len(results))


def to_recheck(file: WorkingFile) -> tuple[Issue, ...]:
    """Give the open issues: worst first, those of unknown severity after them, then by number."""
    order = {"high": 0, "medium": 1, "low": 2}
    return tuple(
        sorted(
            (issue for issue in file.selection.issues if issue.status == "open"),
            key=lambda issue: (order.get(issue.found.entry.severity, 3), issue.number),
        )
    )


def in_a_table(phases: tuple[Progress, ...]) -> list[tuple[str, ...]]:
    """Give the rows of a table for people: a heading, and a row a phase that has begun."""
    rows: list[tuple[str, ...]] = [("phase", "lines", "checked", *OUTCOMES, "left")]
    for one in phases:
        if one.results:
            counts = [f"{one.count(outcome):,}" for outcome in OUTCOMES]
            rows.append(
                (one.phase, f"{len(one.lines):,}", f"{one.checked:,}", *counts, f"{one.left:,}")
            )
    return rows


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

"""How far data checking is, phase by phase, and what is to be checked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recordpick.data_checking.issued_lists import handed_over, list_ids
from recordpick.selection.results import FAULTS, OUTCOMES, PHASES, Issue, Outcome, Phase, Result
from recordpick.selection.settled import Judged
from recordpick.selection.working_file import WorkingFile

Line = tuple[str | None, str]
"""Criterion (None: random) and patient."""


@dataclass(frozen=True)
class Progress:
    """One phase: the lines that belong to it, and their results.

    `list_id` is the newest list with results in this phase, and `lines` its lines; without any
    result, "" and the selection as it is. Only lines in which something was found before, or that
    were rechecked in addition, belong to the recheck. `not_on_list` is the number of results for
    lines that are not on the list. Lines about which people disagree (`disagreements`) have no
    result before somebody has decided.
    """

    phase: Phase
    list_id: str
    lines: frozenset[Line]
    results: Mapping[Line, Result]
    not_on_list: int
    disagreements: Mapping[Line, Judged] = field(default_factory=dict)

    @property
    def has_begun(self) -> bool:
        """Whether anything of this phase was checked."""
        return bool(self.results or self.disagreements)

    @property
    def checked(self) -> int:
        """The number of lines with a result."""
        return len(self.results)

    @property
    def left(self) -> int:
        """The number of lines without a result."""
        return len(self.lines) - self.checked

    def count(self, outcome: Outcome) -> int:
        """Return the number of lines with a result of this kind."""
        return sum(result.entry.outcome == outcome for result in self.results.values())

    @property
    def records(self) -> int:
        """The number of patients on the lines."""
        return len({patient_id for _, patient_id in self.lines})

    @property
    def records_left(self) -> int:
        """The number of patients who have a line without a result."""
        return len({patient_id for _, patient_id in self.lines - self.results.keys()})

    def left_by_criterion(self) -> dict[str | None, int]:
        """Return the number of lines without a result, for each criterion that has some."""
        left: dict[str | None, int] = {}
        for criterion_id, _ in sorted(self.lines - self.results.keys(), key=str):
            left[criterion_id] = left.get(criterion_id, 0) + 1
        return left

    @property
    def random(self) -> tuple[int, int, int]:
        """Of the random records: how many there are, were judged, and are faulty."""
        results = [result for (criterion, _), result in self.results.items() if criterion is None]
        judged = [one for one in results if one.entry.outcome != "not applicable"]
        faulty = sum(one.entry.outcome in FAULTS for one in judged)
        return sum(criterion is None for criterion, _ in self.lines), len(judged), faulty

    @property
    def random_not_applicable(self) -> int:
        """The number of random records with a result that is no judgement."""
        return sum(
            criterion is None and result.entry.outcome == "not applicable"
            for (criterion, _), result in self.results.items()
        )


def progress(file: WorkingFile) -> tuple[Progress, ...]:
    """Return each phase in order, including those that have not begun."""
    return tuple(_of_phase(file, phase) for phase in PHASES)


def _of_phase(file: WorkingFile, phase: Phase) -> Progress:
    selection = file.selection
    of_phase = {
        (result.entry.criterion_id, result.entry.patient_id): result
        for result in selection.results.values()
        if result.phase == phase
    }
    disputed = {
        key[1:]: one for key, one in selection.settled.disagreements.items() if key[0] == phase
    }
    picked = frozenset((pick.criterion_id, pick.patient_id) for pick in selection.picks)
    names = {result.list_id for result in of_phase.values()}
    names |= {result.list_id for judged in disputed.values() for _, result in judged}
    order = {name: place for place, name in enumerate(list_ids(file))}
    newest = max(names, key=lambda name: (order.get(name, -1), name), default="")
    listed = handed_over(file, newest) if newest else None
    lines = picked
    if listed is not None:
        # what was removed since is not waited for; what was checked of it counts
        on_list = frozenset(listed.by_patient)
        lines = (on_list & picked) | (on_list & (of_phase.keys() | disputed.keys()))
    if phase == "recheck":
        found = {
            (issue.first.entry.criterion_id, issue.first.entry.patient_id)
            for issue in selection.issues
            if any(one.is_fault and one.phase == PHASES[0] for one in issue.results)
        }
        lines &= found | of_phase.keys() | disputed.keys()
    results = {line: result for line, result in of_phase.items() if line in lines}
    on_lines = {line: judged for line, judged in disputed.items() if line in lines}
    return Progress(phase, newest, lines, results, len(of_phase) - len(results), on_lines)


def issues_to_recheck(file: WorkingFile) -> tuple[Issue, ...]:
    """Return the open issues: worst first, those of unknown severity last, then by number."""
    order = {"high": 0, "medium": 1, "low": 2}
    return tuple(
        sorted(
            (issue for issue in file.selection.issues if issue.status == "open"),
            key=lambda issue: (order.get(issue.found.entry.severity, 3), issue.number),
        )
    )


def progress_table(phases: tuple[Progress, ...]) -> list[tuple[str, ...]]:
    """Return the rows of a table for people: a heading, and a row for each phase that has begun."""
    rows: list[tuple[str, ...]] = [("phase", "lines", "checked", *OUTCOMES, "left")]
    for one in phases:
        if one.has_begun:
            counts = [f"{one.count(outcome):,}" for outcome in OUTCOMES]
            rows.append(
                (one.phase, f"{len(one.lines):,}", f"{one.checked:,}", *counts, f"{one.left:,}")
            )
    return rows

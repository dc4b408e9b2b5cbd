"""Taking in what was checked: the body of the event, and what the event does. Nothing else.

A filled-in workbook is one event, so that it is undone as one. Only what is new or different in
it is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from recordpick.errors import UserError
from recordpick.selection.events import Body, BrokenEventError, Event, Json
from recordpick.selection.ledger import Log
from recordpick.selection.state import (
    OUTCOMES,
    PHASES,
    SEVERITIES,
    Entry,
    FilledIn,
    Imported,
    Outcome,
    Phase,
    Result,
    ResultKey,
    Severity,
)
from recordpick.selection.work import ResultsOfLine, Work

MOST_RESULTS = 100_000
_OUTCOMES: dict[str, Outcome] = {outcome: outcome for outcome in OUTCOMES}
_SEVERITIES: dict[str, Severity] = {severity: severity for severity in SEVERITIES}
_PHASES: dict[str, Phase] = {phase: phase for phase in PHASES}


def changes(
    results: Mapping[ResultKey, Result], phase: Phase, entries: Sequence[Entry]
) -> list[Entry]:
    """Give the entries that say something new for a phase."""
    return [
        entry
        for entry in entries
        if (known := results.get((phase, entry.criterion_id, entry.patient_id))) is None
        or not known.entry.says_the_same_as(entry)
    ]


def was_taken_in(imports: Sequence[Imported], phase: Phase, sha256: str) -> Imported | None:
    """Give when this very workbook was taken in for this phase; None if it was not."""
    return next((one for one in imports if (one.phase, one.sha256) == (phase, sha256)), None)


def to_take_in(
    results: Mapping[ResultKey, Result], imports: Sequence[Imported], given: FilledIn
) -> Body | None:
    """Take results in. None: everything in it is known, or this workbook was taken in before."""
    if was_taken_in(imports, given.phase, given.sha256) is not None:
        return None
    if len(given.entries) > MOST_RESULTS:
        raise UserError(f"{len(given.entries):,} results are more than any list has lines.")
    new = changes(results, given.phase, given.entries)
    if not new:
        return None
    rows: list[Json] = [_row(entry) for entry in new]
    return {
        "phase": given.phase,
        "list_id": given.list_id,
        "workbook": given.workbook,
        "sha256": given.sha256,
        "results": rows,
    }


def phase_of(event: Event) -> Phase:
    """Read the phase of an event that takes results in."""
    phase = _PHASES.get(event.text("phase"))
    if phase is None:
        raise BrokenEventError(event.seq, "has an unknown phase")
    return phase


def imported(event: Event) -> Imported:
    """Read what was taken in by an event."""
    return Imported(
        phase=phase_of(event),
        list_id=event.text("list_id"),
        workbook=event.text("workbook"),
        sha256=event.text("sha256"),
        results=len(event.rows("results")),
        by=event.by,
        on=event.on,
    )


def results_of(event: Event) -> list[Result]:
    """Read the results that an event takes in."""
    phase, list_id, by, on = phase_of(event), event.text("list_id"), event.by, event.on
    return [Result(_entry(event, row), phase, list_id, by, on) for row in event.rows("results")]


def _row(entry: Entry) -> list[Json]:
    return [
        entry.criterion_id,
        entry.patient_id,
        entry.line,
        entry.record,
        entry.outcome,
        entry.differs,
        entry.severity,
        entry.initials,
        None if entry.checked_on is None else entry.checked_on.isoformat(),
    ]


def _entry(event: Event, row: list[Json]) -> Entry:
    match row:
        case [
            str() | None as criterion_id,
            str(patient_id),
            int(line),
            int(record),
            str(outcome),
            str(differs),
            str(severity),
            str(initials),
            str() | None as checked_on,
        ] if outcome in _OUTCOMES and severity in _SEVERITIES:
            return Entry(
                criterion_id,
                patient_id,
                line,
                record,
                _OUTCOMES[outcome],
                differs,
                _SEVERITIES[severity],
                initials,
                _day(event, checked_on),
            )
    raise BrokenEventError(event.seq, "has a result that is none")


def _day(event: Event, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BrokenEventError(event.seq, "has a result with a date that is none") from error


def _checked(work: Work, event: Event, log: Log) -> None:
    """Import results: a later one takes the place of an earlier one, and keeps it.

    Where an event has two of one line, the last counts, as if they had come one after the other.
    """
    for result in results_of(event):
        line = ResultsOfLine(result, work.result_rows.get(result.key))
        work.result_rows.put(result.key, line, log)
    work.import_rows.append(imported(event), log)

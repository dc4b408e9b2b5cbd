"""Results of data checking as earlier versions of recordpick imported them from a workbook.

A later result then replaced an earlier one of the same line, whoever gave it. Events of this kind
are read and no longer written: `judgements.py` keeps each person's results side by side.
"""

from __future__ import annotations

from datetime import date

from recordpick.selection.decisions import Decisions, ResultsOfLine
from recordpick.selection.events import BrokenEventError, Event, Json
from recordpick.selection.kept import Kept, when_given
from recordpick.selection.kinds.event_kind import Before, EventKind, check_patient_id
from recordpick.selection.ledger import Log
from recordpick.selection.merge_words import by_whom
from recordpick.selection.permanent import PermanentState
from recordpick.selection.results import (
    OUTCOMES,
    PHASES,
    SEVERITIES,
    Entry,
    Imported,
    Outcome,
    Phase,
    Result,
    ResultKey,
    Severity,
)
from recordpick.selection.tally import Tally
from recordpick.text import plural

_OUTCOMES: dict[str, Outcome] = {outcome: outcome for outcome in OUTCOMES}
_SEVERITIES: dict[str, Severity] = {severity: severity for severity in SEVERITIES}
_PHASES: dict[str, Phase] = {phase: phase for phase in PHASES}


def phase_of(event: Event) -> Phase:
    """Return the phase that an event is about."""
    phase = _PHASES.get(event.text("phase"))
    if phase is None:
        raise BrokenEventError(event.seq, "has an unknown phase")
    return phase


def import_of(event: Event) -> Imported:
    """Return the import that an event is."""
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
    """Read the results that an event imports."""
    phase, list_id, by, on = phase_of(event), event.text("list_id"), event.by, event.on
    return [Result(entry_of(event, row), phase, list_id, by, on) for row in event.rows("results")]


def entry_of(event: Event, row: list[Json]) -> Entry:
    """Read the nine values of a result; BrokenEventError where they are not one."""
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
    raise BrokenEventError(event.seq, "has a result that cannot be read")


def _day(event: Event, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BrokenEventError(event.seq, "has a result whose date is not a date") from error


def result_key(value: Json) -> ResultKey:
    """Read a key from an event that merges a copy; ValueError where it is not one."""
    match value:
        case [str(phase), str() | None as criterion_id, str(patient_id)] if phase in _PHASES:
            return _PHASES[phase], criterion_id, patient_id
    raise ValueError


def line_in_words(key: ResultKey) -> str:
    """Return criterion and patient."""
    _, criterion_id, patient_id = key
    return f"{criterion_id or 'Random'}, patient {patient_id}"


def _conflict_name(key: ResultKey) -> str:
    phase, criterion_id, patient_id = key
    return f"result:{phase.replace(' ', '-')}:{criterion_id or 'Random'}:{patient_id}"


def result_in_words(result: Result | None) -> str:
    """Return what was found, and who found it."""
    if result is None:
        return "no result"
    entry = result.entry
    severity = f", {entry.severity}" if entry.severity else ""
    differs = f": {entry.differs}" if entry.differs else ""
    initials = f" [{entry.initials}]" if entry.initials else ""
    return f"{entry.outcome}{severity}{differs}{initials} ({by_whom(result.by, result.on)})"


def combined_results(mine: ResultsOfLine, other: ResultsOfLine) -> ResultsOfLine:
    """Adopt a result; one of this copy that says otherwise stays among the earlier ones."""
    return other if _is_among(mine, other) else ResultsOfLine(other.last, mine)


def _is_among(one: ResultsOfLine, line: ResultsOfLine) -> bool:
    at: ResultsOfLine | None = line
    while at is not None:
        if at.last.entry.says_the_same_as(one.last.entry):
            return True
        at = at.before
    return False


RESULTS: Kept[ResultKey, ResultsOfLine] = Kept(
    "results",
    read_key=result_key,
    title=lambda key: f"{key[0].capitalize()} of {line_in_words(key)}",
    in_words=result_in_words,
    conflict_name=_conflict_name,
    conflict=lambda key: f"The {key[0]} of {line_in_words(key)}, has two results.",
    says_the_same=lambda mine, other: bool(mine.entry.says_the_same_as(other.entry)),
    when=when_given,
    compared=lambda line: line.last,
    combined=combined_results,
    patient=lambda key: key[2],
    is_free_text=True,
    table=lambda decisions: decisions.result_rows,
)


def _apply(decisions: Decisions, event: Event, log: Log) -> None:
    """Import results: a later one replaces an earlier one, and keeps it.

    Where an event has two results for one line, the last counts, as if they had come one after the
    other.
    """
    for result in results_of(event):
        line = ResultsOfLine(result, decisions.result_rows.get(result.key))
        decisions.result_rows.put(result.key, line, log)
    decisions.import_rows.append(import_of(event), log)


def _record(permanent: PermanentState, event: Event) -> None:
    for result in results_of(event):
        if result.is_fault:
            permanent.number_issue(result)


def check_results(event: Event, before: Before) -> None:
    """Raise BrokenEventError for results of criteria, patients or lines that cannot be."""
    for row in event.rows("results"):
        match row:
            case [str() | None as criterion_id, str(patient_id), int(line), int(record), *_]:
                pass
            case _:
                raise BrokenEventError(event.seq, "has a result that cannot be read")
        before.check_criterion(event, criterion_id)
        check_patient_id(event, patient_id)
        if line < 1 or record < 1:
            raise BrokenEventError(event.seq, "has a result of a line that does not exist")


def warn_of_results(event: Event, tally: Tally) -> str:
    """Say how many results are of lines that no list can have had, whenever it was made."""
    never = sum(
        not tally.was_ever_picked((row[0], row[1]))  # type: ignore[arg-type] # checked before
        for row in event.rows("results")
    )
    if not never:
        return ""
    count = "a result" if never == 1 else f"{never:,} results"
    return (
        f"Event {event.seq} ({event.who}) has {count} of patients who were never picked "
        "for the criterion: check where that workbook came from."
    )


def _describe(event: Event) -> str:
    return f"imported {plural(len(event.rows('results')), 'result')} of the {event.text('phase')}"


CHECKED = EventKind(
    "checked",
    _describe,
    undoable=True,
    apply=_apply,
    record=_record,
    check=check_results,
    kept=RESULTS,
    warn=warn_of_results,
    version=2,
    paths=frozenset({"workbook"}),
)

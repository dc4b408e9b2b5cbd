"""Results of data checking: each person's judgement on a line is kept beside those of others.

One event has the results of a filled-in workbook, or one that was entered in recordpick itself; it
is undone as one. Only what is new or different is written. A person's later result replaces the
earlier one of the same person. What counts where several people judged is in `settled.py`; where
they disagree, somebody chooses one and says why (`resolved`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from recordpick.errors import UserError
from recordpick.selection.decisions import Decisions, ResultsOfLine
from recordpick.selection.events import Body, BrokenEventError, Event, Json
from recordpick.selection.kept import Kept, when_given
from recordpick.selection.kinds.event_kind import Before, EventKind
from recordpick.selection.kinds.results import (
    check_results,
    combined_results,
    entry_of,
    import_of,
    line_in_words,
    phase_of,
    result_in_words,
    result_key,
    warn_of_results,
)
from recordpick.selection.ledger import Log
from recordpick.selection.merge_words import by_whom
from recordpick.selection.permanent import PermanentState
from recordpick.selection.results import (
    OUTCOMES,
    SEVERITIES,
    Entry,
    FilledIn,
    Imported,
    JudgementKey,
    Phase,
    Resolution,
    Result,
    ResultKey,
    Says,
    checker_of,
)
from recordpick.selection.settled import Settled
from recordpick.selection.tally import Tally
from recordpick.selection.typed_text import clean_reason
from recordpick.text import plural

MOST_RESULTS = 100_000
VERSION = 5
"""Of a working file with judgements: an older recordpick would let a later one replace another."""


def new_entries(settled: Settled, filled: FilledIn) -> list[Entry]:
    """Return the entries that say something new: something else than the same person said."""
    return [
        entry
        for entry in filled.entries
        if (known := known_result(settled, filled, entry)) is None
        or not known.entry.says_the_same_as(entry)
    ]


def known_result(settled: Settled, filled: FilledIn, entry: Entry) -> Result | None:
    """Return what the person who gave an entry said about the same before; None if nothing."""
    checker = checker_of(entry.initials, filled.workbook, filled.apart)
    if entry.area:
        by_area = settled.areas.get((filled.phase, entry.patient_id), {})
        return dict(by_area.get(entry.area, ())).get(checker)
    return settled.of((filled.phase, entry.criterion_id, entry.patient_id), checker)


def earlier_import(imports: Sequence[Imported], phase: Phase, sha256: str) -> Imported | None:
    """Return the import of this very workbook for this phase; None if there was none."""
    return next((one for one in imports if (one.phase, one.sha256) == (phase, sha256)), None)


def decide_results(settled: Settled, imports: Sequence[Imported], filled: FilledIn) -> Body | None:
    """Keep results. None: all of them are known, or this workbook was imported before."""
    if filled.sha256 and earlier_import(imports, filled.phase, filled.sha256) is not None:
        return None
    if len(filled.entries) > MOST_RESULTS:
        raise UserError(f"{len(filled.entries):,} results are more than any list has lines.")
    new = new_entries(settled, filled)
    if not new:
        return None
    return {
        "phase": filled.phase,
        "list_id": filled.list_id,
        "workbook": filled.workbook,
        "sha256": filled.sha256,
        "apart": filled.apart,
        "results": [_row(entry) for entry in new],
    }


def decide_resolution(
    settled: Settled, key: ResultKey, checker: str, list_id: str, reason: str
) -> Body:
    """Choose one of several judgements on a line. UserError where it is not one of them."""
    phase, criterion_id, patient_id = key
    line = f"{criterion_id or 'Random'}, patient {patient_id}"
    if key not in settled.disagreements:
        raise UserError(f"{line}: nobody disagrees about it in the {phase}.")
    judged = dict(settled.disagreements[key])
    if checker not in judged:
        raise UserError(f"{line}: {checker} has no result there. It has {', '.join(judged)}.")
    return {
        "phase": phase,
        "list_id": list_id,
        "chosen": _row(judged[checker].entry),
        "over": [[who, *one.entry.says] for who, one in judged.items()],
        "reason": clean_reason(reason, "choosing one of two results"),
    }


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
        entry.area,
    ]


def _read_row(event: Event, row: list[Json]) -> Entry:
    match row:
        case [*nine, str(area)] if len(nine) == 9 and (not area or nine[0] is None):
            return replace(entry_of(event, nine), area=area)
    raise BrokenEventError(event.seq, "has a result that cannot be read")


def _results(event: Event) -> list[tuple[JudgementKey, Result]]:
    phase, list_id, by, on = phase_of(event), event.text("list_id"), event.by, event.on
    workbook, apart = event.text("workbook"), event.text("apart")
    found: list[tuple[JudgementKey, Result]] = []
    for row in event.rows("results"):
        entry = _read_row(event, row)
        checker = checker_of(entry.initials, workbook, apart)
        key = (phase, entry.criterion_id, entry.patient_id, entry.area, checker)
        found.append((key, Result(entry, phase, list_id, by, on)))
    return found


def _apply(decisions: Decisions, event: Event, log: Log) -> None:
    for key, result in _results(event):
        before = decisions.judgement_rows.get(key) or _of_earlier_version(decisions, key)
        decisions.judgement_rows.put(key, ResultsOfLine(result, before), log)
    if event.text("sha256"):
        decisions.import_rows.append(import_of(event), log)


def _of_earlier_version(decisions: Decisions, key: JudgementKey) -> ResultsOfLine | None:
    """Return the result that an earlier recordpick imported, where the same person gave it."""
    phase, criterion_id, patient_id, area, checker = key
    line = None if area else decisions.result_rows.get((phase, criterion_id, patient_id))
    if line is None:
        return None
    initials = line.last.entry.initials
    is_same = checker_of(initials, "") == checker or (not initials and checker.startswith("@"))
    return line if is_same else None


def _record(permanent: PermanentState, event: Event) -> None:
    for (_, _, _, area, _), result in _results(event):
        if result.is_fault and not area:
            permanent.number_issue(result)


def _check(event: Event, before: Before) -> None:
    event.text("workbook"), event.text("sha256"), event.text("apart")
    for row in event.rows("results"):
        if len(row) != 10:
            raise BrokenEventError(event.seq, "has a result that cannot be read")
    if not event.rows("results"):
        raise BrokenEventError(event.seq, "has no result")
    check_results(event, before)


def _describe(event: Event) -> str:
    rows, phase = event.rows("results"), event.text("phase")
    if event.text("workbook"):
        return f"imported {plural(len(rows), 'result')} of the {phase}"
    entry = _read_row(event, rows[-1])
    about = "the random record" if entry.criterion_id is None else entry.criterion_id
    area = _read_row(event, rows[0]).area
    where = f"{area} of {about}" if area else about
    said = _read_row(event, rows[0]).outcome
    return f"checked {where} of {entry.patient_id}: {said} ({phase})"


def _judgement_key(value: Json) -> JudgementKey:
    match value:
        case [*line, str(area), str(checker)]:
            return (*result_key(line), area, checker)
    raise ValueError


def _title(key: JudgementKey) -> str:
    phase, criterion_id, patient_id, area, checker = key
    where = line_in_words((phase, criterion_id, patient_id))
    return f"{phase.capitalize()} of {where}{f', {area}' if area else ''}, by {checker.upper()}"


def _conflict_name(key: JudgementKey) -> str:
    phase, criterion_id, patient_id, area, checker = key
    parts = ("result", phase.replace(" ", "-"), criterion_id or "Random", patient_id, area, checker)
    return ":".join(part for part in parts if part)


JUDGEMENTS: Kept[JudgementKey, ResultsOfLine] = Kept(
    "judgements",
    read_key=_judgement_key,
    title=_title,
    in_words=result_in_words,
    conflict_name=_conflict_name,
    conflict=lambda key: f"The {key[0]} of {line_in_words(key[:3])}, has two results.",
    says_the_same=lambda mine, other: bool(mine.entry.says_the_same_as(other.entry)),
    when=when_given,
    compared=lambda line: line.last,
    combined=combined_results,
    patient=lambda key: key[2],
    is_free_text=True,
)

JUDGED = EventKind(
    "judged",
    _describe,
    undoable=True,
    apply=_apply,
    record=_record,
    check=_check,
    kept=JUDGEMENTS,
    warn=warn_of_results,
    version=VERSION,
    paths=frozenset({"workbook"}),
    one_line=frozenset({"apart"}),
)


def _resolution(event: Event) -> tuple[ResultKey, Resolution]:
    phase = phase_of(event)
    rows = event.body.get("chosen")
    if not isinstance(rows, list):
        raise BrokenEventError(event.seq, "does not say which result was chosen")
    entry = _read_row(event, rows)
    chosen = Result(entry, phase, event.text("list_id"), event.by, event.on)
    over = frozenset(_said(event, row) for row in event.rows("over"))
    resolution = Resolution(chosen, over, event.text("reason"), event.by, event.on)
    return (phase, entry.criterion_id, entry.patient_id), resolution


def _said(event: Event, row: list[Json]) -> tuple[str, Says]:
    match row:
        case [str(checker), str(outcome), str(differs), str(severity)]:
            for known in OUTCOMES:
                for how_bad in SEVERITIES:
                    if (known, how_bad) == (outcome, severity):
                        return checker, (known, differs, how_bad)
    raise BrokenEventError(event.seq, "has a result that cannot be read")


def _apply_resolution(decisions: Decisions, event: Event, log: Log) -> None:
    key, resolution = _resolution(event)
    decisions.resolution_rows.put(key, resolution, log)


def _record_resolution(permanent: PermanentState, event: Event) -> None:
    """Number the issue of a fault that was found in an area, and had no number until now."""
    _, resolution = _resolution(event)
    if resolution.chosen.is_fault:
        permanent.number_issue(resolution.chosen)


def _check_resolution(event: Event, before: Before) -> None:
    (_, criterion_id, _), _ = _resolution(event)
    before.check_criterion(event, criterion_id)


def _describe_resolution(event: Event) -> str:
    (phase, criterion_id, patient_id), resolution = _resolution(event)
    said = resolution.chosen.entry.outcome
    return f"chose {said!r} for {criterion_id or 'Random'} of {patient_id} ({phase})"


def _resolution_in_words(resolution: Resolution | None) -> str:
    if resolution is None:
        return "not decided"
    by = by_whom(resolution.by, resolution.on)
    return f"{resolution.chosen.entry.outcome}: {resolution.reason} ({by})"


def _warn_resolution(event: Event, tally: Tally) -> str:
    (_, criterion_id, patient_id), _ = _resolution(event)
    if tally.was_ever_picked((criterion_id, patient_id)):
        return ""
    return (
        f"Event {event.seq} ({event.who}) decides about a patient who was never picked for the "
        "criterion: check who did that."
    )


RESOLUTIONS: Kept[ResultKey, Resolution] = Kept(
    "resolutions",
    read_key=result_key,
    title=lambda key: f"Decided, {key[0]} of {line_in_words(key)}",
    in_words=_resolution_in_words,
    conflict_name=lambda key: f"decided:{key[0].replace(' ', '-')}:{key[1] or 'Random'}:{key[2]}",
    conflict=lambda key: f"What counts in the {key[0]} of {line_in_words(key)}, was decided twice.",
    says_the_same=lambda mine, other: bool(
        mine.chosen.entry == other.chosen.entry and mine.over == other.over
    ),
    when=when_given,
    patient=lambda key: key[2],
    is_free_text=True,
)

RESOLVED = EventKind(
    "resolved",
    _describe_resolution,
    undoable=True,
    apply=_apply_resolution,
    record=_record_resolution,
    check=_check_resolution,
    warn=_warn_resolution,
    kept=RESOLUTIONS,
    version=VERSION,
    one_line=frozenset({"reason"}),
)

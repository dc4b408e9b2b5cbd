"""Results entered by hand, one at a time: on the checking screen and by `issues set`.

Each is one event of the working file, on the disk before it is shown. It says the same as a row of
a workbook would.
"""

from __future__ import annotations

from datetime import date

from recordpick.data_checking.issued_lists import Listed
from recordpick.data_checking.phase_lines import PhaseLines
from recordpick.data_checking.record_areas import AREA_NAMES, areas_left, whole_record
from recordpick.data_checking.result_cells import clean_note
from recordpick.errors import UserError
from recordpick.selection.results import (
    FAULTS,
    Entry,
    FilledIn,
    Outcome,
    Phase,
    ResultKey,
    Severity,
    checker_of,
)
from recordpick.selection.settled import Settled
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile


def make_entry(
    line: Listed,
    outcome: Outcome,
    initials: str,
    checked_on: date,
    *,
    differs: str = "",
    severity: Severity = "",
    area: str = "",
) -> Entry:
    """Return the entry of a line. UserError for something that differs where all is the same."""
    text = clean_note(differs)
    if outcome not in FAULTS and (text or severity):
        raise UserError(
            f"A result {outcome!r} has nothing that differs: leave out what differs and how bad it "
            "is, or choose different."
        )
    return Entry(
        line.criterion_id,
        line.patient_id,
        line.line,
        line.record,
        outcome,
        text,
        severity,
        initials,
        checked_on,
        area,
    )


def keep_entry(file: WorkingFile, lines: PhaseLines, entry: Entry) -> Selection:
    """Keep one result of a line, or of one area of a random record.

    Where it is the last area without a result, the result of the whole record is kept with it.
    UserError for an area of a record that was not drawn, or that nobody knows.
    """
    if entry.area and entry.criterion_id is not None:
        raise UserError(
            f"{entry.criterion_id} is not a random record, which alone is checked area by area: "
            "leave the area out."
        )
    if entry.area and entry.area not in AREA_NAMES:
        raise UserError(
            f"{entry.area!r} is not an area of a random record. They are: {', '.join(AREA_NAMES)}."
        )
    entries = [entry]
    if entry.area:
        of_areas = entries_of_areas(
            file.selection.settled, lines.phase, entry.patient_id, entry.initials
        )
        of_areas[entry.area] = entry
        if not areas_left(of_areas):
            bare = Entry(
                None,
                entry.patient_id,
                entry.line,
                entry.record,
                "same",
                initials=entry.initials,
                checked_on=entry.checked_on,
            )
            entries.append(whole_record(bare, of_areas))
    return file.import_results(FilledIn(lines.phase, lines.list_id, "", "", tuple(entries)))


def entries_of_areas(
    settled: Settled, phase: Phase, patient_id: str, initials: str
) -> dict[str, Entry]:
    """Return what one person found in each area of a random record, by area."""
    checker = checker_of(initials, "")
    by_area = settled.areas.get((phase, patient_id), {})
    return {
        area: dict(judged)[checker].entry
        for area, judged in by_area.items()
        if checker in dict(judged)
    }


def key_of(phase: Phase, line: Listed) -> ResultKey:
    """Return what a line's result is kept under."""
    return phase, line.criterion_id, line.patient_id

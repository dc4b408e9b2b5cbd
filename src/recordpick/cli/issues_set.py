"""`recordpick issues set`: enter one result of data checking."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_file_and_index, add_person, add_take_over
from recordpick.cli.checking import (
    OUTCOME_WORDS,
    add_by,
    add_phase,
    checker,
    criterion_of,
    outcome_of,
    patient_in,
    phase_of,
)
from recordpick.cli.common import acting_person, open_working_file
from recordpick.cli.output import print_message, print_result

HELP = "enter the result of one line"
EXAMPLE = "recordpick issues set our-practice.recordpick 10482 MED-04 same --by AB"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument(
        "patient", metavar="PATIENT", help="patient number or NHS number; - to type or pipe it in"
    )
    parser.add_argument("criterion", metavar="CRITERION", help="the criterion's id, or random")
    parser.add_argument("result", choices=OUTCOME_WORDS, help="what comparing shows")
    parser.add_argument("--differs", metavar="TEXT", default="", help="what differs, or is missing")
    parser.add_argument("--severity", choices=("low", "medium", "high"), help="how bad that is")
    parser.add_argument("--area", metavar="NAME", help="of a random record: the area")
    add_by(parser)
    add_phase(parser)
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Keep the result, and say what is left of the record.

    Where somebody else has another result of the line, both are kept and a message says so.
    """
    from datetime import datetime

    from recordpick.data_checking.import_results import disagreements_with
    from recordpick.data_checking.keep_result import keep_entry, key_of, make_entry
    from recordpick.data_checking.phase_lines import is_settled, phase_lines
    from recordpick.selection.results import FilledIn

    person = acting_person(options)
    with open_working_file(options, person, to_write=True) as file:
        phase = phase_of(options, file)
        lines = phase_lines(file, phase)
        line = lines.line(criterion_of(file, options.criterion), patient_in(options, file))
        entry = make_entry(
            line,
            outcome_of(options.result),
            checker(options, file),
            datetime.now().astimezone().date(),
            differs=options.differs,
            severity=options.severity or "",
            area=_area(options.area),
        )
        filled = FilledIn(phase, lines.list_id, "", "", (entry,))
        for sentence in disagreements_with(file, filled, [entry]):
            print_message(sentence)
        events = len(file.events)
        keep_entry(file, lines, entry)
        done = file.selection.can_undo if len(file.events) > events else None
        record = lines.record_of(line.patient_id)
        left = [one.name for one in record.lines if not is_settled(file, phase, one)]
        disagrees = key_of(phase, line) in file.selection.settled.disagreements
    print_result(f"Saved: {done}." if done else "Nothing changed: that result is known already.")
    if disagrees:
        print_message("People disagree about this line: recordpick issues resolve")
    print_result(
        f"Left of record {record.number}: {', '.join(left)}."
        if left
        else f"Record {record.number} is finished."
    )
    return 0


def _area(text: str | None) -> str:
    """Return the area of that name in any case; the text itself where there is none."""
    from recordpick.data_checking.record_areas import AREA_NAMES

    wanted = (text or "").strip()
    return next((one for one in AREA_NAMES if one.casefold() == wanted.casefold()), wanted)

"""`recordpick issues pace`: how long checking will take, and how fast the practice checks."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file, add_json, add_person, add_take_over
from recordpick.cli.common import acting_person, open_working_file
from recordpick.cli.output import print_json, print_result
from recordpick.errors import UserError

if TYPE_CHECKING:
    from recordpick.data_checking.time_needed import PhaseTime, TimeNeeded
    from recordpick.selection.working_file import WorkingFile

HELP = "say how long checking will take, or set the pace to plan with"
EXAMPLE = "recordpick issues pace our-practice.recordpick --record 3 --line 0.5"
_TIMES = {
    "record": "to open a record in both systems",
    "line": "to compare a line",
    "random": "to compare a random record as a whole",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    for name, what in _TIMES.items():
        parser.add_argument(f"--{name}", type=float, metavar="MINUTES", help=f"minutes {what}")
    parser.add_argument(
        "--learn",
        action="store_true",
        help="forget what was set: plan with what the results so far show, or with an estimate",
    )
    add_json(parser)
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Set the pace where one is given, and print the time of each phase."""
    given = [getattr(options, name) for name in _TIMES]
    to_write = options.learn or any(one is not None for one in given)
    if options.learn and any(one is not None for one in given):
        raise UserError("--learn forgets the pace that was set: give it without times.")
    person = acting_person(options) if to_write else None
    with open_working_file(options, person, to_write=to_write) as file:
        if to_write:
            file.set_pace(None if options.learn else _seconds(file, given))
        if options.json:
            print_json(times_as_json(file))
        else:
            print_times(file)
    return 0


def _seconds(file: WorkingFile, given: list[float | None]) -> tuple[int, int, int]:
    """Return the times that are given, in seconds, and for the others what is planned with now."""
    from math import isfinite

    from recordpick.data_checking.time_needed import pace_of

    now = pace_of(file.selection)
    seconds = []
    for minutes, known in zip(given, (now.record, now.line, now.random), strict=True):
        if minutes is not None and not isfinite(minutes):
            raise UserError("Times are in minutes, such as 4 or 0.5.")
        seconds.append(round(known if minutes is None else minutes * 60))
    record, line, random = seconds
    return record, line, random


def print_times(file: WorkingFile) -> None:
    """Print the time of each phase, and the pace that it is planned with."""
    from recordpick.data_checking.time_needed import pace_of, times_of

    for one in times_of(file):
        print_result(f"{one.phase.capitalize()}: {one.in_words}.")
    print_result(f"Planned with {pace_of(file.selection).in_words}.")


def times_as_json(file: WorkingFile) -> dict[str, object]:
    """Return the times for programs; the form is described in docs/reference.md."""
    from recordpick.data_checking.time_needed import pace_of, times_of

    pace = pace_of(file.selection)
    return {
        "minutes": {
            "record": round(pace.record / 60, 2),
            "line": round(pace.line / 60, 2),
            "random": round(pace.random / 60, 2),
        },
        "minutes_from": pace.source,
        "phases": [_phase_as_json(one) for one in times_of(file)],
    }


def _phase_as_json(one: PhaseTime) -> dict[str, object]:
    return {"phase": one.phase, "whole": _time_as_json(one.whole), "left": _time_as_json(one.left)}


def _time_as_json(time: TimeNeeded | None) -> dict[str, object] | None:
    if time is None:
        return None
    return {
        "records": time.records,
        "lines": time.lines,
        "hours": round(time.hours, 1),
        "person_days": round(time.person_days, 1),
    }

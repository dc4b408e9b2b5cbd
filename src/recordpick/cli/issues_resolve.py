"""`recordpick issues resolve`: where people disagree about a line, choose whose result counts."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file, add_json, add_person, add_take_over
from recordpick.cli.checking import add_phase, criterion_of, patient_in, phase_of
from recordpick.cli.common import acting_person, open_working_file
from recordpick.cli.output import print_json, print_message, print_result
from recordpick.errors import UserError

if TYPE_CHECKING:
    from recordpick.selection.results import Phase, ResultKey
    from recordpick.selection.settled import Judged
    from recordpick.selection.working_file import WorkingFile

HELP = "list where people disagree, or choose whose result counts"
EXAMPLE = (
    "recordpick issues resolve our-practice.recordpick 10482 MED-04 --take AB "
    '--reason "both looked again"'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    parser.add_argument(
        "patient", nargs="?", metavar="PATIENT", help="patient number; nothing: list all"
    )
    parser.add_argument("criterion", nargs="?", metavar="CRITERION", help="its id, or random")
    parser.add_argument("--take", metavar="INITIALS", help="whose result counts")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why")
    add_phase(parser)
    add_json(parser)
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """List the lines about which people disagree; or choose one result of a line."""
    options.index = None
    if options.patient is None:
        with open_working_file(options, to_write=False) as file:
            _list(file, as_json=options.json)
        return 0
    if not options.criterion or not options.take:
        raise UserError("Name the criterion as well, and whose result counts (--take INITIALS).")
    person = acting_person(options)
    with open_working_file(options, person, to_write=True) as file:
        line = criterion_of(file, options.criterion), patient_in(options, file)
        key = (_phase(options, file, line), *line)
        list_id = _list_of(file, key)
        file.resolve(key, _checker(file, key, options.take), list_id, options.reason)
        print_result(f"Saved: {file.selection.can_undo}.")
        left = len(file.selection.settled.disagreements)
    print_message(f"{left:,} left where people disagree.")
    return 0


def _phase(options: argparse.Namespace, file: WorkingFile, line: tuple[str | None, str]) -> Phase:
    """Return the phase that is meant: where none is named, the one in which people disagree."""
    phases = [key[0] for key in file.selection.settled.disagreements if key[1:] == line]
    return phases[0] if options.phase is None and len(phases) == 1 else phase_of(options, file)


def _list_of(file: WorkingFile, key: ResultKey) -> str:
    judged = file.selection.settled.judged.get(key, ())
    return judged[0][1].list_id if judged else ""


def _checker(file: WorkingFile, key: ResultKey, given: str) -> str:
    """Return who is meant: as listed, in any case."""
    judged = dict(file.selection.settled.disagreements.get(key, ()))
    return next((one for one in judged if one.casefold() == given.strip().casefold()), given)


def _list(file: WorkingFile, *, as_json: bool) -> None:
    found = file.selection.settled.disagreements
    if as_json:
        print_json({"disagreements": [_as_json(key, judged) for key, judged in found.items()]})
        return
    if not found:
        print_result("Nobody disagrees about a line.")
    for (phase, criterion_id, patient_id), judged in found.items():
        print_result(f"{phase}: {criterion_id or 'Random'}, patient {patient_id}")
        for who, result in judged:
            entry = result.entry
            words = ", ".join(one for one in (entry.outcome, entry.severity, entry.differs) if one)
            print_result(f"  {who.upper()}: {' / '.join(words.splitlines())}")


def _as_json(key: ResultKey, judged: Judged) -> dict[str, object]:
    """Return one line for programs; the form is described in docs/reference.md."""
    phase, criterion_id, patient_id = key
    return {
        "phase": phase,
        "criterion": criterion_id,
        "patient": patient_id,
        "results": [
            {
                "by": who,
                "result": result.entry.outcome,
                "differs": result.entry.differs,
                "severity": result.entry.severity or None,
            }
            for who, result in judged
        ],
    }

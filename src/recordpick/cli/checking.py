"""What the commands of data checking share: the phase, who checks, and which line is meant."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from recordpick.cli.lookups import RANDOM, find_criterion, find_patients
from recordpick.errors import UserError

if TYPE_CHECKING:
    from recordpick.selection.results import Outcome, Phase
    from recordpick.selection.working_file import WorkingFile

PHASE_WORDS = ("first_check", "recheck", "go_live")
OUTCOME_WORDS = ("same", "different", "not_there", "not_applicable")


def add_phase(parser: argparse.ArgumentParser) -> None:
    """Add the phase."""
    parser.add_argument(
        "--phase",
        choices=PHASE_WORDS,
        help="the phase (otherwise the first that is not finished)",
    )


def add_by(parser: argparse.ArgumentParser) -> None:
    """Add who checks."""
    parser.add_argument(
        "--by",
        metavar="INITIALS",
        help="the initials of who checks (otherwise those of --name)",
    )


def phase_of(options: argparse.Namespace, file: WorkingFile) -> Phase:
    """Return the phase that is meant."""
    from recordpick.data_checking.phase_lines import current_phase
    from recordpick.data_checking.workbook import parse_phase

    given = None if options.phase is None else parse_phase(options.phase)
    return given or current_phase(file)


def checker(options: argparse.Namespace, file: WorkingFile) -> str:
    """Return the initials of who checks: `--by`, the checking copy's, or those of the name."""
    from recordpick.data_checking.result_cells import initials_of
    from recordpick.selection.typed_text import clean_initials

    if options.by:
        return clean_initials(options.by)
    if file.checking_copy is not None:
        return file.checking_copy.initials
    return initials_of("" if file.person is None else file.person.name)


def criterion_of(file: WorkingFile, text: str) -> str | None:
    """Return the criterion that is meant; None for a random record."""
    if text.strip().casefold() == RANDOM:
        return None
    return find_criterion(file.pack, text).id


def patient_in(options: argparse.Namespace, file: WorkingFile) -> str:
    """Return the patient who is meant: by patient number, or by NHS number as the index has it."""
    from recordpick.selection.find_index import index_of

    text = options.patient.strip()
    if text in file.selection.patient_ids:
        return str(text)
    index = index_of(file, options.index)
    found = find_patients(index, [text], frozenset(file.selection.patient_ids))
    if len(found) != 1:
        raise UserError("Give one patient: each result is entered by itself.")
    return found[0]


def outcome_of(text: str) -> Outcome:
    """Return the result that is meant; UserError where it is not one."""
    from recordpick.data_checking.result_cells import parse_outcome
    from recordpick.handover.tick_sheet_model import RESULTS

    found = parse_outcome(text)
    if found is None:
        raise UserError(f"{text!r} is not a result. Choose one of: {', '.join(RESULTS)}.")
    return found

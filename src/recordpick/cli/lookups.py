"""What people name on the command line: criteria by id, patients by number, texts and days."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from recordpick.cli.output import print_message
from recordpick.errors import UserError
from recordpick.text import similar_hint

if TYPE_CHECKING:
    from datetime import date

    from recordpick.criteria.pack import Criterion, Pack
    from recordpick.index.practice_index import PracticeIndex

RANDOM = "random"
"""What the random records are called where a criterion's id is expected."""
ALL = "all"
"""What every criterion is called where the id of one is expected."""
_AT_MOST_NAMED = 12


def find_criterion(pack: Pack, text: str) -> Criterion:
    """Return the criterion with an id, in any case. UserError, with similar ids, if none has it."""
    wanted = text.strip()
    by_id = {criterion.id: criterion for criterion in pack.criteria}
    if wanted in by_id:
        return by_id[wanted]
    found = [one for name, one in by_id.items() if name.casefold() == wanted.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        names = " and ".join(one.id for one in found)
        raise UserError(f"The pack has {names}: write the one you mean exactly.")
    hint = similar_hint(wanted, by_id)
    if not hint and len(by_id) <= _AT_MOST_NAMED:
        hint = f" It has {', '.join(by_id)}."
    raise UserError(
        f"The pack has no criterion {text}.{hint or ' recordpick status lists all of them.'}"
    )


def only_criterion(pack: Pack, criterion: Criterion) -> Pack:
    """Return the pack with one of its criteria only, to match that alone."""
    from dataclasses import replace

    return replace(pack, criteria=(criterion,))


def find_patients(
    index: PracticeIndex, numbers: Iterable[str], picked: Collection[str] = ()
) -> list[str]:
    """Return the patients whose patient numbers or NHS numbers are given, each once.

    "-" stands for numbers that are typed or piped in, one a line: they are kept out of the shell's
    history. `picked` are patients who are found by their patient number even if the index no longer
    has them. UserError with a sentence for each number that is not exactly one patient's; nothing
    similar is suggested, because it would be another patient.
    """
    from recordpick.index.patient_lookup import patient_of

    found: dict[str, None] = {}
    problems: list[str] = []
    for number in _with_typed(numbers):
        try:
            found[patient_of(index, number)] = None
        except UserError as error:
            if number in picked:
                found[number] = None
            else:
                problems += error.messages
    if problems:
        raise UserError(*problems)
    if not found:
        raise UserError("No number was given: give a patient number or NHS number.")
    return list(found)


def _with_typed(numbers: Iterable[str]) -> Iterable[str]:
    for number in numbers:
        if number.strip() != "-":
            yield number.strip()
            continue
        if sys.stdin.isatty():
            print_message("Patient numbers or NHS numbers, one a line; an empty line ends them:")
        yield from _lines_until_empty()


def _lines_until_empty() -> Iterable[str]:
    for line in sys.stdin:
        if not line.strip():
            return
        yield line.strip()


def read_text(given: str, what: str) -> str:
    """Return a text; "-" reads it from what is typed or piped in, up to its end."""
    if given != "-":
        return given
    if sys.stdin.isatty():
        print_message(f"Type {what}, then a line with Ctrl+D (Windows: Ctrl+Z and Enter):")
    return sys.stdin.read()


def parse_date(text: str, option: str) -> date:
    """Return the day that an option names, as 01/10/2026 or 2026-10-01. UserError if it is none."""
    from recordpick.date_parsing import NotADayError, parse_day

    try:
        return parse_day(text)
    except NotADayError as error:
        raise UserError(
            f"{option} {text!r}: {error.reason}. Write it as 01/10/2026 (the day first) or "
            "2026-10-01."
        ) from None

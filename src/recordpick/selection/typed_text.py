"""What people type, cleaned and within limits: names, reasons, notes, seeds.

Each function raises a UserError for a text that is too long, or has control characters.
"""

from __future__ import annotations

import unicodedata

from recordpick.errors import UserError
from recordpick.identifiers import ods_code, practice_of_branch
from recordpick.selection.events import Person

LONGEST_NAME = 100
LONGEST_TEXT = 2_000
LONGEST_SEED = 1_000
LONGEST_PRACTICE = 200

_NOT_TEXT = {"Cc", "Cs"}
"""Unicode's control characters and lone surrogates: neither belongs in what a person writes."""


def clean_person(person: Person) -> Person:
    """Return the person with their name cleaned."""
    return Person(_line(person.name, "your name", LONGEST_NAME, required=True), person.role)


def clean_practice(practice: str) -> str:
    """Return the practice's name, cleaned; it may be empty."""
    return _line(practice, "the practice's name", LONGEST_PRACTICE, required=False)


def clean_ods_code(text: str) -> str:
    """Return the practice's ODS code in capitals; it may be empty. UserError if it is not one."""
    text = _line(text, "the ODS code", LONGEST_NAME, required=False)
    code = ods_code(text)
    if code is None and text:
        practice = practice_of_branch(text)
        raise UserError(
            f"“{text}” is not the ODS code of a practice: "
            + (
                f"it is that of a branch. The practice's is {practice}."
                if practice
                else "one letter and five digits, such as A81001."
            )
        )
    return code or ""


def clean_reason(reason: str, what_for: str, *, required: bool = True) -> str:
    """Return a reason, cleaned. `what_for` completes "Give the reason for …"."""
    return _line(reason, f"the reason for {what_for}", LONGEST_TEXT, required=required)


def clean_note(text: str) -> str:
    """Return a note, cleaned; it may be empty, and may have several lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    for line in lines:
        _check_characters(line, "the note")
    note = "\n".join(line.rstrip() for line in lines).strip()
    _check_length(note, "the note", LONGEST_TEXT)
    return note


def clean_initials(initials: str) -> str:
    """Return the initials (or the name) of somebody who checks, cleaned."""
    text = " ".join(initials.split())
    return _line(text, "the initials of who checks", LONGEST_NAME, required=True)


def clean_seed(seed: str) -> str:
    """Return a seed without the spaces around it."""
    return _line(seed, "the seed", LONGEST_SEED, required=True)


def _line(text: str, what: str, longest: int, *, required: bool) -> str:
    text = text.strip()
    if required and not text:
        raise UserError(f"Give {what}: it is empty.")
    _check_characters(text, what)
    _check_length(text, what, longest)
    return text


def _check_length(text: str, what: str, longest: int) -> None:
    if len(text) > longest:
        raise UserError(
            f"{_capitalised(what)} has {len(text):,} characters: shorten it to at most {longest:,}."
        )


def _check_characters(text: str, what: str) -> None:
    for place, character in enumerate(text, start=1):
        if unicodedata.category(character) in _NOT_TEXT:
            raise UserError(
                f"{_capitalised(what)} has a character that is not text (U+{ord(character):04X}, "
                f"character {place}): remove it."
            )


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]

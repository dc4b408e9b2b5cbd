"""Limits on what people type: names, reasons, notes, seeds. All raise UserError."""

from __future__ import annotations

import unicodedata

from recordpick.errors import UserError
from recordpick.selection.events import Person

LONGEST_NAME = 100
LONGEST_TEXT = 2_000
LONGEST_SEED = 1_000
LONGEST_PRACTICE = 200

_NO_TEXT = {"Cc", "Cs"}
"""Unicode's control characters and lone surrogates: neither belongs in what a person writes."""


def checked_person(person: Person) -> Person:
    """Give the person with a tidied name."""
    return Person(_line(person.name, "your name", LONGEST_NAME, required=True), person.role)


def checked_practice(practice: str) -> str:
    """Give the practice's name, tidied; it may be empty."""
    return _line(practice, "the practice's name", LONGEST_PRACTICE, required=False)


def checked_reason(reason: str, what_for: str, *, required: bool = True) -> str:
    """Give a reason, tidied. `what_for` completes "Give the reason for …"."""
    return _line(reason, f"the reason for {what_for}", LONGEST_TEXT, required=required)


def checked_note(text: str) -> str:
    """Give a note, tidied; it may be empty, and may have several lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    for line in lines:
        _no_control_characters(line, "the note")
    note = "\n".join(line.rstrip() for line in lines).strip()
    _not_longer(note, "the note", LONGEST_TEXT)
    return note


def checked_seed(seed: str) -> str:
    """Give a seed without the spaces around it."""
    return _line(seed, "the seed", LONGEST_SEED, required=True)


def _line(text: str, what: str, longest: int, *, required: bool) -> str:
    text = text.strip()
    if required and not text:
        raise UserError(f"Give {what}: it is empty.")
    _no_control_characters(text, what)
    _not_longer(text, what, longest)
    return text


def _not_longer(text: str, what: str, longest: int) -> None:
    if len(text) > longest:
        raise UserError(
            f"{_first_up(what)} has {len(text):,} characters: at most {longest:,} are taken."
        )


def _no_control_characters(text: str, what: str) -> None:
    for place, character in enumerate(text, start=1):
        if unicodedata.category(character) in _NO_TEXT:
            raise UserError(
                f"{_first_up(what)} has a character that is no text (U+{ord(character):04X}, "
                f"character {place}): take it out."
            )


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]

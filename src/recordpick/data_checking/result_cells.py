"""Parse what people write into the cells of a tick sheet: results, severities, dates, texts."""

from __future__ import annotations

import re
from datetime import date, timedelta

from recordpick.csv_safety import one_line
from recordpick.date_parsing import NotADayError, parse_day
from recordpick.selection.results import OUTCOMES, SEVERITIES, Outcome, Severity

LONGEST_TEXT = 32_767
"""Characters of a cell: no spreadsheet holds more."""
LONGEST_INITIALS = 100

_ALSO: dict[str, Outcome] = {"na": "not applicable", "notapplicable": "not applicable"}
_SERIAL = re.compile(r"(\d{5})(\.\d+)?")
_SERIAL_FROM = date(1899, 12, 30)
"""Spreadsheets count days from here: a cell that has lost its format holds the count."""


def parse_outcome(text: str) -> Outcome | None:
    """Return a result; None if the text is not one of the words."""
    word = _word(text)
    return _ALSO.get(word) or next((one for one in OUTCOMES if _word(one) == word), None)


def parse_severity(text: str) -> Severity | None:
    """Return a severity; "" for an empty cell, None if the text is not one of the words."""
    return next((one for one in SEVERITIES if _word(one) == _word(text)), None)


def parse_checked_on(text: str) -> date | None:
    """Return a date as people in England write it, or a spreadsheet stores it; None if neither.

    A year of two digits is of this century: nobody checked a record before.
    """
    serial = _SERIAL.fullmatch(text)
    if serial and 40_000 <= int(serial[1]) < 60_000:  # 2009 to 2064
        return _SERIAL_FROM + timedelta(days=int(serial[1]))
    try:
        return parse_day(text, century=2000)
    except NotADayError:
        return None


def clean_note(text: str) -> str:
    """Return a note as it is stored: lines end in line feeds, control characters become symbols."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(one_line(line).rstrip() for line in lines).strip()[:LONGEST_TEXT]


def clean_initials(text: str) -> str:
    """Return initials (or a name) on one line."""
    return one_line(" ".join(text.split()))[:LONGEST_INITIALS]


def initials_of(name: str) -> str:
    """Return the initials of a name; a name of one word as it is."""
    words = name.split()
    if len(words) < 2:
        return clean_initials(name)
    return "".join(word[0].upper() for word in words if word[0].isalnum())[:LONGEST_INITIALS]


def is_same_patient(given: str, listed: str) -> bool:
    """Return whether a cell names the patient of a line; leading zeros may have been lost."""
    listed = one_line(listed).strip()
    if given == listed:
        return True
    bare, meant = given.lstrip("0"), listed.lstrip("0")
    return listed.isdigit() and listed.isascii() and bool(bare) and bare == meant


def _word(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())

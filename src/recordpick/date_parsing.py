"""The one parser of dates: the formats of people and systems in England, and what is not a date.

Forms, options, `practice.toml`, manifests, banner lines and columns of files
(index/date_columns.py) all read dates by the rules of this module. A date that cannot be read in
exactly one way is not read: the reason is reported instead.

Accepted: 2026-10-01 (also with `/` or `.`), 20261001, 01/10/2026 (`/`, `-`, `.` or a blank; the day
comes first, as everybody in England writes it), 1 Oct 2026, 12-Sept-1980, 1st October 2026. A time
of day and a time zone after it are cut off: no zone moves a day.

Refused: years that do not have four digits, days that are not in the calendar, days before 1850 or
after 2199 (nobody in a practice's records was born before, and no recall is due later), the
placeholders below, and a spreadsheet's serial numbers (29221), which two calendars of Excel read
as two days four years apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal, get_args

from recordpick.identifiers import without_invisible

EARLIEST, LATEST = date(1850, 1, 1), date(2199, 12, 31)
"""The first and the last day that a record can plausibly hold."""

PLACEHOLDERS: Mapping[date, str] = {
    date(1, 1, 1): "the first day that .NET and SQL can hold",
    date(1582, 10, 15): "the first day of the Gregorian calendar",
    date(1601, 1, 1): "the first day of Windows",
    date(1753, 1, 1): "the first day that SQL Server can hold",
    date(1800, 12, 28): "the first day of Clarion",
    date(1840, 12, 31): "day 0 of MUMPS",
    date(1841, 1, 1): "day 1 of MUMPS",
    date(1858, 11, 17): "day 0 of VMS",
    date(1899, 12, 30): "day 0 of spreadsheets and OLE",
    date(1899, 12, 31): "day 0 of spreadsheets",
    # Somebody born on that day cannot be distinguished from somebody whose birth is unknown.
    date(1900, 1, 1): "what is typed, or stored by SQL Server, for an unknown day",
    date(2099, 12, 31): "for an end that is not known",
    date(2199, 12, 31): "for an end that is not known",
    date(2299, 12, 31): "for an end that is not known",
    date(2999, 12, 31): "for an end that is not known",
    date(3000, 1, 1): "for an end that is not known",
    date(4712, 12, 31): "the last day of Oracle's applications",
    date(9999, 1, 1): "for an end that is not known",
    date(9999, 12, 30): "for an end that is not known, in another time zone",
    date(9999, 12, 31): "the last day that databases can hold",
}
"""Days that systems write for a missing date, each with its origin.

1970-01-01 (day 0 of Unix) is not among them: too many people were born then.
"""

NOTHING = frozenset(
    {"", "-", "--", ".", "n/a", "na", "n.a.", "nan", "nat", "nil", "none", "null", "<null>"}
    | {"(null)", "\\n", "not known", "not recorded", "unknown", "unk", "tbc", "blank", "(blank)"}
)
"""Words (in lower case) that people and programs write for a missing date."""

ERRORS = frozenset(
    {"#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#num!", "#null!", "#spill!", "#calc!"}
    | {"#getting_data", "#field!", "#blocked!", "#unknown!", "#busy!", "#n/a!"}
)
"""Errors (in lower case) that a spreadsheet's formula shows in place of a value."""

_NOT_A_DATE = "not a date such as 31/01/1980"

_ZEROS = re.compile(r"[0/ .:T-]+")
_TIME = re.compile(
    r"(?:T|,? +|(?<=[0-9]{4})_)(?:[01]?[0-9]|2[0-4])(?::[0-5][0-9](?::[0-6][0-9]"
    r"(?:[.,][0-9]{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?)?|[0-5][0-9](?:[0-5][0-9])?)"
    r"(?: ?(?:Z|UTC|GMT|BST|[+-][0-9]{2}:?[0-9]{2}))?$"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/. ])([0-9]{1,2})\2([0-9]{1,2})")
_COMPACT = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?)?"
)
_NUMBERS = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]+)")
_NAMED = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[-/. ]{0,2}([a-z]{3,9})\.?,?[-/. ]{0,2}([0-9]+)", re.IGNORECASE
)
_SERIAL = re.compile(r"[1-7][0-9]{4}(?:\.[0-9]+)?")
_NAMES = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTHS = {
    word: number
    for number, name in enumerate(_NAMES, 1)
    for word in ((name, name[:3], "sept") if number == 9 else (name, name[:3]))
}

First = Literal["day", "month"]
"""Which comes first in a date of two numbers and a year."""

Why = Literal[
    "error",
    "nothing",
    "placeholder",
    "year",
    "calendar",
    "range",
    "serial",
    "other",
]
"""Why a text is not a day: the kind of reason, for those who count."""
WHYS: tuple[Why, ...] = get_args(Why)


class NotADayError(ValueError):
    """A text that is not a day. `why` is the kind of reason, `reason` a clause for people."""

    def __init__(self, why: Why, reason: str) -> None:
        super().__init__(reason)
        self.why = why
        self.reason = reason


def parse_day(text: str, first: First = "day", century: int | None = None) -> date:
    """Return the date that a text is; NotADayError with the reason if it is not one.

    `first` says what 01/10/2026 means: 1 October, unless it is "month". A year of two digits is
    refused, except for dates that can only be in one `century` (2000 for the day on which somebody
    checked a record).
    """
    cut = without_invisible(text)
    _check_is_something(cut)
    for day in dict.fromkeys((cut, _TIME.sub("", cut))):
        for style, read in _STYLES:
            if found := style.fullmatch(day):
                return _real(*read(found, first), century)
    if _SERIAL.fullmatch(cut):
        raise NotADayError(
            "serial", "a spreadsheet's serial number of a day: give its cells a date format"
        )
    raise NotADayError("other", _NOT_A_DATE)


def read_day(text: str, first: First = "day") -> date | None:
    """Return the date that a text is, or None."""
    try:
        return parse_day(text, first)
    except NotADayError:
        return None


def says_there_is_none(text: str) -> bool:
    """Return whether a text says that the date is missing: empty, an error, a placeholder."""
    try:
        parse_day(text)
    except NotADayError as error:
        return error.why in {"error", "nothing", "placeholder"}
    return False


def is_usable(day: date) -> bool:
    """Return whether a date can be in a record: in range, and not a placeholder."""
    return EARLIEST <= day <= LATEST and day not in PLACEHOLDERS


def _check_is_something(text: str) -> None:
    lower = text.lower()
    if lower in ERRORS:
        raise NotADayError("error", "an error of a spreadsheet's formula")
    if lower in NOTHING:
        raise NotADayError("nothing", "not a date: it says that the date is missing")
    if _ZEROS.fullmatch(text) and "0" in text:
        raise NotADayError("placeholder", "a placeholder for a day that is not known")


def _year_first(found: re.Match[str], _: First) -> tuple[str, str, str]:
    return found[1], found[3], found[4]


def _compact(found: re.Match[str], _: First) -> tuple[str, str, str]:
    return found[1], found[2], found[3]


def _numbers(found: re.Match[str], first: First) -> tuple[str, str, str]:
    day, month = (found[1], found[3]) if first == "day" else (found[3], found[1])
    return found[4], month, day


def _named(found: re.Match[str], _: First) -> tuple[str, str, str]:
    month = _MONTHS.get(found[2].lower())
    if month is None:
        raise NotADayError("other", _NOT_A_DATE)
    return found[3], str(month), found[1]


_STYLES: tuple[
    tuple[re.Pattern[str], Callable[[re.Match[str], First], tuple[str, str, str]]], ...
] = (
    (_YEAR_FIRST, _year_first),
    (_COMPACT, _compact),
    (_NUMBERS, _numbers),
    (_NAMED, _named),
)


def _real(year: str, month: str, day: str, century: int | None) -> date:
    """Return a date of the calendar that a record can hold."""
    if len(year) == 2 and century is not None:
        year = str(century + int(year))
    if len(year) != 4:
        raise NotADayError("year", "a year needs four digits, as in 31/01/1980")
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise NotADayError("calendar", "not a day of the calendar") from None
    if found in PLACEHOLDERS:
        raise NotADayError("placeholder", "a placeholder for a day that is not known")
    if not is_usable(found):
        raise NotADayError(
            "range", f"not a plausible day (the year must be {EARLIEST.year} to {LATEST.year})"
        )
    return found

"""The as-at date: the day on which a source's records were as its files show them.

Who is registered, which medicine is current and which problem is open all depend on it. So it is
settled once for all sources before any of them is read (readers/registry.py): the day that a person
gives, otherwise the first that a source states, otherwise today, with a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from recordpick.date_parsing import read_day
from recordpick.errors import UserError
from recordpick.index.note_topics import ONE_DAY

EARLIEST = date(1985, 1, 1)
"""No English practice has exported records from before this day."""
DAYS_AHEAD = 3653
"""Ten years: a made-up practice may be in the future, a typing error is further away."""

GIVEN = "given"
TODAY = "today, as no source says it"

_COMPACT = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_CLOCK = r"(?=\d{4}(?!\d)|\d{6}(?!\d)|(?!\d))"
_IN_NAME = re.compile(rf"(?<!\d)({_COMPACT}|(?:19|20)\d{{2}}-\d{{2}}-\d{{2}}){_CLOCK}")


@dataclass(frozen=True, slots=True)
class FoundDay:
    """The as-at date of a source, and where that was read (words for people)."""

    day: date
    where: str


@dataclass(frozen=True, slots=True)
class AsAt:
    """The as-at date of an index, where it comes from, and notes and warnings about it."""

    day: date
    source: str
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def today() -> date:
    """Return today's date here."""
    return datetime.now().astimezone().date()


def is_possible(day: date) -> bool:
    """Return whether records can be as at that day: from 1985 until ten years from now."""
    return EARLIEST <= day <= today() + timedelta(days=DAYS_AHEAD)


def check_as_at(day: date, where: str) -> date:
    """Return the day; UserError where no records can be as at it. `where` names its origin."""
    if not is_possible(day):
        raise UserError(
            f"{where}: records cannot be as at {day.isoformat()}. Write the day on which the "
            "export was made, as in 2026-10-01."
        )
    return day


def read_as_at(text: str | None) -> date | None:
    """Return the as-at date in a text, ignoring a time of day; None if it is not a possible one."""
    day = read_day(text) if text else None
    return day if day is not None and is_possible(day) else None


def day_in_name(name: str) -> date | None:
    """Return the last possible day in a file's name: 20261001, 2026-10-01, 20261001020000."""
    days = (read_as_at(found) for found in _IN_NAME.findall(name))
    return max((day for day in days if day), default=None)


def latest(days: Iterable[date | None], where: str) -> FoundDay | None:
    """Return the latest of the days read in one place; None if there is none."""
    day = max((day for day in days if day), default=None)
    return None if day is None else FoundDay(day, where)


def settle(
    given: date | None, found: Sequence[tuple[str, FoundDay | None]], hint: str = ""
) -> AsAt:
    """Return the as-at date for all sources: `found` are their names and the day of each.

    `hint` is a sentence that helps to find the day where no source states it. UserError for an
    impossible day given by a person.
    """
    stated = [(name, one) for name, one in found if one is not None]
    if given is not None:
        check_as_at(given, "The as-at date")
        warnings = tuple(
            f"The as-at date given is {given.isoformat()}, but {name} is of "
            f"{one.day.isoformat()} ({one.where}): the date given is used."
            for name, one in stated
            if one.day != given
        )
        return AsAt(given, GIVEN, warnings=warnings)
    if not stated:
        day = today()
        warning = (
            f"No source gives the date of its records, so today ({day.isoformat()}) is used: "
            "who is registered, which medicines are current, which problems are open, ages and "
            "periods are wrong if the records are older. Give the date with --as-at."
        )
        warning = f"{warning} {hint}".rstrip()
        return AsAt(day, TODAY, warnings=(warning,))
    (name, first), *others = stated
    notes = tuple(
        f"{other} is of {one.day.isoformat()} ({one.where}), {name} of {first.day.isoformat()} "
        f"({first.where}): {first.day.isoformat()} {ONE_DAY}."
        for other, one in others
        if one.day != first.day
    )
    return AsAt(first.day, first.where, notes)

"""The period of the QOF and target reports: the QOF year, and the day that is counted to.

A QOF year is 1 April to 31 March. The reports are of the year of the as-at date, counted to that
day, unless somebody asks for another year or for the year's end. Clinical systems report to the
year's end (31 March) unless told otherwise: ages and intervals are then those of that day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from recordpick.errors import UserError
from recordpick.selection.state import Selection
from recordpick.text import day_in_full

CountTo = Literal["as-at", "year-end"]
"""The day that is counted to: the as-at date, or the last day of the QOF year."""

COUNT_TO: tuple[CountTo, ...] = get_args(CountTo)
OF_AS_AT = "as-at"
"""The word for the QOF year of the as-at date."""

_FIRST_MONTH = 4
_YEAR = re.compile(r"(20[0-9]{2})/([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """The QOF year ("2026/27") that is reported, and how far it is counted.

    `as_at` is the day of the records; `counted_to` that from which ages and intervals are
    calculated.
    """

    year: str
    as_at: date
    counted_to: date

    @property
    def known_to(self) -> date:
        """The last day whose entries count: none are known after the as-at date."""
        return min(self.as_at, self.counted_to)

    @property
    def in_words(self) -> str:
        """The period in a sentence for reports and screens."""
        if self.counted_to == self.as_at:
            return f"QOF {self.year}, as at {day_in_full(self.as_at)}."
        return (
            f"QOF {self.year}, to the year's end ({day_in_full(self.counted_to)}), from the "
            f"records as at {day_in_full(self.as_at)}."
        )

    @property
    def caution(self) -> str:
        """A caution where the year is not that of the as-at date; "" where it is."""
        of_as_at = qof_year(self.as_at)
        if self.year == of_as_at:
            return ""
        if self.year > of_as_at:
            return (
                f"QOF {self.year} begins after the as-at date ({self.as_at.isoformat()}): the "
                "figures only show how its rules would count today's records."
            )
        return (
            f"QOF {self.year} was over on the as-at date ({self.as_at.isoformat()}): patients, and "
            "who is registered, are those of the as-at date."
        )


def qof_year(day: date) -> str:
    """Return the QOF year that a day is in, such as "2026/27": 1 April to 31 March."""
    first = day.year if day.month >= _FIRST_MONTH else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def year_end(year: str) -> date:
    """Return the last day of a QOF year."""
    return date(int(year[:4]) + 1, 3, 31)


def parse_qof_year(text: str) -> str:
    """Return a QOF year as it is written, "2026/27"; raise a UserError if it is none."""
    found = _YEAR.fullmatch(text.strip())
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        raise UserError(f"{text.strip()!r} is not a QOF year: write it as 2026/27.")
    return text.strip()


def report_period(as_at: date, year: str = "", count_to: str = "as-at") -> Period:
    """Return the period of reports; an empty `year` is that of the as-at date.

    A year that is over is always counted to its end.
    """
    chosen = year or qof_year(as_at)
    is_over = year_end(chosen) < as_at
    return Period(chosen, as_at, year_end(chosen) if is_over or count_to == "year-end" else as_at)


def chosen_period(selection: Selection, as_at: date) -> Period:
    """Return the period that somebody chose for a working file, or that of the as-at date."""
    chosen = selection.reports_by.get("period")
    if chosen is None:
        return report_period(as_at)
    (year, count_to), *_ = chosen.files
    return report_period(as_at, year, count_to)

"""Ages and periods as conditions, and in words."""

from __future__ import annotations

from collections.abc import Mapping

from recordpick.criteria.templates.model import ParameterValue
from recordpick.errors import UserError

UNITS = ("year", "month", "week", "day")
DIRECTIONS = ("last", "next", "ago", "for", "since", "before", "year", "on")
_MOST = {"year": 120, "month": 1440, "week": 6240, "day": 43_800}


def check_period(params: Mapping[str, ParameterValue]) -> tuple[int, str, str, str, str]:
    """Return number, unit, direction, first and last day of a period; UserError if one is unfit."""
    direction = str(params.get("period.is", "last"))
    if direction not in DIRECTIONS:
        raise UserError(f"A period is one of {', '.join(DIRECTIONS)}, not '{direction}'.")
    first, last = str(params.get("period.day", "")), str(params.get("period.last_day", ""))
    if direction in {"since", "before", "year", "on"}:
        for day in (first, last or first):
            _check_day(day)
        return 0, "", direction, first, last or first
    unit = str(params.get("period.unit", "year"))
    if unit not in UNITS:
        raise UserError(f"The unit of a period is one of {', '.join(UNITS)}, not '{unit}'.")
    number = params.get("period", 1)
    if (
        not isinstance(number, int | float)
        or int(number) != number
        or not 1 <= number <= _MOST[unit]
    ):
        raise UserError(f"A period is 1 to {_MOST[unit]:,} {unit}s, not {number}.")
    return int(number), unit, direction, "", ""


def _check_day(day: str) -> None:
    from datetime import date

    try:
        date.fromisoformat(day)
    except ValueError:
        raise UserError(f"'{day}' is not a date: write it as 2024-03-31.") from None


def period_condition(params: Mapping[str, ParameterValue], column: str, *, is_not: bool) -> str:
    """Return the condition that a column is within the period.

    "For over 5 years" is so long ago of what is there, and the last 5 years of what is not.
    """
    number, unit, direction, first, last = check_period(params)
    if direction == "for":
        direction = "last" if is_not else "ago"
    interval = f"INTERVAL '{number} {unit}{'s' if number > 1 else ''}'"
    match direction:
        case "last":
            return f"{column} > :as_at - {interval} AND {column} <= :as_at"
        case "next":
            return f"{column} > :as_at AND {column} <= :as_at + {interval}"
        case "ago":
            return f"{column} <= :as_at - {interval}"
        case "since":
            return f"{column} >= DATE '{first}' AND {column} <= :as_at"
        case "before":
            return f"{column} < DATE '{first}'"
    return f"{column} >= DATE '{first}' AND {column} <= DATE '{last}'"


def recent_condition(params: Mapping[str, ParameterValue], column: str) -> str:
    """Return the condition that a column is later than the beginning of the period."""
    number, unit, _, first, _ = check_period(params)
    if first:
        return f"{column} >= DATE '{first}'"
    return f"{column} > :as_at - INTERVAL '{number} {unit}{'s' if number > 1 else ''}'"


def period_words(params: Mapping[str, ParameterValue], *, is_not: bool = False) -> str:
    """Return the period in words; "for" as `period_condition` reads it."""
    number, unit, direction, first, last = check_period(params)
    if direction == "for" and is_not:
        direction = "last"
    span = f"{number} {unit}s" if number > 1 else unit
    match direction:
        case "last":
            return f"in the last {span}"
        case "next":
            return f"in the next {span}"
        case "ago" | "for":
            return f"{number} {unit}{'s' if number > 1 else ''} ago or more"
        case "since":
            return f"since {first}"
        case "before":
            return f"before {first[:4] if first.endswith('-01-01') else first}"
    return (
        f"in {first[:4]}"
        if first[:4] == last[:4] and first.endswith("01-01") and last.endswith("12-31")
        else f"from {first} to {last}"
    )


def age_condition(limits: tuple[str, float, float], unit: str) -> str:
    """Return the condition that a patient is of an age, in years or counted from the birth date."""
    compare, low, high = limits
    if unit == "year":
        signs = {"over": ">", "at least": ">=", "under": "<", "at most": "<=", "exactly": "="}
        if compare == "between":
            return f"age BETWEEN {low:g} AND {high:g}"
        return f"age {signs[compare]} {low:g}"
    born_after = f"date_of_birth > :as_at - INTERVAL '{low:g} {unit}s' AND date_of_birth <= :as_at"
    born_by = f"date_of_birth <= :as_at - INTERVAL '{low:g} {unit}s'"
    match compare:
        case "under" | "at most":
            return born_after
        case "over" | "at least":
            return born_by
        case "exactly":
            high = low
    older = f"date_of_birth > :as_at - INTERVAL '{high + 1:g} {unit}s'"
    return f"{born_by} AND {older}"


def age_words(limits: tuple[str, float, float], unit: str) -> str:
    """Return an age in words."""
    compare, low, high = limits
    of = "" if unit == "year" else f" {unit}s"
    match compare:
        case "over":
            return f"aged over {low:g}{of}"
        case "at least":
            return f"aged {low:g}{of} or over"
        case "under":
            return f"under {low:g}{of}" + (" old" if of else "")
        case "at most":
            return f"aged {low:g}{of} or under"
        case "exactly":
            return f"aged {low:g}{of}"
    return f"aged {low:g} to {high:g}{of}"

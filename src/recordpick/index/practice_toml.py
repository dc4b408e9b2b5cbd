"""`practice.toml` beside the files of a source: what they are of.

It may say `name`, `as_at`, `synthetic` and `made_by`; what it says goes before what the files say.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from recordpick.criteria.toml_reading import read_toml
from recordpick.days import NotADayError, parse_day
from recordpick.errors import UserError
from recordpick.index.parts import Source
from recordpick.visible import visible

PRACTICE = "practice.toml"
AT_MOST = 1024**2
LONGEST_NAME = 1000
"""Characters of a practice's name."""

FIRST_AS_AT, LAST_AS_AT = date(1980, 1, 1), date(2099, 12, 30)
"""Days between which records on a computer can be: others are placeholders, or typed wrongly."""

_KEYS = ("name", "as_at", "synthetic", "made_by")


def with_practice_toml(source: Source, folder: Path) -> Source:
    """Give the source with what `practice.toml` in the folder says.

    UserError if it is no TOML, or a value cannot be taken as it is.
    """
    path = folder / PRACTICE
    said = _said(path)
    return replace(
        source,
        practice=said.get("name", source.practice),
        as_at=_day(path, said.get("as_at")) or source.as_at,
        synthetic=said.get("synthetic", source.synthetic),
    )


def problem_with_day(day: date) -> str:
    """Say why a day cannot be that of a practice's records; "" if it can."""
    if FIRST_AS_AT <= day <= LAST_AS_AT:
        return ""
    return f"{day.isoformat()} cannot be the day of the records"


def problem_with_name(name: str) -> str:
    """Say why a text cannot be a practice's name; "" if it can."""
    if len(name) > LONGEST_NAME or not name.isprintable():
        return f"must be one line of at most {LONGEST_NAME:,} characters"
    return ""


def _said(path: Path) -> dict[str, Any]:
    try:
        said, _ = read_toml(path, AT_MOST)
    except FileNotFoundError:
        return {}
    wrong = []
    for key, value in said.items():
        if key not in _KEYS:
            known = ", ".join(_KEYS)
            wrong.append(f"key {visible(key[:100])} is unknown. Known are {known}")
        elif key == "synthetic" and not isinstance(value, bool):
            wrong.append("synthetic must be true or false, without quotation marks")
        elif key in {"name", "made_by"}:
            if not isinstance(value, str):
                wrong.append(f"{key} must be text in quotation marks")
            elif problem := problem_with_name(value):
                wrong.append(f"{key} {problem}")
    if wrong:
        raise UserError.of(f"{path}: {problem}." for problem in wrong)
    return said


def _day(path: Path, value: object) -> date | None:
    if value is None:
        return None
    if type(value) is not date and not isinstance(value, str):
        raise UserError(f"{path}: as_at must be a date such as 2026-01-31, without a time.")
    if problem := _problem_with_as_at(value):
        raise UserError(f"{path}: as_at {problem}. Write a date such as 2026-01-31.")
    return parse_day(str(value))


def _problem_with_as_at(value: date | str) -> str:
    if isinstance(value, date):
        return problem_with_day(value)
    try:
        return problem_with_day(parse_day(value))
    except NotADayError as error:
        return f"{visible(value[:100])} is {error.reason}"


def day_of_practice_toml(folder: Path) -> date | None:
    """Return the as-at date that `practice.toml` in the folder says; None where it says none."""
    path = folder / PRACTICE
    return _day(path, _said(path).get("as_at"))

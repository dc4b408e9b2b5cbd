"""`practice.toml` beside the files of a source: what they are of.

It may say `name`, `as_at`, `synthetic` and `made_by`; what it says goes before what the files say.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

from recordpick.days import NotADayError, parse_day
from recordpick.errors import UserError
from recordpick.index.parts import Source
from recordpick.regular_files import read_small

PRACTICE = "practice.toml"
AT_MOST = 1024**2
_KEYS = ("name", "as_at", "synthetic", "made_by")


def with_practice_toml(source: Source, folder: Path) -> Source:
    """Give the source with what `practice.toml` in the folder says; UserError if it is no TOML."""
    path = folder / PRACTICE
    said = _said(path)
    return replace(
        source,
        practice=str(said.get("name", source.practice)),
        as_at=_day(path, said.get("as_at")) or source.as_at,
        synthetic=bool(said.get("synthetic", source.synthetic)),
    )


def _said(path: Path) -> dict[str, object]:
    try:
        said = tomllib.loads(read_small(path, AT_MOST).decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: this is not TOML ({error}).") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}).") from None
    for key in said:
        if key not in _KEYS:
            raise UserError(f"{path}: key {key} is unknown. Known are {', '.join(_KEYS)}.")
    return said


def _day(path: Path, value: object) -> date | None:
    if value is None:
        return None
    try:
        return parse_day(str(value))
    except NotADayError as error:
        raise UserError(f"{path}: as_at {value}: {error.reason}. Write it as 2026-01-31.") from None


def day_of_practice_toml(folder: Path) -> date | None:
    """Return the as-at date that `practice.toml` in the folder says; None where it says none."""
    path = folder / PRACTICE
    return _day(path, _said(path).get("as_at"))

"""The acceptance matrix: how bad a difference is, and how many an area tolerates.

It is data (`data/comparison/acceptance.toml`, or a practice's own file), agreed before the check.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

import polars as pl

from recordpick.errors import UserError
from recordpick.os_errors import words_of
from recordpick.regular_files import read_small
from recordpick.resources import data_file
from recordpick.schema import TABLES

Severity = Literal["high", "medium", "low", "none"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_LARGEST = 1024**2


@dataclass(frozen=True, slots=True)
class Area:
    """One area: which entries belong to it, how bad differences are, and how many are tolerated."""

    name: str
    title: str
    table: str
    where: dict[str, tuple[str, ...]]
    term: tuple[str, ...]
    filled: tuple[str, ...]
    future: bool
    missing: Severity
    additional: Severity
    fields: dict[str, Severity]
    certain_code: Severity | None
    same_words: bool
    limits: dict[str, float]

    def contains(self, columns: dict[str, pl.DataType], as_at: date, day: str) -> pl.Expr:
        """Return whether a row is of this area, as far as its columns say."""
        ok = pl.lit(value=True)
        if self.where:
            ok = pl.any_horizontal(
                pl.lit(value=False),
                *(
                    pl.col(name).cast(pl.String).is_in(list(words))
                    for name, words in self.where.items()
                    if name in columns
                ),
            )
        if self.term:
            name = "term" if "term" in columns else "drug"
            has = pl.col(name).str.to_lowercase().str.contains_any(list(self.term))
            ok = ok & (has if name in columns else pl.lit(value=False))
        if self.filled:
            filled = (pl.col(name).is_not_null() for name in self.filled if name in columns)
            ok = ok & pl.any_horizontal(pl.lit(value=False), *filled)
        if self.future:
            ok = ok & (pl.col(day) > as_at if day in columns else pl.lit(value=False))
        return ok.fill_null(value=False)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The acceptance matrix, with where it comes from."""

    version: str
    source: str
    areas: tuple[Area, ...]
    severity: dict[str, dict[str, Severity]]

    def areas_of(self, table: str) -> tuple[Area, ...]:
        """Return the areas of a table, in order."""
        return tuple(area for area in self.areas if area.table == table)

    def of_field(self, area: Area, field: str) -> Severity:
        """Return how bad a difference of a field is in an area."""
        return area.fields.get(field) or self.severity[area.table].get(field, "medium")


def read_acceptance(path: Path | None = None) -> Acceptance:
    """Read an acceptance matrix; without `path`, the one that comes with recordpick.

    UserError, with every problem, where it is not one.
    """
    path = path or data_file("comparison/acceptance.toml")
    try:
        found = tomllib.loads(read_small(path, _LARGEST).decode("utf-8-sig"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({words_of(error)}).") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: this is not an acceptance matrix ({error}).") from None
    problems: list[str] = []
    severity = _severities(found.get("severity", {}), problems)
    areas = tuple(_area(entry, problems) for entry in _tables(found.get("area")))
    covered = {area.table for area in areas if not (area.where or area.term or area.future)}
    problems += [
        f"no area takes the rest of {table}: add one without conditions, last"
        for table in TABLES
        if table not in covered
    ]
    if problems:
        raise UserError.of([f"{path}: {problem}." for problem in problems])
    return Acceptance(str(found.get("version", "")), str(found.get("source", "")), areas, severity)


def _tables(found: Any) -> list[dict[str, Any]]:
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _severities(found: Any, problems: list[str]) -> dict[str, dict[str, Severity]]:
    tables: dict[str, dict[str, Severity]] = {table: {} for table in TABLES}
    for table, fields in found.items() if isinstance(found, dict) else ():
        if table not in tables or not isinstance(fields, dict):
            problems.append(f"severity.{table}: there is no such table")
            continue
        tables[table] = {
            name: _severity(word, f"severity.{table}.{name}", problems)
            for name, word in fields.items()
        }
    return tables


def _severity(word: Any, where: str, problems: list[str]) -> Severity:
    if word in SEVERITIES:
        return word  # type: ignore[no-any-return] # one of the words
    problems.append(f"{where}: “{word}” is not high, medium, low or none")
    return "high"


def _area(entry: dict[str, Any], problems: list[str]) -> Area:
    name = str(entry.get("name", ""))
    if not name or entry.get("table") not in TABLES:
        problems.append(f"area “{name}”: an area needs a name, and a table of an index")
    where = entry.get("where", {})
    fields = entry.get("fields", {})
    return Area(
        name=name,
        title=str(entry.get("title", name)),
        table=str(entry.get("table", "")),
        where={column: tuple(map(str, words)) for column, words in dict(where).items()},
        term=tuple(str(word).lower() for word in entry.get("term", ())),
        filled=tuple(map(str, entry.get("filled", ()))),
        future=entry.get("future") is True,
        missing=_severity(entry.get("missing", "high"), f"area {name}, missing", problems),
        additional=_severity(entry.get("additional", "high"), f"area {name}, additional", problems),
        fields={
            field: _severity(word, f"area {name}, {field}", problems)
            for field, word in dict(fields).items()
        },
        certain_code=(
            _severity(entry["certain_code"], f"area {name}, certain_code", problems)
            if "certain_code" in entry
            else None
        ),
        same_words=entry.get("same_words") is True,
        limits=_limits(name, entry.get("limits", {}), problems),
    )


def _limits(name: str, found: Any, problems: list[str]) -> dict[str, float]:
    """Return the share that each severity, and unsure, may have; what is not named is 0."""
    limits: dict[str, float] = dict.fromkeys(("high", "medium", "low", "unsure"), 0.0)
    for word, share in found.items() if isinstance(found, dict) else ():
        is_share = isinstance(share, (int, float)) and not isinstance(share, bool)
        if word not in limits or not is_share or not 0 <= share <= 1:
            problems.append(f"area {name}, limits: “{word} = {share}” is not a share from 0 to 1")
            continue
        limits[word] = float(share)
    return limits

"""The plan of faults: how many of each kind are planted, read from a file (TOML or CSV).

    seed = 1

    [faults]
    day_shifted = 10

In CSV the columns are `kind` and `count`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recordpick.criteria.toml_reading import read_toml
from recordpick.errors import UserError
from recordpick.os_errors import words_of
from recordpick.regular_files import is_folder_error, read_small
from recordpick.sanitize import visible
from recordpick.text import similar_hint

_AT_MOST = 100_000
"""Bytes of a plan."""
MOST_OF_A_KIND = 1_000_000


@dataclass(frozen=True)
class FaultPlan:
    """How many faults of each kind are wanted; `seed` decides in which entries they are."""

    counts: dict[str, int] = field(default_factory=dict)
    seed: int = 1


def read_fault_plan(path: Path, known: Iterable[str]) -> FaultPlan:
    """Return the plan in a file; UserError for unknown kinds or keys, or if it cannot be read."""
    names = list(known)
    try:
        if path.suffix.lower() == ".csv":
            return FaultPlan(dict(_rows_of_csv(path, names)))
        values, _ = read_toml(path, _AT_MOST)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file of faults.") from None
    return _of_toml(path, values, names)


def _of_toml(path: Path, values: dict[str, Any], names: list[str]) -> FaultPlan:
    for key in values:
        if key not in ("faults", "seed"):
            hint = similar_hint(key, ("faults", "seed"))
            raise UserError(
                f"{path}: unknown key {visible(key)}.{hint} A file "
                "of faults has seed and a table [faults]."
            )
    wanted = values.get("faults", {})
    if not isinstance(wanted, dict):
        raise UserError(f"{path}: faults is not a table: write [faults], then one kind a line.")
    counts = {kind: _count(str(path), kind, count, names) for kind, count in wanted.items()}
    seed = values.get("seed", 1)
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise UserError(f"{path}: seed is not a whole number.")
    return FaultPlan(counts, seed)


def _rows_of_csv(path: Path, names: list[str]) -> Iterator[tuple[str, int]]:
    try:
        text = read_small(path, _AT_MOST).decode("utf-8-sig")
    except FileNotFoundError:
        raise
    except UnicodeDecodeError:
        raise UserError(f"{path}: this is not UTF-8. Save the file as UTF-8.") from None
    except OSError as error:
        if is_folder_error(error, path):
            raise UserError(f"{path}: this is a folder, not a file.") from None
        raise UserError(f"{path}: cannot be read ({words_of(error)}).") from None
    rows = csv.reader(io.StringIO(text))
    if [name.strip().lower() for name in next(rows, [])] != ["kind", "count"]:
        raise UserError(f"{path}, line 1: the columns of a file of faults are kind,count.")
    seen: set[str] = set()
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        where = f"{path}, line {rows.line_num}"
        if len(row) != 2:
            raise UserError(f"{where}: expected a kind and a count.")
        kind, count = (cell.strip() for cell in row)
        if kind in seen:
            raise UserError(f"{where}: {visible(kind)} is there twice.")
        seen.add(kind)
        is_number = count.isascii() and count.isdigit() and len(count) < 10
        yield kind, _count(where, kind, int(count) if is_number else count, names)


def _count(where: str, kind: str, count: object, names: list[str]) -> int:
    if kind not in names:
        hint = similar_hint(kind, names) or f" The kinds are {', '.join(sorted(names))}."
        raise UserError(f"{where}: {visible(kind)} is not a kind of fault.{hint}")
    is_number = isinstance(count, int) and not isinstance(count, bool)
    if not isinstance(count, int) or not is_number or not 0 <= count <= MOST_OF_A_KIND:
        raise UserError(
            f"{where}: {kind} takes a whole number from 0 to {MOST_OF_A_KIND:,}, "
            f"not {visible(str(count))[:40]}."
        )
    return count

"""Which files are of a Vision extract, and what stands in them: told by name and position."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import polars as pl

from recordpick.delimited import Record, look, records
from recordpick.errors import UserError
from recordpick.export_columns import vision_columns
from recordpick.index.extract_files import ExtractFile, open_extract_file

KINDS = ("Patient", "Journal", "Encounter", "Referral", "Staff", "Practice")
USED = ("Patient", "Journal", "Referral", "Staff", "Practice")
DAY = "%Y%m%d"

_NAME = re.compile(rf"({'|'.join(KINDS)})_data_extract", re.IGNORECASE)
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d{6})")


def kind_of_file(path: Path) -> str | None:
    """Tell by its name what a file holds; None if it is none of an extract."""
    found = _NAME.search(path.name)
    if found is None or path.suffix.lower() not in {".csv", ".txt"}:
        return None
    return found[1].capitalize()


def files_of(folder: Path) -> dict[str, Path]:
    """Give the files of an extract in a folder by what they hold; UserError if two are alike."""
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        kind = kind_of_file(path) if path.is_file() else None
        if kind is None:
            continue
        if kind in files:
            raise UserError(
                f"{folder}: {files[kind].name} and {path.name} are both of {kind}. Index one "
                "extract at a time."
            )
        files[kind] = path
    return files


def is_vision_extract(path: Path) -> bool:
    """Tell whether a folder holds a file of a Vision extract."""
    return path.is_dir() and any(kind_of_file(entry) for entry in path.iterdir())


def day_of_extract(files: dict[str, Path]) -> date | None:
    """Give the latest day in the files' names."""
    days = []
    for path in files.values():
        for text in _DAY_IN_NAME.findall(path.name):
            try:
                days.append(datetime.strptime(text, DAY).date())  # noqa: DTZ007 - a day
            except ValueError:
                continue
    return max(days, default=None)


def open_all(files: dict[str, Path], work: Path) -> dict[str, ExtractFile]:
    """Look at every file that is used and is not empty; `work` is an empty folder.

    UserError for a file with another number of columns than such files have.
    """
    opened = {}
    for kind in USED:
        path = files.get(kind)
        if path is None or path.stat().st_size == 0:
            continue
        columns = vision_columns(kind)
        _check_columns(path, kind, len(columns))
        opened[kind] = open_extract_file(
            path, work / kind, {}, delimiter=",", headers=[columns], has_header=False
        )
    return opened


def _check_columns(path: Path, kind: str, wanted: int) -> None:
    """Refuse a file whose first record has another number of columns: nothing names them."""
    first = next(iter(records(path, look(path, ","))), None)
    found = len(first.fields) if isinstance(first, Record) else 0
    if found != wanted:
        raise UserError(
            f"{path}: its first line has {found} columns, but Vision's file of {kind} has "
            f"{wanted}. As it has no header, nothing tells which they are: ask for the extract "
            "in the format with these columns."
        )


def deleted(file: ExtractFile) -> pl.Expr:
    """Tell which rows the extract says are deleted."""
    return (file.text("ACTION").str.to_uppercase() == "D").fill_null(value=False)

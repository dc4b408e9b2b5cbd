"""The files of a Vision extract, recognised by their names; their columns by position."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from recordpick.csvio.sniff import Record, records, sniff
from recordpick.errors import UserError
from recordpick.extract_columns import vision_columns
from recordpick.index.as_at import FoundDay, day_in_name, latest
from recordpick.index.readers.extract_file import ExtractFile, open_extract_file

KINDS = ("Patient", "Journal", "Encounter", "Referral", "Staff", "Practice")
USED = KINDS
DAY = "%Y%m%d"

_NAME = re.compile(rf"({'|'.join(KINDS)})_data_extract", re.IGNORECASE)
_DELTA = re.compile(r"(?<![a-z])(incremental|delta)(?![a-z])", re.IGNORECASE)


def kind_of_file(path: Path) -> str | None:
    """Return what a file holds, by its name; None if it is not a file of an extract."""
    found = _NAME.search(path.name)
    if found is None or path.suffix.lower() not in {".csv", ".txt"}:
        return None
    return found[1].capitalize()


def files_of(folder: Path) -> dict[str, Path]:
    """Return the files of an extract by what they hold; UserError if two hold the same."""
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        kind = kind_of_file(path) if path.is_file() else None
        if kind is None:
            continue
        if kind in files:
            raise UserError(
                f"{folder}: {files[kind].name} and {path.name} both hold {kind}. Index one extract "
                "at a time."
            )
        files[kind] = path
    return files


def is_vision_extract(path: Path) -> bool:
    """Return whether a folder holds a file of a Vision extract."""
    return path.is_dir() and any(kind_of_file(entry) for entry in path.iterdir())


def day_of_vision(folder: Path) -> FoundDay | None:
    """Return the latest day in the files' names: …-20261001, or …-2026-10-01-000500."""
    return latest((day_in_name(path.name) for path in files_of(folder).values()), "file names")


def deltas_of(files: Mapping[str, Path]) -> list[str]:
    """Return the names of files that hold changes only (INCREMENTAL_…)."""
    return [path.name for path in files.values() if _DELTA.search(path.name)]


def open_all(files: Mapping[str, Path], work: Path) -> dict[str, ExtractFile]:
    """Open every file that is used and not empty; `work` is an empty folder.

    UserError for a file with a wrong number of columns.
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
    """Raise UserError for a wrong number of columns in the first record: nothing names them."""
    first = next(iter(records(path, sniff(path, ","))), None)
    found = len(first.fields) if isinstance(first, Record) else 0
    if found != wanted:
        raise UserError(
            f"{path}: its first line has {found} columns, but Vision's file of {kind} has "
            f"{wanted}. As it has no header, it is unknown which they are: ask for the extract in "
            "the format with these columns."
        )


REPLACED = "__replaced"


def rows_in_order(file: ExtractFile, *key: str) -> pl.LazyFrame:
    """Return the rows with REPLACED: whether a later row has the same values in the columns `key`.

    That only occurs in a file of changes: a full extract has each row once.
    """
    is_replaced = pl.lit(value=False)
    if _DELTA.search(file.name):
        is_replaced = ~pl.struct(file.text(name) for name in key).is_last_distinct()
    return file.frame.with_columns(is_replaced.alias(REPLACED))


def deleted(file: ExtractFile) -> pl.Expr:
    """Return whether the extract marks a row as deleted, or replaces it by a later one."""
    is_deleted = (file.text("ACTION").str.to_uppercase() == "D").fill_null(value=False)
    return is_deleted | pl.col(REPLACED)

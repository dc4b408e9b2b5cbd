"""The practice index: the practice's records as typed Parquet tables in a folder.

Separate from index.build, so that opening an index does not load the code that makes one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeAlias

import polars as pl

from recordpick.atomic import restore_interrupted
from recordpick.errors import UserError
from recordpick.index.manifest import FORMAT, FileCount, Manifest, TableSummary, read_manifest
from recordpick.os_errors import words_of
from recordpick.schema import Kind


def digest(path: Path) -> str:
    """Return the SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


__all__ = ["FORMAT", "FileCount", "Manifest", "PracticeIndex", "TableSummary", "open_index"]

State: TypeAlias = "tuple[int, int]"
"""Size in bytes, and time of the last change in nanoseconds."""

_REVIEW = "The index was changed or is incomplete: make it again with `recordpick index`."


@dataclass(frozen=True)
class PracticeIndex:
    """An opened index: its folder and its manifest. Tables are read when they are needed."""

    folder: Path
    manifest: Manifest
    seen: Mapping[str, State] = field(default_factory=dict, compare=False)
    """The state of each table's file when the index was opened: it must not change after that."""
    only: frozenset[str] | None = None
    """The patients whose rows this is limited to (`of_patients`); None: all."""
    held: dict[str, pl.DataFrame] = field(default_factory=dict, compare=False)
    """Their rows of the tables that were read."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over the tables' contents: the same for the same records."""
        return self.manifest.fingerprint

    def columns(self, table: str) -> dict[str, Kind]:
        """Return the table's columns and what each holds, in order; {} if there is no table."""
        summary = self.manifest.tables.get(table)
        return dict(summary.columns) if summary else {}

    def has(self, table: str) -> bool:
        """Return whether the index has that table."""
        return table in self.manifest.tables

    def scan(self, table: str) -> pl.LazyFrame:
        """Return the table, typed as in schema.py; `patients` without `age`.

        KeyError if the index has no such table (ask `has` first). UserError if its file is no
        longer the one that was opened.
        """
        if not self.has(table):
            raise KeyError(table)
        if self.only is not None:
            return self._held(table, self.only).lazy()
        return self._scan_file(table)

    def of_patients(self, patients: frozenset[str]) -> PracticeIndex:
        """Return the index with the rows of some patients only: a table is read once, and held."""
        return replace(self, only=patients, held={})

    def _held(self, table: str, patients: frozenset[str]) -> pl.DataFrame:
        if table not in self.held:
            rows = self._scan_file(table)
            self.held[table] = rows.filter(pl.col("patient_id").is_in(list(patients))).collect()
        return self.held[table]

    def _scan_file(self, table: str) -> pl.LazyFrame:
        path = self.folder / f"{table}.parquet"
        if table in self.seen and not _is(path, self.seen[table]):
            raise UserError(
                f"{path}: this file has changed since the index was opened (was it made again, or "
                "is its drive gone?). Open the working file again."
            )
        return pl.scan_parquet(path, glob=False)

    def patients(self, as_at: date) -> pl.LazyFrame:
        """Return the patients with `age`, sorted by patient_id.

        `age` is whole years at `as_at` (Int64): null without a date of birth, and of a patient who
        was born after `as_at`. Somebody born on 29 February is a year older on 1 March.
        """
        patients = self.scan("patients")
        if "date_of_birth" not in self.columns("patients"):
            return patients
        born = pl.col("date_of_birth")
        # Months come as Int8, in which 100 times a month does not fit.
        day_of_year = born.dt.month().cast(pl.Int32) * 100 + born.dt.day()
        birthday_to_come = day_of_year > as_at.month * 100 + as_at.day
        years = as_at.year - born.dt.year().cast(pl.Int64) - birthday_to_come.cast(pl.Int64)
        return patients.with_columns(pl.when(years >= 0).then(years).alias("age"))


def open_index(folder: Path, *, is_just_made: bool = False) -> PracticeIndex:
    """Open the index in that folder, and check every byte of it (0.7 s for a GB).

    An index that `is_just_made` is not checked, as its bytes were just read for the manifest.

    UserError if the folder is not an index, was made by another version, or a table is missing or
    is not what was written: Parquet itself reads most changed bits as other values. An index that
    was being replaced when the program was killed is put back first.
    """
    restore_interrupted(folder)
    manifest = read_manifest(folder)
    seen: dict[str, State] = {}
    for name, summary in manifest.tables.items():
        path = folder / f"{name}.parquet"
        try:
            seen[name] = _state(path)
            schema = pl.scan_parquet(path, glob=False).collect_schema()
        except FileNotFoundError:
            raise UserError(f"{path}: this table is missing. {_REVIEW}") from None
        except OSError as error:
            raise UserError(f"{path}: cannot be read ({words_of(error)}).") from None
        except pl.exceptions.PolarsError:
            raise UserError(f"{path}: this table is damaged. {_REVIEW}") from None
        if list(schema) != list(summary.columns):
            raise UserError(f"{path}: the columns are not those of the manifest. {_REVIEW}")
    if "patients" not in manifest.tables:
        raise UserError(f"{folder}: this index has no patients. {_REVIEW}")
    if not is_just_made:
        _check_content(folder, manifest.tables)
    return PracticeIndex(folder, manifest, seen)


def _check_content(folder: Path, tables: Mapping[str, TableSummary]) -> None:
    """Raise UserError unless every table is, byte by byte, the one that was written."""
    known = {folder / f"{name}.parquet": table for name, table in tables.items() if table.sha256}
    with ThreadPoolExecutor() as pool:  # hashing lets other threads run meanwhile
        try:
            found = dict(zip(known, pool.map(digest, known), strict=True))
        except OSError as error:
            raise UserError(f"{error.filename}: cannot be read ({words_of(error)}).") from None
    for path, table in known.items():
        if found[path] != table.sha256:
            raise UserError(f"{path}: this table is damaged. {_REVIEW}")


def _is(path: Path, state: State) -> bool:
    """Return whether the file is unchanged; False if it cannot be reached."""
    try:
        return _state(path) == state
    except OSError:
        return False


def _state(path: Path) -> State:
    """Return size and time of the last change; OSError if the file cannot be reached."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns

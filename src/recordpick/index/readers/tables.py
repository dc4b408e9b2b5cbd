"""Reader of a folder of tables: files named as the tables (`patients.parquet`, `events.csv` …).

Any other Parquet or CSV file in the folder becomes a table of its own. A folder that is itself an
index is checked first.

`practice.toml` beside the files of any source may have the practice's `name`, `as_at`, `synthetic`
and `made_by`; it takes precedence over the files.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from recordpick.criteria.toml_reading import read_toml
from recordpick.csvio.rejects import ROW
from recordpick.csvio.scan import TableFile, open_table_file
from recordpick.date_parsing import NotADayError, parse_day
from recordpick.errors import UserError
from recordpick.index.as_at import FoundDay
from recordpick.index.manifest import EMPTIED_VALUES, MANIFEST, REJECTED, read_manifest
from recordpick.index.practice_index import open_index
from recordpick.index.source import FolderReader, Source, SourcePart
from recordpick.regular_files import check_regular
from recordpick.sanitize import visible
from recordpick.schema import TABLES


def is_folder_of_tables(path: Path) -> bool:
    """Return whether the folder has a file of patients."""
    return any((path / f"patients{ending}").is_file() for ending in (".parquet", ".csv"))


def read_folder(path: Path, work: Path, *_: object) -> Source:
    """Read the tables in the folder; UserError if a file cannot be read or a table has two files.

    `work` is an empty folder for converted copies.
    """
    files: dict[str, Path] = {}
    for file in sorted(path.iterdir()):
        if file.suffix.lower() not in {".parquet", ".csv"} or file.name.startswith("."):
            continue
        if file.name in {REJECTED, EMPTIED_VALUES}:
            continue
        if file.stem in files:
            raise UserError(
                f"{path}: there are two files for table {file.stem} "
                f"({files[file.stem].name} and {file.name}). Remove one of them."
            )
        files[file.stem] = file
    if "patients" not in files:
        raise UserError(f"{path}: there is no patients.csv or patients.parquet in this folder.")
    order = sorted(files, key=lambda name: (name not in TABLES, name))
    parts = tuple(_part(name, files[name], work) for name in order)
    if not (path / MANIFEST).is_file():
        return Source(parts)
    manifest = open_index(path).manifest
    return Source(
        parts,
        practice=manifest.practice,
        ods_code=manifest.ods_code,
        as_at=manifest.as_at,
        synthetic=manifest.synthetic,
        conflated=manifest.conflated,
        gaps=manifest.gaps,
        restrictions=manifest.restrictions,
    )


def _part(table: str, file: Path, work: Path) -> SourcePart:
    if file.suffix.lower() == ".parquet":
        return parquet_part(table, file)
    own = work / table
    own.mkdir()
    found = open_table_file(file, own)
    if found.doubled:
        raise UserError(
            f"{file}, line 1: the header has {min(found.doubled)} twice. "
            "Remove one of the columns, or give it another name."
        )
    return text_part(table, found)


def text_part(table: str, found: TableFile) -> SourcePart:
    """Return the part for a text file whose columns are named as the table's."""
    return SourcePart(
        table=table,
        file=found.path.name,
        path=found.path,
        frame=found.frame,
        raw=found.frame,
        rows=found.rows,
        rejects=found.rejects,
        line_of=found.line_of,
        notes=found.notes,
    )


def parquet_part(table: str, file: Path) -> SourcePart:
    """Return the part for a Parquet file: rows numbered from 1 take the place of lines."""
    check_regular(file)
    try:
        scan = pl.scan_parquet(file, row_index_name=ROW, glob=False)
        scan.collect_schema()
        rows = scan.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError):
        raise UserError(f"{file}: this is not a Parquet file, or it is damaged.") from None
    return SourcePart(table, file.name, file, scan, scan, rows)


PRACTICE = "practice.toml"
AT_MOST = 1024**2
LONGEST_NAME = 1000
"""The most characters of a practice's name."""

FIRST_AS_AT, LAST_AS_AT = date(1980, 1, 1), date(2099, 12, 30)
"""The days between which computer records can be: others are placeholders, or typing errors."""

_KEYS = ("name", "as_at", "synthetic", "made_by")


def with_practice_toml(source: Source, folder: Path) -> Source:
    """Return the source with the values of `practice.toml` in the folder.

    UserError if it is not TOML, or a value is not valid.
    """
    path = folder / PRACTICE
    settings = _settings(path)
    return replace(
        source,
        practice=settings.get("name", source.practice),
        as_at=_day(path, settings.get("as_at")) or source.as_at,
        synthetic=settings.get("synthetic", source.synthetic),
    )


def problem_with_day(day: date) -> str:
    """Return why a day cannot be the date of a practice's records; "" if it can."""
    if FIRST_AS_AT <= day <= LAST_AS_AT:
        return ""
    return f"{day.isoformat()} cannot be the date of the records"


def problem_with_name(name: str) -> str:
    """Return why a text cannot be a practice's name; "" if it can."""
    if len(name) > LONGEST_NAME or not name.isprintable():
        return f"must be one line of at most {LONGEST_NAME:,} characters"
    return ""


def _settings(path: Path) -> dict[str, Any]:
    try:
        settings, _ = read_toml(path, AT_MOST)
    except FileNotFoundError:
        return {}
    wrong = []
    for key, value in settings.items():
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
    return settings


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
    """Return the as-at date in `practice.toml` in the folder; None if it has none."""
    path = folder / PRACTICE
    return _day(path, _settings(path).get("as_at"))


def _day_of_index(path: Path) -> FoundDay | None:
    """Return the as-at date of a folder of tables that is itself an index."""
    if not (path / MANIFEST).is_file():
        return None
    return FoundDay(read_manifest(path).as_at, f"{path.name}/{MANIFEST}")


READER = FolderReader(is_folder_of_tables, read_folder, _day_of_index)

"""Reader of a folder of tables: files named as the tables (`patients.parquet`, `events.csv` …).

Any other Parquet or CSV file in it becomes a table of its own. `practice.toml` beside them may say
what they are of (practice_toml.py); a folder that is an index itself says so, and is checked first.

`practice.toml` beside the files of a source: what they are of.

It may say `name`, `as_at`, `synthetic` and `made_by`; what it says goes before what the files say.
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
from recordpick.index.manifest import MANIFEST, REJECTED, SET_ASIDE
from recordpick.index.practice_index import open_index
from recordpick.index.source import Source, SourcePart
from recordpick.regular_files import check_regular
from recordpick.sanitize import visible
from recordpick.schema import TABLES


def is_folder_of_tables(path: Path) -> bool:
    """Return whether there is a file of patients in the folder."""
    return any((path / f"patients{ending}").is_file() for ending in (".parquet", ".csv"))


def read_folder(path: Path, work: Path) -> Source:
    """Read the tables of the folder; UserError where a file is none or named twice.

    `work` is an empty folder for what must be rewritten.
    """
    files: dict[str, Path] = {}
    for file in sorted(path.iterdir()):
        if file.suffix.lower() not in {".parquet", ".csv"} or file.name.startswith("."):
            continue
        if file.name in {REJECTED, SET_ASIDE}:
            continue
        if file.stem in files:
            raise UserError(
                f"{path}: there are two files of table {file.stem} "
                f"({files[file.stem].name} and {file.name}). Take one of them away."
            )
        files[file.stem] = file
    if "patients" not in files:
        raise UserError(f"{path}: there is no patients.csv or patients.parquet in this folder.")
    order = sorted(files, key=lambda name: (name not in TABLES, name))
    parts = tuple(_part(name, files[name], work) for name in order)
    if not (path / MANIFEST).is_file():
        return Source(parts)
    said = open_index(path).manifest
    return Source(
        parts,
        practice=said.practice,
        as_at=said.as_at,
        synthetic=said.synthetic,
        conflated=said.conflated,
        gaps=said.gaps,
        restrictions=said.restrictions,
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
            "Take one of the columns away, or give it another name."
        )
    return text_part(table, found)


def text_part(table: str, found: TableFile) -> SourcePart:
    """Make a part of a text file whose columns are named as the table's."""
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
    """Make a part of a Parquet file: rows are counted from 1 where others have lines."""
    check_regular(file)
    try:
        scan = pl.scan_parquet(file, row_index_name=ROW, glob=False)
        scan.collect_schema()
        rows = scan.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError):
        raise UserError(f"{file}: this is not a Parquet file, or a damaged one.") from None
    return SourcePart(table, file.name, file, scan, scan, rows)


PRACTICE = "practice.toml"
AT_MOST = 1024**2
LONGEST_NAME = 1000
"""Characters of a practice's name."""

FIRST_AS_AT, LAST_AS_AT = date(1980, 1, 1), date(2099, 12, 30)
"""Days between which records on a computer can be: others are placeholders, or typed wrongly."""

_KEYS = ("name", "as_at", "synthetic", "made_by")


def with_practice_toml(source: Source, folder: Path) -> Source:
    """Return the source with what `practice.toml` in the folder says.

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
    """Return why a day cannot be that of a practice's records; "" if it can."""
    if FIRST_AS_AT <= day <= LAST_AS_AT:
        return ""
    return f"{day.isoformat()} cannot be the day of the records"


def problem_with_name(name: str) -> str:
    """Return why a text cannot be a practice's name; "" if it can."""
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

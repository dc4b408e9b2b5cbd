"""Reader of a folder of tables: files named as the tables (`patients.parquet`, `events.csv` …).

Any other Parquet or CSV file in it becomes a table of its own. `practice.toml` beside them may say
`name`, `as_at` and `synthetic`.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.errors import UserError
from recordpick.index.parts import ROW, Part, Source
from recordpick.index.table_files import TableFile, open_table_file
from recordpick.index.whole_index import REJECTED, SET_ASIDE
from recordpick.tables import TABLES

PRACTICE = "practice.toml"
_KEYS = ("name", "as_at", "synthetic", "made_by")


def is_folder_of_tables(path: Path) -> bool:
    """Tell whether there is a file of patients in the folder."""
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
    said = _practice(path / PRACTICE)
    return Source(
        parts,
        practice=str(said.get("name", "")),
        as_at=_day(path / PRACTICE, said.get("as_at")),
        synthetic=bool(said.get("synthetic", False)),
    )


def _part(table: str, file: Path, work: Path) -> Part:
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


def text_part(table: str, found: TableFile) -> Part:
    """Make a part of a text file whose columns are named as the table's."""
    return Part(
        table=table,
        file=found.path.name,
        path=found.path,
        frame=found.frame,
        raw=found.frame,
        rows=found.rows,
        sha256=found.look.sha256,
        set_aside=found.set_aside,
        line_of=found.line_of,
    )


def parquet_part(table: str, file: Path) -> Part:
    """Make a part of a Parquet file: rows are counted from 1 where others have lines."""
    try:
        scan = pl.scan_parquet(file, row_index_name=ROW, glob=False)
        scan.collect_schema()
        rows = scan.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError):
        raise UserError(f"{file}: this is not a Parquet file, or a damaged one.") from None
    return Part(table, file.name, file, scan, scan, rows)


def _practice(path: Path) -> dict[str, object]:
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
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
    if value is None or (isinstance(value, date) and type(value) is date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise UserError(f"{path}: as_at {value} is not a date such as 2026-01-31.") from None

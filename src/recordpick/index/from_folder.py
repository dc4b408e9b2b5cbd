"""Reader of a folder of tables: files named as the tables (`patients.parquet`, `events.csv` …).

Any other Parquet or CSV file in it becomes a table of its own. `practice.toml` beside them may say
what they are of (practice_toml.py); a folder that is an index itself says so, and is checked first.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from recordpick.errors import UserError
from recordpick.index.manifest import MANIFEST
from recordpick.index.parts import ROW, Part, Source
from recordpick.index.practice_index import open_index
from recordpick.index.table_files import TableFile, open_table_file
from recordpick.index.whole_index import REJECTED, SET_ASIDE
from recordpick.regular_files import check_regular
from recordpick.tables import TABLES


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
        set_aside=found.set_aside,
        line_of=found.line_of,
        notes=found.notes,
    )


def parquet_part(table: str, file: Path) -> Part:
    """Make a part of a Parquet file: rows are counted from 1 where others have lines."""
    check_regular(file)
    try:
        scan = pl.scan_parquet(file, row_index_name=ROW, glob=False)
        scan.collect_schema()
        rows = scan.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError):
        raise UserError(f"{file}: this is not a Parquet file, or a damaged one.") from None
    return Part(table, file.name, file, scan, scan, rows)

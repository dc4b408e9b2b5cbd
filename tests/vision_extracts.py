"""Small Vision extracts written by hand: fields by name, lines without a header."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from recordpick.extract_columns import vision_columns

Rows = Sequence[Mapping[str, str]]


def patient(number: int, **more: str) -> dict[str, str]:
    """Make a line of the file of patients."""
    return {
        "PID": str(number),
        "SURNAME": f"Name{number}",
        "DATE_OF_BIRTH": "19800131",
        "SEX": "F",
        "ACTIVE": "R",
        "ACTION": "A",
    } | more


def entry(number: int, of: int, **more: str) -> dict[str, str]:
    """Make a line of the journal."""
    return {
        "PID": str(of),
        "ID": str(number),
        "DATE": "20200201",
        "CODE": "H33..",
        "SNOMED_CODE": "195967001",
        "RUBRIC": "Asthma",
        "SUBSET": "O",
        "ACTION": "A",
    } | more


def write_file(
    folder: Path,
    kind: str,
    rows: Rows,
    end: str = "2026-10-01-000500",
    extent: str = "FULL",
    columns: Sequence[str] = (),
) -> Path:
    """Write a file of one kind, named as live ones are; `columns` are another order of them."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{extent}_99_{kind.lower()}_data_extract-{end}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, columns or vision_columns(kind)).writerows(rows)
    return path


def write_extract(
    folder: Path, end: str = "2026-10-01-000500", extent: str = "FULL", **kinds: Rows
) -> Path:
    """Write an extract of these files."""
    for kind, rows in kinds.items():
        write_file(folder, kind, rows, end, extent)
    return folder

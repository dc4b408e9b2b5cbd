"""Small Vision extracts written by hand: fields by name, lines without a header."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from recordpick.export_columns import vision_columns

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


def write_file(folder: Path, kind: str, rows: Rows) -> Path:
    """Write a file of one kind."""
    folder.mkdir(exist_ok=True)
    path = folder / f"FULL_99_{kind.lower()}_data_extract-20261001.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, vision_columns(kind)).writerows(rows)
    return path


def write_extract(folder: Path, **kinds: Rows) -> Path:
    """Write an extract of these files."""
    for kind, rows in kinds.items():
        write_file(folder, kind, rows)
    return folder

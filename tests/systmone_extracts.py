"""Small SystmOne extracts written by hand: rows as dictionaries, the rest of each row filled in."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from recordpick.extract_columns import systmone_columns

Rows = Sequence[Mapping[str, str]]


def patient(number: int, **more: str) -> dict[str, str]:
    """Make a row of SRPatient."""
    return {
        "RowIdentifier": str(number),
        "Surname": f"Name{number}",
        "DateBirth": "31 Jan 1980 00:00",
        "Gender": "F",
        "TestPatient": "FALSE",
        "RemovedData": "0",
    } | more


def row(number: int, of: int, **more: str) -> dict[str, str]:
    """Make a row of any other table."""
    return {
        "RowIdentifier": str(number),
        "IDPatient": str(of),
        "DateEvent": "01 Feb 2020 10:20:30",
        "DateEventRecorded": "02 Feb 2020 00:00:00",
        "RemovedData": "0",
    } | more


def code(number: int, of: int, **more: str) -> dict[str, str]:
    """Make a row of SRCode."""
    return (
        row(
            number,
            of,
            CTV3Code="H33..",
            CTV3Text="Asthma",
            SNOMEDCode="195967001",
            SNOMEDText="Asthma",
            IsNumeric="FALSE",
        )
        | more
    )


def write_table(folder: Path, table: str, rows: Rows) -> Path:
    """Write a table with all its columns, quoted, as Windows-1252; no rows give a header alone."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{table}.csv"
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(
            file, systmone_columns(table), quoting=csv.QUOTE_ALL, extrasaction="ignore"
        )
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_extract(folder: Path, **tables: Rows) -> Path:
    """Write an extract of these tables, with a manifest that says its day."""
    for table, rows in tables.items():
        write_table(folder, table, rows)
    write_manifest(folder)
    return folder


def write_manifest(folder: Path, until: str = "20261001_0200", is_delta: str = "N") -> None:
    """Write the manifest as live extracts have it."""
    header = '"FileName","IsDelta","IsReference","DateExtractFrom","DateExtractTo"'
    (folder / "SRManifest.csv").write_text(
        f'{header}\r\n"SRPatient","{is_delta}","N","","{until}"\r\n', encoding="cp1252"
    )

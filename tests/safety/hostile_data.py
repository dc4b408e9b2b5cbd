"""A practice whose every text means harm to whoever shows it: signs that terminals obey."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from itertools import cycle
from pathlib import Path

import polars as pl

from recordpick.schema import TABLES, Kind

SHARED = Path(os.environ.get("RECORDPICK_SHARED", Path(__file__).resolve().parents[3] / "shared"))
NAUGHTY = SHARED / "data" / "naughty_strings" / "blns.json"
AS_AT = date(2026, 10, 1)

ATTACKS = (
    "\x1b]0;PWNED\x07",  # sets the window's title
    "\x1b]52;c;UFdORUQ=\x07PWNED",  # writes to the clipboard
    "\x1b]8;;http://example.org\x1b\\PWNED\x1b]8;;\x1b\\",  # a link under a word
    "\x1b[2J\x1b[HPWNED",  # clears the screen
    "\x1b[?1049lPWNED",  # leaves the app's screen
    "\x1bPq#0PWNED\x1b\\",  # draws (DCS)
    "\x1b[6nPWNED",  # asks the terminal, whose answer would be typed in
    "\x9b2JPWNED",  # the same with C1
    "\x9d0;PWNED\x9c",
    "\x90PWNED\x9c",
    "PWNED\r\nmore\x0b\x0c\x08\x08\x07\x00\x7f",
    "\u202ePWNED\u202c",  # runs backwards
    "\u2066PWNED\u2069\u200f\u061c",
    "PWN\u200bED\u2060\ufeff",
    "\U000e0001\U000e0050PWNED",  # tags nobody sees
    "Z\u0351\u0352\u0353\u0354\u0355\u0356PWNED",  # grows into the lines around it
    "[red]PWNED[/] [@click=app.quit]PWNED[/]",  # markup of the screen's library
    '=HYPERLINK("http://example.org","PWNED")',
    "'; DROP TABLE events; --PWNED",
    "%s%n{0}{__class__}PWNED",
)
"""Each carries the word PWNED, so that what it does can be told from what the app does itself."""

NEVER_RAW = re.compile(
    rb"\x1b\][^\x07\x1b]*PWNED|\x1b\]52;c;UFdORUQ|\x1b\]8;;http://ex|\x1b\[2J\x1b\[HPWNED"
    rb"|\x1b\[\?1049lPWNED|\x1bPq|\x1b\[6nPWNED|\xc2[\x80-\x9f]|(?<![\xc2-\xf4\x80-\xbf])[\x80-\x9f]"
    rb"|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]|\xd8\x9c|\xef\xbb\xbf|\xf3\xa0[\x80\x81]"
    rb"|[\x00\x0b\x0c\x7f]|PWNED\r\nmore"
)
"""Bytes that only the data could have brought to the terminal."""


def naughty_strings() -> list[str]:
    """Give the Big List of Naughty Strings; nothing where it is not."""
    return json.loads(NAUGHTY.read_text(encoding="utf-8")) if NAUGHTY.exists() else []


def hostile_tables(patients: int = 40) -> dict[str, pl.DataFrame]:
    """Give patients and rows of every table, with an attack in each column of free text."""
    texts = cycle([*ATTACKS, *(text for text in naughty_strings() if text.strip())])
    made = {}
    for name, table in TABLES.items():
        ids = [_id(number) for number in range(patients)]
        columns: dict[str, list[object]] = {}
        for column in table.columns:
            if column.derived:
                continue
            if column.name == "patient_id":
                columns[column.name] = list(ids)
            elif column.name.endswith("_id"):
                columns[column.name] = [f"{next(texts)} {number}" for number in range(patients)]
            elif column.words:
                columns[column.name] = [_word(column.words, name, column.name)] * patients
            elif column.name == "nhs_number":
                columns[column.name] = [None] * patients
            else:
                columns[column.name] = [_value(column.kind, texts) for _ in ids]
        made[name] = pl.DataFrame(columns)
    return made


def _id(number: int) -> str:
    return f"{number}{ATTACKS[number % len(ATTACKS)]}".strip()


def _word(words: tuple[str, ...], table: str, column: str) -> str:
    return "registered" if (table, column) == ("patients", "status") else words[0]


def _value(kind: Kind, texts: cycle[str]) -> object:
    return {"date": date(2020, 1, 2), "integer": 1, "number": 1.5, "yes_no": True}.get(
        kind, None if kind != "text" else next(texts)
    )


def write_hostile(folder: Path) -> Path:
    """Write the tables as a source; give its folder."""
    folder.mkdir()
    for name, frame in hostile_tables().items():
        frame.write_parquet(folder / f"{name}.parquet")
    return folder

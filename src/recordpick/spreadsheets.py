"""Reading spreadsheets as text, in a child process, so that none can crash the program.

The sheet is read by a child process (`_spreadsheet_worker.py`) with a limit on memory and time.
It returns text as a person would write it: whole numbers without ".0" (so an NHS number stored as a
number is ten digits, less its leading zeros, which the spreadsheet has lost), dates as 2026-01-31,
a formula as its last result or as the error that it shows (#N/A).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recordpick.errors import UserError
from recordpick.os_errors import words_of
from recordpick.regular_files import check_regular, is_folder_error, read_at_most

SPREADSHEETS = (".xlsx", ".xlsm", ".ods")
"""Extensions of the files that can be read; others must be saved as one of these, or as CSV."""

SECONDS = 120
_CHILD = Path(__file__).with_name("_spreadsheet_worker.py")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_WEB_PAGE = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|meta|title|style|body|table|div|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(r"\s*<(?:\?xml|[\w:]+\s+xmlns|workbook|worksheet)\b", re.IGNORECASE)
_SAMPLE = 64 * 1024
_MOST_SEARCHED = 8 * 1024**2


def read_rows(path: Path, sheet: str | None = None, seconds: float = SECONDS) -> list[list[str]]:
    """Return the rows of the sheet of that name (the first if None) as text, "" for an empty cell.

    The first row returned is row 1 of the sheet, empty or not; all rows have the same length.
    UserError if the file is missing, not a spreadsheet, damaged, or too large for the limits.
    """
    rows: list[list[str]] = _run_child(path, [sheet] if sheet else [], seconds)["rows"]
    return rows


def read_sheets(path: Path, seconds: float = SECONDS) -> dict[str, list[list[str]]]:
    """Return the rows of every sheet that has cells, by sheet name, each as from `read_rows`."""
    sheets: dict[str, list[list[str]]] = _run_child(path, ["", "--all"], seconds)["sheets"]
    return sheets


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows as from `read_rows`, and its merged cells.

    Merged cells are first and last row (from 1), first and last place in the row (from 0). Their
    text is in the first row and place only.
    """

    rows: list[list[str]]
    merged: tuple[tuple[int, int, int, int], ...]


def read_sheets_with_merged(path: Path, seconds: float = SECONDS) -> dict[str, Sheet]:
    """Return every sheet that has cells, with its merged cells, by its name."""
    answer = _run_child(path, ["", "--all"], seconds)
    return {
        name: Sheet(rows, tuple(tuple(one) for one in answer["merged"].get(name, ())))
        for name, rows in answer["sheets"].items()
        if rows
    }


def check_what_it_is(path: Path) -> None:
    """Raise UserError for formats that spreadsheets open but we do not read, whatever the name.

    A web page, XML, a workbook from before 2007, a workbook with a password; and a pipe or a
    device, which is not opened. A file that cannot be opened passes: the code that reads it
    reports that.
    """
    check_regular(path)
    try:
        with path.open("rb") as file:
            start = file.read(_SAMPLE)
            rest = read_at_most(file, _MOST_SEARCHED) if start.startswith(_OLD_OFFICE) else b""
    except OSError:
        return
    if start.startswith(_OLD_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in start + rest:
            raise UserError(
                f"{path}: this spreadsheet has a password. Open it, remove the password, and "
                "save it as .xlsx or as CSV."
            )
        raise UserError(
            f"{path}: this is a spreadsheet in the old .xls format. Open it and save it as .xlsx "
            "or "
            "as CSV."
        )
    if is_web_page(start):
        raise UserError(
            f"{path}: this is a web page, whatever its name says. Open it in a spreadsheet, "
            "and save it as .xlsx or as CSV."
        )
    if is_xml(start):
        raise UserError(
            f"{path}: this is XML, whatever its name says. Open it in a spreadsheet, and save "
            "it as .xlsx or as CSV."
        )


def is_web_page(start: bytes) -> bool:
    """Return whether a file that begins like this is a web page."""
    return any(_WEB_PAGE.match(text) for text in _as_text(start))


def is_xml(start: bytes) -> bool:
    """Return whether a file that begins like this is XML."""
    return any(_XML.match(text) for text in _as_text(start))


def _as_text(start: bytes) -> list[str]:
    """Return the beginning of a file in the encodings that it may have."""
    texts = []
    for code in ("utf-8-sig", "utf-16"):
        with suppress(UnicodeDecodeError):
            texts.append(start[: _SAMPLE - _SAMPLE % 2].decode(code, "ignore"))
    return texts


def _run_child(path: Path, words: list[str], seconds: float) -> dict[str, Any]:
    """Run the child process and return its answer. UserError for what cannot be read."""
    _check_first_bytes(path)
    return run_reader(path, words, seconds)


def run_reader(path: Path, words: list[str], seconds: float = SECONDS) -> dict[str, Any]:
    """Run the child process on a file that was checked; UserError for what cannot be read."""
    command = [sys.executable, "-P", str(_CHILD), str(path.absolute()), *words]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and script, no shell
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONUTF8": "1"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired:
        raise UserError(
            f"{path}: reading this spreadsheet took more than {seconds:.0f} seconds. "
            "Save the sheet as CSV and use that."
        ) from None
    answer = _answer(done.stdout)
    if answer is None:
        raise UserError(
            f"{path}: this spreadsheet could not be read (the reader ended with "
            f"{done.returncode}): it is damaged, or too large. Save the sheet as CSV and use that."
        )
    if "error" in answer:
        raise UserError(f"{path}: this file {answer['error']}")
    return answer


def _answer(output: bytes) -> dict[str, Any] | None:
    """Return the child's answer, or None if it ended before writing all of it."""
    try:
        answer = json.loads(output)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _check_first_bytes(path: Path) -> None:
    """Raise UserError for faults that can be seen without the child process."""
    check_regular(path)
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file.") from None
    except OSError as error:
        if is_folder_error(error, path):
            raise UserError(f"{path}: this is a folder, not a spreadsheet.") from None
        raise UserError(f"{path}: cannot be opened ({words_of(error)}).") from None
    if not start:
        raise UserError(f"{path}: this file is empty.")
    check_what_it_is(path)
    if start != b"PK\x03\x04":
        raise UserError(
            f"{path}: this is not an {path.suffix.lower() or '.xlsx'} spreadsheet, whatever its "
            f"name says. "
            "Save it as .xlsx, or give it the right extension (.csv for text)."
        )

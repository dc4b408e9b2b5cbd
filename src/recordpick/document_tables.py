"""The tables of a document that somebody sent: a workbook (.xlsx, .ods) or a Word file (.docx).

A file is recognised by its content, whatever its name says. What cannot be read reliably gets a
sentence that says what to save it as. Reading is done in the child process of
`spreadsheets.py`, with its limits on memory and time.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from recordpick.errors import UserError
from recordpick.os_errors import words_of
from recordpick.regular_files import check_regular, is_folder_error, read_at_most
from recordpick.spreadsheets import is_web_page, is_xml, run_reader

Kind = Literal["workbook", "word", "text"]

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_SAMPLE = 64 * 1024
_MOST_SEARCHED = 8 * 1024**2
_AS_TABLE = "save it as .xlsx, .docx or CSV"
_STREAMS: Mapping[str, str] = {
    "EncryptedPackage": "this file has a password. Open it, remove the password, and save it again "
    "as .xlsx or .docx.",
    "WordDocument": "this is a Word document in the old .doc format. Open it in Word and save it "
    "as .docx.",
    "Workbook": "this is a spreadsheet in the old .xls format. Open it and save it as .xlsx or as "
    "CSV.",
    "Book": "this is a spreadsheet in the old .xls format. Open it and save it as .xlsx or as CSV.",
    "PowerPoint Document": "this is a presentation. Copy its table into a workbook, and save that "
    "as .xlsx.",
    "__nameid_version1.0": "this is an e-mail. Save the file that is attached to it, and use that.",
}
"""What is inside a file of the old Office format, by the name of a part that it has."""
_STARTS: Mapping[bytes, str] = {
    b"%PDF": "this is a PDF. It holds where each word is printed and not which cell it belongs to, "
    "so criteria could be mixed up. Ask the supplier for the Excel or Word file; or open the PDF "
    "in Word, compare the table with the PDF, and save it as .docx.",
    b"{\\rtf": "this is rich text (.rtf). Open it in Word and save it as .docx.",
    b"MIME-Version:": "this is a web archive. Open it in a spreadsheet or in Word, and "
    f"{_AS_TABLE}.",
    b"From:": f"this is an e-mail. Copy the table into a workbook, and {_AS_TABLE}.",
}
_ARCHIVES: tuple[tuple[str, str], ...] = (
    ("xl/workbook.bin", "this is a binary workbook (.xlsb). Open it and save it as .xlsx."),
    ("ppt/presentation.xml", "this is a presentation. Copy its table into a workbook (.xlsx)."),
    (
        "Index/Document.iwa",
        "this is a file of Apple Numbers or Pages. Export it as .xlsx or .docx.",
    ),
    ("Index.zip", "this is a file of Apple Numbers or Pages. Export it as .xlsx or .docx."),
)


@dataclass(frozen=True)
class DocumentTable:
    """One table: a sheet of a workbook, or a table of a Word document.

    `rows` begin with row 1 and column A, "" for an empty cell. `merged` are cells merged downwards:
    (row, column, number of rows), counted from 0.
    """

    place: str
    """How messages name it: `sheet "Criteria"`, `table 2`."""
    name: str
    """The sheet's name, or the table's number."""
    rows: list[list[str]]
    heading: str = ""
    """The heading above a table in Word, or the last line of text above it."""
    merged: tuple[tuple[int, int, int], ...] = field(default=())
    is_sheet: bool = True


def kind_of_document(path: Path) -> Kind:
    """Return what the file is by its content; UserError for what cannot be read, and what to do.

    A file that is not recognised is taken for text.
    """
    start, names = _beginning(path)
    if start.startswith(b"PK"):
        return _kind_of_archive(path, names)
    if start.startswith(_OLD_OFFICE):
        raise UserError(f"{path}: {_old_office(path)}")
    stripped = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for beginning, says in _STARTS.items():
        if stripped.startswith(beginning):
            raise UserError(f"{path}: {says}")
    if is_web_page(start):
        raise UserError(
            f"{path}: this is a web page, whatever its name says. Open it in a spreadsheet or in "
            f"Word, and {_AS_TABLE}."
        )
    if is_xml(start):
        raise UserError(
            f"{path}: this is XML, whatever its name says. Open it in a spreadsheet or in Word, "
            f"and {_AS_TABLE}."
        )
    return "text"


def read_document_tables(path: Path) -> list[DocumentTable]:
    """Return the tables of a workbook or Word document in order, those without a cell left out.

    UserError if the file is missing, damaged, protected, or too large for the limits.
    """
    is_word = kind_of_document(path) == "word"
    answer = run_reader(path, ["", "--tables"])
    tables = []
    for number, found in enumerate(answer["tables"], 1):
        rows = _same_width(found["rows"])
        if not any(cell.strip() for row in rows for cell in row):
            continue
        name = str(number) if is_word else found["name"]
        tables.append(
            DocumentTable(
                place=f"table {number}" if is_word else f'sheet "{name}"',
                name=name,
                rows=rows,
                heading=found["heading"],
                merged=tuple((row, column, count) for row, column, count in found["merged"]),
                is_sheet=not is_word,
            )
        )
    return tables


def column_letters(column: int) -> str:
    """Return the letters of a column of a sheet, counted from 0: A, B, … Z, AA."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _same_width(rows: Iterable[list[str]]) -> list[list[str]]:
    rows = list(rows)
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _beginning(path: Path) -> tuple[bytes, set[str]]:
    """Return the first bytes, and the names in an archive; UserError if it cannot be opened."""
    check_regular(path)
    try:
        with path.open("rb") as file:
            start = file.read(_SAMPLE)
        if not start:
            raise UserError(f"{path}: this file is empty.")
        if not start.startswith(b"PK"):
            return start, set()
        with zipfile.ZipFile(path) as archive:
            return start, set(archive.namelist())
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file.") from None
    except OSError as error:
        if is_folder_error(error, path):
            raise UserError(f"{path}: this is a folder, not a file.") from None
        raise UserError(f"{path}: cannot be opened ({words_of(error)}).") from None
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError) as error:
        raise UserError(
            f"{path}: this file is damaged or not complete ({error}). Ask for it again."
        ) from None


def _kind_of_archive(path: Path, names: set[str]) -> Kind:
    for name, says in _ARCHIVES:
        if name in names:
            raise UserError(f"{path}: {says}")
    if "word/document.xml" in names:
        return "word"
    if "xl/workbook.xml" in names or "content.xml" in names:
        return "workbook"
    raise UserError(
        f"{path}: this is an archive, not a workbook or a Word document. If the file is inside it, "
        "take it out first."
    )


def _old_office(path: Path) -> str:
    """Return what a file of the old Office format is, and what to do."""
    with path.open("rb") as file:
        content = read_at_most(file, _MOST_SEARCHED)
    for stream, says in _STREAMS.items():
        if re.search(re.escape(stream.encode("utf-16-le")) + rb"\0\0", content):
            return says
    return f"this is a file in an old Office format. Open it and {_AS_TABLE}."

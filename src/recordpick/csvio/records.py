"""CSV files from spreadsheets: decode bytes to text, and read rows with line numbers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from recordpick.csvio.row_shape import MOST_LINES, SAMPLE, sample_rows, shape_of_rows
from recordpick.errors import UserError
from recordpick.os_errors import words_of
from recordpick.regular_files import read_at_most

_SEP = re.compile(r'\A"?sep=."?[ \t]*(?=\n)', re.IGNORECASE)
DELIMITERS = (",", ";", "\t")


class UnreadableRowError(UserError):
    """A row that cannot be read; `line` is where it starts."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def _with_ends(lines: list[str]) -> list[str]:
    return [f"{line}\n" for line in lines[:SAMPLE]]


Row = tuple[int, list[str]]
"""The line on which a row starts, and its cells."""


def read_bytes(path: Path, at_most: int) -> bytes:
    """Return the bytes of a file of at most `at_most` bytes; UserError if it cannot be read."""
    try:
        if not path.is_file():
            what = "is a folder, not a file" if path.is_dir() else "there is no such file"
            raise UserError(f"{path}: {what}.")
        with path.open("rb") as file:
            data = read_at_most(file, at_most + 1)
    except OSError as error:
        raise UserError(f"{path}: the file cannot be read ({words_of(error)}).") from error
    if len(data) > at_most:
        raise UserError(
            f"{path}: the file is larger than {at_most // 1024:,} KiB, too large for its kind."
        )
    return data


def decoded(data: bytes, name: str) -> str:
    """Return the text of UTF-8, UTF-16 with a byte order mark, or Windows-1252.

    Line endings become newlines; a first line that only declares the delimiter (`sep=;`) is
    emptied.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return _SEP.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    raise UserError(f"{name}: this is not text; save it as CSV in UTF-8.")


def rows_of(text: str, delimiter: str) -> Iterator[Row]:
    """Return the rows of a CSV text, with cells trimmed and without empty rows.

    UnreadableRowError if a quote is not closed, or encloses rows (`RowShape.is_swallowing`) or
    what may be rows: reading on would lose rows silently.
    """
    lines = text.split("\n")
    sample: list[tuple[str, list[str]]] = []
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnreadableRowError(
                line,
                f"The row cannot be read ({error}); a quote may be missing, or one inside a "
                "quoted cell may not be doubled.",
            ) from error
        if cells is None:
            return
        if reader.line_num > line:
            sample = sample or sample_rows(_with_ends(lines), delimiter)
            shape = shape_of_rows(sample, delimiter, likely=len(cells))
            enclosed = lines[line - 1 : reader.line_num]
            if len(enclosed) > MOST_LINES or shape.is_swallowing(enclosed, len(cells)):
                raise UnreadableRowError(
                    line,
                    "A cell of this row holds whole rows of the list: a quotation mark opens here "
                    f"that closes only on line {reader.line_num:,}. Remove it, or close it.",
                )
            if shape.may_be_swallowing(enclosed, len(cells)):
                raise UnreadableRowError(
                    line,
                    f"A cell of this row spans {len(enclosed):,} lines that may be rows of the "
                    "list. If they are rows, remove the quotation mark; if they are text, write it "
                    "on one line.",
                )
        trimmed = [cell.strip() for cell in cells]
        if any(trimmed):
            yield line, trimmed
        line = reader.line_num + 1

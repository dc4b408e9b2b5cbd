"""The sheets of an OpenDocument spreadsheet (.ods) as rows of text, within a limit of cells.

A cell of 100 bytes can claim to be repeated a billion times. Repeated empty cells and rows at the
end are what office programs write and cost nothing; cells with something in them are counted as
often as they are repeated.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field

from recordpick._safe_xml import UnreadableError, feed, local, new_parser

Merged = dict[str, list[tuple[int, int, int]]]
"""For each sheet its cells that are merged downwards: first row, column (both from 0), rows."""

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00:00(?:\.0+)?")
_LARGEST_WHOLE = 2**53


def read_ods(
    archive: zipfile.ZipFile, most_cells: int
) -> tuple[dict[str, list[list[str]]], Merged]:
    """Return the rows of each sheet with cells, and what is merged downwards in it.

    UnreadableError if the file is protected by a password, not a spreadsheet, or too large.
    """
    _check_kind(archive)
    reader = _Reader(most_cells)
    with archive.open("content.xml") as part:
        feed(reader.parser, part)
    sheets = {sheet.name: sheet.rows for sheet in reader.sheets if sheet.rows}
    return sheets, {sheet.name: sheet.merged for sheet in reader.sheets if sheet.merged}


def _check_kind(archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    if "content.xml" not in names:
        raise UnreadableError("is an archive, but not an OpenDocument spreadsheet (.ods).")
    kind = b""
    if "mimetype" in names:
        with archive.open("mimetype") as part:
            kind = part.read(200)
    if kind and b"spreadsheet" not in kind:
        raise UnreadableError("is an OpenDocument file, but not a spreadsheet: save it as .ods.")
    if "META-INF/manifest.xml" in names:
        with archive.open("META-INF/manifest.xml") as part:
            if b"encryption-data" in part.read(1 << 20):
                raise UnreadableError(
                    "has a password. Open it, remove the password, and save it as .ods or .xlsx."
                )


@dataclass
class _Sheet:
    name: str
    rows: list[list[str]] = field(default_factory=list)
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    empty_rows: int = 0
    """Empty rows since the last one with something in it: only kept if another follows."""


class _Reader:
    """Follows the elements of content.xml."""

    def __init__(self, most_cells: int) -> None:
        self.parser = new_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data
        self.sheets: list[_Sheet] = []
        self._cells_left = most_cells
        self._most_cells = most_cells
        self._row: list[str] = []
        self._empty_cells = 0
        self._row_repeats = 1
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[list[str]] = []
        self._in_paragraph = 0
        self._ignored = 0
        """How deep we are in an annotation or a drawing, whose text is not the cell's."""
        self._depth = 0
        """How deep we are in tables: one inside a cell is not a sheet."""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = local(name)
        if self._ignored or kind in {"annotation", "shapes", "tracked-changes", "custom-shape"}:
            self._ignored += 1
        elif name == f"{_TABLE}table":
            self._depth += 1
            if self._depth == 1:
                self.sheets.append(_Sheet(attributes.get(f"{_TABLE}name", "")))
        elif self._depth == 1 and name == f"{_TABLE}table-row":
            self._row, self._empty_cells = [], 0
            self._row_repeats = _repeats(attributes, "number-rows-repeated")
        elif self._depth == 1 and name in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            self._cell, self._paragraphs = attributes, []
        elif self._cell is not None and name.startswith(_TEXT):
            self._start_text(kind, attributes)

    def _start_text(self, kind: str, attributes: dict[str, str]) -> None:
        if kind in {"p", "h"}:
            self._paragraphs.append([])
            self._in_paragraph += 1
        elif self._paragraphs and kind == "s":
            self._paragraphs[-1].append(" " * min(_repeats(attributes, "c", _TEXT), 100))
        elif self._paragraphs and kind in {"tab", "line-break"}:
            self._paragraphs[-1].append("\n" if kind == "line-break" else " ")

    def _data(self, data: str) -> None:
        if self._in_paragraph and not self._ignored:
            self._paragraphs[-1].append(data)

    def _end(self, name: str) -> None:
        if self._ignored:
            self._ignored -= 1
        elif name == f"{_TABLE}table":
            self._depth -= 1
        elif self._depth == 1 and name == f"{_TABLE}table-row":
            self._end_row()
        elif self._cell is not None and name in {f"{_TEXT}p", f"{_TEXT}h"}:
            self._in_paragraph -= 1
        elif self._depth == 1 and name in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            self._end_cell()

    def _end_cell(self) -> None:
        cell, self._cell = self._cell or {}, None
        text = "\n".join("".join(parts) for parts in self._paragraphs).strip()
        value = _value(cell, text)
        repeats = _repeats(cell, "number-columns-repeated")
        if not value:
            self._empty_cells += repeats
            return
        self._use(self._empty_cells + repeats)
        self._row += [""] * self._empty_cells
        self._empty_cells = 0
        spanned = _repeats(cell, "number-rows-spanned")
        if spanned > 1:
            sheet = self.sheets[-1]
            row = len(sheet.rows) + sheet.empty_rows
            sheet.merged.append((row, len(self._row), spanned))
        self._row += [value] * repeats

    def _end_row(self) -> None:
        sheet = self.sheets[-1]
        if not self._row:
            sheet.empty_rows += self._row_repeats
            return
        self._use(sheet.empty_rows + len(self._row) * (self._row_repeats - 1))
        sheet.rows += [[] for _ in range(sheet.empty_rows)]
        sheet.empty_rows = 0
        sheet.rows += [list(self._row) for _ in range(self._row_repeats)]

    def _use(self, cells: int) -> None:
        self._cells_left -= cells
        if self._cells_left < 0:
            raise UnreadableError(
                f"spans more than {self._most_cells:,} cells: copy the rows that matter to a new "
                "sheet, or save it as CSV."
            )


def _repeats(attributes: dict[str, str], name: str, space: str = _TABLE) -> int:
    text = attributes.get(f"{space}{name}", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 12 else 1


def _value(cell: dict[str, str], text: str) -> str:
    """Return a cell's text: a day as 2026-01-31, a number in full, else what the cell shows."""
    kind = cell.get(f"{_OFFICE}value-type", "")
    if kind == "date":
        said = cell.get(f"{_OFFICE}date-value", text)
        day = _MIDNIGHT.fullmatch(said)
        return day[1] if day else said.replace("T", " ")
    if kind == "float":
        return _number(cell.get(f"{_OFFICE}value", ""), text)
    return text


def _number(value: str, text: str) -> str:
    try:
        number = float(value)
    except ValueError:
        return text
    if value.isdigit():
        return value
    is_whole = number.is_integer() and abs(number) < _LARGEST_WHOLE
    return str(int(number)) if is_whole else value

"""The child process that reads a spreadsheet or document, so that a crash affects nothing else.

Started by `recordpick.spreadsheets` as a script: `python -P _spreadsheet_worker.py PATH [SHEET]
[--all]`. It writes one line of JSON to stdout: `{"rows": [[text, …], …]}`, with `--all`
`{"sheets": {name: rows}, "merged": {name: [[first row, last row, first column, last column], …]}}`
(rows from 1, columns by their place in the rows returned, from 0), with `--tables`
`{"tables": [{"name", "heading", "rows", "merged"}]}` of any kind of document, or `{"error": "…"}`
with a sentence that goes after the name of the file. Row 1 of the sheet is the first row, empty or
not.

A workbook of 5 KB can claim 17 billion cells, and one of 1 MB can unpack to gigabytes. So the
sizes in the archive and the positions of the cells are checked before anything is unpacked into
memory, and where the system can limit a process, this one limits itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

MEMORY = 3 * 1024**3
"""Bytes of address space. 5 million cells of text need about 1.5 GiB, polars itself 0.5."""
SECONDS = 120
MOST_CELLS = 5_000_000
MOST_UNPACKED = 500 * 1024**2
MOST_TIMES_LARGER = 200
"""How many times its size an archive may unpack to; tables of repeated words reach about 100."""

# A cell with something in it (an empty one that only carries a format ends in "/>").
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')
_CELL_WITHOUT_PLACE = re.compile(rb"<(?:\w+:)?c(?:\s(?![^>]*\br=)[^>]*)?(?<!/)>")
_ERROR = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>'
    rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>(#[^<]{1,30})</",
    re.DOTALL,
)
# The error that a formula shows: the library returns such a cell as empty.
_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="([0-9]{1,7})"')
_MERGED = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^>]*?\bref=["']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"""
)
MOST_MERGED = 1_000_000
_SHEET = re.compile(r"<(?:\w+:)?sheet\b([^>]*)>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b([^>]*)>")
_MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\d 00:00:00")
_TIME_ONLY = "1899-12-31 "


@dataclass(frozen=True)
class Extent:
    """The last row and column with a filled cell, and the formulas' errors by column and row.

    `merged` are the merged cells: first and last row, first and last column, from 1.
    """

    rows: int
    columns: int
    errors: dict[tuple[int, int], str]
    merged: tuple[tuple[int, int, int, int], ...] = ()


class Refused(Exception):  # noqa: N818 - it carries the message for people
    """What is wrong with the spreadsheet, as a clause that follows its name."""


def main() -> None:
    """Read the sheet named by the arguments and write its rows to stdout."""
    path, sheet = Path(sys.argv[1]), (sys.argv[2] if len(sys.argv) > 2 else "") or None
    mode = sys.argv[3] if len(sys.argv) > 3 else ""
    answer: dict[str, object]
    try:
        _limit_this_process()
        if mode == "--tables":
            answer = {"tables": read_tables(path)}
        elif mode == "--all":
            sheets, merged = read_all(path)
            answer = {"sheets": sheets, "merged": merged}
        else:
            answer = {"rows": read(path, sheet)}
    except Refused as refused:
        answer = {"error": str(refused)}
    except MemoryError:
        answer = {"error": "needs more memory than a list of patients should."}
    data = json.dumps(answer, ensure_ascii=False).encode("utf-8")
    sys.stdout.buffer.write(data)


def read(path: Path, sheet: str | None) -> list[list[str]]:
    """Return the rows of the sheet (the first if None) as text; Refused message why not."""
    names, parts = _inspect(path)
    if sheet is None:
        if not parts:
            _refuse("has no sheet with cells.")
        sheet = next(iter(parts))
    elif sheet not in parts:
        known = ", ".join(f'"{name}"' for name in names[:10])
        _refuse(f'has no sheet "{sheet}" with cells (its sheets are {known}).')
    extent = _extents(path, {sheet: parts[sheet]})[sheet]
    return _load(path, {sheet: extent})[sheet]


Rows = dict[str, list[list[str]]]
Merged = dict[str, list[tuple[int, int, int, int]]]


def read_all(path: Path) -> tuple[Rows, Merged]:
    """Return the rows of every sheet with cells, and merged cells, both by the sheet's name.

    The limit is on all sheets together.
    """
    _, parts = _inspect(path)
    extents = _extents(path, parts)
    cells = sum(extent.rows * extent.columns for extent in extents.values())
    if cells > MOST_CELLS:
        _refuse(f"has sheets that span {cells:,} cells together.")
    rows = _load(path, extents)
    merged: Merged = {}
    for sheet, extent in extents.items():
        # The library leaves out empty columns at the left.
        left_out = max(0, extent.columns - len(rows[sheet][0])) if rows[sheet] else 0
        merged[sheet] = [
            (first, last, left - 1 - left_out, right - 1 - left_out)
            for first, last, left, right in extent.merged
        ]
    return rows, merged


def _extents(path: Path, parts: dict[str, str]) -> dict[str, Extent]:
    if path.suffix.lower() == ".ods":
        return _check_ods_extents(path, parts)
    return {sheet: _check_extent(path, sheet, part) for sheet, part in parts.items()}


def read_tables(path: Path) -> list[dict[str, object]]:
    """Return the tables of a spreadsheet (.xlsx, .ods) or a Word document (.docx), in order.

    Each has a `name` ("" in Word), the `heading` above it in Word, `rows` that begin in column A,
    and `merged`: (row, column, rows) of cells merged downwards, counted from 0.
    """
    from recordpick._safe_xml import UnreadableError

    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path.stat().st_size)
            names = set(archive.namelist())
            if "word/document.xml" in names:
                return _word_tables(archive)
            if "content.xml" in names:
                return _ods_tables(archive)
    except UnreadableError as error:
        _refuse(str(error))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        _refuse(f"is damaged, or has a password ({error}).")
    _, parts = _inspect(path)
    extents = {sheet: _check_extent(path, sheet, part) for sheet, part in parts.items()}
    if sum(extent.rows * extent.columns for extent in extents.values()) > MOST_CELLS:
        _refuse("has sheets that span too many cells together.")
    tables: list[dict[str, object]] = []
    for sheet, rows in _load(path, extents).items():
        width = len(rows[0]) if rows else 0
        left = [""] * max(0, extents[sheet].columns - width)  # empty columns before the first
        placed = [[*left, *row] for row in rows]
        merged = [
            (first - 1, column - 1, last - first + 1)
            for first, last, column, _ in extents[sheet].merged
            if last > first
        ]
        tables.append({"name": sheet, "heading": "", "rows": placed, "merged": merged})
    return tables


def _word_tables(archive: zipfile.ZipFile) -> list[dict[str, object]]:
    from recordpick._word_tables import read_docx

    return [
        {"name": "", "heading": table.heading, "rows": table.rows, "merged": table.merged}
        for table in read_docx(archive)
    ]


def _ods_tables(archive: zipfile.ZipFile) -> list[dict[str, object]]:
    from recordpick._ods_sheets import read_ods

    sheets, merged = read_ods(archive, MOST_CELLS)
    return [
        {"name": name, "heading": "", "rows": rows, "merged": merged.get(name, [])}
        for name, rows in sheets.items()
    ]


def _load(path: Path, sheets: dict[str, Extent]) -> dict[str, list[list[str]]]:
    import fastexcel

    rows: dict[str, list[list[str]]] = {}
    try:
        reader = fastexcel.read_excel(path)
        for sheet, extent in sheets.items():
            loaded = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
            frame = loaded.to_polars()
            rows[sheet] = [[_plain(cell) for cell in row] for row in frame.iter_rows()]
            _put_errors(rows[sheet], extent)
    except fastexcel.FastExcelError as error:
        _refuse(f"cannot be read as a spreadsheet ({str(error).splitlines()[0]}).")
    return rows


def _put_errors(rows: list[list[str]], extent: Extent) -> None:
    """Put the errors of formulas into their cells: nothing disappears from a list."""
    width = len(rows[0]) if rows else 0
    left_out = extent.columns - width  # empty columns at the left
    for (column, row), error in extent.errors.items():
        at = column - 1 - left_out
        if row <= len(rows) and 0 <= at < width and not rows[row - 1][at]:
            rows[row - 1][at] = error


def _plain(cell: str | None) -> str:
    """Return the cell's text: a date without midnight, a time without its invented date."""
    if cell is None:
        return ""
    if cell.startswith(_TIME_ONLY):
        return cell.removeprefix(_TIME_ONLY)
    return cell[:10] if _MIDNIGHT.fullmatch(cell) else cell


def _inspect(path: Path) -> tuple[list[str], dict[str, str]]:
    """Check the archive's sizes; return all sheet names, and the part of each with cells."""
    if path.suffix.lower() == ".ods":
        return _inspect_ods(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path.stat().st_size)
            workbook = _small_part(archive, "xl/workbook.xml")
            relations = _small_part(archive, "xl/_rels/workbook.xml.rels")
            held = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        _refuse(f"is not a whole .xlsx file ({error}).")
    targets = {}
    for match in _RELATION.finditer(relations):
        target = _attribute(match[1], "Target")
        targets[_attribute(match[1], "Id")] = (
            target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        )
    names, parts = [], {}
    for match in _SHEET.finditer(workbook):
        name = _attribute(match[1], "name")
        part = targets.get(_attribute(match[1], "id"), "")
        names.append(name)
        if part in held and "/worksheets/" in part:
            parts[name] = part
    return names, parts


def _check_sizes(archive: zipfile.ZipFile, packed: int) -> None:
    unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > MOST_UNPACKED:
        _refuse(f"unpacks to {unpacked // 1024**2:,} MB, which is more than a list needs.")
    if unpacked > 50 * 1024**2 and unpacked > packed * MOST_TIMES_LARGER:
        _refuse(f"unpacks to {unpacked // packed:,} times its size, which no list does.")


def _small_part(archive: zipfile.ZipFile, name: str) -> str:
    try:
        entry = archive.getinfo(name)
    except KeyError:
        _refuse("is an archive, but not an Excel workbook: save it as one (.xlsx).")
    if entry.file_size > 4 * 1024**2:
        _refuse("has a table of contents larger than any workbook needs.")
    with archive.open(entry) as part:
        return part.read().decode("utf-8", "replace")


def _attribute(text: str, name: str) -> str:
    from html import unescape

    match = re.search(rf"""\b(?:\w+:)?{name}\s*=\s*("([^"]*)"|'([^']*)')""", text)
    return unescape(match[2] or match[3] or "") if match else ""


def _check_extent(path: Path, sheet: str, part: str) -> Extent:
    """Refuse a sheet whose filled cells span too much: the reader allocates all cells between."""
    errors: dict[tuple[int, int], str] = {}
    merged: set[tuple[int, int, int, int]] = set()
    rows, columns, rows_named, unplaced = 0, 0, 0, False
    with zipfile.ZipFile(path) as archive, archive.open(part) as xml:
        rest = b""
        try:
            while chunk := xml.read(1 << 20):
                text = rest + chunk
                places = _CELL.findall(text)
                rows = max([rows, *map(int, {row for _, row in places})])
                columns = max([columns, *map(_column_number, {letters for letters, _ in places})])
                for letters, row, error in _ERROR.findall(text):
                    errors[_column_number(letters), int(row)] = error.decode("ascii", "replace")
                rows_named = max([rows_named, *map(int, set(_ROW.findall(text)))])
                for left, first, right, last in _MERGED.findall(text):
                    merged.add((int(first), int(last), _column_number(left), _column_number(right)))
                unplaced = unplaced or _CELL_WITHOUT_PLACE.search(text) is not None
                rest = text[-4096:]  # a cell may span two chunks
        except (zipfile.BadZipFile, EOFError, zlib.error) as error:
            _refuse(f"is damaged ({error}).")
    if unplaced:  # such a cell follows the one before it, in any row
        rows = max(rows, rows_named)
    if rows * max(columns, 1) > MOST_CELLS:
        _refuse(
            f'spans {rows:,} rows by {columns:,} columns in sheet "{sheet}": copy the rows that '
            "matter to a new sheet, or save it as CSV."
        )
    return Extent(rows, columns, errors, tuple(sorted(merged)))


_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_ODS = "content.xml"


def _inspect_ods(path: Path) -> tuple[list[str], dict[str, str]]:
    """Check the sizes of an OpenDocument archive; return its sheets as `_inspect` does."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path.stat().st_size)
            if _ODS not in archive.namelist():
                _refuse("is an archive, but not a spreadsheet: save it as .xlsx, or as CSV.")
            manifest = archive.read("META-INF/manifest.xml")
    except KeyError:
        manifest = b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        _refuse(f"is not a whole .ods file ({error}).")
    if b"encryption-data" in manifest:
        _refuse("has a password. Open it, remove the password, and save it as .xlsx or as CSV.")
    names = list(_read_ods(path))
    return names, dict.fromkeys(names, _ODS)


def _check_ods_extents(path: Path, wanted: dict[str, str]) -> dict[str, Extent]:
    extents = {name: one for name, one in _read_ods(path).items() if name in wanted}
    for name, extent in extents.items():
        if extent.rows * max(extent.columns, 1) > MOST_CELLS:
            _refuse(
                f'spans {extent.rows:,} rows by {extent.columns:,} columns in sheet "{name}": copy '
                "the rows that matter to a new sheet, or save it as CSV."
            )
    return extents


def _read_ods(path: Path) -> dict[str, Extent]:
    """Return how far the filled cells of each sheet reach, and its merged cells."""
    from xml.parsers import expat

    scan = _OdsScan()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.EntityDeclHandler = scan.entity
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_ODS) as xml:
            while chunk := xml.read(1 << 20):
                parser.Parse(chunk)
            parser.Parse(b"", True)  # noqa: FBT003 - expat's own
    except (expat.ExpatError, zipfile.BadZipFile, EOFError, zlib.error, ValueError) as error:
        _refuse(f"is damaged ({error}).")
    return scan.sheets


class _OdsScan:
    """Follows the cells of an OpenDocument file, which gives a number where one comes again."""

    def __init__(self) -> None:
        self.sheets: dict[str, Extent] = {}
        self._name = ""
        self._row = self._column = self._rows = self._columns = 0
        self._again = 1
        self._last_filled = 0
        self._merged: list[tuple[int, int, int, int]] = []

    def entity(self, *_: object) -> None:
        """Refuse entities: no spreadsheet program writes them, and they can unpack to anything."""
        _refuse("has definitions that no spreadsheet program writes.")

    def start(self, element: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        said = {name.removeprefix(f"{_TABLE} "): value for name, value in attributes.items()}
        if element == f"{_TABLE} table":
            self._name = said.get("name", "")
            self._row = self._rows = self._columns = 0
            self._merged = []
        elif element == f"{_TABLE} table-row":
            self._again = int(said.get("number-rows-repeated", "1"))
            self._column = self._last_filled = 0
        elif element in (f"{_TABLE} table-cell", f"{_TABLE} covered-table-cell"):
            count = int(said.get("number-columns-repeated", "1"))
            if f"{_OFFICE} value-type" in attributes:
                self._last_filled = self._column + count
            down, right = (
                int(said.get(f"number-{way}-spanned", "1")) for way in ("rows", "columns")
            )
            if (down > 1 or right > 1) and len(self._merged) < MOST_MERGED:
                row, column = self._row + 1, self._column + 1
                self._merged.append((row, row + down - 1, column, column + right - 1))
            self._column += count

    def end(self, element: str) -> None:
        """Take the end of an element."""
        if element == f"{_TABLE} table-row":
            self._row += self._again
            if self._last_filled:
                self._rows = self._row
                self._columns = max(self._columns, self._last_filled)
        elif element == f"{_TABLE} table" and self._name:
            self.sheets[self._name] = Extent(self._rows, self._columns, {}, tuple(self._merged))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _limit_this_process() -> None:
    """Limit memory and time, and prevent a core file (it would hold patients' data).

    Windows has no such call: there the checks of the archive and the caller's timeout are the
    limits.
    """
    if os.name == "nt":
        return
    import resource

    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a lower limit is set already
            resource.setrlimit(what, (most, most))


def _refuse(message: str) -> NoReturn:
    raise Refused(message)


if __name__ == "__main__":
    main()

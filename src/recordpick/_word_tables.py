"""The tables of a Word document (.docx) as rows of text, in the order of the document.

What Word shows is what is read: inserted text that is tracked as a change counts and deleted text
does not; rows and cells in content controls are read; automatic numbers are worked out, since a
column of references is often nothing else. A table inside a cell adds lines to that cell.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recordpick._safe_xml import UnreadableError, local, tree_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_XML = 60 * 1024**2
"""Bytes of one part of the document, unpacked: a thousand pages of tables need about 20 MB."""
MOST_CELLS = 1_000_000
WORD = frozenset(
    {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    }
)
_NOT_SHOWN = frozenset(
    {"del", "moveFrom", "Fallback", "instrText", "delText", "delInstrText", "rPr", "sdtPr"}
    | {"pPrChange", "rPrChange", "tblPrChange", "trPrChange", "tcPrChange", "sectPrChange"}
)
_NESTED_AT_MOST = 200


@dataclass
class WordTable:
    """One table: the heading above it, its rows, and cells merged downwards.

    Without a paragraph in the style of a heading, the last line of text above it is its heading. A
    merge is (row, column, number of rows), both counted from 0; the text is in its first cell.
    """

    heading: str = ""
    rows: list[list[str]] = field(default_factory=list)
    merged: list[tuple[int, int, int]] = field(default_factory=list)


def read_docx(archive: zipfile.ZipFile) -> list[WordTable]:
    """Return the tables; UnreadableError if the file is not a Word document, or is too large."""
    names = set(archive.namelist())
    if "word/document.xml" not in names:
        raise UnreadableError("is an archive, but not a Word document: save it as one (.docx).")
    styles = _part(archive, "word/styles.xml")
    numbering = _part(archive, "word/numbering.xml")
    document = _part(archive, "word/document.xml")
    if document is None:
        raise UnreadableError("is a Word document without any text.")
    try:
        return _Reader(_Numbers(numbering, styles)).read(document)
    except RecursionError:
        raise UnreadableError("has tables nested in tables too deeply.") from None


def _part(archive: zipfile.ZipFile, name: str) -> Element | None:
    try:
        entry = archive.getinfo(name)
    except KeyError:
        return None
    if entry.file_size > MOST_XML:
        raise UnreadableError(
            f"has a part of {entry.file_size // 1024**2:,} MB, too large to read."
        )
    with archive.open(entry) as part:
        return tree_of(part)


def _is_word(element: Element, *names: str) -> bool:
    space, _, name = element.tag.rpartition("}")
    return name in names and space in WORD


def _children(element: Element) -> Iterator[Element]:
    """Return the children that are shown; of an alternative only what is chosen."""
    return (child for child in element if local(child.tag) not in _NOT_SHOWN)


def _all_of(element: Element, name: str, depth: int = 0) -> Iterator[Element]:
    """Return the nearest elements of a name, through content controls and tracked insertions."""
    if depth > _NESTED_AT_MOST:
        raise RecursionError
    for child in _children(element):
        if _is_word(child, name):
            yield child
        elif not _is_word(child, "tbl", "tr", "tc", "p"):
            yield from _all_of(child, name, depth + 1)


def _attribute(element: Element | None, name: str, default: str = "") -> str:
    if element is None:
        return default
    return next((text for key, text in element.attrib.items() if local(key) == name), default)


def _child(element: Element | None, *path: str) -> Element | None:
    """Return the first element at a path of Word's names; None if there is none."""
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if _is_word(child, name)), None)
    return element


class _Reader:
    """Reads the body of a document once, from top to bottom, since numbers count on."""

    def __init__(self, numbers: _Numbers) -> None:
        self._numbers = numbers
        self._cells_left = MOST_CELLS

    def read(self, document: Element) -> list[WordTable]:
        """Return the tables of the document's body."""
        body = _child(document, "body")
        tables: list[WordTable] = []
        heading, last_line = "", ""
        for block in _blocks(body) if body is not None else ():
            if _is_word(block, "tbl"):
                table = WordTable(heading or last_line)
                self._table(block, table)
                tables.append(table)
                heading, last_line = "", ""
            else:
                text = self._paragraph(block)
                last_line = text or last_line
                heading = text if text and _is_heading(block) else heading
        return tables

    def _table(self, element: Element, table: WordTable) -> None:
        open_merges: dict[int, tuple[int, int]] = {}
        for row in _all_of(element, "tr"):
            if _child(row, "trPr", "del") is not None:  # a row that is tracked as deleted
                continue
            cells: list[str] = [""] * _whole(_attribute(_child(row, "trPr", "gridBefore"), "val"))
            for cell in _all_of(row, "tc"):
                self._merge(cell, table, open_merges, len(cells))
                text = "" if len(cells) in open_merges else self._cell(cell)
                spanned = _whole(_attribute(_child(cell, "tcPr", "gridSpan"), "val", "1"), 1)
                cells += [text, *[""] * (spanned - 1)]
            self._cells_left -= len(cells) + 1
            if self._cells_left < 0:
                raise UnreadableError(f"has tables of more than {MOST_CELLS:,} cells.")
            table.rows.append(cells)
        _close(table, open_merges, len(table.rows))

    def _merge(
        self, cell: Element, table: WordTable, open_merges: dict[int, tuple[int, int]], column: int
    ) -> None:
        """Note where a merge goes on; `open_merges` holds first row and rows of each column.

        A column is in it only while its merge goes on into the row that is being read.
        """
        merge = _child(cell, "tcPr", "vMerge")
        row = len(table.rows)
        goes_on = merge is not None and _attribute(merge, "val", "continue") != "restart"
        if goes_on and column in open_merges:
            return
        if goes_on and row:
            open_merges[column] = (row - 1, column)
        elif column in open_merges:
            _close(table, {column: open_merges.pop(column)}, row)

    def _cell(self, cell: Element) -> str:
        lines = [self._paragraph(one) for one in _paragraphs(cell)]
        return "\n".join(line for line in lines if line)

    def _paragraph(self, paragraph: Element) -> str:
        text = "".join(_text(paragraph)).strip()
        label = self._numbers.label(paragraph)
        if not text:  # a number alone is a reference
            return label.rstrip(".):") if label[:1].isalnum() else ""
        return f"{label} {text}" if label else text


def _close(table: WordTable, merges: dict[int, tuple[int, int]], end: int) -> None:
    table.merged += [(first, column, end - first) for first, column in merges.values()]


def _blocks(element: Element, depth: int = 0) -> Iterator[Element]:
    """Return paragraphs and tables in order, through content controls."""
    if depth > _NESTED_AT_MOST:
        raise RecursionError
    for child in _children(element):
        if _is_word(child, "p", "tbl"):
            yield child
        else:
            yield from _blocks(child, depth + 1)


def _is_heading(paragraph: Element) -> bool:
    return _attribute(_child(paragraph, "pPr", "pStyle"), "val").casefold().startswith("heading")


def _paragraphs(element: Element, depth: int = 0) -> Iterator[Element]:
    """Return the paragraphs of a cell in order, also those of tables inside it."""
    if depth > _NESTED_AT_MOST:
        raise RecursionError
    for child in _children(element):
        if _is_word(child, "p"):
            yield child
        else:
            yield from _paragraphs(child, depth + 1)


def _text(element: Element, depth: int = 0) -> Iterator[str]:
    """Return the shown text of a paragraph in pieces."""
    if depth > _NESTED_AT_MOST:
        raise RecursionError
    for child in _children(element):
        if _is_word(child, "t"):
            yield child.text or ""
        elif _is_word(child, "tab"):
            yield " "
        elif _is_word(child, "br", "cr"):
            yield "\n"
        elif _is_word(child, "noBreakHyphen"):
            yield "-"
        elif not _is_word(child, "pPr"):
            yield from _text(child, depth + 1)


def _whole(text: str, default: int = 0) -> int:
    """Return a number of columns; at most as many as Word allows."""
    return min(int(text), 63) if text.isascii() and text.isdigit() and len(text) < 6 else default


@dataclass
class _Level:
    """How one level of a numbered list is written."""

    start: int = 1
    form: str = "decimal"
    pattern: str = "%1."


class _Numbers:
    """Works out the automatic numbers of paragraphs, as Word shows them."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._levels: dict[tuple[str, int], _Level] = {}
        self._list_of: dict[str, str] = {}
        self._starts: dict[tuple[str, int], int] = {}
        self._counts: dict[tuple[str, int], int] = {}
        self._of_style: dict[str, tuple[str, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        for element in () if numbering is None else numbering:
            if _is_word(element, "abstractNum"):
                self._read_list(element)
            elif _is_word(element, "num"):
                self._read_use(element)
        for style in () if styles is None else styles:
            found = _number_of(_child(style, "pPr"))
            if _is_word(style, "style") and found is not None:
                self._of_style[_attribute(style, "styleId")] = found

    def _read_list(self, element: Element) -> None:
        name = _attribute(element, "abstractNumId")
        for level in element:
            if _is_word(level, "lvl"):
                self._levels[name, _whole(_attribute(level, "ilvl"))] = _Level(
                    _whole(_attribute(_child(level, "start"), "val", "1"), 1),
                    _attribute(_child(level, "numFmt"), "val", "decimal"),
                    _attribute(_child(level, "lvlText"), "val"),
                )

    def _read_use(self, element: Element) -> None:
        name = _attribute(element, "numId")
        self._list_of[name] = _attribute(_child(element, "abstractNumId"), "val")
        for override in element:
            start = _child(override, "startOverride")
            if _is_word(override, "lvlOverride") and start is not None:
                level = _whole(_attribute(override, "ilvl"))
                self._starts[name, level] = _whole(_attribute(start, "val"), 1)

    def label(self, paragraph: Element) -> str:
        """Return the number or bullet before a paragraph, and count it; "" if it has none."""
        settings = _child(paragraph, "pPr")
        found = _number_of(settings)
        if found is None:
            style = _attribute(_child(settings, "pStyle"), "val")
            found = self._of_style.get(style)
        if found is None or found[0] == "0" or found[0] not in self._list_of:
            return ""
        name, depth = found
        numbered = self._list_of[name]
        level = self._levels.get((numbered, depth), _Level())
        if level.form == "bullet":
            return "•"
        if (name, depth) in self._starts and (name, depth) not in self._begun:
            self._counts[numbered, depth] = self._starts[name, depth] - 1
        self._begun.add((name, depth))
        self._counts[numbered, depth] = self._counts.get((numbered, depth), level.start - 1) + 1
        for deeper in range(depth + 1, 9):
            self._counts.pop((numbered, deeper), None)
        if level.form == "none":
            return ""
        text = level.pattern
        for place in range(depth + 1):
            form = self._levels.get((numbered, place), _Level())
            count = self._counts.get((numbered, place), form.start)
            text = text.replace(f"%{place + 1}", _written(count, form.form))
        return text.strip()


def _number_of(settings: Element | None) -> tuple[str, int] | None:
    """Return the list and level that a paragraph's or style's settings name."""
    numbered = _child(settings, "numPr")
    name = _attribute(_child(numbered, "numId"), "val")
    if not name:
        return None
    return name, _whole(_attribute(_child(numbered, "ilvl"), "val", "0"))


def _written(count: int, form: str) -> str:
    """Return a number in the form of a list: 3, 03, c, C, iii or III."""
    if form in {"lowerLetter", "upperLetter"} and count > 0:
        times, letter = divmod(count - 1, 26)
        text = chr(ord("a") + letter) * min(times + 1, 10)
    elif form in {"lowerRoman", "upperRoman"} and 0 < count < 4000:
        text = _roman(count)
    elif form == "decimalZero":
        text = f"{count:02d}"
    else:
        return str(count)
    return text.upper() if form.startswith("upper") else text


def _roman(count: int) -> str:
    text = ""
    for value, letters in (
        *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")),
        *((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
    ):
        times, count = divmod(count, value)
        text += letters * times
    return text

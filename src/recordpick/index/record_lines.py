"""Which lines of a text file are records: one each, several to one, or none.

The lines of a table mostly have one shape: so many fields, with quotation marks only where they
may stand. polars finds the lines that have not, all at once; only those, and the lines that belong
to them, are then looked at one by one. What is well formed polars reads as it stands; where
anything is not, this says so, and the file is read with more care.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import polars as pl

from recordpick.delimited import Look

_LINE, _TEXT = "line", "text"
_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"')
MOST_LINES = 2000
"""Lines of one record; more are a quotation mark that is not closed."""
_LONGEST_LOOKED_AT = 1024**2
"""Characters of a record that is looked at here; `re` takes a hundred bytes for each field."""


@dataclass
class RecordLines:
    """The records of a file, as polars counts them (blank lines too), against its lines.

    `rows` are records that can be used, `odd` the numbers (from 0) of those that cannot: blank, or
    in `set_aside` (line, reason, text).
    """

    first_line: int
    """The line (from 1) on which record 0 begins."""
    rows: int = 0
    odd: list[int] = field(default_factory=list)
    set_aside: list[tuple[int, str, str]] = field(default_factory=list)
    _steps: list[tuple[int, int]] = field(default_factory=list)
    """(record, how many lines more than records there were before it), where that changes."""

    def line_of(self, asked: Sequence[int]) -> list[int]:
        """Give the line on which each record begins."""
        starts = [record for record, _ in self._steps]
        more = [0, *(lines for _, lines in self._steps)]
        return [row + self.first_line + more[bisect_right(starts, row)] for row in asked]

    def longer(self, record: int, lines: int) -> None:
        """Note that a record has several lines."""
        before = self._steps[-1][1] if self._steps else 0
        self._steps.append((record + 1, before + lines - 1))


def shape(fields: int | None, delimiter: str) -> str:
    """Give the pattern of a whole record, quotation marks only where they may stand.

    For polars and for `re` alike; any number of fields if None.
    """
    cut = delimiter if delimiter.isspace() else re.escape(delimiter)
    one = rf'(?:"[^"]*(?:""[^"]*)*"|[^"\r{cut}]*)'
    times = "*" if fields is None else f"{{{fields - 1}}}"
    return rf"^{one}(?:{cut}{one}){times}\r?$"


def record_lines(
    path: Path, found: Look, header_line: int, counts: Sequence[int]
) -> tuple[int, RecordLines] | None:
    """Look at the lines below the header; None where polars would not read what stands there.

    `counts` are the numbers of fields that a record may have: the first record decides, and its
    number is given. All must have as many, or a number that is not among them (then they are set
    aside). The file must be UTF-8 with line feeds and without NUL bytes.
    """
    fields = _fields_of_first(path, found, header_line)
    if fields is None or fields not in counts:
        return None
    lines = pl.scan_csv(
        path,
        has_header=False,
        schema={_TEXT: pl.String},
        separator="\0",
        quote_char=None,
        skip_lines=header_line,
        row_index_name=_LINE,
        glob=False,
    )
    text = pl.col(_TEXT)
    if found.has_quotes or found.has_returns:
        fits = text.str.contains(shape(fields, found.delimiter))
    else:  # the same, in half the time
        fits = text.str.count_matches(found.delimiter, literal=True) == fields - 1
    odd = lines.filter(text.is_null() | ~fits).select(_LINE).collect(engine="streaming")
    walked = _walk(path, found, header_line, odd[_LINE].to_list(), counts, fields)
    return None if walked is None else (fields, walked)


def _fields_of_first(path: Path, found: Look, header_line: int) -> int | None:
    """Count the fields of the first record; None if it is blank or not well formed."""
    with path.open("rb") as file:
        _skip(file, header_line)
        taken = _record(file)
    if taken is None or not taken[0] or not _fits(_well_formed(found), taken[0]):
        return None
    return _count(taken[0], found)


def _well_formed(found: Look) -> re.Pattern[str]:
    """Give the pattern of a record whose line end was taken off: no other may be left."""
    return re.compile(shape(None, found.delimiter).removesuffix(r"\r?$") + r"\Z")


def _fits(well_formed: re.Pattern[str], record: str) -> bool:
    """Tell whether a record is well formed; one of megabytes is left to the reader by record."""
    return len(record) <= _LONGEST_LOOKED_AT and well_formed.match(record) is not None


def _walk(
    path: Path,
    found: Look,
    header_line: int,
    odd: Sequence[int],
    counts: Collection[int],
    fields: int,
) -> RecordLines | None:
    """Look at each odd line with those of the same record; None if one is not well formed."""
    result = RecordLines(header_line + 1)
    well_formed = _well_formed(found)
    wanted = " or ".join(map(str, sorted(counts)))
    at = more = 0
    with path.open("rb") as file:
        _skip(file, header_line)
        for line in odd:
            if line < at:
                continue  # it belongs to the record before
            _skip(file, line - at)
            taken = _record(file)
            if taken is None or not _fits(well_formed, taken[0]):
                return None
            text, lines = taken
            record = line - more
            at = line + lines
            more += lines - 1
            if lines > 1:
                result.longer(record, lines)
            number = _count(text, found) if text else 0
            if number == fields:
                continue
            if number in counts:
                return None
            result.odd.append(record)
            if text:
                why = f"it has {number} fields, not {wanted}"
                result.set_aside.append((header_line + line + 1, why, text))
    result.rows = found.lines - header_line - more - len(result.odd)
    return result


def _skip(file: BinaryIO, lines: int) -> None:
    deque(islice(file, lines), maxlen=0)


def _record(file: BinaryIO) -> tuple[str, int] | None:
    """Give the text of the record that begins here, without its line end, and its lines.

    None if the file, or patience, ends before its quotation marks are closed.
    """
    text = b""
    for lines, line in enumerate(file, 1):
        text += line
        if text.count(b'"') % 2 == 0:
            whole = text.removeprefix(BOM_UTF8).removesuffix(b"\n").removesuffix(b"\r")
            return whole.decode("utf-8"), lines
        if lines == MOST_LINES:
            break
    return None


def _count(text: str, found: Look) -> int:
    """Count the fields of a record that is well formed."""
    return len(_QUOTED.sub("", text).split(found.delimiter))

"""Which lines of a text file are records: one each, several to one, or none.

The lines of a table mostly have one shape: the same number of fields, with quotation marks only
where they are allowed. Polars finds the other lines all at once; only those, and the lines that
belong to them, are then examined one by one. Polars reads what is well formed; if anything is not,
the file is left to the strict reader.
"""

from __future__ import annotations

import os
import re
from array import array
from bisect import bisect_right
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

import polars as pl

from recordpick.csvio.rejects import NOTHING, RejectCollector, Rejects
from recordpick.csvio.row_shape import MOST_LINES, RowShape
from recordpick.csvio.sniff import LONGEST_LINE, CsvProfile, row_shape, strict_reader


class LineOffsets:
    """What to add to a row's number to get its line, in eight bytes for each change.

    Neither number reaches 2³²: polars does not count more rows.
    """

    def __init__(self) -> None:
        self._from = array("L" if array("L").itemsize == 4 else "I")
        self._more = array(self._from.typecode)

    def add(self, number: int, more: int) -> None:
        """Add `more` from this row number on, which is not smaller than the previous one."""
        if self._from and self._from[-1] == number:
            self._more[-1] = more
        else:
            self._from.append(number)
            self._more.append(more)

    def at(self, number: int) -> int:
        """Return the offset of a number."""
        position = bisect_right(self._from, number)
        return self._more[position - 1] if position else 0

    @property
    def last(self) -> int:
        """The offset after the last change."""
        return self._more[-1] if self._more else 0


_LINE, _TEXT = "line", "text"
_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"')
PADDED_KEPT = 5
MANY = 100_000
"""With more odd lines than this, a copy is made without them instead of filtering each scan."""
_AT_ONCE = 100_000
_MOST_EXTRA = 100
_LONGEST_CHECKED = 1024**2
"""The most characters of a record that is examined here: `re` takes 100 bytes for each field."""


@dataclass
class SuspectValues:
    """Quoted values of several lines that were read as text and may be rows."""

    count: int = 0
    first: list[int] = field(default_factory=list)
    """The lines on which their records begin: at most `PADDED_KEPT` of them."""
    most_lines: int = 0

    def add(self, line: int, lines: int) -> None:
        """Record the line on which a record begins, and how many lines it has."""
        self.count += 1
        self.most_lines = max(self.most_lines, lines)
        if len(self.first) < PADDED_KEPT:
            self.first.append(line)


@dataclass
class RecordLines:
    """The records of a file, as polars counts them (blank lines too), against its lines.

    `rows` are usable records, `odd` the numbers (from 0) of the others: blank, or in `rejects`. If
    there are many, `copy` is a file of only the usable ones, without a header; `odd` is then empty,
    and records are counted without them.
    """

    first_line: int
    """The line (from 1) on which record 0 begins."""
    rows: int = 0
    odd: list[int] = field(default_factory=list)
    rejects: Rejects = NOTHING
    copy: Path | None = None
    left_out: int = 0
    """How many records are not in the copy."""
    padded: list[int] = field(default_factory=list)
    """Lines whose empty fields beyond the last column were cut off, or whose empty last fields were
    missing: at most `PADDED_KEPT` of them."""
    padded_rows: int = 0
    """How many such lines there are."""
    suspect_values: SuspectValues = field(default_factory=SuspectValues)
    extra: int = 0
    """How many empty fields the first record has beyond the last column."""
    _offsets: LineOffsets = field(default_factory=LineOffsets)
    """How many more lines than records there were before a record."""

    def line_of(self, rows: Sequence[int]) -> list[int]:
        """Return the line on which each record begins."""
        return [row + self.first_line + self._offsets.at(row) for row in rows]

    def fits(self, record: int, lines: int) -> None:
        """Record that a record can be used, and how many lines it has."""
        if lines > 1:
            self._offsets.add(record - self.left_out + 1, self._offsets.last + lines - 1)

    def is_padded(self, line: int) -> None:
        """Record that a row has too many or too few empty fields."""
        self.padded_rows += 1
        if len(self.padded) < PADDED_KEPT:
            self.padded.append(line)

    def fits_not(self, record: int, lines: int) -> None:
        """Record that a record cannot be used: it is left out of each scan, or of the copy."""
        if self.copy is None:
            self.odd.append(record)
            self.fits(record, lines)
        else:
            self._offsets.add(record - self.left_out, self._offsets.last + lines)
            self.left_out += 1


def shape(fields: int | None, delimiter: str, extra: int = 0) -> str:
    """Return the pattern of a whole record, with quotation marks only where they are allowed.

    For both polars and `re`; any number of fields if None. `extra` empty fields follow them.
    """
    cut = delimiter if delimiter.isspace() else re.escape(delimiter)
    one = rf'(?:"[^"]*(?:""[^"]*)*"|[^"\r{cut}]*)'
    times = "*" if fields is None else f"{{{fields - 1}}}"
    return rf"^{one}(?:{cut}{one}){times}{cut * extra}\r?$"


def record_lines(
    path: Path,
    found: CsvProfile,
    header_line: int,
    counts: Sequence[int],
    work: Path,
    *,
    may_be_short: bool = True,
) -> tuple[int, RecordLines] | None:
    """Examine the lines below the header; None if polars would not read them correctly.

    `counts` are the numbers of fields that a record may have: the first record decides, and its
    number is returned. All must have as many, or a number that is not among them (then they are
    rejected). If there is only one number, empty fields beyond it are cut off, and empty last
    fields may be missing (unless `may_be_short` is false). The file must be UTF-8 with line feeds
    and without NUL bytes. `work` is a folder for the rejected rows and a copy of the others.
    """
    first = _fields_of_first(path, found, header_line, counts)
    if first is None:
        return None
    fields, extra = first
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
    if found.has_returns or (found.has_quotes and extra):
        fits = text.str.contains(shape(fields, found.delimiter, extra))
    elif found.has_quotes:
        fits = text.map_batches(
            _quoted_fits(fields, found.delimiter), return_dtype=pl.Boolean, is_elementwise=True
        )
    else:
        fits = _plain_fits(text, fields + extra, found.delimiter)
        if extra:
            fits &= text.str.ends_with(found.delimiter * extra)
    odd = lines.filter(text.is_null() | ~fits).select(_LINE).collect(engine="streaming")
    walk = _Walk(path, found, header_line, counts, fields, work, may_be_short=may_be_short)
    walked = walk.over(odd[_LINE])
    if walked is None:
        return None
    if extra:
        walked.extra = extra
        walked.padded_rows = walked.rows
        walked.padded = [header_line + 1]
    return fields, walked


def _plain_fits(text: pl.Expr, fields: int, delimiter: str) -> pl.Expr:
    """Match as `shape` does, for lines without quotation marks: in a third of the time."""
    return text.str.count_matches(delimiter, literal=True) == fields - 1


def _quoted_fits(fields: int, delimiter: str) -> Callable[[pl.Series], pl.Series]:
    """Match as `shape` does, but use its pattern only for lines that have quotation marks."""
    pattern = shape(fields, delimiter)
    text = pl.col(_TEXT)

    def fits(lines: pl.Series) -> pl.Series:
        frame = lines.alias(_TEXT).to_frame()
        checked = frame.select(
            plain=_plain_fits(text, fields, delimiter),
            quoted=text.str.contains('"', literal=True).fill_null(value=False),
        )
        which = checked["quoted"].arg_true()
        fitting = frame[which].select(text.str.contains(pattern)).to_series()
        return checked["plain"].scatter(which, fitting)

    return fits


def _fields_of_first(
    path: Path, found: CsvProfile, header_line: int, counts: Sequence[int]
) -> tuple[int, int] | None:
    """Return the number of fields of the first record, and of surplus empty ones.

    None if it is blank, not well formed, or has another number of fields.
    """
    with path.open("rb") as file:
        _skip(file, header_line)
        record = _record(file)
    if record is None or not record[0] or not _fits(_well_formed(found), record[0]):
        return None
    fields = _count(record[0], found)
    if fields in counts:
        return fields, 0
    extra = fields - max(counts)
    if extra != row_shape(path, found, counts).extra:
        return None  # in this row only: it may have one value too many
    has_only_empty = 0 < extra <= _MOST_EXTRA and record[0].endswith(found.delimiter * extra)
    return (counts[0], extra) if len(counts) == 1 and has_only_empty else None


def _well_formed(found: CsvProfile) -> re.Pattern[str]:
    """Return the pattern of a record without its line end: no other line end may be left."""
    return re.compile(shape(None, found.delimiter).removesuffix(r"\r?$") + r"\Z")


def _fits(well_formed: re.Pattern[str], record: str) -> bool:
    """Return whether a record is well formed; one of megabytes is left to the strict reader."""
    return len(record) <= _LONGEST_CHECKED and well_formed.match(record) is not None


@dataclass(frozen=True)
class _Walk:
    """Examines the lines of another shape one by one, each with those of the same record."""

    path: Path
    found: CsvProfile
    header_line: int
    counts: Collection[int]
    fields: int
    work: Path
    may_be_short: bool

    @cached_property
    def rows(self) -> RowShape:
        """The shape of the file's rows."""
        return row_shape(self.path, self.found, self.counts)

    def over(self, odd: pl.Series) -> RecordLines | None:
        """Examine the lines with these numbers; None if one needs the strict reader."""
        copied = self.work / "fitting" if odd.len() > MANY else None
        result = RecordLines(self.header_line + 1, copy=copied)
        collector = RejectCollector(self.work)
        well_formed = _well_formed(self.found)
        wanted = " or ".join(map(str, sorted(self.counts)))
        at = more = bad = 0
        with (
            self.path.open("rb") as file,
            (result.copy or Path(os.devnull)).open("wb") as copy,
        ):
            _skip(file, self.header_line)
            pass_over = _skip if result.copy is None else partial(_copy, copy)
            for line in _numbers(odd):
                if line < at:
                    continue  # it belongs to the record before
                pass_over(file, line - at)
                found = _record(file)
                if found is None or not _fits(well_formed, found[0]) or self._holds_rows(found[0]):
                    return None
                text, lines, raw = found
                record = line - more
                at = line + lines
                more += lines - 1
                number = _count(text, self.found) if text else 0
                if number != self.fields and self._is_padded(text, number, file):
                    result.is_padded(self.header_line + line + 1)
                    number = self.fields
                if lines > 1 and self._may_hold_rows(text):
                    result.suspect_values.add(self.header_line + line + 1, lines)
                if number == self.fields:
                    result.fits(record, lines)
                    copy.write(raw)
                    continue
                if number in self.counts:
                    return None
                bad += 1
                result.fits_not(record, lines)
                if text:
                    why = f"it has {number} fields, not {wanted}"
                    collector.add(self.header_line + line + 1, why, text)
            if result.copy is not None:
                copyfileobj(file, copy)
        result.rows = self.found.lines - self.header_line - more - bad
        result.rejects = collector.all()
        return result

    def _holds_rows(self, text: str) -> bool:
        """Return whether the lines of a record are rows that quotation marks enclose."""
        if "\n" not in text:
            return False
        return self.rows.is_swallowing(_lines_of(text), _count(text, self.found))

    def _may_hold_rows(self, text: str) -> bool:
        """Return whether the lines of a record, considered text, may still be rows."""
        return self.rows.may_be_swallowing(_lines_of(text), _count(text, self.found))

    def _is_padded(self, text: str, fields: int, file: BinaryIO) -> bool:
        """Return whether a record has surplus empty fields, or lacks empty last ones."""
        if not text or (fields < self.fields and not self.may_be_short):
            return False
        at = file.tell()
        after = file.readline(_LONGEST_CHECKED)
        file.seek(at)
        cells = next(strict_reader(text.splitlines(keepends=True), self.found.delimiter), [])
        next_line = after.decode("utf-8", "replace").rstrip("\r\n")
        return self.rows.padded(text, cells, next_line) is not None


def _lines_of(text: str) -> list[str]:
    return text.replace("\r", "").split("\n")


def _numbers(odd: pl.Series) -> Iterator[int]:
    """Yield the numbers one by one; a list of Python integers would fill memory."""
    for some in odd.to_frame().iter_slices(_AT_ONCE):
        yield from some.to_series().to_list()


def _skip(file: BinaryIO, lines: int) -> None:
    deque(islice(file, lines), maxlen=0)


def _copy(copy: BinaryIO, file: BinaryIO, lines: int) -> None:
    copy.writelines(islice(file, lines))


def _record(file: BinaryIO) -> tuple[str, int, bytes] | None:
    """Return the text of the record that begins here (without line end), its lines and its bytes.

    None if the file, or the limit of a record, ends before its quotation marks are closed.
    """
    text = b""
    for lines, line in enumerate(file, 1):
        text += line
        if text.count(b'"') % 2 == 0:
            whole = text.removeprefix(BOM_UTF8).removesuffix(b"\n").removesuffix(b"\r")
            return whole.decode("utf-8"), lines, text
        if lines == MOST_LINES or len(text) > LONGEST_LINE:
            break
    return None


def _count(text: str, found: CsvProfile) -> int:
    """Return the number of fields of a well-formed record."""
    return len(_QUOTED.sub("", text).split(found.delimiter))

"""Delimited text as it comes: which encoding, which delimiter, and its records with line numbers.

For lists that people made and for files that need care. Nothing is padded, cut or guessed at:
a record is given with the fields that stand there and the line on which it begins, and what cannot
be read as a record is given as such. Large tables go through polars (index/table_files.py), after
the look that is taken here.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import tee
from pathlib import Path
from typing import BinaryIO

from recordpick.chunks import Chunk, count_byte, pieces
from recordpick.errors import UserError
from recordpick.record_ends import RecordEnds
from recordpick.regular_files import check_regular
from recordpick.row_shape import (
    CERTAINLY_ROWS,
    MOST_LINES,
    SAMPLE,
    RowShape,
    sample_rows,
    shape_of_rows,
)

DELIMITERS = (",", ";", "\t", "|")
"""What is recognised, the most usual first."""

MOST_DAMAGED = 1000
"""After so many lines whose quotation marks do not close, the file is taken for something else."""

LONGEST_LINE = 16 * 1024**2
"""Bytes of a line. The longest entries of a record have a few hundred thousand. Looked at before
anything reads a whole line into memory: a file may be one line of gigabytes."""

LONGEST_VALUE = 1024**2
"""Characters of one value of a record that is read by itself; Python's own limit is an eighth of
that, and letters that were scanned in are longer. With none, a quotation mark that is not closed
would have the rest of the file read as one value, again for each such mark."""

MOST_COLUMNS = 16_384
"""As many as a spreadsheet can have."""

_SAMPLE = 64 * 1024
_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_BINARY = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"PAR1": "a Parquet file",
    b"\xd0\xcf\x11\xe0": "an old or protected Office file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file",
    b"SQLite format 3\x00": "a database",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What one reading of the whole file found."""

    size: int
    encoding: str
    """Python's name: utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be or cp1252."""
    delimiter: str
    skip: int
    """Lines above the first record that only say what the delimiter is (`sep=;`): 0 or 1."""
    has_quotes: bool
    has_nul: bool
    has_returns: bool
    lines: int
    """Lines that end in a line feed, and the last one if it does not: 1 where none does."""
    records: int | None = None
    """How many records there are, if they were counted and all is simple (record_ends.py)."""
    delimiters: int | None = None
    """How many delimiters stand between their fields, under the same condition."""


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of one record, and the line on which it begins (from 1)."""

    line: int
    fields: list[str]
    swallowed: int = 0
    """How many more lines its quotation marks would enclose: rows, which are read as such."""
    is_alone: bool = False
    """Whether a quotation mark of it that encloses nothing was read as part of a value."""
    is_padded: bool = False
    """Whether empty fields too many were cut off, or empty last ones added."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """Text that is no record: where it begins, why, and what stands there."""

    line: int
    why: str
    text: str
    fields: tuple[str, ...] = ()
    """Its fields, where nothing but their number is wrong."""


def look(path: Path, delimiter: str | None = None, *, counts_records: bool = False) -> Look:
    """Read the file once; say what it is.

    The records are only counted where that is asked for, and the delimiter is said.

    UserError if it is missing, a folder, a pipe, empty, no text, written in several encodings, or
    has a line or a number of columns that no table has.
    """
    check_regular(path)
    try:
        with path.open("rb") as file:
            counted = (delimiter or "").encode() if counts_records else b""
            found, several = _look(path, file, counted)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise UserError(f"{path}: this is a folder, not a file.") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}).") from None
    lines = text_lines(path, found)
    first = next(lines, "")
    said = _SEP.fullmatch(first)
    if said:
        found = replace(found, delimiter=delimiter or said[1], skip=1)
        first = next(lines, "")
    else:
        found = replace(found, delimiter=delimiter or _likely_delimiter(path, found))
    if first.count(found.delimiter) >= MOST_COLUMNS:
        raise UserError(
            f"{path}: its first line has {first.count(found.delimiter) + 1:,} columns, and no "
            f"list or table has more than {MOST_COLUMNS:,}."
        )
    if found.records is not None and several and _has_swallowed(path, found, several):
        found = replace(found, records=None, delimiters=None)
    return found


def text_lines(path: Path, found: Look) -> Iterator[str]:
    """Yield the lines with their ends, as decoded; UserError where a byte has no meaning."""
    line = 0
    with path.open(encoding=found.encoding, newline="") as file:
        try:
            for text in file:
                line += 1
                yield text
        except UnicodeDecodeError as error:
            raise UserError(
                f"{path}, after line {line}: this is not {found.encoding.upper()} text "
                f"({error.reason}). Save the file as CSV UTF-8."
            ) from None


def records(path: Path, found: Look, counts: Collection[int] = ()) -> Iterator[Record | Damaged]:
    """Yield the file's records in order; blank lines are none. Every other line is in one of them.

    A record with a number of fields that is not among `counts` (if given), or that no table has,
    is damaged.

    Where quotation marks do not close, or enclose whole rows (`RowShape.is_swallowing`), the line
    that opens them is read by itself, and reading goes on with the next: it is a record if there
    is exactly one reading of it, with the mark as part of a value, else damaged. UserError if more
    than `MOST_DAMAGED` lines are damaged so.
    """
    source = _Lines(text_lines(path, found), found.skip)
    reader = strict_reader(source, found.delimiter)
    rows = _RowsOf(path, found, counts)
    damaged = 0
    while True:
        source.begin()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if source.is_one_line_too_long(error):
                why = f"it has a value of more than {LONGEST_VALUE:,} characters"
                yield Damaged(source.first, why, source.text())
                continue
            alone = rows.alone(source, swallowed=0)
            damaged += isinstance(alone, Damaged)
            if damaged > MOST_DAMAGED:
                raise UserError(
                    f"{path}, line {source.first}: this is the {damaged:,}th line whose quotation "
                    f"marks do not fit. Is the delimiter {_named(found.delimiter)}?"
                ) from None
            yield alone
            continue
        if fields:
            yield rows.record(source, fields)


def padded_records(
    path: Path, found: Look, counts: Collection[int], *, may_be_short: bool = True
) -> Iterator[Record | Damaged]:
    """Yield the file's records as `records`, with `RowShape.padded` for those that need it."""
    shape: RowShape | None = None
    after: Iterator[Record | Damaged]
    entries, after = tee(records(path, found, counts))
    next(after, None)
    for entry in entries:
        following = next(after, None)
        if isinstance(entry, Record) or not entry.fields:
            yield entry
            continue
        shape = shape or row_shape(path, found, counts)
        is_short = len(entry.fields) < min(counts, default=0)
        fields = (
            None
            if is_short and not may_be_short
            else shape.padded(entry.text, list(entry.fields), _text_of(following, found.delimiter))
        )
        yield entry if fields is None else Record(entry.line, fields, is_padded=True)


def _text_of(entry: Record | Damaged | None, delimiter: str) -> str:
    if entry is None:
        return ""
    return delimiter.join(entry.fields) if isinstance(entry, Record) else entry.text


class _RowsOf:
    """Judges what the csv reader takes for a record by what the file's other rows look like."""

    def __init__(self, path: Path, found: Look, counts: Collection[int]) -> None:
        self._path = path
        self._found = found
        self._counts = frozenset(counts)
        self._shapes: dict[int, RowShape] = {}
        self._continues = 0
        """The line whose quotation mark is not closed, as long as nothing but its text follows."""

    def shape(self, likely: int = 0) -> RowShape:
        """What a row looks like: learned when it is first asked for, from the file's beginning.

        Where nothing says how many fields it has, it is as many as are `likely`, if any row has.
        """
        if likely not in self._shapes:
            found = row_shape(self._path, self._found, self._counts, likely)
            self._shapes[likely] = found
        return self._shapes[likely]

    def record(self, source: _Lines, fields: list[str]) -> Record | Damaged:
        """Take a record of the reader's, or the first of its lines alone if it holds rows."""
        line, lines = source.first, source.lines()
        if self._found.has_nul and any("\0" in field for field in fields):
            return Damaged(line, "there is a NUL byte in it", source.text())
        if len(lines) > 1 and self.shape(len(fields)).is_swallowing(lines, len(fields)):
            return self.alone(source, swallowed=len(lines) - 1)
        if len(fields) > MOST_COLUMNS:
            return Damaged(line, f"it has {len(fields):,} fields", source.text()[:_SAMPLE])
        is_open = self._continues and len(lines) == 1 and lines[0].count('"') % 2
        if is_open and not self.shape().fits(lines[0]):
            why = f"it seems to belong to line {self._continues}, whose quotation mark is open"
            return Damaged(line, why, source.text())
        if not self._counts or len(fields) in self._counts:
            self._continues = 0
            return Record(line, fields)
        why = f"it has {len(fields)} fields, not {' or '.join(map(str, sorted(self._counts)))}"
        return Damaged(line, why, source.text(), tuple(fields))

    def alone(self, source: _Lines, swallowed: int) -> Record | Damaged:
        """Take the first line by itself, and hand the others back."""
        line, text = source.hand_back()
        fields = self.shape().fields_of(text)
        if fields is not None and "\0" not in text:
            return Record(line, fields, swallowed, is_alone=True)
        self._continues = line
        why = "a quotation mark is not closed"
        if swallowed:
            why += f", or only {swallowed:,} lines below, after rows of their own"
        return Damaged(line, why, text)


def row_shape(path: Path, found: Look, counts: Collection[int] = (), likely: int = 0) -> RowShape:
    """Return what the rows of a file look like; `counts` are the numbers of fields they may have.

    Without `counts`, rows have as many fields as is `likely`, or as most of the first ones.
    """
    lines: list[str] = []
    for number, line in enumerate(text_lines(path, found)):
        if number >= found.skip and len(line) <= _SAMPLE:
            lines.append(line)
        if len(lines) == SAMPLE:
            break
    sample = sample_rows(lines, found.delimiter)
    return shape_of_rows(sample, found.delimiter, counts, likely)


def strict_reader(lines: Iterable[str], delimiter: str = ",") -> Iterator[list[str]]:
    """Give Python's csv reader that tells what is no CSV; it takes values of LONGEST_VALUE."""
    csv.field_size_limit(LONGEST_VALUE)  # each time: it is the whole process's, and others set it
    return csv.reader(lines, delimiter=delimiter, strict=True)


def read_records(path: Path, delimiter: str | None = None) -> tuple[list[Record], list[Damaged]]:
    """Read a whole hand-made list: its records, and what is none. For small files."""
    good: list[Record] = []
    damaged: list[Damaged] = []
    for record in records(path, look(path, delimiter)):
        if isinstance(record, Record):
            good.append(record)
        else:
            damaged.append(record)
    return good, damaged


class _Lines:
    """Lines for the csv reader that can be handed back, so that one bad quote costs one line.

    The reader is given `MOST_LINES` for one record: with more, its quotation mark is not closed.
    """

    def __init__(self, lines: Iterator[str], skip: int) -> None:
        self._lines = lines
        self._back: list[str] = []
        self._taken: list[str] = []
        self._number = 0
        self.first = 0
        for _ in range(skip):
            next(self._lines, None)
            self._number += 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._taken) == MOST_LINES:
            raise StopIteration
        line = self._back.pop() if self._back else next(self._lines)
        self._number += 1
        self._taken.append(line)
        return line

    def begin(self) -> None:
        """A record begins here."""
        self._taken.clear()
        self.first = self._number + 1

    def text(self) -> str:
        """What was taken since."""
        return "".join(self._taken).rstrip("\r\n")

    def lines(self) -> list[str]:
        """Return the lines that were taken since, without their ends."""
        return [line.rstrip("\r\n") for line in self._taken]

    def is_one_line_too_long(self, error: csv.Error) -> bool:
        """Return whether what the reader stopped at is a long value, and no open quotation mark."""
        one_line = len(self._taken) == 1 and self._taken[0].count('"') % 2 == 0
        return one_line and "field limit" in str(error)

    def hand_back(self) -> tuple[int, str]:
        """Return number and text of the first line that was taken since; give the others back."""
        first, *others = self._taken
        self._number -= len(others)
        self._back.extend(reversed(others))
        return self.first, first.rstrip("\r\n")


def _look(path: Path, file: io.BufferedReader, delimiter: bytes) -> tuple[Look, Sequence[int]]:
    """Read the whole file; and say where records of several lines begin, if they were counted."""
    start = file.read(_SAMPLE)
    if not start.strip():
        raise UserError(f"{path}: this file is empty.")
    for magic, what in _BINARY.items():
        if start.startswith(magic):
            raise UserError(f"{path}: this is {what}, not a text file such as CSV.")
    encoding = _by_mark(start)
    if encoding is None and b"\0" in start:
        raise UserError(f"{path}: this is not a text file (it holds NUL bytes).")
    decoder = codecs.getincrementaldecoder("utf-8")() if encoding in {None, "utf-8-sig"} else None
    file.seek(0)
    quotes = nul = returns = False
    ends = RecordEnds(delimiter) if len(delimiter) == 1 else None
    mark = len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0
    is_utf8, size, feeds = True, 0, 0
    last: Chunk = b""
    line = 0  # bytes since the last end of a line
    for chunk in pieces(file):
        size += len(chunk)
        line = _open_line(path, chunk, line, feeds + 1)
        quotes = quotes or b'"' in chunk
        nul = nul or b"\0" in chunk
        returns = returns or b"\r" in chunk
        more = count_byte(chunk, b"\n")
        feeds += more
        if ends is not None and (text := chunk[mark:] if mark else chunk):
            ends.add(text, more)
        mark = max(0, mark - len(chunk))
        last = chunk[-1:]
        if decoder is not None and is_utf8:
            is_utf8 = _decodes(decoder, chunk)
    if decoder is not None and is_utf8:
        is_utf8 = _decodes(decoder, b"", final=True)
    if not is_utf8:
        encoding = _windows(path, file)
    records, between = (None if ends is None or nul else ends.found()) or (None, None)
    found = Look(
        size=size,
        encoding=encoding or "utf-8",
        delimiter=",",
        skip=0,
        has_quotes=quotes,
        has_nul=nul,
        has_returns=returns,
        lines=feeds + (last != b"\n"),
        records=records,
        delimiters=between,
    )
    return found, () if ends is None else ends.several


def _has_swallowed(path: Path, found: Look, several: Sequence[int]) -> bool:
    """Return whether one of the records that begin at these bytes holds rows of their own."""
    shape = row_shape(path, found)
    delimiter = found.delimiter.encode()
    needed = min(shape.widths, default=1) - 1
    mark = len(codecs.BOM_UTF8) if found.encoding == "utf-8-sig" else 0
    with path.open("rb") as file:
        for at in several:
            file.seek(at + mark)
            lines = record_at(file)
            if lines is None:
                return True
            # Nearly all are text whose last line has fewer delimiters than a row.
            if len(lines) <= CERTAINLY_ROWS and lines[-1].count(delimiter) < needed:
                continue
            # Its fields are as many as they should be: else the whole file is read with care.
            texts = [line.decode("utf-8", "replace") for line in lines]
            if shape.is_swallowing(texts, needed + 1):
                return True
    return False


def record_at(file: BinaryIO) -> list[bytes] | None:
    """Read the lines of the record that begins here, without their ends; None if it never ends.

    As `MOST_LINES` and `LONGEST_LINE` bound a record.
    """
    lines: list[bytes] = []
    marks = size = 0
    for line in file:
        lines.append(line.rstrip(b"\r\n"))
        marks += line.count(b'"')
        size += len(line)
        if marks % 2 == 0:
            return lines
        if len(lines) == MOST_LINES or size > LONGEST_LINE:
            break
    return None


def _open_line(path: Path, chunk: Chunk, before: int, number: int) -> int:
    """Return how long the last line is that the chunk leaves open; UserError if one is too long."""
    ends = [place for place in (chunk.find(b"\n"), chunk.find(b"\r")) if place >= 0]
    longest = before + (min(ends) if ends else len(chunk))
    if longest > LONGEST_LINE:
        raise UserError(
            f"{path}, line {number:,}: this line is longer than {LONGEST_LINE // 1024**2} MB, "
            "as in no list or table. Export it again, as CSV."
        )
    if not ends:
        return longest
    return len(chunk) - 1 - max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))


def _by_mark(start: bytes) -> str | None:
    """Return the encoding by its byte order mark, or by every second byte being NUL."""
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for first, name in ((0, "utf-16-be"), (1, "utf-16-le")):
        half = start[first::2]
        if len(start) >= 4 and half.count(0) > 0.4 * len(half) and start.count(0) <= len(half):
            return name
    return None


def _decodes(decoder: codecs.IncrementalDecoder, chunk: Chunk, *, final: bool = False) -> bool:
    if not final and chunk.isascii() and not decoder.getstate()[0]:
        return True  # several times as fast as decoding, and true of most chunks
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _windows(path: Path, file: io.BufferedReader) -> str:
    """Return whether a file that is not UTF-8 is Windows-1252 throughout, and not a mixture.

    Some letters of Windows-1252 side by side look like UTF-8 by chance (É and a closing quote);
    one line in fifty is let pass for that.
    """
    file.seek(0)
    as_utf8 = as_windows = 0
    first_windows = 0
    for number, line in enumerate(file, 1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            as_utf8 += 1
        except UnicodeDecodeError:
            as_windows += 1
            first_windows = first_windows or number
    if as_utf8 * 50 > as_windows:
        raise UserError(
            f"{path}, line {first_windows}: this file is written in two encodings: that line is "
            f"not UTF-8, but others are ({as_utf8:,}). Export it again, or save it as CSV UTF-8."
        )
    return "cp1252"


def _likely_delimiter(path: Path, found: Look) -> str:
    """Return the delimiter that cuts most of the first lines into the same number of fields."""
    lines: list[str] = []
    for line in text_lines(path, found):
        lines.append(line[:_SAMPLE])
        if len(lines) == 50:
            break
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        counts = Counter(len(fields) for fields in _fields(lines, delimiter) if fields)
        counts.pop(1, None)
        if counts:
            fields, times = max(counts.items(), key=lambda item: (item[1], item[0]))
            score = (float(times), fields)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _fields(lines: Iterable[str], delimiter: str) -> list[list[str]]:
    found: list[list[str]] = []
    try:
        found.extend(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return found
    return found


def _named(delimiter: str) -> str:
    return "a tab" if delimiter == "\t" else f'"{delimiter}"'

"""Reading delimited text: its encoding, its delimiter, and its records with line numbers.

For hand-made lists and for files that need strict reading. Nothing is padded, cut or guessed:
a record is returned with the fields in the file and the line on which it begins, and what cannot
be read as a record is returned as `Damaged`. Large tables are read by polars (scan.py), after the
file was sniffed here.
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

from recordpick.csvio.quoting import Chunk, RecordEnds, count_byte, pieces
from recordpick.csvio.row_shape import (
    CERTAINLY_ROWS,
    MOST_LINES,
    SAMPLE,
    RowShape,
    sample_rows,
    shape_of_rows,
)
from recordpick.errors import UserError
from recordpick.os_errors import words_of
from recordpick.regular_files import check_regular, is_folder_error

DELIMITERS = (",", ";", "\t", "|")
"""The delimiters recognised, most usual first."""

MOST_DAMAGED = 1000
"""After so many lines with unclosed quotation marks, the file is considered something else."""

LONGEST_LINE = 16 * 1024**2
"""Bytes of a line. The longest entries of a record have a few hundred thousand. Checked before
anything reads a whole line into memory: a file may be one line of gigabytes."""

LONGEST_VALUE = 1024**2
"""Characters of one value of a record. Python's own limit is an eighth of this, and scanned letters
are longer. Without a limit, an unclosed quotation mark would have the rest of the file read as one
value, again for each such mark."""

MOST_COLUMNS = 16_384
"""As many columns as a spreadsheet can have."""

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
class CsvProfile:
    """The profile of a file, found by scanning the whole of it once."""

    size: int
    encoding: str
    """Python's name: utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be or cp1252."""
    delimiter: str
    skip: int
    """Lines above the first record that only declare the delimiter (`sep=;`): 0 or 1."""
    has_quotes: bool
    has_nul: bool
    has_returns: bool
    lines: int
    """The number of lines, with or without a line feed at the end of the last one."""
    records: int | None = None
    """The number of records, if they were counted and the file is simple (quoting.py)."""
    delimiters: int | None = None
    """The number of delimiters between their fields, under the same condition."""


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of one record, and the line on which it begins (from 1)."""

    line: int
    fields: list[str]
    swallowed: int = 0
    """How many further lines its quotation marks would enclose: rows, which are read as rows."""
    has_stray_mark: bool = False
    """Whether an unmatched quotation mark was read as part of a value."""
    may_hold: int = 0
    """The number of its lines, if a quoted value spans them and they may be rows."""
    is_padded: bool = False
    """Whether surplus empty fields were removed, or missing last ones added as empty."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """Text that is not a record: the line on which it begins, the reason, and the text."""

    line: int
    why: str
    text: str
    fields: tuple[str, ...] = ()
    """Its fields, if only their number is wrong."""


def sniff(path: Path, delimiter: str | None = None, *, counts_records: bool = False) -> CsvProfile:
    """Scan the file once and return its profile.

    Records are counted only with `counts_records` and a given delimiter.

    UserError if the file is missing, a folder, a pipe, empty, not text, written in several
    encodings, or has a line too long or too many columns for a table.
    """
    check_regular(path)
    try:
        with path.open("rb") as file:
            counted = (delimiter or "").encode() if counts_records else b""
            found, several = _sniff(path, file, counted)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file.") from None
    except OSError as error:
        if is_folder_error(error, path):
            raise UserError(f"{path}: this is a folder, not a file.") from None
        raise UserError(f"{path}: cannot be read ({words_of(error)}).") from None
    lines = text_lines(path, found)
    first = next(lines, "")
    declared = _SEP.fullmatch(first)
    if declared:
        found = replace(found, delimiter=delimiter or declared[1], skip=1)
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


def text_lines(path: Path, found: CsvProfile) -> Iterator[str]:
    """Yield the decoded lines with their ends; UserError where a byte cannot be decoded."""
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


def records(
    path: Path, found: CsvProfile, counts: Collection[int] = ()
) -> Iterator[Record | Damaged]:
    """Yield the file's records in order, without blank lines. Every other line is in one of them.

    A record with a number of fields that is not among `counts` (if given), or is larger than any
    table has, is damaged.

    If quotation marks do not close, or enclose whole rows (`RowShape.is_swallowing`), the line
    that opens them is read by itself, and reading continues with the next: it is a record if it
    can be read in exactly one way, with the mark as part of a value, otherwise it is damaged.
    UserError if more than `MOST_DAMAGED` lines are damaged in this way.
    """
    source = _Lines(text_lines(path, found), found.skip)
    reader = strict_reader(source, found.delimiter)
    rows = _RowChecker(path, found, counts)
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
            first_line = rows.first_line(source, swallowed=0)
            damaged += isinstance(first_line, Damaged)
            if damaged > MOST_DAMAGED:
                raise UserError(
                    f"{path}, line {source.first}: this is the {damaged:,}th line whose quotation "
                    f"marks do not match. Is the delimiter {_name_of(found.delimiter)}?"
                ) from None
            yield first_line
            continue
        if fields:
            yield rows.record(source, fields)


def padded_records(
    path: Path, found: CsvProfile, counts: Collection[int], *, may_be_short: bool = True
) -> Iterator[Record | Damaged]:
    """Yield the file's records as `records` does, with `RowShape.padded` for those that need it."""
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


class _RowChecker:
    """Checks each record of the csv reader against the shape of the file's other rows."""

    def __init__(self, path: Path, found: CsvProfile, counts: Collection[int]) -> None:
        self._path = path
        self._found = found
        self._counts = frozenset(counts)
        self._shapes: dict[int, RowShape] = {}
        self._continues = 0
        """The line with an unclosed quotation mark, as long as only its text follows."""

    def shape(self, likely: int = 0) -> RowShape:
        """Return the shape of a row: learned on first use, from the beginning of the file.

        If nothing says how many fields rows have, `likely` is taken, provided that some row has so
        many.
        """
        if likely not in self._shapes:
            found = row_shape(self._path, self._found, self._counts, likely)
            self._shapes[likely] = found
        return self._shapes[likely]

    def record(self, source: _Lines, fields: list[str]) -> Record | Damaged:
        """Return the reader's record, or only the first of its lines if it contains rows."""
        line, lines = source.first, source.lines()
        if self._found.has_nul and any("\0" in field for field in fields):
            return Damaged(line, "there is a NUL byte in it", source.text())
        may_hold = 0
        if len(lines) > 1:
            shape = self.shape(len(fields))
            if shape.is_swallowing(lines, len(fields)):
                return self.first_line(source, swallowed=len(lines) - 1)
            may_hold = len(lines) * shape.may_be_swallowing(lines, len(fields))
        if len(fields) > MOST_COLUMNS:
            return Damaged(line, f"it has {len(fields):,} fields", source.text()[:_SAMPLE])
        is_open = self._continues and len(lines) == 1 and lines[0].count('"') % 2
        if is_open and not self.shape().fits(lines[0]):
            why = (
                f"it seems to belong to line {self._continues}, whose quotation mark is not closed"
            )
            return Damaged(line, why, source.text())
        if not self._counts or len(fields) in self._counts:
            self._continues = 0
            return Record(line, fields, may_hold=may_hold)
        why = f"it has {len(fields)} fields, not {' or '.join(map(str, sorted(self._counts)))}"
        return Damaged(line, why, source.text(), tuple(fields))

    def first_line(self, source: _Lines, swallowed: int) -> Record | Damaged:
        """Return the first line by itself, and hand the others back to be read again."""
        line, text = source.hand_back()
        fields = self.shape().fields_of(text)
        if fields is not None and "\0" not in text:
            return Record(line, fields, swallowed, has_stray_mark=True)
        self._continues = line
        why = "a quotation mark is not closed"
        if swallowed:
            why += f", or only {swallowed:,} lines further down, after other rows"
        return Damaged(line, why, text)


def row_shape(
    path: Path, found: CsvProfile, counts: Collection[int] = (), likely: int = 0
) -> RowShape:
    """Return the shape of a file's rows; `counts` are the numbers of fields they may have.

    Without `counts`, rows have `likely` many fields, or as many as most of the first ones.
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
    """Return Python's csv reader in strict mode; it accepts values of LONGEST_VALUE."""
    csv.field_size_limit(LONGEST_VALUE)  # each time: it is global to the process, and others set it
    return csv.reader(lines, delimiter=delimiter, strict=True)


def read_records(path: Path, delimiter: str | None = None) -> tuple[list[Record], list[Damaged]]:
    """Return the records of a whole hand-made list, and its damaged text. For small files."""
    good: list[Record] = []
    damaged: list[Damaged] = []
    for record in records(path, sniff(path, delimiter)):
        if isinstance(record, Record):
            good.append(record)
        else:
            damaged.append(record)
    return good, damaged


class _Lines:
    """Lines for the csv reader that can be handed back, so that one bad quote costs one line.

    The reader gets at most `MOST_LINES` for one record: beyond that, its quote is not closed.
    """

    def __init__(self, lines: Iterator[str], skip: int) -> None:
        self._lines = lines
        self._handed_back: list[str] = []
        self._read: list[str] = []
        self._number = 0
        self.first = 0
        for _ in range(skip):
            next(self._lines, None)
            self._number += 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._read) == MOST_LINES:
            raise StopIteration
        line = self._handed_back.pop() if self._handed_back else next(self._lines)
        self._number += 1
        self._read.append(line)
        return line

    def begin(self) -> None:
        """Start a new record."""
        self._read.clear()
        self.first = self._number + 1

    def text(self) -> str:
        """Return the text read since `begin`."""
        return "".join(self._read).rstrip("\r\n")

    def lines(self) -> list[str]:
        """Return the lines read since `begin`, without their ends."""
        return [line.rstrip("\r\n") for line in self._read]

    def is_one_line_too_long(self, error: csv.Error) -> bool:
        """Return whether the reader stopped at a long value, not at an open quotation mark."""
        one_line = len(self._read) == 1 and self._read[0].count('"') % 2 == 0
        return one_line and "field limit" in str(error)

    def hand_back(self) -> tuple[int, str]:
        """Return number and text of the first line read since `begin`; hand the others back."""
        first, *others = self._read
        self._number -= len(others)
        self._handed_back.extend(reversed(others))
        return self.first, first.rstrip("\r\n")


def _sniff(
    path: Path, file: io.BufferedReader, delimiter: bytes
) -> tuple[CsvProfile, Sequence[int]]:
    """Return the profile, and the offsets of multi-line records if records were counted."""
    start = file.read(_SAMPLE)
    if not start.strip():
        raise UserError(f"{path}: this file is empty.")
    for magic, what in _BINARY.items():
        if start.startswith(magic):
            raise UserError(f"{path}: this is {what}, not a text file such as CSV.")
    encoding = _encoding_of(start)
    if encoding is None and b"\0" in start:
        raise UserError(f"{path}: this is not a text file (it contains NUL bytes).")
    decoder = codecs.getincrementaldecoder("utf-8")() if encoding in {None, "utf-8-sig"} else None
    file.seek(0)
    quotes = nul = returns = False
    ends = RecordEnds(delimiter) if len(delimiter) == 1 else None
    mark = len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0
    is_utf8, size, feeds = True, 0, 0
    last: Chunk = b""
    line = 0  # bytes since the last line end
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
        encoding = _check_windows(path, file)
    records, between = (None if ends is None or nul else ends.found()) or (None, None)
    found = CsvProfile(
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
    return found, () if ends is None else ends.multiline


def _has_swallowed(path: Path, found: CsvProfile, several: Sequence[int]) -> bool:
    """Return whether one of the records at these offsets contains other rows, or may do so."""
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
            # Its number of fields is right: otherwise the whole file is read strictly.
            texts = [line.decode("utf-8", "replace") for line in lines]
            width = needed + 1
            if shape.is_swallowing(texts, width) or shape.may_be_swallowing(texts, width):
                return True
    return False


def record_at(file: BinaryIO) -> list[bytes] | None:
    """Return the lines of the record that begins here, without line ends; None if unterminated.

    `MOST_LINES` and `LONGEST_LINE` are the limits of a record.
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
    """Return the length of the line that the chunk leaves open; UserError if one is too long."""
    ends = [place for place in (chunk.find(b"\n"), chunk.find(b"\r")) if place >= 0]
    longest = before + (min(ends) if ends else len(chunk))
    if longest > LONGEST_LINE:
        raise UserError(
            f"{path}, line {number:,}: this line is longer than {LONGEST_LINE // 1024**2} MB, "
            "longer than in any list or table. Export it again, as CSV."
        )
    if not ends:
        return longest
    return len(chunk) - 1 - max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))


def _encoding_of(start: bytes) -> str | None:
    """Return the encoding, from its byte order mark or because every second byte is NUL."""
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
        return True  # several times faster than decoding, and true of most chunks
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _check_windows(path: Path, file: io.BufferedReader) -> str:
    """Return "cp1252" for a file that is not UTF-8; UserError if it mixes the two.

    Some adjacent Windows-1252 letters look like UTF-8 by chance (É and a closing quote), so one
    such line in fifty is accepted.
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


def _likely_delimiter(path: Path, found: CsvProfile) -> str:
    """Return the delimiter that splits most of the first lines into the same number of fields."""
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


def _name_of(delimiter: str) -> str:
    return "a tab" if delimiter == "\t" else f'"{delimiter}"'

"""The shape of a delimited file's rows, to recognise rows that quotation marks have swallowed.

A quotation mark that belongs to a value (an inch mark, say) opens a quoted value for every reader
of CSV. The next such mark, thousands of lines later, closes it, and the lines between them become
one value. Text with line breaks in quotation marks looks the same, so the lines of such a value are
compared with the other rows of the file: `RowShape.is_swallowing`.
docs/practice-index.md ("Quotation marks") describes the rule for people.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

_NEARLY_ALL = 0.9
_FEW = 2
"""So few rows, with the header, do not show a shape."""
_SAMPLE = 200
"""The number of lines of a value that are examined: more would show the same."""
_SEVERAL = 3
CERTAINLY_ROWS = 20
"""This many lines like rows are rows, whatever the first and the last line look like."""
_MOST_READINGS = 256
"""The most ways to read one line; with more, the line is not read."""

SAMPLE = 500
"""Lines from which the shape of a file's rows is learned."""

MOST_LINES = 2000
"""The most lines of one record; more mean a quotation mark that is not closed."""

_DIGITS = re.compile(r"[+-]?[0-9]+")
_HAS_DIGIT = re.compile(r"\S*[0-9]\S*")
_MANY_QUOTED = re.compile(r'"(?:[^"]|"")*"')


@dataclass(frozen=True)
class RowShape:
    """The shape of a file's rows: how many fields, and what their columns hold.

    `filled` are the columns that nearly every row fills, `kinds` those of which nearly every value
    is a number, or one word with a digit in it (a date, a code, an identifier).
    """

    delimiter: str
    widths: frozenset[int]
    """Numbers of fields that a row may have; empty if nothing is known."""
    filled: frozenset[int] = frozenset()
    kinds: tuple[tuple[int, str], ...] = ()
    has_blanks: bool = True
    """Whether there are rows whose values begin with a blank, as prose does after a comma."""
    is_quoted: bool = False
    """Whether all values are in quotation marks."""
    extra: int = 0
    """How many empty fields most rows have beyond their columns, such as a delimiter at the end."""

    def fits(self, line: str) -> bool:
        """Return whether a line looks like a row of the file."""
        if self.is_quoted and not _all_quoted(self.delimiter).fullmatch(line):
            return False
        fields = self.fields_of(line) or []
        if not any(map(_has_content, fields)):
            return False
        if not self.has_blanks and _is_prose(fields):
            return False
        empty = sum(
            not fields[position].strip() for position in self.filled if position < len(fields)
        )
        same = [
            _kind(fields[position]) == kind
            for position, kind in self.kinds
            if position < len(fields)
        ]
        return 2 * empty <= len(self.filled) and (not same or 2 * sum(same) > len(same))

    def fields_of(self, line: str) -> list[str] | None:
        """Return the fields of a line read by itself; None unless there is exactly one reading.

        A quotation mark that does not enclose a whole value belongs to the value.
        """
        if '"' not in line:
            plain = line.split(self.delimiter)
            return plain if self._is_width(len(plain)) else None
        found: list[list[str]] = []
        for fields in _readings(line, self.delimiter):
            if fields is None:
                return None
            if self._is_width(len(fields)) and fields not in found:
                found.append(fields)
        return found[0] if len(found) == 1 else None

    def is_swallowing(self, lines: Sequence[str], width: int) -> bool:
        """Return whether lines that quotation marks make one record contain other rows.

        True if the last line, and most of those between, look like rows: text of several lines
        very seldom has as many delimiters in each line as the table has, and values of the same
        kinds between them. If there is only one more line, the first must also have as many
        fields as a row. `width` is the number of fields they have as one record: if no row has
        that number, their number of fields is enough for lines to look like rows.
        """
        looks_like_row = self.fits if self._is_width(width) else self._has_width
        return self._are_rows(lines, looks_like_row)

    def may_be_swallowing(self, lines: Sequence[str], width: int) -> bool:
        """Return whether lines that `is_swallowing` considers one record could still be rows.

        True if they have as many fields as rows, and only the content of the fields indicates
        text. That is not certain, so the reader that keeps the record reports it.
        """
        return self._is_width(width) and self._are_rows(lines, self._has_width)

    def _are_rows(self, lines: Sequence[str], looks_like_row: Callable[[str], bool]) -> bool:
        """Return whether the last line, and most of those between, look like rows."""
        others = [line for line in lines[1:] if line.strip()]
        if not others or not self.widths:
            return False
        looked = others[:_SAMPLE]
        like_rows = sum(map(looks_like_row, looked))
        if 2 * like_rows <= len(looked):
            return False
        if like_rows >= CERTAINLY_ROWS:
            return True
        ends_in_row = looks_like_row(others[-1]) or (
            (like_rows >= _SEVERAL or self.widths == {1})  # no text fills a table of one column
            and self.fields_of(others[-1]) is not None
        )
        first_is_odd = self.fields_of(lines[0]) is None and '""' not in lines[0]
        return ends_in_row and (like_rows > 1 or not first_is_odd)

    def padded(self, line: str, fields: list[str], after: str) -> list[str] | None:
        """Return a row's fields without surplus empty ones, or with missing last ones as empty.

        `after` is the next line. None if that is not possible: the row has too many values; it may
        be the beginning or the rest of a row with a line break in it (its values, or the next
        line's, are not of the columns' kinds); or its quotation marks can be read in another way.
        """
        if len(self.widths) != 1:
            return None
        (width,) = self.widths
        if len(fields) > width:
            return self._without_extra(fields, width)
        if not self._begins_like_row(fields, strictly=True) or ('"' in line and self.fits(line)):
            return None
        row = [*fields, *[""] * (width - len(fields))]
        lost = ([*fields[:position], None, *fields[position:]] for position in range(len(fields)))
        if any(self._fits_otherwise(other, row) for other in lost):
            return None
        rest = after.split(self.delimiter)
        if after.strip() and len(rest) < width and not self._begins_like_row(rest):
            return None
        return row

    def _without_extra(self, fields: list[str], width: int) -> list[str] | None:
        """Return a row's fields without surplus empty ones; None if another may be the surplus.

        A surplus field in the middle moves the others by one. If the last value is empty, that
        looks the same as a surplus empty field at the end.
        """
        row = fields[:width]
        if any(map(str.strip, fields[width:])):
            return None
        is_row = sum(bool(field.strip()) for field in fields) > 1
        if not (is_row or self._begins_like_row(row, strictly=True)):
            return None
        is_usual = len(fields) == width + self.extra
        is_last_there = width - 1 in self.filled and row[-1].strip()
        if is_usual or is_last_there or not self.kinds:
            return row
        added = ([*fields[:position], *fields[position + 1 :]][:width] for position in range(width))
        if not self._begins_like_row(row, strictly=True) or any(
            self._fits_otherwise(other, row) for other in added
        ):
            return None
        return row

    def _fits_otherwise(self, other: Sequence[str | None], row: Sequence[str]) -> bool:
        """Return whether a row could also be read in another way that makes a difference.

        That is, with a value moved into a column of identifiers, dates or codes, or one that is
        never empty. None is a missing value, which may have been anything.
        """
        has_moved = False
        for position, kind in self.kinds:
            value = other[position] if position < len(other) else ""
            has_moved |= value is not None and value != row[position]
            if value is None or _kind(value.strip()) == kind:
                continue
            if value.strip() or position in self.filled:
                return False
        return has_moved or any(
            other[position] and not row[position].strip()
            for position in self.filled
            if position < len(other)
        )

    def _begins_like_row(self, fields: Sequence[str], *, strictly: bool = False) -> bool:
        """Return whether these may be the first fields of a row.

        If `strictly`, each of their values must be of its column's kind: if a field in the middle
        is missing, the values after it are not.
        """
        if len(fields) < min(2, *self.widths) or (0 in self.filled and not fields[0].strip()):
            return False
        values = [
            (fields[position].strip(), kind)
            for position, kind in self.kinds
            if position < len(fields)
        ]
        same = [_kind(value) == kind or (strictly and not value) for value, kind in values]
        return all(same) if strictly else not same or 2 * sum(same) > len(same)

    def _has_width(self, line: str) -> bool:
        """Return whether a line read by itself has as many fields as a row."""
        if self.is_quoted and not _all_quoted(self.delimiter).fullmatch(line):
            return False
        return any(map(_has_content, self.fields_of(line) or []))

    def _is_width(self, fields: int) -> bool:
        return fields in self.widths


def shape_of_rows(
    rows: Sequence[tuple[str, Sequence[str]]],
    delimiter: str,
    widths: Collection[int] = (),
    likely: int = 0,
) -> RowShape:
    """Learn the shape from rows: their text and their fields.

    The first with that width is considered a header. Without `widths`, rows have `likely` many
    fields, if any of them has, or as many as most of them.
    """
    single = [(text, fields) for text, fields in rows if "\n" not in text and "\r" not in text]
    counts = Counter(len(fields) for _, fields in single or rows)
    counts.pop(0, None)
    if not widths:
        if not counts:
            return RowShape(delimiter, frozenset())
        most = max(counts, key=lambda width: (counts[width], width))
        widths = {likely if counts[likely] else most}
    width = max(widths)
    fitting = [(text, fields) for text, fields in rows if len(fields) in widths]
    if len(fitting) <= _FEW:  # below a header, say, each row may have a delimiter at its end
        fitting = [
            (text, [*fields, *[""] * (width - len(fields))][:width])
            for text, fields in single
            if len(fields) in widths or (sum(map(bool, fields)) > 1 and not any(fields[width:]))
        ]
    whole = fitting[1:]
    extra = _usual_extra([fields for _, fields in single[1:]], width)
    has_blanks = any(_has_blanks(fields) for _, fields in fitting)
    quoted = sum(bool(_all_quoted(delimiter).fullmatch(text)) for text, _ in fitting)
    is_quoted = bool(fitting) and _is_nearly_all(quoted, len(fitting))
    if not whole or len(widths) > 1:
        return RowShape(
            delimiter,
            frozenset(widths),
            has_blanks=has_blanks,
            is_quoted=is_quoted,
            extra=extra,
        )
    filled = set()
    kinds: list[tuple[int, str]] = []
    for position in range(width if len(whole) > 1 else 1):  # one row's values say too much
        values = [fields[position] for _, fields in whole]
        if _is_nearly_all(sum(bool(value.strip()) for value in values), len(values)):
            filled.add(position)
            kind, times = Counter(map(_kind, values)).most_common(1)[0]
            if kind and _is_nearly_all(times, len(values)):
                kinds.append((position, kind))
    return RowShape(
        delimiter,
        frozenset(widths),
        frozenset(filled),
        tuple(kinds),
        has_blanks,
        is_quoted,
        extra,
    )


def _usual_extra(rows: Sequence[Sequence[str]], width: int) -> int:
    """Return how many empty fields beyond `width` most rows have."""
    ends = [len(fields) - width for fields in rows if not any(map(str.strip, fields[width:]))]
    extra, times = Counter(ends).most_common(1)[0] if ends else (0, 0)
    return extra if extra > 0 and 2 * times > len(rows) else 0


def _has_blanks(fields: Sequence[str]) -> bool:
    """Return whether a blank follows most of the delimiters before a value."""
    values = [field for field in fields[1:] if field.strip()]
    return bool(values) and 2 * sum(value.startswith(" ") for value in values) > len(values)


def _is_prose(fields: Sequence[str]) -> bool:
    """Return whether a blank follows most of the delimiters of a line, as in prose.

    Two delimiters in a row are not prose. Those at the end of the line are not counted: they may
    be the empty last cells of the record whose text ends in this line.
    """
    last = max((position for position, field in enumerate(fields) if field.strip()), default=0)
    blanks = sum(field.startswith(" ") for field in fields[1 : last + 1])
    return _has_blanks(fields) and 2 * blanks > last


def _has_content(field: str) -> bool:
    return any(map(str.isalnum, field))


def _is_nearly_all(some: int, whole: int) -> bool:
    return some >= _NEARLY_ALL * whole


@cache
def _all_quoted(delimiter: str) -> re.Pattern[str]:
    """Return the pattern of a line with all values quoted."""
    value = _MANY_QUOTED.pattern
    return re.compile(f"{value}(?:{re.escape(delimiter)}{value})*")


def _kind(value: str) -> str:
    """Return the kind of word that a value is: "" if it has no digit."""
    word = value.strip().strip('"')
    if _DIGITS.fullmatch(word):
        return "digits"
    return "word" if _HAS_DIGIT.fullmatch(word) else ""


def _readings(line: str, delimiter: str) -> Iterator[list[str] | None]:
    """Yield the ways to split a line into fields: each mark encloses a value, or is part of it.

    None in place of the rest if there are too many.
    """
    waiting: list[tuple[list[str], int]] = [([], 0)]
    for _ in range(_MOST_READINGS):
        if not waiting:
            return
        fields, at = waiting.pop()
        while at <= len(line):
            ways = list(_ways(line, at, delimiter))
            if not ways:
                break
            waiting += [([*fields, text], after) for text, after in ways[1:]]
            text, at = ways[0]
            fields.append(text)
        else:
            yield fields
    if waiting:
        yield None


def _ways(line: str, at: int, delimiter: str) -> Iterator[tuple[str, int]]:
    """Yield the field at an offset and where the next begins; two if that is ambiguous."""
    end = line.find(delimiter, at)
    end = len(line) if end < 0 else end
    plain = line[at:end]
    quoted = _MANY_QUOTED.match(line, at)
    if quoted and (quoted.end() == len(line) or line.startswith(delimiter, quoted.end())):
        yield quoted[0][1:-1].replace('""', '"'), quoted.end() + len(delimiter)
        if quoted.end() == end:
            return  # it encloses one value, and no delimiter
    if not plain.startswith('"') or plain.count('"') == 1:
        yield plain, end + len(delimiter)
    elif plain.count('"') == 3 and plain.endswith('"'):
        yield plain[1:-1], end + len(delimiter)  # it encloses a value with one mark in it


def sample_rows(lines: Sequence[str], delimiter: str) -> list[tuple[str, list[str]]]:
    """Return the records of some lines, text and fields, for `shape_of_rows`."""
    found: list[tuple[str, list[str]]] = []
    at = 0
    while at < len(lines):
        reader = csv.reader(iter(lines[at:]), delimiter=delimiter, strict=True)
        try:
            fields = next(reader, None)
        except csv.Error:
            at += 1
            continue
        after = at + max(1, reader.line_num)
        if fields:
            found.append(("".join(lines[at:after]).rstrip("\r\n"), fields))
        at = after
    return found

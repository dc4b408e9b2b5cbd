"""Which rows of a frame the records table shows and in which order: pure functions over polars.

Nothing here knows the screen, so that it may run in a thread. A row is named by its place in the
frame (UInt32), which never changes while the frame stays the same.

What the records table shows, and how it comes to be: plain values, whole or not at all.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, replace

import polars as pl

from recordpick.identifiers import nhs_digits, repair_number

_MARKS = re.compile(r"[\u0300-\u036f]")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})")
_RUN_TOGETHER = re.compile(r"(\d{2})(\d{2})(\d{4})")
_MONTH_NAMED = re.compile(r"(\d{1,2})[ \-]?([a-z]{3})[a-z]*[ \-,]*(\d{4}|\d{2})")


@dataclass(frozen=True, slots=True)
class Sort:
    """The column that orders the rows."""

    column: str
    descending: bool = False


def search_text(frame: pl.DataFrame) -> pl.Series:
    """Give, for each row, all its columns as one text to look in: small letters, no accents."""
    parts = [_as_text(name, dtype) for name, dtype in frame.schema.items()]
    if not parts:
        return pl.Series(dtype=pl.String)
    joined = pl.concat_str(parts, separator="\n", ignore_nulls=True)
    folded = joined.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    return frame.select(folded.str.replace_all("\u2019", "'", literal=True).alias("")).to_series()


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.Date:
        return column.dt.strftime("%d %b %Y")
    return column if dtype == pl.String else column.cast(pl.String)


def words_of(query: str) -> list[str]:
    """Give the words that a row must all hold, folded as the search text is.

    A patient number or NHS number is looked for as it is written there, however it was copied.
    """
    number = nhs_digits(query)
    query = number or repair_number(query)
    folded = _MARKS.sub("", unicodedata.normalize("NFKD", query.lower()))
    return folded.replace("\u2019", "'").split()


def date_of(query: str, today: dt.date) -> dt.date | None:
    """Read a date as people in England write it (5/4/51, 05.04.1951, 5 Apr 1951, 1951-04-05).

    None if the text is no date. A year of two digits is the last such year that is not after
    `today`.
    """
    text = query.strip().lower()
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
        return _date(year, month, day)
    if found := _DAY_FIRST.fullmatch(text) or _RUN_TOGETHER.fullmatch(text):
        day, month = int(found[1]), int(found[2])
        return _date(_year(found[3], today), month, day)
    if (found := _MONTH_NAMED.fullmatch(text)) and found[2] in _MONTHS:
        return _date(_year(found[3], today), _MONTHS[found[2]], int(found[1]))
    return None


def _year(text: str, today: dt.date) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return today.year // 100 * 100 + year - (100 if year > today.year % 100 else 0)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def ordered(frame: pl.DataFrame, sort: Sort | None) -> pl.Series:
    """Give the places (UInt32) of all rows in order of the sort, or of the frame without one.

    Texts are compared in small letters; equal rows stay in the order of the frame; rows without
    a value come last either way.
    """
    if sort is None or sort.column not in frame.columns:
        return pl.int_range(frame.height, dtype=pl.UInt32, eager=True)
    key = pl.col(sort.column)
    if frame.schema[sort.column] == pl.String:
        key = key.str.to_lowercase()
    by = pl.arg_sort_by(key, descending=sort.descending, nulls_last=True, maintain_order=True)
    return frame.select(by.cast(pl.UInt32).alias("place")).to_series()


_LONGEST_WORD = 4_000
"""Characters: no row of a list of patients has a word as long as that."""


def holding(
    frame: pl.DataFrame, search: pl.Series, query: str, order: pl.Series, today: dt.date
) -> pl.Series:
    """Give those places of `order` whose rows hold all words of the query.

    `search` is `search_text(frame)`. A query that is a date also finds every row whose
    `date_of_birth` is that day (`today` says what a year of two digits means).
    """
    words = tuple(dict.fromkeys(words_of(query)))
    if not words:
        return order
    if max(map(len, words)) > _LONGEST_WORD:  # polars refuses to look for very long ones
        return order.head(0)
    kept = pl.all_horizontal(pl.col("search").str.contains(word, literal=True) for word in words)
    look = [search.alias("search")]
    born = date_of(query, today)
    if born is not None and "date_of_birth" in frame.columns:
        look.append(frame["date_of_birth"])
        kept |= pl.col("date_of_birth").eq_missing(born)
    mask = pl.DataFrame(look).select(kept.alias("kept")).to_series()
    return order.filter(mask.gather(order))


def place_in(order: pl.Series, place: int | None) -> int | None:
    """Give the row on which that place of the frame stands, or None if it is not shown."""
    if place is None or not order.len():
        return None
    row = (order == place).arg_max()
    return row if row is not None and order[row] == place else None


def natural_widths(frame: pl.DataFrame, names: tuple[str, ...]) -> dict[str, int]:
    """Give how many characters the longest value of each column has."""
    here = [name for name in names if name in frame.columns]
    if not here or not frame.height:
        return dict.fromkeys(names, 0)
    longest = frame.select(
        _as_text(name, frame.schema[name]).str.len_chars().max().alias(name) for name in here
    ).row(0, named=True)
    return {name: longest.get(name) or 0 for name in names}


_BLOCK = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows to show for a question, and what need not be worked out again."""

    question: Question
    order: pl.Series
    sorted: pl.Series
    search: pl.Series | None


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows of the frame hold the query, in which order? Later questions have higher numbers.

    `sorted` and `search` are from an earlier answer about the same frame, where there was one.
    `ahead` makes the search text before anybody asks for it.
    """

    number: int
    frame: pl.DataFrame
    sort: Sort | None
    query: str
    sorted: pl.Series | None
    search: pl.Series | None
    today: dt.date
    ahead: bool = False

    def is_quick(self, many: int) -> bool:
        """Tell whether the answer takes no longer than painting; `many` rows take longer."""
        has_sorted = self.sort is None or self.sorted is not None
        has_search = self.search is not None or not self.query.strip()
        return self.frame.height < (10 * many if has_sorted and has_search else many)

    def answer(self) -> Answer:
        """Work it out. Safe in any thread."""
        sorted_ = self.sorted if self.sorted is not None else ordered(self.frame, self.sort)
        search, order = self.search, sorted_
        if search is None and (self.ahead or self.query.strip()):
            search = search_text(self.frame)
        if search is not None:
            order = holding(self.frame, search, self.query, sorted_, self.today)
        return Answer(self, order, sorted_, search)


class Arranger:
    """Keeps count of the questions, and what earlier answers about the same frame worked out."""

    def __init__(self, many: int) -> None:
        """From `many` rows on, what takes long is left to a thread."""
        self.many = many
        self.busy = False
        """Whether a thread is at work: what is asked meanwhile is asked again when it is done."""
        self._asked = 0
        self._frame: pl.DataFrame | None = None
        self._sorted: dict[Sort | None, pl.Series] = {}
        self._search: pl.Series | None = None

    def ask(self, frame: pl.DataFrame, sort: Sort | None, query: str) -> Question:
        """Put the newest question: answers to older ones no longer count."""
        if frame is not self._frame:
            self._frame, self._sorted, self._search = frame, {}, None
        self._asked += 1
        today = dt.datetime.now(tz=dt.UTC).date()
        return Question(
            self._asked, frame, sort, query, self._sorted.get(sort), self._search, today
        )

    def take(self, answer: Answer) -> bool:
        """Keep what an answer worked out; tell whether it is the answer to the newest question."""
        asked = answer.question
        if asked.frame is self._frame:
            self._sorted[asked.sort] = answer.sorted
            self._search = answer.search
        return asked.number == self._asked

    def ahead(self, question: Question) -> Question | None:
        """Give what may be worked out before it is asked for, or None."""
        if self.busy or question.number != self._asked or self._search is not None:
            return None
        return replace(question, ahead=True) if question.frame.height >= self.many else None


class View:
    """The rows that are shown: a frame and the places of its rows in order. Never changed.

    A frame without an order is not shown yet.
    """

    def __init__(self, frame: pl.DataFrame | None = None, order: pl.Series | None = None) -> None:
        """Take a frame in which each `patient_id` stands once."""
        self.frame = frame
        self.order = order
        self.height = 0 if order is None else order.len()
        self._blocks: dict[int, list[tuple[object, ...]]] = {}

    def place(self, row: int) -> int | None:
        """Give the place in the frame of what stands in that row."""
        if self.order is None or not 0 <= row < self.height:
            return None
        return int(self.order[row])

    def row(self, place: int | None) -> int | None:
        """Give the row in which that place of the frame is shown."""
        return None if self.order is None else place_in(self.order, place)

    def patient(self, row: int) -> str | None:
        """Give the patient_id of that row."""
        place = self.place(row)
        return None if place is None or self.frame is None else str(self.frame[place, "patient_id"])

    def patients(self, start: int, stop: int) -> list[str]:
        """Give the patient_ids of the rows from `start` up to `stop`."""
        if self.frame is None or self.order is None:
            return []
        places = self.order[max(start, 0) : max(stop, 0)]
        return [str(patient) for patient in self.frame["patient_id"].gather(places)]

    def values(self, row: int) -> tuple[object, ...]:
        """Give the values of that row, in the order of the frame's columns."""
        assert self.frame is not None
        assert self.order is not None
        number, within = divmod(row, _BLOCK)
        if number not in self._blocks:
            places = self.order[number * _BLOCK : (number + 1) * _BLOCK]
            if len(self._blocks) > 8:
                self._blocks.clear()
            self._blocks[number] = self.frame[places].rows()
        return self._blocks[number][within]


def place_of(frame: pl.DataFrame, patient_id: str | None) -> int | None:
    """Give the place of that patient in the frame, or None."""
    if patient_id is None or not frame.height:
        return None
    place = (frame["patient_id"] == patient_id).arg_max()
    return place if place is not None and frame[place, "patient_id"] == patient_id else None

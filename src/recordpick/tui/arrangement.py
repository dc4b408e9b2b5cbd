"""What the records table shows, and how it comes to be: plain values, whole or not at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from recordpick.tui import rows
from recordpick.tui.rows import Sort

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
        sorted_ = self.sorted if self.sorted is not None else rows.ordered(self.frame, self.sort)
        search, order = self.search, sorted_
        if search is None and (self.ahead or self.query.strip()):
            search = rows.search_text(self.frame)
        if search is not None:
            order = rows.holding(self.frame, search, self.query, sorted_, self.today)
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
        return None if self.order is None else rows.place_in(self.order, place)

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

"""Read numbers, ages and periods: "over 75", "more than twenty", "in the last 12/12"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal

from recordpick.criteria.templates.library import MONTHS, as_stems, library
from recordpick.criteria.templates.tokens import YEARS, Token

Compare = Literal["over", "at least", "under", "at most", "exactly", "between", "either", ""]
Direction = Literal["last", "next", "ago", "for", "since", "before", "year", "on"]
_FROM_THE_NEXT_DAY: Mapping[str, Direction] = {"after": "since", "until": "before"}
"""After a day is since the next one, and until a day before the next one."""

_UP_TO = as_stems(
    (
        *("up to it", "up to the as at date", "before the as at date", "to the as at date"),
        *("up to and including the as at date", "up to now"),
    )
)
_UNITS = ("year", "month", "week", "day")
_POST_GAP = 4
_WITHOUT_NUMBER = frozenset({"this", "last", "past", "previous", "preceding", "next", "coming"})
"""Words after which a unit of time needs no number: "in the last year"."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text with its comparison, or a period; the words around it decide `kind`.

    `low` is the number, and `high` the second one, as in "25 to 64" and "2 or 3". For a period,
    `direction` says which way it goes from the as-at date, and `day` is the day of a date.
    """

    kind: Literal["number", "age", "period", "percent", "pressure", "bytes"]
    start: int
    end: int
    compare: Compare = ""
    low: float = 0
    high: float | None = None
    unit: str = ""
    direction: Direction | Literal[""] = ""
    day: str = ""
    last_day: str = ""
    has_measure: bool = False
    """It has a unit such as mmol/l or mg: it is a result or a strength, not a number of things."""


class Quantities:
    """Reads the quantities of one text."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._words = _word_lists()

    def at(self, start: int) -> Quantity | None:
        """Return the quantity that begins at a word, or None."""
        token = self._tokens[start]
        if token.pressure:
            high, low = token.pressure
            return Quantity("pressure", start, start + 1, "over", high, low)
        for read in (self._calendar, self._period, self._plain):
            found = read(start)
            if found is not None:
                return found
        return None

    # periods

    def _calendar(self, start: int) -> Quantity | None:
        for direction, phrases in library().periods["calendar"]:
            place = _longest(self._tokens, start, phrases)
            if place and (found := self._day_at(place, direction)):
                first, last, end = found
                kind: Direction = _FROM_THE_NEXT_DAY.get(direction, direction)  # type: ignore[arg-type]
                if direction in _FROM_THE_NEXT_DAY:
                    first = last = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
                if direction == "year" and first == last:
                    kind = "on"
                return Quantity("period", start, end, direction=kind, day=first, last_day=last)
        return None

    def _day_at(self, place: int, direction: str) -> tuple[str, str, int] | None:
        """Return the first and last day of a date, month or year at a word, and where it ends."""
        place = (
            _longest(self._tokens, place, _phrases("the|the year|year|the beginning of")) or place
        )
        if place >= len(self._tokens):
            return None
        token = self._tokens[place]
        if token.day:
            return token.day, token.day, place + 1
        if whole := self._spelled_day(place):
            return whole[0], whole[0], whole[1]
        month = _month_at(token.word)
        if month and (year := self._year(place + 1)):
            last = _month_end(year, month)
            return f"{year}-{month:02}-01", f"{year}-{month:02}-{last}", place + 2
        year = self._year(place)
        if not year or (direction == "year" and self._unit_at(place + 1)):
            return None
        return f"{year}-01-01", f"{year}-12-31", place + 1

    def _spelled_day(self, place: int) -> tuple[str, int] | None:
        """Return the date of "1 January 1930" or "1st Jan 1930", and where it ends."""
        day = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", self._tokens[place].word)
        if day is None or place + 2 >= len(self._tokens):
            return None
        month, year = _month_at(self._tokens[place + 1].word), self._year(place + 2)
        if not month or not year or not 1 <= int(day[1]) <= _month_end(year, month):
            return None
        return f"{year}-{month:02}-{int(day[1]):02}", place + 3

    def _year(self, place: int) -> int:
        if place >= len(self._tokens):
            return 0
        number = self._tokens[place].number
        return (
            int(number) if number and number.is_integer() and YEARS[0] <= number <= YEARS[1] else 0
        )

    def _period(self, start: int) -> Quantity | None:
        if self._tokens[start].word == "tomorrow":
            return Quantity("period", start, start + 1, low=1, unit="day", direction="next")
        for direction, phrases in library().periods["span"]:
            place = _longest(self._tokens, start, phrases)
            if not place:
                continue
            found = self._span(place)
            if found is None:
                continue
            count, unit, end, had_number = found
            lead = {self._tokens[one].word for one in range(start, place)}
            if not had_number and not lead & _WITHOUT_NUMBER:
                continue
            kind: Direction = direction  # type: ignore[assignment]
            if is_ago := _longest(self._tokens, end, self._words["ago"]):
                end, kind = is_ago, "ago"
            elif self._is_age(end):
                return None
            end = self._up_to(end)
            return Quantity("period", start, end, low=count, unit=unit, direction=kind)
        return None

    def _up_to(self, end: int) -> int:
        return _longest(self._tokens, end, _UP_TO) or end

    def _span(self, place: int) -> tuple[float, str, int, bool] | None:
        """Return how many units of time there are at a word, and where that ends."""
        number = self._number(place)
        after = number[1] if number else place
        after = (
            _longest(self._tokens, after, _phrases("or so|calendar|full|whole|consecutive"))
            or after
        )
        unit = self._unit_at(after)
        if not unit:
            return None
        return (number[0] if number else 1.0), unit, after + 1, bool(number)

    def _unit_at(self, place: int) -> str:
        if place >= len(self._tokens):
            return ""
        word = self._tokens[place].stem
        return next((unit for unit in _UNITS if (word,) in self._words[unit]), "")

    def _is_age(self, place: int) -> bool:
        return bool(_longest(self._tokens, place, self._words["old"]))

    # numbers

    def _plain(self, start: int) -> Quantity | None:
        place, kind = start, "number"
        if before := _longest(self._tokens, place, self._words["age_before"]):
            place, kind = before, "age"
            place = _longest(self._tokens, place, _phrases("is|of|being|range|group|band")) or place
        compare, after = self._compare(place)
        if any(token.stem == "age" for token in self._tokens[place:after]):
            kind = "age"
        place = after
        between = _longest(self._tokens, place, _phrases("between|from"))
        the = _longest(self._tokens, between, _phrases("the")) or between
        if between and (ages := _longest(self._tokens, the, self._words["age_before"])):
            between, kind = ages, "age"
        found = self._number(between or place, bare=bool(compare or between or kind == "age"))
        if found is None:
            return None
        low, end = found
        quantity = Quantity("number", start, end, compare, low)
        quantity = self._second(quantity, is_range=bool(between))
        if between and quantity.high is None:
            quantity = replace(quantity, compare="at least")
        quantity = self._unit(quantity)
        quantity = self._after(quantity)
        if kind == "age" or (self._is_age(quantity.end) and quantity.unit):
            end = _longest(self._tokens, quantity.end, self._words["old"]) or quantity.end
            quantity = self._after(replace(quantity, kind="age", end=end))
        return self._ago(quantity)

    def _compare(self, place: int) -> tuple[Compare, int]:
        best: tuple[Compare, int] = ("", place)
        names: tuple[Compare, ...] = ("over", "under", "at least", "at most", "exactly")
        for name in names:
            end = _longest(self._tokens, place, self._words[name])
            if end > best[1]:
                best = (name, end)
        if best[0]:
            end = _longest(
                self._tokens, best[1], _phrases("the age of|age of|the age|a|an|the|of|age")
            )
            if end and self._number(end, bare=True):
                return best[0], end
        return best

    def _second(self, quantity: Quantity, *, is_range: bool) -> Quantity:
        place = quantity.end
        is_range = is_range or self._is_pair_of_ages(place)
        joined = _longest(
            self._tokens, place, _phrases("to|and|until|through" if is_range else "to|or")
        )
        if not joined:
            return quantity
        found = self._number(joined, bare=True)
        if found is None or found[0] <= quantity.low:
            return quantity
        compare: Compare = "between"
        if not is_range and self._tokens[place].word == "or":
            compare = "either"
        if (
            self._tokens[place].word == "to"
            and self._tokens[place].sentence != self._tokens[joined].sentence
        ):
            return quantity
        return replace(quantity, compare=compare, high=found[0], end=found[1])

    def _is_pair_of_ages(self, place: int) -> bool:
        """Return whether "and" joins two ages: 16 and 17 year olds."""
        if place + 2 >= len(self._tokens) or self._tokens[place].word != "and":
            return False
        found = self._number(place + 1, bare=True)
        return found is not None and bool(self._unit_at(found[1])) and self._is_age(found[1] + 1)

    def _unit(self, quantity: Quantity) -> Quantity:
        place = quantity.end
        if place >= len(self._tokens):
            return quantity
        word = self._tokens[place].stem
        if word in {"percent", "percentage"}:
            return replace(quantity, kind="percent", end=place + 1)
        if word in {"mb", "megabyte", "kb"}:
            scale = 1 / 1024 if word == "kb" else 1
            return replace(quantity, kind="bytes", low=quantity.low * scale, end=place + 1)
        strengths = library().classes["strengths"]
        if word in strengths:
            end = place
            while end < len(self._tokens) and self._tokens[end].stem in strengths:
                end += 1
            return replace(quantity, has_measure=True, end=end)
        if unit := self._unit_at(place):
            return replace(quantity, unit=unit, end=place + 1)
        return quantity

    def _after(self, quantity: Quantity) -> Quantity:
        """Read "or more" after the number, at once or after its noun."""
        if quantity.compare:
            return quantity
        names: tuple[tuple[str, Compare], ...] = (
            ("after_at_least", "at least"),
            ("after_at_most", "at most"),
        )
        for name, compare in names:
            if end := _longest(self._tokens, quantity.end, self._words[name]):
                quantity = replace(quantity, compare=compare, end=end)
                return self._unit(quantity) if not quantity.unit else quantity
        for gap in range(1, _POST_GAP + 1):
            for name, compare in names:
                place = quantity.end + gap
                if self._in_sentence(quantity.start, place) and (
                    _longest(self._tokens, place, _far(self._words[name]))
                ):
                    return replace(quantity, compare=compare)
        return quantity

    def _in_sentence(self, start: int, place: int) -> bool:
        return (
            place < len(self._tokens)
            and self._tokens[place].sentence == self._tokens[start].sentence
        )

    def _ago(self, quantity: Quantity) -> Quantity:
        end = _longest(self._tokens, quantity.end, self._words["ago"])
        if not quantity.unit:
            return quantity
        if not end:
            wide = quantity.compare in {"over", "at least"}
            return replace(quantity, direction="ago" if wide else "last")
        direction: Direction = "last" if quantity.compare in {"under", "at most"} else "ago"
        return replace(quantity, kind="period", direction=direction, end=end)

    def _number(self, place: int, *, bare: bool = False) -> tuple[float, int] | None:
        """Return the number at a word and where it ends; "a" and "one" only where they count."""
        if place >= len(self._tokens):
            return None
        token = self._tokens[place]
        if token.number is not None:
            return token.number, place + 1
        total, end = 0.0, place
        values: Mapping[str, int] = library().numbers["words"]
        while end < len(self._tokens) and self._tokens[end].word in values:
            if end > place and self._tokens[end].mark not in {"", "-"}:
                break
            value = values[self._tokens[end].word]
            total = total * value if value in {100, 1000} and total else total + value
            end += 1
        if end == place:
            return None
        if end == place + 1 and total == 1 and not bare and not self._unit_at(end):
            return None
        if end == place + 1 and token.word == "a" and not self._unit_at(end):
            return None
        return total, end


@lru_cache(maxsize=1)
def _word_lists() -> dict[str, frozenset[tuple[str, ...]]]:
    lists: dict[str, frozenset[tuple[str, ...]]] = {}
    spoken: Mapping[str, Any] = library().numbers
    for name, phrases in spoken.items():
        if name != "words":
            shown = name.replace("_", " ") if name in {"at_least", "at_most"} else name
            lists[shown] = as_stems(phrases)
    return lists


@lru_cache(maxsize=256)
def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    return as_stems(text.split("|"))


@lru_cache(maxsize=8)
def _far(phrases: frozenset[tuple[str, ...]]) -> frozenset[tuple[str, ...]]:
    """Keep phrases of two words or more: "plus" far from a number means something else."""
    return frozenset(phrase for phrase in phrases if len(phrase) > 1)


@lru_cache(maxsize=512)
def _first_words(phrases: frozenset[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(phrase[0] for phrase in phrases)


def _longest(tokens: Sequence[Token], start: int, phrases: frozenset[tuple[str, ...]]) -> int:
    """Return where the longest of the phrases ends that begin at a word; 0 if none does."""
    if start >= len(tokens) or tokens[start].stem not in _first_words(phrases):
        return 0
    for length in (5, 4, 3, 2, 1):
        words = tuple(token.stem for token in tokens[start : start + length])
        is_here = len(words) == length and words in phrases
        if is_here and tokens[start + length - 1].sentence == tokens[start].sentence:
            return start + length
    return 0


def _month_at(word: str) -> int:
    """Return the number of a month by its name or the first three letters or more; 0 for others."""
    if len(word) < 3:
        return 0
    return next((n for n, name in enumerate(MONTHS, 1) if name.startswith(word)), 0)


def _month_end(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    return 30 if month in {4, 6, 9, 11} else 31

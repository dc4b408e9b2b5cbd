"""What rules ask of what is counted, gathered for each patient as bits.

Some seventy things are asked of a patient. As a column each they would have to be joined or summed
seventy times; as bits of a few whole numbers they are summed once, since each thing asked is met
by at most one row of what was counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from recordpick.criteria.pack import Rule
from recordpick.matching.counting import NUMBER, PATIENT, ROWS
from recordpick.matching.rules import Count

_WORD = 64
_LEAST = "\x1fleast"
_MOST = "\x1fmost"


@dataclass(frozen=True, slots=True)
class Asked:
    """From `least` (1 or more) to `most` rows are asked for; None: any number from `least` on."""

    count: Count
    least: int = 1
    most: int | None = None


def asked_by(rule: Rule) -> tuple[Asked | None, bool]:
    """Give what to ask of the counted rows, and whether the rule holds where that is so.

    Of those who have no row at all nothing is counted. So a rule that they meet is asked the other
    way round: who has too many? None, where any number will do.
    """
    count = Count.of(rule)
    if rule.at_least > 0:
        return Asked(count, rule.at_least, rule.at_most), True
    if rule.at_most is None:
        return None, True
    return Asked(count, rule.at_most + 1), False


class Bits:
    """A bit for each thing asked."""

    def __init__(self, asked: Iterable[Asked], numbers: Mapping[Count, int]) -> None:
        """Take what is asked, and by which number each count goes."""
        self._place = {one: place for place, one in enumerate(dict.fromkeys(asked))}
        self._numbers = numbers

    @property
    def _words(self) -> range:
        return range(-(-len(self._place) // _WORD))

    def gathered(self, counted: pl.LazyFrame) -> pl.LazyFrame:
        """Give one row a patient who meets any of it: PATIENT and the bits, as UInt64 columns.

        `counted` is as `counting.counted` gives it.
        """
        met = counted.join(self._table(), on=NUMBER, how="inner").filter(
            pl.col(ROWS) >= pl.col(_LEAST), pl.col(ROWS) <= pl.col(_MOST)
        )
        return met.group_by(PATIENT).agg(pl.col(_name(word)).sum() for word in self._words)

    def _table(self) -> pl.LazyFrame:
        rows = [
            (
                self._numbers[one.count],
                one.least,
                2**32 - 1 if one.most is None else one.most,
                *(1 << place % _WORD if place // _WORD == word else 0 for word in self._words),
            )
            for one, place in self._place.items()
        ]
        schema: dict[str, type[pl.DataType]] = {
            NUMBER: pl.UInt16,
            _LEAST: pl.UInt32,
            _MOST: pl.UInt32,
            **{_name(word): pl.UInt64 for word in self._words},
        }
        return pl.LazyFrame(rows, schema=schema, orient="row")

    def has(self, one: Asked) -> pl.Expr:
        """Tell whether a patient meets what is asked; `gathered` was joined to the patients."""
        word, bit = divmod(self._place[one], _WORD)
        return (pl.col(_name(word)).fill_null(0) & pl.lit(1 << bit, pl.UInt64)) != 0


def _name(word: int) -> str:
    return f"\x1fbits{word}"

"""A bitmask for each patient: which ranges that rules require the patient's counts are in.

A pack tests some seventy ranges. As one column each they would have to be joined or summed seventy
times; as bits of a few whole numbers they are summed once, since each range is met by at most one
row of the counts.
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
class CountRange:
    """A count of `least` (1 or more) to `most` rows; None: any number from `least` up."""

    count: Count
    least: int = 1
    most: int | None = None


def range_for(rule: Rule) -> tuple[CountRange | None, bool]:
    """Return the range to test, and whether the rule holds for counts within it.

    Patients without any row have no count. So a rule that they meet is inverted: who has too many?
    The range is None where any number will do.
    """
    count = Count.of(rule)
    if rule.at_least > 0:
        return CountRange(count, rule.at_least, rule.at_most), True
    if rule.at_most is None:
        return None, True
    return CountRange(count, rule.at_most + 1), False


class RangeBits:
    """A bit for each count range."""

    def __init__(self, ranges: Iterable[CountRange], numbers: Mapping[Count, int]) -> None:
        """Assign a bit to each range; `numbers` has the number of each count."""
        self._position = {one: position for position, one in enumerate(dict.fromkeys(ranges))}
        self._numbers = numbers

    @property
    def _words(self) -> range:
        return range(-(-len(self._position) // _WORD))

    def gathered(self, counted: pl.LazyFrame) -> pl.LazyFrame:
        """Return one row for each patient in any range: PATIENT and the bits, as UInt64 columns.

        `counted` is the result of `counting.counted`.
        """
        in_range = counted.join(self._table(), on=NUMBER, how="inner").filter(
            pl.col(ROWS) >= pl.col(_LEAST), pl.col(ROWS) <= pl.col(_MOST)
        )
        return in_range.group_by(PATIENT).agg(pl.col(_name(word)).sum() for word in self._words)

    def _table(self) -> pl.LazyFrame:
        rows = [
            (
                self._numbers[one.count],
                one.least,
                2**32 - 1 if one.most is None else one.most,
                *(
                    1 << position % _WORD if position // _WORD == word else 0
                    for word in self._words
                ),
            )
            for one, position in self._position.items()
        ]
        schema: dict[str, type[pl.DataType]] = {
            NUMBER: pl.UInt16,
            _LEAST: pl.UInt32,
            _MOST: pl.UInt32,
            **{_name(word): pl.UInt64 for word in self._words},
        }
        return pl.LazyFrame(rows, schema=schema, orient="row")

    def has(self, one: CountRange) -> pl.Expr:
        """Return whether a patient is in the range; `gathered` was joined to the patients."""
        word, bit = divmod(self._position[one], _WORD)
        return (pl.col(_name(word)).fill_null(0) & pl.lit(1 << bit, pl.UInt64)) != 0


def _name(word: int) -> str:
    return f"\x1fbits{word}"

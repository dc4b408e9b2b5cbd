"""Median times of contenders that run alternately in one process."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


class DisagreeError(AssertionError):
    """Two contenders gave different answers to the same question, so times are meaningless."""


@dataclass
class Timed:
    """One contender: the seconds of each run, and its answer."""

    name: str
    seconds: list[float] = field(default_factory=list)
    answer: Any = None

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """Half of the difference between the fastest and the slowest run."""
        return (max(self.seconds) - min(self.seconds)) / 2


def turn_by_turn(
    contenders: Mapping[str, Callable[[], Any]], repeats: int, *, must_agree: bool = True
) -> list[Timed]:
    """Run each contender once to warm up, then all of them `repeats` times, alternately.

    So a noisy minute affects all of them alike. Raises DisagreeError if answers differ, unless
    `must_agree` is false.
    """
    timed = [Timed(name) for name in contenders]
    for one in timed:
        one.answer = contenders[one.name]()
    if must_agree:
        agree(timed)
    for _ in range(repeats):
        for one in timed:
            gc.collect()
            start = time.perf_counter()
            contenders[one.name]()
            one.seconds.append(time.perf_counter() - start)
    return timed


def agree(timed: list[Timed]) -> None:
    """Raise DisagreeError unless all answers that are not None are equal."""
    answered = [one for one in timed if one.answer is not None]
    for one in answered[1:]:
        if one.answer != answered[0].answer:
            raise DisagreeError(f"{one.name} and {answered[0].name} do not agree")


def as_rows(timed: list[Timed]) -> list[dict[str, Any]]:
    """Return name, median, spread and ratio to the first contender, for tables and JSON."""
    first = timed[0].median
    return [
        {
            "contender": one.name,
            "median_s": round(one.median, 4),
            "spread_s": round(one.spread, 4),
            "runs": len(one.seconds),
            "ratio": round(one.median / first, 2),
        }
        for one in timed
    ]

"""What people answered to differences that repeat in a comparison of two systems' records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from recordpick.selection.events import Person

RepeatedAnswer = Literal["accept", "look"]
"""Accept it as a rule of the new system, or look: it matters."""
REPEATED_ANSWERS: tuple[RepeatedAnswer, ...] = get_args(RepeatedAnswer)


class RepeatedKey(NamedTuple):
    """What identifies a difference that repeats, whatever its number in `transformations.csv`.

    `old` and `new` are the fingerprints of both indexes; the others are columns of that file.
    """

    old: str
    new: str
    table: str
    field: str
    change: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AnsweredRepeated:
    """An answer, and how many entries the difference had when it was given."""

    answer: RepeatedAnswer
    entries: int
    by: Person
    on: datetime

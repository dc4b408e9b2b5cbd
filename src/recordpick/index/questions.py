"""What the sources leave open and a person can tell: asked before the index is made.

Of a hand-made list, whether 01/02/2020 is in January or in February, and whether everyone on a list
without a column of status is registered now. Where nobody answers, the days stand first, and who is
registered stays unknown; the index's notes say so. Of any source, on which day it was exported,
where nothing in it says so: where nobody answers, today is taken, with a warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

About = Literal["dates", "registered", "as_at", "fill_down"]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask: `asks` is the sentence, `yes` and `no` the words of the two answers.

    A question about "as_at" is answered with a day instead, and has no such words.
    """

    about: About
    file: str
    column: str
    asks: str
    yes: str = ""
    no: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Names the question among those of several lists."""
        return self.about, self.file, self.column


@dataclass(frozen=True)
class Answers:
    """What people said: to single questions, or beforehand to all of a sort."""

    given: Mapping[tuple[str, str, str], bool] = field(default_factory=dict)
    day_first: bool | None = None
    """Whether days stand before months in dates that prove nothing."""
    registered: bool | None = None
    """Whether everyone on a list without a column of status is registered."""
    as_at: date | None = None
    """The day on which the sources were exported."""
    fill_down: bool | None = None
    """Whether rows of a report without a patient belong to the patient above."""

    def to(self, question: Question) -> bool | None:
        """Give the answer to a question; None where there is none."""
        if question.key in self.given:
            return self.given[question.key]
        if question.about == "fill_down":
            return self.fill_down
        return self.day_first if question.about == "dates" else self.registered


NO_ANSWERS = Answers()

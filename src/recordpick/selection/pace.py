"""The pace of checking that a practice has set in its working file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recordpick.selection.events import Person

LONGEST_SECONDS = 4 * 3600
"""Nobody plans more time than this for one record or one line."""


@dataclass(frozen=True, slots=True)
class SetPace:
    """Seconds that a practice plans: to open a record, for one line, for one random record."""

    record: int
    line: int
    random: int
    by: Person
    on: datetime

    @property
    def seconds(self) -> tuple[int, int, int]:
        """The three times, in the order above."""
        return self.record, self.line, self.random

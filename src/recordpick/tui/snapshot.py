"""What the screens show, as plain values: made from the session, painted by widgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["open", "full", "short", "closed", "unanswerable", "by_hand"]
"""Where a criterion stands: records are wanted; it has its number; fewer patients meet it than
are wanted; closed ("no more records to be found"); the index cannot answer it; it has no rules."""

SIGNS: dict[State, str] = {
    "open": " ",
    "full": "✓",
    "short": "!",
    "closed": "–",
    "unanswerable": "?",
    "by_hand": "…",
}
SAYS: dict[State, str] = {
    "open": "Records are still wanted.",
    "full": "Full.",
    "short": "Fewer than wanted.",
    "closed": "No more records to be found",
    "unanswerable": "These records cannot answer it",
    "by_hand": "No rules: pick from the whole list (w) or your own list (l).",
}


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion and where it stands. `id` None is the random records."""

    id: str | None
    area: str
    title: str
    find: str
    compare: tuple[str, ...]
    wanted: int
    picked: int
    matches: int | None
    state: State
    why: str = ""
    """The reason it was closed, or why it cannot be answered."""
    cautions: tuple[str, ...] = ()
    steps: tuple[tuple[str, int], ...] = ()
    """What each rule says, and how many patients are left after it."""

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return self.id or "the random records"

    @property
    def fraction(self) -> str:
        """`12/20`."""
        return f"{self.picked}/{self.wanted}"


@dataclass(frozen=True, slots=True)
class Overview:
    """Where the whole work stands."""

    practice: str
    pack: str
    synthetic: bool
    read_only: str
    """Why nothing can be changed; "" if it can."""
    person: str
    patients: int
    picked: int
    wanted: int
    full: int
    criteria: int
    records: int
    """How many different records are picked: that many are to be opened and checked."""
    random: int
    random_wanted: int
    can_undo: str | None
    can_redo: str | None

    @property
    def in_words(self) -> str:
        """One line of progress."""
        return (
            f"{self.picked:,} of {self.wanted:,} picked · "
            f"{self.full} of {self.criteria} criteria full · {self.random} random"
        )

    @property
    def in_short(self) -> str:
        """The same for a narrow screen."""
        return (
            f"{self.picked:,}/{self.wanted:,} picked · "
            f"{self.full}/{self.criteria} full · {self.random} random"
        )

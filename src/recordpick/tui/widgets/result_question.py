"""What is asked before a result is kept: what differs, and how bad that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.suggester import SuggestFromList
from textual.widgets import Static

from recordpick.tui.text import content
from recordpick.tui.widgets.fields import Field

if TYPE_CHECKING:
    from recordpick.selection.results import Outcome
    from recordpick.tui.checking_state import Row

Asking = Literal["", "what", "how bad"]
_HOW_BAD = "How bad?   l low   m medium   h high   Enter: not said   Esc: no result"


@dataclass(frozen=True, slots=True)
class UnfinishedResult:
    """A result of which it is still asked what differs, or how bad that is."""

    row: Row
    outcome: Outcome
    differs: str = ""


class ResultQuestion(Vertical):
    """A field for what differs, and the question itself; empty while nothing is asked."""

    DEFAULT_CSS = "ResultQuestion { height: auto; }"

    def __init__(self) -> None:
        """Ask nothing yet."""
        super().__init__()
        self.asking: Asking = ""
        self.result: UnfinishedResult | None = None
        """The result that is asked about."""

    def compose(self) -> ComposeResult:
        """Put the field above the question."""
        field = Field("", id="check-differs", compact=True, placeholder="What differs?")
        field.display = False
        yield field
        yield Static("", id="check-ask", markup=False)

    def ask_what(self, row: Row, suggestions: Sequence[str]) -> None:
        """Ask what differs, and put the cursor into the field."""
        self.asking, self.result = "what", UnfinishedResult(row, "different")
        field = self.query_one(Field)
        field.suggester = SuggestFromList(suggestions, case_sensitive=False)
        field.value = ""
        field.display = True
        field.focus()
        self._show(f"What differs in {row.name}? Enter goes on, Esc gives no result.")

    def ask_how_bad(self, row: Row, outcome: Outcome, differs: str = "") -> None:
        """Ask how bad it is: a key of the screen is the answer."""
        self.asking, self.result = "how bad", UnfinishedResult(row, outcome, differs)
        self.query_one(Field).display = False
        self._show(f"{row.name} {outcome}. {_HOW_BAD}")

    def stop(self) -> UnfinishedResult | None:
        """Ask nothing any more; return the result that was asked about."""
        result, self.asking, self.result = self.result, "", None
        self.query_one(Field).display = False
        self._show("")
        return result

    def _show(self, text: str) -> None:
        self.query_one("#check-ask", Static).update(content(text, "bold"))
        self.screen.refresh_bindings()

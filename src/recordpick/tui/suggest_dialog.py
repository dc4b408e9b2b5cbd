"""The box that shows what would be picked before it is picked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from recordpick.tui.snapshot import CriterionLine
from recordpick.tui.visible import content, counted, fit

Picks = list[tuple[str, str]]


class SuggestDialog(ModalScreen[Picks | None]):
    """Says for each criterion how many records would complete it; nothing is picked yet."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, picks: Picks, here: str | None, criteria: Sequence[CriterionLine]) -> None:
        """Take what completes all criteria; `here` is the one at hand."""
        super().__init__()
        self._all = picks
        self._mine = [pick for pick in picks if pick[0] == here]
        self._here = here
        self._criteria = criteria

    def compose(self) -> ComposeResult:
        """What would be picked, and who decides."""
        with Vertical(classes="box"):
            yield Static("Suggested records", classes="box--title")
            yield Static(content(self._says()), classes="box--message")
            with VerticalScroll(classes="box--text", can_focus=True):
                for line in self._lines():
                    yield Static(content(line))
            with Horizontal(classes="box--buttons"):
                if self._all:
                    yield Button("Pick for all", id="all", variant="primary")
                if self._mine:
                    yield Button(content(f"Only for {self._here}"), id="mine")
                yield Button("Cancel" if self._all else "Close", id="no")

    def _says(self) -> str:
        if not self._all:
            return (
                "There is nobody to suggest: every criterion has its records, is closed, or all "
                "who meet it are picked."
            )
        records = len({patient for _, patient in self._all})
        return (
            f"{counted(len(self._all), 'pick')} complete the criteria as far as patients meet "
            f"them: {counted(records, 'record')} to open. They are drawn by ticket, so nobody's "
            "taste decides. Nothing is picked yet."
        )

    def _lines(self) -> list[str]:
        counts = Counter(criterion_id for criterion_id, _ in self._all)
        out = []
        for line in self._criteria:
            if line.id is None or not (more := counts.get(line.id)):
                continue
            then = line.picked + more
            short = f", {line.wanted - then} short" if then < line.wanted else ""
            out.append(f"{fit(line.id, 9)} {more:>3} more: {then}/{line.wanted}{short}")
        return out

    def on_mount(self) -> None:
        """The answer under Enter is the smaller one, where there is one."""
        self.query(Button).last().focus()
        if self._mine:
            self.query_one("#mine").focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss({"all": self._all, "mine": self._mine}.get(event.button.id or ""))

    def action_cancel(self) -> None:
        """Pick nobody."""
        self.dismiss(None)

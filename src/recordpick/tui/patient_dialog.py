"""One patient and all criteria they meet: pick for several at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.tui.box import Box
from recordpick.tui.hiding import Private
from recordpick.tui.snapshot import CriterionLine
from recordpick.tui.visible import content, fit

_WIDTH = 64


class PatientDialog(Box[None]):
    """Lists the criteria; space picks the patient for one, or takes them out."""

    TOPIC = "patient"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pick", "Pick"),
        Binding("escape,o,q", "close", "Close"),
    ]

    def __init__(
        self,
        name: str,
        lines: Callable[[], Sequence[tuple[CriterionLine, bool]]],
        toggle: Callable[[str], str],
    ) -> None:
        """`lines` gives each criterion and whether the patient is picked for it, as they are now.

        `toggle` picks or takes out, and says what it did.
        """
        super().__init__()
        self._patient = name
        self._read = lines
        self._toggle = toggle

    def compose(self) -> ComposeResult:
        """The name, the criteria, what was done."""
        with Vertical(classes="box patient"):
            yield Private(self._patient, "One patient", "box--title")
            yield OptionList(id="met", markup=False, compact=True)
            yield Static("", id="done", classes="box--message", markup=False)
            yield Static("Space picks for the criterion, Esc closes.", classes="quiet")

    def on_mount(self) -> None:
        """Show the criteria."""
        self._show()
        met = self.query_one(OptionList)
        met.focus()
        met.highlighted = 0

    def _show(self) -> None:
        met = self.query_one(OptionList)
        at = met.highlighted
        met.clear_options()
        for line, is_picked in self._read():
            sign = "●" if is_picked else "–" if line.state == "closed" else " "
            end = f" {line.fraction:>6}"
            text = fit(f"{line.id}  {line.title}", _WIDTH - 2 - len(end))
            met.add_option(Option(content(f"{sign} {text}{end}"), id=None))
        met.highlighted = at
        if not met.option_count:
            self.query_one("#done", Static).update("This patient meets none of the criteria.")

    @on(OptionList.OptionSelected)
    def action_pick(self) -> None:
        """Pick the patient for the criterion, or take them out."""
        at = self.query_one(OptionList).highlighted
        lines = self._read()
        if at is None or at >= len(lines):
            return
        says = self._toggle(lines[at][0].id or "")
        self._show()
        self.query_one("#done", Static).update(content(says))

    def action_close(self) -> None:
        """Back to the list."""
        self.dismiss(None)

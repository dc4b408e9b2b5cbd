"""Four steps for whoever opens the work screen for the first time."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from recordpick.tui.dialogs import Box
from recordpick.tui.text import content

STEPS: tuple[tuple[str, str, str], ...] = (
    (
        "criteria",
        "The supplier's criteria",
        (
            "Each line is one test: how many records are picked of how many wanted, and how many "
            "patients meet it. ↑ ↓ choose one, Enter goes to its patients."
        ),
    ),
    (
        "candidates",
        "The patients who meet it",
        (
            "Space picks the patient under the cursor, and takes them out again. / filters as you "
            "type, w shows the whole list, u undoes."
        ),
    ),
    (
        "record",
        "The record",
        (
            "Why this patient meets the criterion, then the record by table and date. Enter goes "
            "into it, Esc comes back."
        ),
    ),
    (
        "top",
        "Where the work stands",
        (
            "Each pick is on the disk at once: leave at any moment with q. When it is done, "
            "r draws the random records and e exports the list. F1 explains where you are."
        ),
    ),
)


class Tour(Box[None]):
    """Says one thing after the other; the part it speaks of is set off."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,right,down", "go(1)", "Next"),
        Binding("left,up,backspace", "go(-1)", "Back"),
        Binding("escape,q", "close", "Skip"),
    ]

    def __init__(self) -> None:
        """Start at the first step."""
        super().__init__()
        self._step = 0

    def compose(self) -> ComposeResult:
        """A small box at the foot of the screen."""
        with Vertical(classes="box tour"):
            yield Static("", classes="box--title", markup=False)
            yield Static("", classes="box--message", markup=False)
            yield Static("", classes="quiet", markup=False)

    def on_mount(self) -> None:
        """Show the first step."""
        self._show()

    def on_click(self) -> None:
        """A click goes on, too."""
        self.action_go(1)

    def _show(self) -> None:
        part, title, says = STEPS[self._step]
        self._set_off(part)
        self.query_one(".box--title", Static).update(content(title))
        self.query_one(".box--message", Static).update(content(says))
        on = "Enter goes on, Esc skips." if self._step < len(STEPS) - 1 else "Enter starts."
        self.query_one(".quiet", Static).update(f"{self._step + 1} of {len(STEPS)}. {on}")
        self.query_one(".tour").styles.dock = "top" if part == "record" else "bottom"

    def _set_off(self, part: str | None) -> None:
        # A box may have opened between the work and the tour: the file can be damaged at any time.
        for screen in self.app.screen_stack:
            for name, _, _ in STEPS:
                screen.query(f"#{name}").set_class(name == part, "-set-off")

    def action_go(self, by: int) -> None:
        """One step on or back."""
        if self._step + by >= len(STEPS):
            self.action_close()
        else:
            self._step = max(0, self._step + by)
            self._show()

    def action_close(self) -> None:
        """To work."""
        self._set_off(None)
        self.dismiss(None)

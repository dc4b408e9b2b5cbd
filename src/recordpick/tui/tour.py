"""Four steps for somebody who opens the picking screen for the first time."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from recordpick.tui.actions import key
from recordpick.tui.dialogs import Modal, ModalFrame
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
            "type, w shows the whole list, Ctrl+Z undoes."
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
        "Progress",
        (
            "Each pick is saved at once: quit at any time with q. d shows what is left to do "
            "before the list is handed over. F1 explains where you are."
        ),
    ),
)


class Tour(Modal[None]):
    """Explains one part of the screen after the other; the part is highlighted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter,space,right,down", "go(1)", "Next step", label="Next"),
        key("left,up,backspace", "go(-1)", "Step before", label="Back"),
        key("escape,q", "cancel", "Skip the rest", label="Skip"),
    ]

    def __init__(self) -> None:
        """Start at the first step."""
        super().__init__()
        self._step = 0

    def compose(self) -> ComposeResult:
        """Show a small frame at the foot of the screen."""
        with ModalFrame("", classes="tour"):
            yield Static("", classes="modal--message", markup=False)
            yield Static("", classes="quiet", markup=False)

    def on_mount(self) -> None:
        """Show the first step."""
        self._show()

    def on_click(self) -> None:
        """Go to the next step on a click, too."""
        self.action_go(1)

    def _show(self) -> None:
        part, title, text = STEPS[self._step]
        self._highlight(part)
        self.query_one(".modal--title", Static).update(content(title))
        self.query_one(".modal--message", Static).update(content(text))
        keys = "Enter continues, Esc skips." if self._step < len(STEPS) - 1 else "Enter starts."
        self.query_one(".quiet", Static).update(f"{self._step + 1} of {len(STEPS)}. {keys}")
        self.query_one(".tour").styles.dock = "top" if part == "record" else "bottom"

    def _highlight(self, part: str | None) -> None:
        # Another modal may be open below the tour: the file can be damaged at any time.
        for screen in self.app.screen_stack:
            for name, _, _ in STEPS:
                screen.query(f"#{name}").set_class(name == part, "-highlighted")

    def action_go(self, by: int) -> None:
        """Go one step forward or back."""
        if self._step + by >= len(STEPS):
            self.action_cancel()
        else:
            self._step = max(0, self._step + by)
            self._show()

    def action_cancel(self) -> None:
        """Close the tour."""
        self._highlight(None)
        self.dismiss(None)

"""The screen of pictures: one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from recordpick.tui import pictures
from recordpick.tui.keys_line import KeysLine
from recordpick.tui.snapshot import CriterionLine
from recordpick.tui.visible import content

if TYPE_CHECKING:
    from recordpick.tui.picture_data import PictureData

NAMES = ("Ages", "How full", "Overlap", "Assurance")


class Pictures(Screen[None]):
    """Four pictures of the selection."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,shift+tab", "turn(-1)", "Before", key_display="←"),
        Binding("right,tab,space", "turn(1)", "Next", key_display="→"),
        *(Binding(str(n + 1), f"show({n})", name) for n, name in enumerate(NAMES)),
        Binding("escape,v,q", "close", "Back"),
    ]

    def __init__(self, data: PictureData, criteria: Sequence[CriterionLine]) -> None:
        """Take what is drawn."""
        super().__init__()
        self._data = data
        self._criteria = criteria
        self._at = 0

    def compose(self) -> ComposeResult:
        """A title, the picture, the keys."""
        yield Static("", id="picture-title", classes="screen--title", markup=False)
        with VerticalScroll(id="picture-room"):
            yield Static("", id="picture", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """Show the first."""
        self.query_one(VerticalScroll).focus()
        self._draw()

    def on_resize(self, _: events.Resize) -> None:
        """Draw in the new width."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        width = max(40, self.size.width - 6)
        drawn = (
            lambda: pictures.ages(self._data, width),
            lambda: pictures.fullness(self._criteria, width),
            lambda: pictures.overlap(self._data, width),
            lambda: pictures.assured(self._data, width),
        )[self._at]()
        title = [
            content(f" {name} ", "reverse" if number == self._at else "$quiet")
            for number, name in enumerate(NAMES)
        ]
        self.query_one("#picture-title", Static).update(Content(" ").join(title))
        self.query_one("#picture", Static).update(Content("\n").join(content(one) for one in drawn))

    def action_turn(self, by: int) -> None:
        """The next picture, or the one before."""
        self.action_show((self._at + by) % len(NAMES))

    def action_show(self, number: int) -> None:
        """Show that picture."""
        self._at = number
        self._draw()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_close(self) -> None:
        """Back to work."""
        self.dismiss(None)

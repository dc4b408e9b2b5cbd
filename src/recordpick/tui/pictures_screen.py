"""The screen of pictures: one at a time, its numbers left and its drawing right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from recordpick.tui import pictures
from recordpick.tui.keys_line import KeysLine
from recordpick.tui.pictures import Picture
from recordpick.tui.plot import Plot
from recordpick.tui.snapshot import CriterionLine
from recordpick.tui.visible import content

if TYPE_CHECKING:
    from recordpick.tui.picture_data import PictureData

NAMES = ("Ages", "How full", "Overlap", "Assurance")
_BESIDE = 6
"""Cells left and right of a picture, and the scrollbar."""
_ABOVE_AND_BELOW = 7
"""Rows of the title, the axis, the keys and the room around a picture."""
_HIGH = 32
"""Rows from which the bands of ages stand apart."""


class Pictures(Screen[None]):
    """Four pictures of the selection."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,shift+tab", "turn(-1)", "Before", key_display="←"),
        Binding("right,tab,space", "turn(1)", "Next", key_display="→"),
        *(Binding(str(n + 1), f"show({n})", name) for n, name in enumerate(NAMES)),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("f1", "app.help", "Help", show=False),
        Binding("escape,v,q", "close", "Back"),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012 - declared by Textual

    def __init__(self, data: PictureData, criteria: Sequence[CriterionLine]) -> None:
        """Take what is drawn."""
        super().__init__()
        self._data = data
        self._criteria = criteria
        self._at = 0

    def compose(self) -> ComposeResult:
        """A title, the picture with its numbers, the keys."""
        yield Static("", id="picture-title", classes="screen--title", markup=False)
        with VerticalScroll(id="picture-room"):
            yield Static("", id="picture-above", markup=False)
            with Horizontal(id="picture"):
                yield Static("", id="picture-numbers", markup=False)
                yield Plot()
            yield Static("", id="picture-below", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """Show the first."""
        self.query_one(VerticalScroll).focus()
        self._draw()

    def on_resize(self, _: events.Resize) -> None:
        """Draw in the new width."""
        self.call_after_refresh(self._draw)

    def _picture(self) -> Picture:
        width = max(40, self.size.width - _BESIDE)
        if self._at == 0:
            return pictures.ages(self._data, is_high=self.size.height >= _HIGH)
        if self._at == 1:
            return pictures.fullness(self._criteria, min(72, max(36, width * 3 // 5)))
        return (
            pictures.overlap(self._data) if self._at == 2 else pictures.assured(self._data, width)
        )

    def _draw(self) -> None:
        title = [
            content(f" {name} ", "reverse" if number == self._at else "$quiet")
            for number, name in enumerate(NAMES)
        ]
        self.query_one("#picture-title", Static).update(Content(" ").join(title))
        picture = self._picture()
        self._say("#picture-above", [content(one) for one in picture.above])
        numbers = [content(one, "$quiet") for one in picture.headings]
        self._say("#picture-numbers", [*numbers, *(content(one) for one in picture.numbers)])
        self._say("#picture-below", [content(one) for one in picture.below])
        words = len(picture.above) + len(picture.headings) + len(picture.below)
        self.query_one(Plot).draw(picture, room=self.size.height - words - _ABOVE_AND_BELOW)

    def _say(self, part: str, said: list[Content]) -> None:
        static = self.query_one(part, Static)
        static.update(Content("\n").join(said))
        static.display = bool(said)

    def action_turn(self, by: int) -> None:
        """The next picture, or the one before."""
        self.action_show((self._at + by) % len(NAMES))

    def action_show(self, number: int) -> None:
        """Show that picture."""
        self._at = number
        self._draw()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def on_click(self, event: events.Click) -> None:
        """Show the picture whose name was clicked."""
        at = event.get_content_offset(self.query_one("#picture-title"))
        if event.widget is not None and event.widget.id == "picture-title" and at is not None:
            left = 0
            for number, name in enumerate(NAMES):
                left += len(name) + 3
                if at.x < left:
                    self.action_show(number)
                    return

    def action_close(self) -> None:
        """Back to work."""
        self.dismiss(None)

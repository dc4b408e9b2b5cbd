"""The screen of pictures: one at a time, its numbers left and its drawing right.

The drawing of a picture beside its numbers, by textual-plotext.

Imported when a picture is opened and not before: the library is slow to load, and no other screen
needs it. It is given numbers and our own signs only, so nothing of a practice's data can reach it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static
from textual_plotext import PlotextPlot

from recordpick.tui import chart_data as pictures
from recordpick.tui.chart_data import Picture
from recordpick.tui.text import content
from recordpick.tui.view_models import CriterionLine
from recordpick.tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    from recordpick.tui.chart_data import PictureData

_AXIS = 1
"""Rows of the lower axis: its numbers."""
_CURVE = (10, 24)
"""Rows that a curve has at least and at most."""


class Plot(PlotextPlot):
    """Draws the bars of a picture, each in the row of its number; or its curve."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._picture = Picture()

    def draw(self, picture: Picture, room: int) -> None:
        """Draw this one in as many rows as its numbers have; a curve takes what `room` there is."""
        self._picture = picture
        rows = len(picture.numbers)
        if picture.curve is not None:
            rows = max(rows, _CURVE[0], min(room, _CURVE[1]))
        self.styles.height = rows + _AXIS
        self.styles.margin = (len(picture.headings), 0, 0, 2)
        self.display = bool(picture.bars or picture.curve)
        self.refresh()

    def render(self) -> RenderResult:
        """Draw in the size and the colours of now."""
        self.plt.clear_figure()
        self.plt.frame(frame=False)
        self.plt.xlim(*self._picture.ends)
        places, words = zip(*self._picture.ticks, strict=True) if self._picture.ticks else ((), ())
        self.plt.xticks(list(places), list(words))
        if self._picture.curve is not None:
            self._draw_curve()
        else:
            self._draw_bars()
        return super().render()

    def _draw_bars(self) -> None:
        last = len(self._picture.numbers) - 1
        self.plt.yticks([])
        self.plt.ylim(0, max(1, last))
        for bar in self._picture.bars:
            self._line((bar.start, bar.end), (last - bar.row, last - bar.row), bar.sign, bar.shade)
        if self._picture.middle is not None:
            middle = self._picture.middle
            self._line((middle, middle), (0, last), "│", "all")

    def _draw_curve(self) -> None:
        curve = self._picture.curve
        assert curve is not None
        levels, words = zip(*curve.levels, strict=True)
        self.plt.yticks(list(levels), list(words))
        self.plt.ylim(0, levels[-1])
        across, up = zip(*curve.points, strict=True)
        self._line(across, up, "•", "all")
        if curve.here is not None:
            self.plt.scatter(
                [curve.here[0]], [curve.here[1]], marker="●", color=self._colour("ours")
            )

    def _line(
        self, across: tuple[float, ...], up: tuple[float, ...], sign: str, shade: str
    ) -> None:
        self.plt.plot(list(across), list(up), marker=sign, color=self._colour(shade))

    def _colour(self, shade: str) -> tuple[int, int, int]:
        name = {"ours": "primary", "all": "quiet"}[shade]
        return Color.parse(self.app.theme_variables[name]).rgb


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

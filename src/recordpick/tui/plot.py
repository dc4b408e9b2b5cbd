"""The drawing of a picture beside its numbers, by textual-plotext.

Imported when a picture is opened and not before: the library is slow to load, and no other screen
needs it. It is given numbers and our own signs only, so nothing of a practice's data can reach it.
"""

from __future__ import annotations

from textual.app import RenderResult
from textual.color import Color
from textual_plotext import PlotextPlot

from recordpick.tui.pictures import Picture

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

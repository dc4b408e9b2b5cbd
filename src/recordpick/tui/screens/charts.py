"""The screen of charts: one at a time, its numbers on the left and its drawing on the right.

Only this module imports textual-plotext: the library is slow to load, and no other screen needs
it. It gets numbers and signs of ours only, so nothing of a practice's data can reach it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult, RenderResult
from textual.binding import BindingType
from textual.color import Color
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static
from textual_plotext import PlotextPlot

from recordpick.tui import chart_data as charts
from recordpick.tui.actions import CHARTS, HELP_KEYS, HelpPage, key
from recordpick.tui.chart_data import Chart
from recordpick.tui.text import content
from recordpick.tui.view_models import CriterionLine
from recordpick.tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    from recordpick.tui.chart_data import ChartData

_VIEWS = (
    ("Ages", "Ages: of the selection, compared with the list"),
    ("How full", "How full: each criterion is"),
    ("Overlap", "Overlap: records by the criteria each serves"),
    ("Assurance", "Assurance: what random records show"),
)
"""Names of the charts and what their keys do."""
_BESIDE = 6
"""Cells left and right of a chart, and the scrollbar."""
_ABOVE_AND_BELOW = 7
"""Rows of the title, the axis, the keys and the space around a chart."""
_TALL = 32
"""Rows of a screen from which the age bands have space between them."""
_AXIS = 1
"""Rows of the horizontal axis: its numbers."""
_CURVE = (10, 24)
"""The least and most rows of a curve."""
_TURN = "The next chart, or the one before"


class ChartsScreen(Screen[None]):
    """Four charts of the selection."""

    HELP_PAGE = HelpPage(
        "The charts",
        "The numbers are on the left, the same as a chart on the right. Ages: the share of each "
        "age band in the whole list (▒) and among the picked records (█), so that you see who is "
        "missing from the selection. How full: what is picked of what is wanted. Overlap: how "
        "many records serve several criteria. Assurance: what random records show about all "
        "records, if none of them is faulty. ↑ ↓ scroll.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("left,shift+tab", "turn(-1)", _TURN, label="Before", display="←"),
        key("right,tab,space", "turn(1)", _TURN, label="Next", display="→"),
        *(
            key(str(n + 1), f"show({n})", tooltip, CHARTS, label=name)
            for n, (name, tooltip) in enumerate(_VIEWS)
        ),
        *HELP_KEYS,
        key("escape,v,q", "close", "Back: to picking", CHARTS, label="Back"),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012 - declared by Textual

    def __init__(self, data: ChartData, criteria: Sequence[CriterionLine]) -> None:
        """Take what is drawn."""
        super().__init__()
        self._data = data
        self._criteria = criteria
        self._shown = 0

    def compose(self) -> ComposeResult:
        """Show a title, the chart with its numbers, and the keys."""
        yield Static("", id="chart-title", classes="screen--title", markup=False)
        with VerticalScroll(id="chart-room"):
            yield Static("", id="chart-above", markup=False)
            with Horizontal(id="chart"):
                yield Static("", id="chart-numbers", markup=False)
                yield Plot()
            yield Static("", id="chart-below", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """Show the first chart."""
        self.query_one(VerticalScroll).focus()
        self._draw()

    def on_resize(self, _: events.Resize) -> None:
        """Draw in the new width."""
        self.call_after_refresh(self._draw)

    def _chart(self) -> Chart:
        width = max(40, self.size.width - _BESIDE)
        if self._shown == 0:
            return charts.ages(self._data, is_tall=self.size.height >= _TALL)
        if self._shown == 1:
            return charts.fullness(self._criteria, min(72, max(36, width * 3 // 5)))
        if self._shown == 2:
            return charts.overlap(self._data)
        return charts.assurance_curve(self._data, width)

    def _draw(self) -> None:
        title = [
            content(f" {name} ", "reverse" if number == self._shown else "$quiet")
            for number, (name, _) in enumerate(_VIEWS)
        ]
        self.query_one("#chart-title", Static).update(Content(" ").join(title))
        chart = self._chart()
        self._write("#chart-above", [content(one) for one in chart.above])
        numbers = [content(one, "$quiet") for one in chart.headings]
        self._write("#chart-numbers", [*numbers, *(content(one) for one in chart.numbers)])
        self._write("#chart-below", [content(one) for one in chart.below])
        text_rows = len(chart.above) + len(chart.headings) + len(chart.below)
        self.query_one(Plot).draw(chart, room=self.size.height - text_rows - _ABOVE_AND_BELOW)

    def _write(self, part: str, lines: list[Content]) -> None:
        static = self.query_one(part, Static)
        static.update(Content("\n").join(lines))
        static.display = bool(lines)

    def action_turn(self, by: int) -> None:
        """Show the next chart, or the one before."""
        self.action_show((self._shown + by) % len(_VIEWS))

    def action_show(self, number: int) -> None:
        """Show that chart."""
        self._shown = number
        self._draw()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def on_click(self, event: events.Click) -> None:
        """Show the chart whose name was clicked."""
        at = event.get_content_offset(self.query_one("#chart-title"))
        if event.widget is not None and event.widget.id == "chart-title" and at is not None:
            left = 0
            for number, (name, _) in enumerate(_VIEWS):
                left += len(name) + 3
                if at.x < left:
                    self.action_show(number)
                    return

    def action_close(self) -> None:
        """Go back to picking."""
        self.dismiss(None)


class Plot(PlotextPlot):
    """Draws the bars of a chart, each in the row of its number; or its curve."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._chart = Chart()

    def draw(self, chart: Chart, room: int) -> None:
        """Draw in as many rows as the numbers have; a curve uses what `room` there is."""
        self._chart = chart
        rows = len(chart.numbers)
        if chart.curve is not None:
            rows = max(rows, _CURVE[0], min(room, _CURVE[1]))
        self.styles.height = rows + _AXIS
        self.styles.margin = (len(chart.headings), 0, 0, 2)
        self.display = bool(chart.bars or chart.curve)
        self.refresh()

    def render(self) -> RenderResult:
        """Draw in the current size and colours."""
        self.plt.clear_figure()
        self.plt.frame(frame=False)
        self.plt.xlim(*self._chart.ends)
        places, labels = zip(*self._chart.ticks, strict=True) if self._chart.ticks else ((), ())
        self.plt.xticks(list(places), list(labels))
        if self._chart.curve is not None:
            self._draw_curve()
        else:
            self._draw_bars()
        return super().render()

    def _draw_bars(self) -> None:
        last = len(self._chart.numbers) - 1
        self.plt.yticks([])
        self.plt.ylim(0, max(1, last))
        for bar in self._chart.bars:
            self._line((bar.start, bar.end), (last - bar.row, last - bar.row), bar.sign, bar.shade)
        if self._chart.middle is not None:
            middle = self._chart.middle
            self._line((middle, middle), (0, last), "│", "all")

    def _draw_curve(self) -> None:
        curve = self._chart.curve
        assert curve is not None
        levels, labels = zip(*curve.levels, strict=True)
        self.plt.yticks(list(levels), list(labels))
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

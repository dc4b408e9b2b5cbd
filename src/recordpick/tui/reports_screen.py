"""The screen of the reports: figures from the records, of both systems, and the differences."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.errors import UserError
from recordpick.tui.asides import Asides
from recordpick.tui.dialogs import Ask, Tell
from recordpick.tui.file_picker import FilePicker
from recordpick.tui.keys_line import KeysLine
from recordpick.tui.visible import content, fit

if TYPE_CHECKING:
    from recordpick.tui.reports_session import Reports, System
    from recordpick.tui.session import Session

_VIEWS = (
    ("QOF", "qof_report.csv", ("indicator",)),
    ("Targets", "target_report.csv", ("target",)),
    ("Capitation", "capitation.csv", ("sex", "age_band")),
    ("Differences", "", ()),
)
_SYSTEMS: dict[System, str] = {
    "current_system": "the current system",
    "new_system": "the new system",
}
_WORDS = {"personalised_care_adjustments": "adjustments"}
_STATES = {
    "only_before": "Only the current system's figures have it.",
    "only_after": "Only the new system's figures have it.",
    "same": "The same to two decimals.",
    "different": "Both have it, and it is not the same.",
}
_NONE = (
    "Nothing to compare yet: c loads the current system's figures, n the new system's, and "
    "Enter on a figure of a report types one."
)


class ReportsScreen(Asides["Reports"]):
    """One report at a time; a line a figure; below, what the figure is or why it is empty."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "load('current_system')", "Current"),
        Binding("n", "load('new_system')", "New"),
        Binding("enter", "type('current_system')", "Type current", key_display="↵"),
        Binding("e", "type('new_system')", "Type new"),
        Binding("right", "turn(1)", "Next report", key_display="→", priority=True),
        Binding("left", "turn(-1)", "Report before", show=False, priority=True),
        *(Binding(str(n + 1), f"show({n})", one[0], show=False) for n, one in enumerate(_VIEWS)),
        Binding("f1,question_mark", "app.help", "Help", key_display="?"),
        Binding("escape,i,q", "close", "Back"),
    ]

    def __init__(self, session: Session, known: Reports) -> None:
        """Take the open session, and the reports with the figures known so far."""
        super().__init__()
        self._session = session
        self._known = known
        self._at = 0
        self._rows: list[dict[str, Any]] = []

    def compose(self) -> ComposeResult:
        """The names of the reports, the heading, the figures, words on the one at hand, keys."""
        yield Static("", id="report-title", classes="screen--title", markup=False)
        yield Static("", id="report-heading", markup=False)
        yield OptionList(id="figures", markup=False, compact=True)
        yield Static("", id="figure", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """Show the first report."""
        self.query_one("#figures").focus()
        self._paint()

    def _paint(self, at: int = 0) -> None:
        """Show the report at hand, with the cursor on that row."""
        title = [
            content(f" {name} ", "reverse" if number == self._at else "$quiet")
            for number, (name, _, _) in enumerate(_VIEWS)
        ]
        self.query_one("#report-title", Static).update(Content(" ").join(title))
        _, file, keys = _VIEWS[self._at]
        if file:
            frame = self._known.filled()[0][file]
            heading = _line("", "figure", "in records", "current", "new", "difference")
            self._rows = [
                {**row, "name": " ".join(str(row[key]) for key in keys)} for row in frame.to_dicts()
            ]
            before, after, counted = "current_system", "new_system", "from_records"
        else:
            self._rows = self._known.differences().to_dicts()
            heading = _line("", "figure", "in records", "current", "new", "difference")
            before, after, counted = "before", "after", "counted_before"
        self.query_one("#report-heading", Static).update(content(heading, "$quiet"))
        lines = [
            _line(
                row["name"],
                row["figure"],
                _number(row[counted]),
                _number(row[before]),
                _number(row[after]),
                _number(row["difference"], "+"),
            )
            for row in self._rows
        ]
        figures = self.query_one("#figures", OptionList)
        figures.clear_options()
        figures.add_options([Option(content(line)) for line in lines])
        figures.highlighted = min(at, len(lines) - 1) if lines else None
        if not lines:
            self.query_one("#figure", Static).update(content(_NONE))

    @on(OptionList.OptionHighlighted, "#figures")
    def _tell(self) -> None:
        at = self.query_one("#figures", OptionList).highlighted
        if at is None or at >= len(self._rows):
            return
        row = self._rows[at]
        figure = row["figure"].replace("_", " ")
        named = f"{row['name']}, {figure}: {row.get('measures') or row.get('means') or ''}"
        says = row.get("why_empty") or _STATES.get(row.get("state", ""), "")
        self.query_one("#figure", Static).update(
            content(named.rstrip(": "), "bold") + Content("\n") + content(says, "$quiet")
        )

    @on(OptionList.OptionSelected, "#figures")
    def _chosen(self) -> None:
        self.action_type("current_system")

    def action_turn(self, by: int) -> None:
        """The next report, or the one before."""
        self.action_show((self._at + by) % len(_VIEWS))

    def action_show(self, number: int) -> None:
        """Show that report."""
        self._at = number
        self._paint()

    @work
    async def action_load(self, system: System) -> None:
        """Load a system's figures from a CSV, or from a folder of filled-in reports."""
        from recordpick.tui.reports_session import load

        path = await self.app.push_screen_wait(
            FilePicker(
                f"Figures of {_SYSTEMS[system]}: a CSV, or a folder of reports",
                self._session.file.path.parent,
                endings=(".csv",),
                folders=True,
            )
        )
        if path is None:
            return
        known = await self.aside(partial(load, self._known, path, system))
        if known is None:
            return
        told = self._known.filled()[1]
        self._known = known
        self._paint()
        notes = [note for note in known.filled()[1] if note not in told]
        if notes:
            await self.app.push_screen_wait(Tell("Loaded", notes))

    @work
    async def action_type(self, system: System) -> None:
        """Type the figure under the cursor."""
        from recordpick.tui.reports_session import typed

        at = self.query_one("#figures", OptionList).highlighted
        _, file, keys = _VIEWS[self._at]
        if at is None or not file:
            return
        row = self._rows[at]
        text = await self.app.push_screen_wait(
            Ask(
                f"{row['name']}, {row['figure'].replace('_', ' ')}",
                [f"What the report of {_SYSTEMS[system]} says. Empty: no figure."],
                value=_number(row[system]).replace(",", ""),
                yes="Keep",
                required=False,
            )
        )
        if text is None:
            return
        name = (*(str(row[key]) for key in keys), str(row["figure"]))
        try:
            self._known = typed(self._known, name, text, system)
        except UserError as error:
            await self.app.push_screen_wait(Tell.error(error))
            return
        self._paint(at)

    def action_close(self) -> None:
        """Back to work; the figures are kept for the export."""
        self.dismiss(self._known)


def _line(name: str, figure: str, *numbers: str) -> str:
    cells = [fit(number, 11, right=True) for number in numbers]
    shown = _WORDS.get(figure, figure).replace("_", " ")
    return f"{fit(name, 14)} {fit(shown, 16)}{''.join(cells)}"


def _number(value: float | None, sign: str = "") -> str:
    """Write a figure without trailing zeros; an empty text where there is none."""
    if value is None:
        return ""
    text = f"{value:{sign},.2f}"
    return text.rstrip("0").rstrip(".")

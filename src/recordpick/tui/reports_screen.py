"""The screen of the reports: figures from the records, of both systems, and the differences."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.tui.asides import Asides, opens_box
from recordpick.tui.dialogs import Ask, Tell
from recordpick.tui.file_picker import FilePicker
from recordpick.tui.keys_line import KeysLine
from recordpick.tui.new_file import as_path
from recordpick.tui.visible import content, fit

if TYPE_CHECKING:
    from recordpick.selection.figures import System
    from recordpick.tui.reports_session import Reports
    from recordpick.tui.session import Session

_VIEWS = (
    ("QOF", "qof", ("indicator",)),
    ("Targets", "target", ("target",)),
    ("Capitation", "capitation", ("sex", "age_band")),
    ("Differences", "", ()),
)
_SYSTEMS: dict[System, str] = {
    "current_system": "the current system",
    "new_system": "the new system",
}
_SHORT: dict[System, str] = {"current_system": "Current system", "new_system": "New system"}
_WORDS = {"personalised_care_adjustments": "adjustments", "newly_registered": "new patients"}
_NAMES = {"all all": "all", "unknown unknown": "unknown"}
_WIDTHS = (10, 9, 9, 11, 7)
"""Of the numbers' columns: all of them, with name and figure, have room on 80 columns."""
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
        Binding("c", "load('current_system')", "Load current"),
        Binding("n", "load('new_system')", "Load new"),
        Binding("enter", "type('current_system')", "Type current", key_display="↵"),
        Binding("e", "type('new_system')", "Type new"),
        Binding("right", "turn(1)", "Next", key_display="→", priority=True),
        Binding("w", "write", "Write"),
        Binding("t", "count_by", "Table"),
        Binding("left", "turn(-1)", "Report before", show=False, priority=True),
        *(Binding(str(n + 1), f"show({n})", one[0], show=False) for n, one in enumerate(_VIEWS)),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("f1", "app.help", "Help", show=False),
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
        """The reports, what to read them with, the figures, words on the one at hand, keys."""
        yield Static("", id="report-title", classes="screen--title", markup=False)
        yield Static("", id="report-caution", markup=False)
        yield Static("", id="report-heading", markup=False)
        yield OptionList(id="figures", markup=False, compact=True)
        yield Static("", id="figure", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """Show the first report."""
        self.query_one("#figures").focus()
        self._paint()
        if not self._known.current:
            self._recount()

    @work
    async def _recount(self) -> None:
        """Count again: what the reports are counted by is not what it was."""
        from recordpick.tui.reports_session import count

        known = await self.waited(
            "Counting for the reports", lambda progress: count(self._session, progress)
        )
        if known is not None:
            self._known = known
            self._paint()

    def _paint(self, at: int = 0) -> None:
        """Show the report at hand, with the cursor on that row."""
        title = [
            content(f" {name} ", "reverse" if number == self._at else "$quiet")
            for number, (name, _, _) in enumerate(_VIEWS)
        ]
        self.query_one("#report-title", Static).update(Content(" ").join(title))
        _, report, keys = _VIEWS[self._at]
        cautions = self._known.cautions(report)
        caution = self.query_one("#report-caution", Static)
        caution.display = bool(cautions)
        caution.update(content(" ".join(cautions), "$warning"))
        columns = ["from_records", "current_system", "new_system", "difference"]
        headings = ["in records", "current", "new", "difference"]
        if report:
            frame = self._known.filled()[0][report]
            self._rows = [
                {**row, "name": " ".join(str(row[key]) for key in keys)} for row in frame.to_dicts()
            ]
        else:
            columns = ["counted_before", "before", "after", "difference", "percent"]
            headings.append("%")
            self._rows = self._known.differences().to_dicts()
        heading = _line("", "figure", *headings)
        self.query_one("#report-heading", Static).update(content(heading, "$quiet"))
        lines = [
            _line(_named(row), row["figure"], *(_shown(row, column) for column in columns))
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
        named = f"{_named(row)}, {figure}: {row.get('measures') or row.get('means') or ''}"
        says = [row.get("why_empty") or _STATES.get(row.get("state", ""), ""), *self._given(row)]
        self.query_one("#figure", Static).update(
            content(named.rstrip(": "), "bold")
            + Content("\n")
            + content(" ".join(one for one in says if one), "$quiet")
        )

    def _given(self, row: dict[str, Any]) -> list[str]:
        """Say who gave the systems' figures of a row, when, and from which file."""
        name = self._figure_name(row)
        if name is None:
            return []
        told = []
        for system, words in _SHORT.items():
            figure = self._known.figure(system, name)
            if figure is not None:
                how = f"from {figure.source}" if figure.source else "typed"
                day = f"{figure.on.astimezone():%d %b %Y}"
                told.append(f"{words}: {how}, {figure.by.name}, {day}.")
        return told

    def _figure_name(self, row: dict[str, Any]) -> tuple[str, ...] | None:
        """Give the name of a row's figure; None in the differences."""
        _, report, keys = _VIEWS[self._at]
        if not report:
            return None
        return (report, *(str(row[key]) for key in keys), str(row["figure"]))

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

    @opens_box
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
        told = self._known.filled()[1]
        loaded = await self.aside(partial(load, self._known, path, system))
        if loaded is None:
            return
        self._paint(self.query_one("#figures", OptionList).highlighted or 0)
        notes = [note for note in self._known.filled()[1] if note not in told]
        await self.app.push_screen_wait(Tell("Loaded", [loaded.in_words, *notes]))

    @opens_box
    async def action_count_by(self) -> None:
        """Count by another year's QOF table, or by other report rules, from now on."""
        from recordpick.tui.reports_session import count_by

        path = await self.app.push_screen_wait(
            FilePicker(
                "Count by: a QOF table (qof_2026_27.csv), or report rules (.toml)",
                self._session.file.path.parent,
                endings=(".csv", ".toml"),
            )
        )
        if path is not None and await self.aside(partial(_done, count_by, self._session, path)):
            self._recount()

    @opens_box
    async def action_write(self) -> None:
        """Write both systems' figures and their differences as a CSV file."""
        from recordpick.tui.reports_session import write_differences

        name = await self.app.push_screen_wait(
            Ask(
                "Write the differences",
                ["All figures of both systems, the largest difference first, as a new CSV file:"],
                value=str(self._session.file.path.with_name("differences.csv")),
                yes="Write",
            )
        )
        if name is None:
            return
        out = as_path(name)
        if await self.aside(partial(_done, write_differences, self._known, out)):
            await self.app.push_screen_wait(Tell("Written", [f"{out}"]))

    @opens_box
    async def action_type(self, system: System) -> None:
        """Type the figure under the cursor."""
        from recordpick.tui.reports_session import typed

        at = self.query_one("#figures", OptionList).highlighted
        if at is None or (name := self._figure_name(self._rows[at])) is None:
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
        if text is not None and await self.aside(
            partial(_done, typed, self._known, name, text, system)
        ):
            self._paint(at)

    def action_close(self) -> None:
        """Back to work; what was given is kept in the working file."""
        self.dismiss(self._known)


def _done(job: Callable[..., object], *given: object) -> bool:
    """Do something that gives nothing back, and say that it was done."""
    job(*given)
    return True


def _named(row: dict[str, Any]) -> str:
    """Name what a row's figure is of; in the differences with its report, if two have the name."""
    name = _NAMES.get(row["name"], str(row["name"]))
    return f"{name} target" if row.get("report") == "target" else name


def _line(name: str, figure: str, *numbers: str) -> str:
    cells = [
        fit(number, width, right=True) for number, width in zip(numbers, _WIDTHS, strict=False)
    ]
    shown = _WORDS.get(figure, figure).replace("_", " ")
    return f"{fit(name, 14)} {fit(shown, 14)}{''.join(cells)}"


def _shown(row: dict[str, Any], column: str) -> str:
    """Write a cell: differences with their sign, and percentages of them."""
    sign = "+" if row[column] and column in {"difference", "percent"} else ""
    if column == "percent":
        text = _number(row[column], sign, 1)
        return f"{text}%" if text else ""
    return _number(row[column], sign)


def _number(value: float | None, sign: str = "", decimals: int = 2) -> str:
    """Write a figure without trailing zeros; an empty text where there is none."""
    if value is None:
        return ""
    return f"{value:{sign},.{decimals}f}".rstrip("0").rstrip(".")

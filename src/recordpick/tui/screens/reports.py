"""The screen of the reports: figures from the records, of both systems, and the differences.

The systems' figures, and the rules that the reports are counted by, are kept in the working file:
whatever is loaded or typed here is an event there, and can be undone. Only what was counted is kept
in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.local_time import local_time
from recordpick.progress import Progress, silent
from recordpick.tui.actions import HELP_KEYS, REPORTS, HelpPage, key
from recordpick.tui.background import run_in_background, run_with_progress
from recordpick.tui.dialogs import Notice, TextPrompt
from recordpick.tui.file_picker import FilePicker, parse_path
from recordpick.tui.flow_screen import FlowScreen, opens_modal
from recordpick.tui.flows.explain_figure import ExplainedFigure, explain_indicator
from recordpick.tui.screens.codelists import CodelistsScreen, prepare_lists, use_lists
from recordpick.tui.text import content, day, fit
from recordpick.tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    import polars as pl

    from recordpick.reports.import_figures import ImportedFigures
    from recordpick.reports.practice_reports import CountedReports
    from recordpick.selection.figures import System, SystemFigure
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
_SYSTEM_LABELS: dict[System, str] = {"current_system": "Current system", "new_system": "New system"}
_FIGURE_LABELS = {
    "personalised_care_adjustments": "adjustments",
    "newly_registered": "new patients",
}
_ROW_LABELS = {"all all": "all", "unknown unknown": "unknown"}
_WIDTHS = (10, 9, 9, 11, 7)
"""Cells of the numbers' columns: with name and figure, all of them fit in 80."""
_STATE_TEXTS = {
    "only_before": "Only the current system's figures have it.",
    "only_after": "Only the new system's figures have it.",
    "same": "The same to two decimals.",
    "different": "Both have it, and it is different.",
}
_NO_DIFFERENCES = (
    "Nothing to compare yet: c loads the current system's figures, n the new system's, and "
    "Enter on a figure of a report types one."
)


_TURN = "The next report, or the one before"
_HOW_TO_CHOOSE_A_YEAR = (
    "A QOF year such as 2026/27, or as-at for that of the as-at date; and, if the reports go to "
    "31 March: year-end."
)


class ReportsScreen(FlowScreen["Reports"]):
    """One report at a time, a line a figure; below, what the figure is or why it is empty."""

    HELP_PAGE = HelpPage(
        "The reports",
        "QOF, cytology and immunisation targets, capitation: what is counted in the records, and "
        "what the reports of the current and the new system say. An empty figure is not a zero: "
        "the reason is given below. What you load or type here is kept in the working file, and "
        "goes into the next hand-over pack; undo takes it back.",
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "c",
            "load('current_system')",
            "Load current: a CSV, or a folder of reports",
            REPORTS,
            label="Load current",
        ),
        key(
            "n",
            "load('new_system')",
            "Load new: the new system's figures",
            REPORTS,
            label="Load new",
        ),
        key(
            "enter",
            "type('current_system')",
            "Type current: the figure at the cursor",
            REPORTS,
            label="Type current",
            display="↵",
        ),
        key(
            "e",
            "type('new_system')",
            "Type new: the new system's figure",
            REPORTS,
            label="Type new",
        ),
        key("right", "turn(1)", _TURN, label="Next", display="→", priority=True),
        key("w", "write", "Write: all figures and differences, as CSV", REPORTS, label="Write"),
        key("x", "explain", "Explain: who is in this figure and who is not", REPORTS, label="Why"),
        key("y", "period", "Year: another QOF year, or to 31 March", REPORTS, label="Year"),
        key("t", "count_by", "Table: of another QOF year, or other rules", REPORTS, label="Table"),
        key("l", "lists", "Code lists: from official files", REPORTS, label="Code lists"),
        key("left", "turn(-1)", _TURN, priority=True),
        *(
            key(str(n + 1), f"show({n})", f"{one[0]}: show this report", REPORTS)
            for n, one in enumerate(_VIEWS)
        ),
        *HELP_KEYS,
        key("escape,i,q", "close", "Back to picking", label="Back"),
    ]

    def __init__(self, session: Session, reports: Reports) -> None:
        """Take the open session, and its reports."""
        super().__init__()
        self._session = session
        self._reports = reports
        self._view = 0
        self._rows: list[dict[str, Any]] = []

    def compose(self) -> ComposeResult:
        """Show the names of the reports, cautions, the figures, a text on one of them, and keys."""
        yield Static("", id="report-title", classes="screen--title", markup=False)
        yield Static("", id="report-caution", markup=False)
        yield Static("", id="report-heading", markup=False)
        yield OptionList(id="figures", markup=False, compact=True)
        yield Static("", id="figure", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """Show the first report."""
        self.query_one("#figures").focus()
        self._show()
        if not self._reports.is_current:
            self._recount()

    @work
    async def _recount(self) -> None:
        """Count again, because the rules or the records have changed."""
        reports = await run_with_progress(
            self, "Counting for the reports", lambda progress: count(self._session, progress)
        )
        if reports is not None:
            self._reports = reports
            self._show()

    def _show(self, row: int = 0) -> None:
        """Show the current report, with the cursor on that row."""
        title = [
            content(f" {name} ", "reverse" if number == self._view else "$quiet")
            for number, (name, _, _) in enumerate(_VIEWS)
        ]
        self.query_one("#report-title", Static).update(Content(" ").join(title))
        _, report, keys = _VIEWS[self._view]
        cautions = self._reports.cautions(report)
        said = "" if report == "capitation" else " ".join(self._reports.counted.by.in_words)
        caution = self.query_one("#report-caution", Static)
        caution.display = bool(cautions or said)
        caution.update(
            content(f"{said} " if said and cautions else said, "$quiet")
            + content(" ".join(cautions), "$warning")
        )
        columns = ["from_records", "current_system", "new_system", "difference"]
        headings = ["in records", "current", "new", "difference"]
        if report:
            frame = self._reports.filled()[0][report]
            self._rows = [
                {**one, "name": " ".join(str(one[key]) for key in keys)} for one in frame.to_dicts()
            ]
        else:
            columns = ["counted_before", "before", "after", "difference", "percent"]
            headings.append("%")
            self._rows = self._reports.differences().to_dicts()
        heading = _line("", "figure", *headings)
        self.query_one("#report-heading", Static).update(content(heading, "$quiet"))
        lines = [
            _line(_label(one), one["figure"], *(_cell(one, column) for column in columns))
            for one in self._rows
        ]
        figures = self.query_one("#figures", OptionList)
        figures.clear_options()
        figures.add_options([Option(content(line)) for line in lines])
        figures.highlighted = min(row, len(lines) - 1) if lines else None
        if not lines:
            self.query_one("#figure", Static).update(content(_NO_DIFFERENCES))

    @on(OptionList.OptionHighlighted, "#figures")
    def _describe(self) -> None:
        at = self.query_one("#figures", OptionList).highlighted
        if at is None or at >= len(self._rows):
            return
        row = self._rows[at]
        figure = row["figure"].replace("_", " ")
        heading = f"{_label(row)}, {figure}: {row.get('measures') or row.get('means') or ''}"
        state = row.get("why_empty") or _STATE_TEXTS.get(row.get("state", ""), "")
        if row.get("state") == "different" and row.get("judged"):
            from recordpick.reports.tolerance import JUDGED  # late: polars is loaded by then

            state = f"Both have it, and it is different: {JUDGED[row['judged']]}."
        self.query_one("#figure", Static).update(
            content(heading.rstrip(": "), "bold")
            + Content("\n")
            + content(" ".join(one for one in (state, *self._sources(row)) if one), "$quiet")
        )

    def _sources(self, row: dict[str, Any]) -> list[str]:
        """Return who entered the systems' figures of a row, when, and from which file."""
        name = self._figure_name(row)
        if name is None:
            return []
        sources = []
        for system, label in _SYSTEM_LABELS.items():
            figure = self._reports.figure(system, name)
            if figure is not None:
                how = f"from {figure.source}" if figure.source else "typed"
                on = day(local_time(figure.on))
                sources.append(f"{label}: {how}, {figure.by.name}, {on}.")
        return sources

    def _figure_name(self, row: dict[str, Any]) -> tuple[str, ...] | None:
        """Return the name of a row's figure; None in the differences."""
        _, report, keys = _VIEWS[self._view]
        if not report:
            return None
        return (report, *(str(row[key]) for key in keys), str(row["figure"]))

    @on(OptionList.OptionSelected, "#figures")
    def _figure_chosen(self) -> None:
        self.action_type("current_system")

    def action_turn(self, by: int) -> None:
        """Show the next report, or the one before."""
        self.action_show((self._view + by) % len(_VIEWS))

    def action_show(self, number: int) -> None:
        """Show that report."""
        self._view = number
        self._show()

    @opens_modal
    async def action_load(self, system: System) -> None:
        """Load a system's figures from a CSV, or from a folder of filled-in reports."""
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
        known_notes = self._reports.filled()[1]
        loaded = await run_in_background(self, partial(load_figures, self._reports, path, system))
        if loaded is None:
            return
        self._show(self.query_one("#figures", OptionList).highlighted or 0)
        notes = [note for note in self._reports.filled()[1] if note not in known_notes]
        await self.app.push_screen_wait(Notice("Loaded", [loaded.in_words, *notes]))

    @opens_modal
    async def action_count_by(self) -> None:
        """Count by another year's QOF table, or by other report rules, from now on."""
        path = await self.app.push_screen_wait(
            FilePicker(
                "Count by: a QOF table (qof_2026_27.csv), or report rules (.toml)",
                self._session.file.path.parent,
                endings=(".csv", ".toml"),
            )
        )
        if path is None:
            return
        if await run_in_background(self, partial(_completed, count_by, self._session, path)):
            self._recount()

    @opens_modal
    async def action_explain(self) -> None:
        """Show the rules of the indicator under the cursor, and its patients."""
        at = self.query_one("#figures", OptionList).highlighted
        if at is None or at >= len(self._rows) or not self._explains():
            return
        by = self._reports.counted.by
        name = str(self._rows[at]["name"])
        job = partial(explain_indicator, self._session, by, name)
        explained = await run_in_background(self, job)
        if explained is not None:
            await self.app.push_screen_wait(ExplainedFigure(self._session, by, explained))

    def _explains(self) -> bool:
        """Return whether the report's figures are explained by rules: not capitation's."""
        return _VIEWS[self._view][1] in ("qof", "target")

    @opens_modal
    async def action_period(self) -> None:
        """Choose the QOF year of the reports and the day that they are counted to."""
        period = self._reports.counted.by.period
        to_its_end = period.counted_to != period.as_at
        prompt = TextPrompt(
            "QOF year",
            [f"Now: {period.in_words}", _HOW_TO_CHOOSE_A_YEAR],
            value=f"{period.year} year-end" if to_its_end else period.year,
            yes="Count",
        )
        text = await self.app.push_screen_wait(prompt)
        if text is None:
            return
        if await run_in_background(self, partial(_completed, choose_period, self._session, text)):
            self._recount()

    @opens_modal
    async def action_lists(self) -> None:
        """Fill the codelists from official files, and count by them from now on."""
        near = self._session.file.path.parent
        source = await self.app.push_screen_wait(
            FilePicker(
                "Code lists: a folder of official files, or one of them",
                near,
                endings=(".csv", ".txt", ".tsv"),
                folders=True,
            )
        )
        if source is None:
            return
        name = await self.app.push_screen_wait(
            TextPrompt(
                "Where the lists are kept",
                ["A folder of their own: new, or that of an earlier import."],
                value=str(near / "our-lists"),
                yes="Read the files",
            )
        )
        if name is None:
            return
        folder = parse_path(name)
        prepared = await run_with_progress(
            self,
            "Reading the official files",
            lambda progress: prepare_lists(self._session, source, folder, progress),
            failed="Your lists are unchanged",
        )
        if prepared is None:
            return
        if not await self.app.push_screen_wait(CodelistsScreen(self._session, prepared)):
            return
        rules = await run_in_background(self, partial(use_lists, self._session, prepared))
        if rules is not None:
            self._recount()
            await self.app.push_screen_wait(
                Notice(
                    "The lists are used",
                    [
                        f"They are in {folder}, and the reports are counted by them from now on.",
                        "For criteria, make a working file with its general_practice.toml.",
                    ],
                )
            )

    @opens_modal
    async def action_write(self) -> None:
        """Write both systems' figures and their differences as a CSV file."""
        name = await self.app.push_screen_wait(
            TextPrompt(
                "Write the differences",
                ["All figures of both systems, the largest difference first, as a new CSV file:"],
                value=str(self._session.file.path.with_name("differences.csv")),
                yes="Write",
            )
        )
        if name is None:
            return
        out = parse_path(name)
        if await run_in_background(
            self, partial(_completed, write_differences, self._reports, out)
        ):
            await self.app.push_screen_wait(Notice("Written", [f"{out}"]))

    @opens_modal
    async def action_type(self, system: System) -> None:
        """Type the figure under the cursor."""
        at = self.query_one("#figures", OptionList).highlighted
        if at is None or (name := self._figure_name(self._rows[at])) is None:
            return
        row = self._rows[at]
        text = await self.app.push_screen_wait(
            TextPrompt(
                f"{row['name']}, {row['figure'].replace('_', ' ')}",
                [f"What the report of {_SYSTEMS[system]} says. Empty: no figure."],
                value=_number(row[system]).replace(",", ""),
                yes="Keep",
                required=False,
            )
        )
        if text is None:
            return
        keep = partial(_completed, type_figure, self._reports, name, text, system)
        if await run_in_background(self, keep):
            self._show(at)

    def action_close(self) -> None:
        """Go back to picking; what was loaded or typed is kept in the working file."""
        self.dismiss(self._reports)


def _completed(job: Callable[..., object], *args: object) -> bool:
    """Do something that returns nothing, and return that it was done."""
    job(*args)
    return True


def _label(row: dict[str, Any]) -> str:
    """Return what a row's figure is of; in the differences a target is marked as one."""
    name = _ROW_LABELS.get(row["name"], str(row["name"]))
    return f"{name} target" if row.get("report") == "target" else name


def _line(name: str, figure: str, *numbers: str) -> str:
    cells = [
        fit(number, width, right=True) for number, width in zip(numbers, _WIDTHS, strict=False)
    ]
    label = _FIGURE_LABELS.get(figure, figure).replace("_", " ")
    return f"{fit(name, 14)} {fit(label, 14)}{''.join(cells)}"


def _cell(row: dict[str, Any], column: str) -> str:
    """Return a cell: differences and their percentages with a sign."""
    sign = "+" if row[column] and column in {"difference", "percent"} else ""
    if column == "percent":
        text = _number(row[column], sign, 1)
        return f"{text}%" if text else ""
    return _number(row[column], sign)


def _number(value: float | None, sign: str = "", decimals: int = 2) -> str:
    """Return a figure without trailing zeros; an empty text where there is none."""
    if value is None:
        return ""
    return f"{value:{sign},.{decimals}f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Reports:
    """The reports of a session as they were counted, with the figures that its file keeps now."""

    session: Session
    counted: CountedReports
    state: object = field(repr=False)

    @property
    def is_current(self) -> bool:
        """Whether they were counted by the rules and from the records of the file as it is now."""
        return self.state == _state(self.session)

    def figure(self, system: System, name: tuple[str, ...]) -> SystemFigure | None:
        """Return a figure of a system: who entered it, when, from which file."""
        return self.session.selection.figures.get((system, name))

    def cautions(self, report: str) -> tuple[str, ...]:
        """Return the cautions of a report; "" is for all of them."""
        counted = self.counted
        return counted.cautions_of.get(report, ()) if report else counted.cautions

    def filled(self) -> tuple[dict[str, pl.DataFrame], tuple[str, ...]]:
        """Return the reports with the systems' figures in them, and notes on figures in none."""
        from recordpick.reports.practice_reports import with_system_figures

        reports, notes = with_system_figures(self.counted.reports, self.session.selection)
        return reports, tuple(notes)

    def differences(self) -> pl.DataFrame:
        """Return both systems' figures side by side, the largest difference first."""
        from recordpick.reports.compare import compare_working_file

        return compare_working_file(self.session.selection, self.counted)


def _state(session: Session) -> object:
    return session.selection.reports_by, session.file.index_fingerprint, session.file.as_at


def count(session: Session, progress: Progress = silent) -> Reports:
    """Count what the index has for every report: for a thread."""
    from recordpick.reports import practice_reports as reports
    from recordpick.tui.session import readable_index

    state = _state(session)
    with readable_index(session.index):
        by = reports.counted_by(session.selection, session.file.as_at)
        return Reports(
            session, reports.count(session.index, session.file.as_at, by, progress), state
        )


def load_figures(reports: Reports, path: Path, system: System) -> ImportedFigures:
    """Keep a system's figures from a CSV or a folder of reports, beside those known: for a thread.

    A figure that is read replaces one known before. UserError says what cannot be read.
    """
    from recordpick.reports.import_figures import load_figures

    return load_figures(reports.session.file, path, system)


def type_figure(reports: Reports, name: tuple[str, ...], text: str, system: System) -> None:
    """Keep one figure as it was typed; an empty text removes it. UserError if not a number."""
    from recordpick.reports.import_figures import keep_typed_figure

    keep_typed_figure(reports.session.file, name, text, system)


def count_by(session: Session, path: Path) -> None:
    """Count by another QOF table (CSV) or other report rules (TOML) from now on: for a thread."""
    from recordpick.reports.import_figures import import_figures
    from recordpick.tui.session import readable_index

    with readable_index(session.index):
        if path.suffix.casefold() == ".toml":
            import_figures(session.file, session.index, {}, rules=path)
        else:
            import_figures(session.file, session.index, {}, qof=path)


def choose_period(session: Session, text: str) -> None:
    """Choose the QOF year and the day to count to, as typed: for a thread.

    UserError where the text is something else.
    """
    from recordpick.errors import UserError
    from recordpick.reports.import_figures import import_figures
    from recordpick.reports.period import COUNT_TO

    words = text.casefold().split()
    count_to = next((word for word in COUNT_TO[::-1] if word in words[1:]), COUNT_TO[0])
    if words[1:] not in ([], [count_to]) or not words:
        raise UserError(f"{text.strip()!r} is not a QOF year: write 2026/27, or 2026/27 year-end.")
    import_figures(session.file, session.index, {}, period=(words[0], count_to))


def write_differences(reports: Reports, out: Path) -> None:
    """Write both systems' figures side by side as a new CSV file: for a thread."""
    from recordpick.atomic import write_file
    from recordpick.csv_safety import as_csv

    write_file(out, as_csv(reports.differences()))

"""The screens of a comparison: the answer by area, and the differences that repeat."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.errors import UserError
from recordpick.progress import Progress, silent
from recordpick.text import plural
from recordpick.tui.actions import COMPARISON, HELP_KEYS, HIDE_NAMES, VIEW, HelpPage, key
from recordpick.tui.background import run_in_background, run_with_progress
from recordpick.tui.dialogs import Notice, TextPrompt
from recordpick.tui.file_picker import free_path, parse_path
from recordpick.tui.flow_screen import FlowScreen, opens_modal
from recordpick.tui.masking import is_masking, watch_masking
from recordpick.tui.screens.comparison_entries import PRIVATE_TABLES, EntriesScreen
from recordpick.tui.text import amount, content, day, fit, masked
from recordpick.tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    from recordpick.comparison.entry_view import EntryList
    from recordpick.comparison.report import ComparisonReport
    from recordpick.comparison.sums import AreaAnswer
    from recordpick.selection.repeated import RepeatedAnswer
    from recordpick.tui.session import Session

_ANSWER_MARKS = {"accept": "√", "look": "!", "not compared": "?"}
_ANSWER_STYLES = {"accept": "$success", "look": "$warning", "not compared": "$warning"}
_COLUMNS = (
    ("In old", "in_old", 9, 8),
    ("Same", "same", 9, 8),
    ("Changed", "changed", 9, 8),
    ("(repeated)", "", 11, 0),
    ("Missing", "missing", 8, 8),
    ("Unsure", "unsure", 7, 7),
    ("Not comp.", "not_compared", 10, 10),
    ("Add.", "additional", 6, 6),
)
"""Title, count, and cells on a wide and on a narrow screen: what makes up "in old" always stays."""
_WIDE = 100
_AREA, _NARROW_AREA = 25, 14


class ComparisonScreen(FlowScreen[bool]):
    """The answer by area. Enter shows what differs there, r what repeats.

    It is dismissed with whether other records of the new system are to be compared.
    """

    HELP_PAGE = HelpPage(
        "Comparison",
        "The records of both systems, entry by entry: in old = same + changed + missing + unsure "
        "+ not compared. Repeated are changes that nearly all entries with a value share: r shows "
        "each once. The answer follows from the acceptance table; a person confirms it. Not "
        "compared (?) is not equal: one system's export does not say it. Random records are not "
        "shown: people check them without seeing the comparison.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "open", "Differences here: the entries that differ", label="Differences here"),
        key("r", "repeated", "Repeated differences: each said once", VIEW, label="Repeated"),
        key(
            "w",
            "write",
            "Write the files: for practice, supplier, clinician",
            COMPARISON,
            label="Write",
        ),
        key("o", "others", "Other records: compare another extract or index", COMPARISON),
        key("p", "app.mask", HIDE_NAMES, VIEW),
        *HELP_KEYS,
        key("escape,q", "close", "Back to picking", label="Back"),
    ]

    def __init__(self, session: Session, report: ComparisonReport) -> None:
        """Take the open session and what was found."""
        super().__init__()
        self._session = session
        self._report = report
        self._areas = report.areas

    def compose(self) -> ComposeResult:
        """Show a title, the areas, what follows for the one under the cursor, and the keys."""
        yield Static("", id="comparison-title", classes="screen--title", markup=False)
        yield Static("", id="comparison-head", markup=False)
        yield OptionList(id="comparison-list", markup=False, compact=True)
        yield Static("", id="comparison-note", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """Start at the first area to look at."""
        people = self._report.compared.patients
        old, new = (
            one.manifest.as_at for one in (self._report.compared.old, self._report.compared.new)
        )
        self.query_one("#comparison-title", Static).update(
            content(
                f"Comparison · old {day(old)}, new {day(new)} · "
                f"{amount(people.pairs.height)} of {amount(people.old)} patients matched"
            )
        )
        looks = [place for place, one in enumerate(self._areas) if one.answer == "look"]
        self._list(looks[0] if looks else 0)
        self.query_one("#comparison-list").focus()

    def on_resize(self) -> None:
        """Fit the columns to the new width."""
        listed = self.query_one("#comparison-list", OptionList)
        self.call_after_refresh(self._list, listed.highlighted or 0)

    def _list(self, place: int) -> None:
        wide = self.size.width >= _WIDE
        head = fit("", 2) + fit("Area", _AREA if wide else _NARROW_AREA)
        head += "".join(fit(title, width, right=True) for title, _, width in _shown(wide=wide))
        answer = "  Answer" if wide else ""
        self.query_one("#comparison-head", Static).update(content(f"{head}{answer}", "$quiet"))
        listed = self.query_one("#comparison-list", OptionList)
        listed.clear_options()
        listed.add_options([Option(_area_line(one, self.size.width)) for one in self._areas])
        listed.highlighted = min(place, len(self._areas) - 1)

    @on(OptionList.OptionHighlighted, "#comparison-list")
    def _show(self) -> None:
        one = self._areas[self.query_one("#comparison-list", OptionList).highlighted or 0]
        why = "; ".join(one.reasons)
        lines = [content(f"{one.area.title}: {one.answer}{f': {why}' if why else ''}.")]
        lines.append(content(f"{self.answered().repeats_in_words}.", "$quiet"))
        lines += [content(note, "$warning") for note in self._report.compared.notes]
        self.query_one("#comparison-note", Static).update(Content("\n").join(lines))

    @on(OptionList.OptionSelected, "#comparison-list")
    def _selected(self) -> None:
        self.action_open()

    def answered(self) -> ComparisonReport:
        """Return the report with the answers as they are now."""
        return answered(self._session, self._report)

    @opens_modal
    async def action_open(self) -> None:
        """Show the entries of the area that differ by themselves."""
        from recordpick.comparison.entry_view import entries_of_area

        one = self._areas[self.query_one("#comparison-list", OptionList).highlighted or 0]
        if one.answer == "not compared":
            why = "; ".join(one.reasons) or "nothing of it is in both systems"
            await self.app.push_screen_wait(Notice("Not compared", [f"{one.area.title}: {why}."]))
            return
        withheld = random_records(self._session)
        found = await run_in_background(
            self, lambda: entries_of_area(self._report, one.area.name, withheld)
        )
        if found is not None:
            title = f"{one.area.title} · only what differs by itself"
            await self.app.push_screen_wait(EntriesScreen(self._report, found, title))

    @opens_modal
    async def action_repeated(self) -> None:
        """Show the differences that repeat, each once."""
        await self.app.push_screen_wait(RepeatedScreen(self._session, self._report))
        self._show()

    @opens_modal
    async def action_write(self) -> None:
        """Write the folder of the comparison."""
        from recordpick.comparison.output import write_comparison

        folder = await self.app.push_screen_wait(
            TextPrompt(
                "Write the comparison",
                ["Files for the practice, the supplier and the clinician. They name patients."],
                value=str(free_folder(self._session.file.path)),
                yes="Write",
            )
        )
        if folder is None:
            return
        out = parse_path(folder)

        def write(progress: Progress) -> Path:
            write_comparison(out, self.answered(), progress=progress)
            return out

        written = await run_with_progress(
            self, "Writing the comparison", write, failed="Nothing was written"
        )
        if written is not None:
            said = f"Written to {written}: begin with comparison.html."
            await self.app.push_screen_wait(Notice("Written", [said]))

    def action_others(self) -> None:
        """Compare other records of the new system: another extract, or an index elsewhere."""
        self.dismiss(result=True)

    def action_close(self) -> None:
        """Go back to picking; the comparison comes back when it is called up again."""
        self.dismiss(result=False)


class RepeatedScreen(FlowScreen[None]):
    """Differences that nearly all entries with a value share: each once, with examples."""

    HELP_PAGE = HelpPage(
        "Repeated differences",
        "Each line is a difference that at least 95% of the entries with that value and five "
        "patients have. That everybody has it does not make it right: y accepts it as a rule of "
        "the new system, d asks to look at it, and the same key again takes that back. Enter shows "
        "its entries, e those that differ otherwise: its exceptions.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "open", "Entries of this line", label="Entries"),
        key("y", "answer('accept')", "Accept: it is a rule of the new system", COMPARISON),
        key("d", "answer('look')", "Look: it matters", COMPARISON),
        key("e", "exceptions", "Exceptions: entries that differ otherwise", VIEW),
        key("p", "app.mask", HIDE_NAMES, VIEW),
        *HELP_KEYS,
        key("escape,q", "close", "Back to the areas", label="Back"),
    ]

    def __init__(self, session: Session, report: ComparisonReport) -> None:
        """Take the open session and what was found."""
        super().__init__()
        self._session = session
        self._report = report
        self._lines = answered(session, report).lines.to_dicts()

    def compose(self) -> ComposeResult:
        """Show a title, the lines, examples of the one under the cursor, and the keys."""
        title = f"Repeated differences · {len(self._lines)} · said once from 95%"
        yield Static(content(title), id="comparison-title", classes="screen--title", markup=False)
        yield OptionList(id="comparison-list", markup=False, compact=True)
        yield Static("", id="comparison-note", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """List the lines, the largest first."""
        listed = self.query_one("#comparison-list", OptionList)
        listed.add_options([Option(_repeated_line(one)) for one in self._lines])
        if not self._lines:
            listed.add_option(Option(content("No difference repeats."), disabled=True))
        listed.highlighted = 0 if self._lines else None
        listed.focus()
        watch_masking(self, self._show)

    @on(OptionList.OptionHighlighted, "#comparison-list")
    def _show(self) -> None:
        from recordpick.comparison.transformations import CHANGES

        one = self._line()
        if one is None:
            return
        hidden = is_masking(self.app) and one["table"] in PRIVATE_TABLES
        lines = [
            content(
                f"{one['table']}, {one['field'].replace('_', ' ')}: {CHANGES[one['change']]}"
                f"{f' ({_words(one)})' if one['detail'] else ''}",
                "bold",
            ),
            content(
                f"{amount(one['entries'])} of {amount(one['of_entries'])} entries with these "
                f"values · {plural(one['patients'], 'patient')} · "
                f"{plural(one['exceptions'], 'exception')}, listed singly"
            ),
        ]
        for number in range(1, 6):
            example = one[f"example_{number}"]
            if example:
                lines.append(content(f"  {masked(example) if hidden else example}"))
        lines.append(content(f"Severity {one['severity']} · {_answer_words(one)}", "$quiet"))
        self.query_one("#comparison-note", Static).update(Content("\n").join(lines))

    def _line(self) -> dict[str, Any] | None:
        place = self.query_one("#comparison-list", OptionList).highlighted
        return self._lines[place] if self._lines and place is not None else None

    @on(OptionList.OptionSelected, "#comparison-list")
    def _selected(self) -> None:
        self.action_open()

    @opens_modal
    async def action_open(self) -> None:
        """Show the entries of the line."""
        from recordpick.comparison.entry_view import entries_of_line

        await self._entries("Entries of line", entries_of_line)

    def action_answer(self, given: RepeatedAnswer) -> None:
        """Keep an answer to the line; the one that it has already is taken back."""
        from recordpick.comparison.answers import key_of

        one = self._line()
        if one is None:
            return
        compared = self._report.compared
        key_here = key_of(compared.old.fingerprint, compared.new.fingerprint, one)
        answer = None if one["answer"] == given else given
        try:
            self._session.file.answer_repeated(key_here, answer, one["entries"])
        except UserError as error:
            self.app.push_screen(Notice.of_error(error))
            return
        self._lines = answered(self._session, self._report).lines.to_dicts()
        listed = self.query_one("#comparison-list", OptionList)
        place = listed.highlighted or 0
        listed.replace_option_prompt_at_index(place, _repeated_line(self._lines[place]))
        self._show()

    @opens_modal
    async def action_exceptions(self) -> None:
        """Show the entries whose field differs otherwise."""
        from recordpick.comparison.entry_view import exceptions_of_line

        await self._entries("Exceptions of line", exceptions_of_line)

    async def _entries(
        self, words: str, find: Callable[[ComparisonReport, int, frozenset[str]], EntryList]
    ) -> None:
        one = self._line()
        if one is None:
            return
        number = int(str(one["line"]))
        withheld = random_records(self._session)
        found = await run_in_background(self, lambda: find(self._report, number, withheld))
        if found is not None:
            title = f"{words} {number}"
            await self.app.push_screen_wait(EntriesScreen(self._report, found, title))

    def action_close(self) -> None:
        """Go back to the areas."""
        self.dismiss(None)


def _shown(*, wide: bool) -> list[tuple[str, str, int]]:
    found = [(title, name, broad if wide else slim) for title, name, broad, slim in _COLUMNS]
    return [one for one in found if one[2]]


def _area_line(one: AreaAnswer, width: int) -> Content:
    wide = width >= _WIDE
    text = fit(one.area.title, _AREA if wide else _NARROW_AREA)
    for _, name, cells in _shown(wide=wide):
        number = amount(one.counts[name]) if name else f"({amount(one.systematic)})"
        text += fit(number, cells, right=True)
    if wide:
        why = f": {one.reasons[0]}" if one.reasons else ""
        text += "  " + fit(f"{one.answer}{why}", max(8, width - len(text) - 8)).rstrip()
    mark = _ANSWER_MARKS[one.answer]
    return content(f"{mark} ", _ANSWER_STYLES[one.answer]) + content(text)


_LINE_MARKS = {
    "accept": ("√", "$success"),
    "look": ("!", "$warning"),
    "proposed": ("◊", "$accent"),
}


def _repeated_line(one: dict[str, Any]) -> Content:
    says = one["answer"] or ("proposed" if one["proposal"] == "accept" else "look")
    mark, style = _LINE_MARKS[says]
    what = f"{one['table']}: {str(one['field']).replace('_', ' ')}"
    text = (
        f"{one['line']:>3}  {fit(what, 28)} {fit(_words(one), 18)} "
        f"{fit(amount(one['entries']), 10, right=True)}  "
        f"{one['answer'] or 'proposed: ' + one['proposal']}"
    )
    return content(f"{mark} ", style) + content(text)


def _answer_words(one: dict[str, Any]) -> str:
    """Return a person's answer, or what is proposed."""
    if one["answer"] is None:
        return f"proposed: {one['proposal']}"
    said = "accepted" if one["answer"] == "accept" else "to look at"
    return f"{said}: {one['answered_by']}, {day(one['answered_on'])}"


def _words(one: dict[str, Any]) -> str:
    detail = str(one["detail"] or "")
    return f"{one['change']} {detail}".strip() if detail else str(one["change"])


def answered(session: Session, report: ComparisonReport) -> ComparisonReport:
    """Return the report with what people answered to the differences that repeat."""
    from recordpick.comparison.answers import with_answers
    from recordpick.selection.kinds.repeated import answers_in

    return with_answers(report, answers_in(session.file.selection.kept))


def random_records(session: Session) -> frozenset[str]:
    """Return the random records: people check them without seeing the comparison."""
    return frozenset(pick.patient_id for pick in session.file.selection.random())


def free_folder(path: Path) -> Path:
    """Return a free name for the comparison's folder beside the working file `path`."""
    return free_path(path.with_name(f"{path.stem}-comparison"))


def compare_with(session: Session, path: Path, progress: Progress = silent) -> ComparisonReport:
    """Compare the practice's records with the new system's at `path`: for a thread.

    `path` is an index or an extract. UserError where it cannot be compared. Columns of large tables
    are read when they are needed, so an index made of an extract is kept as long as the report is.
    """
    from recordpick.comparison.compare import compare_records
    from recordpick.comparison.report import report_on
    from recordpick.comparison.sources import open_source
    from recordpick.tui.session import readable_index

    with ExitStack() as opened, readable_index(session.index):
        new = opened.enter_context(open_source(path, progress))
        compared = compare_records(session.index, new, progress=progress)
        progress("finding what repeats", None)
        report = report_on(compared)
        weakref.finalize(compared, opened.pop_all().close)
        return report

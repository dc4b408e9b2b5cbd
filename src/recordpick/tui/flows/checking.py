"""The flows of data checking: choose the phase, filter, decide, share, import, write, sign off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from recordpick.errors import UserError
from recordpick.text import plural
from recordpick.tui.actions import HelpPage, key
from recordpick.tui.background import run_in_background, run_with_progress
from recordpick.tui.dialogs import Confirm, Modal, ModalFrame, Notice, TextPrompt
from recordpick.tui.file_picker import FilePicker, free_path, parse_path
from recordpick.tui.flows.comparison import bring_back
from recordpick.tui.masking import PrivateText
from recordpick.tui.text import content, day

if TYPE_CHECKING:
    from recordpick.comparison.report import ComparisonReport
    from recordpick.selection.results import Phase
    from recordpick.tui.screens.checking import CheckingScreen
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session

_IMPORTED = (".recordpick", ".xlsx", ".xlsm", ".ods", ".csv")
_ABOUT_COPIES = (
    "It holds everything that the working file holds: carry it as you carry patient records. "
    "Import it again when it comes back."
)
_ABOUT_LOGS = (
    "As .xlsx or .csv; or name a .toml that says how the supplier's own form is filled in. It "
    "holds what was written about patients: send it as you send patient data."
)
_ABOUT_PAGES = "As .pdf or .txt, to print and sign. It has no names of patients."
_ABOUT_COMPARISONS = (
    "To include how much a comparison of both systems misses at most, use the command recordpick "
    "issues sign-off --comparison."
)


class ChoiceDialog(Modal[int | None]):
    """One of several lines, with Enter; None for Esc."""

    HELP_PAGE = HelpPage("Choose one", "Enter chooses the line under the cursor, Esc none.")
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Back; nothing is done", label="Cancel")
    ]

    def __init__(
        self,
        title: str,
        messages: Sequence[str | PrivateText],
        choices: Sequence[str],
        at: int = 0,
    ) -> None:
        """Take the title, what to know, and the lines; the cursor starts at one."""
        super().__init__()
        self._title = title
        self._messages = messages
        self._choices = choices
        self._at = at

    def compose(self) -> ComposeResult:
        """Show the lines."""
        with ModalFrame(self._title, self._messages):
            yield OptionList(
                *(Option(content(one)) for one in self._choices),
                id="choices",
                markup=False,
                compact=True,
            )

    def on_mount(self) -> None:
        """Put the cursor on the most likely line."""
        listing = self.query_one(OptionList)
        listing.highlighted = self._at
        listing.focus()

    @on(OptionList.OptionSelected, "#choices")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)


async def check_records(screen: PickingScreen, session: Session) -> None:
    """Choose the phase and who checks, then check record by record."""
    found = await run_in_background(screen, lambda: _phases(session))
    if found is None:
        return
    phases, at, initials = found
    copy = session.file.checking_copy
    if copy is None:
        chosen = await screen.app.push_screen_wait(
            ChoiceDialog("Which phase?", [], [words for _, words in phases], at)
        )
        if chosen is None:
            return
        at = chosen
        said = await screen.app.push_screen_wait(
            TextPrompt(
                "Your initials",
                ["They are kept with each result, and go into the issue log."],
                value=initials,
                yes="Start checking",
            )
        )
        if said is None:
            return
        initials = said.strip()
    phase = phases[at][0]
    await bring_back(screen, session)
    report = screen.comparison
    opened = await run_in_background(
        screen, lambda: open_checking(session, phase, initials, report)
    )
    if opened is not None:
        await screen.app.push_screen_wait(opened)
        screen.show_changes("")


def open_checking(
    session: Session, phase: Phase, initials: str, report: ComparisonReport | None = None
) -> CheckingScreen:
    """Return the screen of a phase: for a thread. UserError where nothing can be checked.

    With the `report` of a comparison, lines show what it proposes until they have a result.
    """
    from recordpick.selection.typed_text import clean_initials
    from recordpick.tui.checking_state import Checking
    from recordpick.tui.screens.checking import CheckingScreen

    checking = Checking(session.file, session.index, phase, clean_initials(initials), _today)
    if report is not None:
        from recordpick.comparison.proposals import proposals_for

        checking.proposed = proposals_for(report, session.file)
    return CheckingScreen(session, checking)


def _today() -> date:
    return datetime.now().astimezone().date()


def _phases(session: Session) -> tuple[list[tuple[Phase, str]], int, str]:
    """Return each phase with what is left of it, the one to go on with, and likely initials."""
    from recordpick.data_checking.issued_lists import list_ids
    from recordpick.data_checking.phase_lines import is_finished, is_settled, phase_lines
    from recordpick.data_checking.progress import progress
    from recordpick.data_checking.result_cells import initials_of
    from recordpick.selection.results import PHASES

    file = session.file
    found: list[tuple[Phase, str]] = []
    to_do: list[Phase] = []
    for phase, done in ((one.phase, is_finished(one)) for one in progress(file)):
        try:
            lines = phase_lines(file, phase)
        except UserError:
            if not list_ids(file):
                raise
            to_do.append(phase)
            found.append((phase, f"{phase.capitalize()}: export again first"))
            continue
        left = sum(not is_settled(file, phase, line) for line in lines.lines)
        words = (
            f"{left:,} of {plural(len(lines.lines), 'line')} left, "
            f"{plural(len(lines.records), 'record')}"
            if lines.lines
            else "nothing to check"
        )
        if done and left:
            words = f"done; the newest list has {plural(left, 'more line')}"
        found.append((phase, f"{phase.capitalize()}: {words}"))
        to_do += [phase] * (left > 0 and not done)
    copy = file.checking_copy
    likely = copy.phase if copy is not None else [*to_do, PHASES[-1]][0]
    name = "" if file.person is None else file.person.name
    return found, PHASES.index(likely), initials_of(name) if copy is None else copy.initials


async def show_record(screen: CheckingScreen, session: Session) -> None:
    """Show the whole record as the index has it."""
    record = screen.record
    if record is None:
        return
    found = await run_in_background(screen, lambda: session.record(record.patient_id))
    if found is None:
        return
    messages: list[str | PrivateText] = []
    for part in found.parts:
        messages.append(f"{part.title} ({len(part.entries):,})")
        for entry in part.entries:
            when = "no date" if entry.date is None else day(entry.date)
            text = " · ".join(one for one in (entry.text, entry.free) if one)
            messages.append(PrivateText(f"  {when}  {text}", f"  {when}"))
    who = screen.checking.who[record.patient_id]
    title = f"Record of patient {record.patient_id}"
    heading = PrivateText(f"{who.name}   born {who.born}   NHS {who.nhs or 'none'}", "")
    await screen.app.push_screen_wait(Notice(title, [heading, *messages]))


async def choose_filter(screen: CheckingScreen, _: Session) -> None:
    """Show only unfinished records, those of an area, or of one person's share."""
    from recordpick.tui.checking_state import Filter

    checking = screen.checking
    own = checking.filter.person
    choices: list[tuple[str, Filter]] = [
        ("All records", Filter()),
        ("Unfinished records", Filter("unfinished", person=own)),
    ]
    choices += [(f"Area: {area}", Filter(area=area, person=own)) for area in checking.areas()]
    choices += [(f"Share of {one}", Filter(person=one)) for one in checking.people()]
    at = next((n for n, (_, one) in enumerate(choices) if one == checking.filter), 0)
    chosen = await screen.app.push_screen_wait(
        ChoiceDialog("Show which records?", [], [words for words, _ in choices], at)
    )
    if chosen is not None:
        checking.apply_filter(choices[chosen][1])
        words = checking.filter.words
        screen.show_records_again(f"Shown: {words}. t shows others." if words else "")


async def resolve(screen: CheckingScreen, _: Session) -> None:
    """Show the results of a line about which people disagree, and let one be chosen."""
    row = screen.row
    if row is None:
        return
    judged = screen.checking.state(row).disagrees
    words = []
    for who, result in judged:
        entry = result.entry
        said = ", ".join(
            one
            for one in (entry.outcome, entry.severity, " / ".join(entry.differs.splitlines()))
            if one
        )
        when = f"{result.on.astimezone():%d/%m/%Y %H:%M}"
        words.append(f"{who.removeprefix('@').upper()}: {said} ({result.by.name}, {when})")
    chosen = await screen.app.push_screen_wait(
        ChoiceDialog(
            f"{row.name}: whose result counts?",
            ["Look at the record together first. The others' results are kept in the file."],
            words,
        )
    )
    if chosen is None:
        return
    reason = await screen.app.push_screen_wait(
        TextPrompt(
            "Why does that one count?",
            [PrivateText(words[chosen], "The result that you chose.")],
            placeholder="both looked again",
            yes="Decide",
            private=True,
        )
    )
    if reason is not None:
        screen.change(lambda: screen.checking.resolve(row, judged[chosen][0], reason))


async def give_records(screen: CheckingScreen, session: Session) -> None:
    """Give somebody a share of the records, in a checking copy."""
    from recordpick.data_checking.checking_copies import free_copy_path, make_copy
    from recordpick.data_checking.phase_lines import also_given, records_named

    checking = screen.checking
    numbers = [record.number for record in checking.lines.records]
    if not numbers:
        screen.show_message(f"Nothing has to be checked in the {checking.phase}.", warns=True)
        return
    who = await screen.app.push_screen_wait(
        TextPrompt("Who is to check?", ["Their initials:"], yes="Go on")
    )
    if who is None:
        return
    which = await screen.app.push_screen_wait(
        TextPrompt(
            f"Which records is {who} to check?",
            [f"Numbers on the list, as 1-40,52, or all. It has {numbers[0]} to {numbers[-1]}."],
            value="all",
            yes="Go on",
        )
    )
    if which is None:
        return
    where = await screen.app.push_screen_wait(
        TextPrompt(
            f"Checking copy for {who}",
            [_ABOUT_COPIES],
            value=str(free_copy_path(session.file, who)),
            yes="Write",
        )
    )
    if where is None:
        return

    def write() -> list[str]:
        patients = [one.patient_id for one in records_named(checking.lines, which)]
        also = also_given(session.file, checking.phase, who, patients)
        path = make_copy(session.file, parse_path(where), checking.phase, who, patients)
        return [f"Written to {path}.", *([also] if also else [])]

    written = await run_in_background(screen, write)
    if written is not None:
        screen.show_again()
        await screen.app.push_screen_wait(Notice("Written", written))


async def import_results(screen: CheckingScreen, session: Session) -> None:
    """Import a checking copy, a filled-in workbook or a transcript, after showing what is in it."""
    from recordpick.data_checking.checking_copies import (
        import_preview,
        import_words,
        is_copy,
        preview_copy,
    )
    from recordpick.data_checking.import_results import preview_import

    path = await screen.app.push_screen_wait(
        FilePicker(
            "A checking copy, a filled-in workbook, or a CSV typed from printed sheets",
            session.file.path.parent,
            endings=_IMPORTED,
        )
    )
    if path is None:
        return
    file = session.file

    def preview() -> tuple[str, list[str], Callable[[], object]]:
        if is_copy(path):
            copy = preview_copy(file, path)
            return (
                import_words(copy),
                [*copy.notes, *copy.disagree],
                lambda: import_preview(file, copy),
            )
        book = preview_import(file, path)
        words = (
            f"{book.filled.phase}, list {book.filled.list_id}: {book.new:,} new results, "
            f"{len(book.replaced):,} that replace earlier ones, {book.known:,} known already."
        )
        notes = [*book.notes, *book.disagree, *book.not_imported]
        return words, notes, lambda: file.import_results(book.filled)

    previewed = await run_with_progress(
        screen, "Reading what was filled in", lambda _: preview(), failed="Nothing can be imported"
    )
    if previewed is None:
        return
    words, notes, import_previewed = previewed
    messages = [PrivateText(one, "A message that names patients.") for one in notes]
    if not await screen.app.push_screen_wait(
        Confirm(f"Import {path.name}?", [words, *messages], "Import")
    ):
        return

    def import_and_show() -> str:
        import_previewed()
        screen.checking.refresh_lines()
        return f"Imported {path.name}: {words} Ctrl+Z undoes it."

    if screen.change(import_and_show):
        screen.show_records_again(screen.message)


async def export_log(screen: CheckingScreen, session: Session) -> None:
    """Write the issue log as it is now: CSV, XLSX, or the supplier's form."""
    from recordpick.data_checking.write_log import write_log

    default = free_path(session.file.path.with_name("issue-log"), ".xlsx")
    await ask_and_write(
        screen,
        "Write the issue log",
        [_ABOUT_LOGS],
        default,
        lambda path: write_log(session.file, path),
    )


async def write_page(screen: CheckingScreen, session: Session) -> None:
    """Write the page that the lead clinician signs."""
    from recordpick.atomic import write_file
    from recordpick.data_checking.sign_off import sign_off_page, source_limits

    def write(path: Path) -> str:
        limits = source_limits(session.file, session.index)
        content = sign_off_page(session.file, limits, datetime.now(UTC), path.suffix)
        write_file(path, content)
        return f"Written to {path}: print and sign it."

    default = free_path(session.file.path.with_name("sign-off"), ".pdf")
    await ask_and_write(
        screen, "Write the page to sign", [_ABOUT_PAGES, _ABOUT_COMPARISONS], default, write
    )


async def ask_and_write(
    screen: CheckingScreen,
    title: str,
    messages: Sequence[str],
    default: Path,
    write: Callable[[Path], str],
) -> None:
    """Ask where a file goes, write it in the background, and say what was written."""
    said = await screen.app.push_screen_wait(
        TextPrompt(title, list(messages), value=str(default), yes="Write")
    )
    if said is None:
        return
    written = await run_in_background(screen, lambda: write(parse_path(said)))
    if written is not None:
        await screen.app.push_screen_wait(Notice("Written", [written]))

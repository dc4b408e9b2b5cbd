"""Merging two copies of a working file: what each changed, and who decides conflicts.

Nothing is written before every conflict is decided by a person. The result is a new file; both
copies stay as they are.
"""

from __future__ import annotations

from asyncio import to_thread
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.errors import UserError
from recordpick.progress import Progress
from recordpick.text import plural
from recordpick.tui.actions import HELP_KEYS, HIDE_NAMES, MERGE, VIEW, HelpPage, key
from recordpick.tui.background import GROUP, run_in_background, run_with_progress
from recordpick.tui.dialogs import Confirm, Notice, TextPrompt
from recordpick.tui.file_picker import FilePicker, free_path, parse_path
from recordpick.tui.flow_screen import FlowScreen, opens_modal
from recordpick.tui.masking import is_masking, mask_numbers, watch_masking
from recordpick.tui.text import content, moment, paragraph
from recordpick.tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    from textual.app import App

    from recordpick.selection.copy_changes import Change
    from recordpick.selection.events import Person
    from recordpick.selection.merging import Choice, Conflict, Plan
    from recordpick.selection.working_file import WorkingFile
    from recordpick.tui.app import RecordpickApp
    from recordpick.tui.screens.picking import PickingScreen

ENDING = ".recordpick"
_HIDDEN = "hidden with the names"
_TITLE = "Merge two copies"
_INTRODUCTION = (
    "What only one of them changed, and what both changed alike, goes into the new file. Where "
    "they disagree, choose whose version counts: a or b on each conflict. w writes the new file; "
    "both copies stay as they are."
)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two copies, what each changed since they were last the same, and how they can be merged."""

    paths: tuple[Path, Path]
    heads: tuple[str, str]
    """The hashes of their last events, which stand for all that was compared."""
    last: tuple[str, str]
    """When each was changed last, and by whom."""
    changes: tuple[tuple[Change, ...], tuple[Change, ...]]
    plan: Plan
    numbers: frozenset[str]
    """The patient numbers in them, so that they can be hidden."""


def compare_copies(first: Path, second: Path) -> Compared:
    """Read two copies and compare them: for a thread. UserError where they cannot be merged."""
    from recordpick.selection.copy_changes import changes_of_each, patient_numbers
    from recordpick.selection.merging import plan_merge
    from recordpick.selection.working_file import WorkingFile

    with (
        WorkingFile.open(first, read_only=True) as ours,
        WorkingFile.open(second, read_only=True) as theirs,
    ):
        last = [file.events[-1] for file in (ours, theirs)]
        texts = [f"last change {moment(one.on)}, {one.who}" for one in last]
        plan = plan_merge(ours, theirs)
        return Compared(
            paths=(first, second),
            heads=(ours.head, theirs.head),
            last=(texts[0], texts[1]),
            changes=((), ()) if plan.nothing_to_do else changes_of_each(ours, theirs),
            plan=plan,
            numbers=patient_numbers(ours, theirs),
        )


def write_merged(
    compared: Compared, choices: dict[str, Choice], out: Path, person: Person
) -> tuple[str, ...]:
    """Write the new file: for a thread. Return what people should know about it.

    UserError where a copy has changed since it was compared, and where the file cannot be written.
    """
    from recordpick.selection.merging import plan_merge
    from recordpick.selection.working_file import WorkingFile

    first, second = compared.paths
    with (
        WorkingFile.open(first, read_only=True) as ours,
        WorkingFile.open(second, read_only=True) as theirs,
    ):
        if (ours.head, theirs.head) != compared.heads:
            raise UserError(
                "One of the copies was changed while you decided, so nothing was written: compare "
                "them again."
            )
        plan = plan_merge(ours, theirs)
        ours.save_merged(out, plan.body(choices), person)
        return plan.notes


def free_merged_path(path: Path) -> Path:
    """Return a free name for the merged file, beside the first copy."""
    return free_path(path.with_name(f"{path.stem}-merged"), ENDING)


class MergeScreen(FlowScreen[Path | None]):
    """The conflicts first, to be decided one by one; then what each copy changed.

    Dismissed with the path of the file that was written, or None.
    """

    HELP_PAGE = HelpPage(
        "Merging two copies",
        "Two people have each changed a copy of the working file. At the top are the conflicts: "
        "what both changed to different things. Decide each; nothing is written before. Below is "
        "what each copy changed; the line under the cursor is shown in full at the foot. The new "
        "file has everything of both; both stay as they are.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("a", "decide('A')", "Take A: what A has; again for undecided", MERGE, label="Take A"),
        key("b", "decide('B')", "Take B: what B has; again for undecided", MERGE, label="Take B"),
        key("n", "next_open", "Next conflict: that is not decided", MERGE, label="Next"),
        key("w", "write", "Write: the new file", MERGE, label="Write"),
        key("p", "app.mask", HIDE_NAMES, VIEW, label="Hide names"),
        *HELP_KEYS,
        key("escape,q", "close", "Back; nothing is written", label="Back"),
    ]

    def __init__(self, compared: Compared, person: Person) -> None:
        """Take the comparison, and who is working: the merge is theirs."""
        super().__init__()
        self._compared = compared
        self._person = person
        self.choices: dict[str, Choice] = {}

    @property
    def _conflicts(self) -> tuple[Conflict, ...]:
        return self._compared.plan.conflicts

    @property
    def undecided(self) -> int:
        """How many conflicts are not decided yet."""
        return len(self._conflicts) - len(self.choices)

    def compose(self) -> ComposeResult:
        """Show the two copies, the list, the line under the cursor in full, and the keys."""
        yield Static(_TITLE, classes="screen--title")
        with VerticalScroll(id="merge-copies", can_focus=False):
            for letter, path, last in zip(
                "AB", self._compared.paths, self._compared.last, strict=True
            ):
                yield Static(content(f"{letter}  {path}  ({last})"))
            yield Static(content(_INTRODUCTION, "$quiet"))
        yield OptionList(id="merge-list", markup=False, compact=True)
        yield Static("", id="merge-line", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """Show all, with the cursor on the first conflict."""
        self.query_one(OptionList).focus()
        watch_masking(self, self._show)

    # ------------------------------------------------------------------ what is shown

    def _show(self) -> None:
        listing = self.query_one(OptionList)
        at = listing.highlighted
        listing.clear_options()
        listing.add_options(self._options())
        first = 1 if self._conflicts else 0
        listing.highlighted = min(first if at is None else at, listing.option_count - 1)
        self._show_line()

    def _options(self) -> list[Option]:
        number = len(self._conflicts)
        head = f"{plural(number, 'conflict')}, {self.undecided:,} not decided"
        options = [Option(content(head if number else "No conflicts", "bold"), disabled=True)]
        options += [
            Option(
                content(f"[{self.choices.get(one.name, ' ')}] {self._hide(one.says)}"), id=one.name
            )
            for one in self._conflicts
        ]
        for letter, changes in zip("AB", self._compared.changes, strict=True):
            title = f"Changed in {letter} since the copies parted: {len(changes):,}"
            options.append(Option(content(title, "bold"), disabled=True))
            options += [Option(content(f"    {self._in_words(one)}")) for one in changes]
        return options

    def _in_words(self, change: Change) -> str:
        text = self._hide(change.says)
        if not change.text:
            return text
        return f"{text}: {_HIDDEN if is_masking(self.app) else change.text}"

    def _hide(self, text: str) -> str:
        return mask_numbers(self._compared.numbers, text) if is_masking(self.app) else text

    def _show_line(self) -> None:
        """Show in full what the line under the cursor is about."""
        line = self.query_one("#merge-line", Static)
        conflict = self._current_conflict()
        if conflict is None:
            line.update("")
            return
        hidden = is_masking(self.app)
        parts = [content(f"{self._hide(conflict.says)}\n", "bold")]
        for letter, text in (("A", conflict.a), ("B", conflict.b)):
            is_taken = self.choices.get(conflict.name) == letter
            parts.append(content(f"{letter}  ", "bold" if is_taken else "$quiet"))
            parts.append(
                paragraph(f"{_HIDDEN if hidden else text}\n", "" if is_taken else "$quiet")
            )
        line.update(Content("").join(parts))

    def _current_conflict(self) -> Conflict | None:
        listing = self.query_one(OptionList)
        if listing.highlighted is None:
            return None
        name = listing.get_option_at_index(listing.highlighted).id
        return next((one for one in self._conflicts if one.name == name), None)

    @on(OptionList.OptionHighlighted)
    def _line_highlighted(self) -> None:
        self._show_line()

    # ------------------------------------------------------------------ keys

    def action_decide(self, choice: Choice) -> None:
        """Decide the conflict under the cursor; the same key again undoes the decision.

        Where the cursor is not on a conflict, it goes to one first, to be read.
        """
        conflict = self._current_conflict()
        if conflict is None:
            self.action_next_open()
            return
        if self.choices.get(conflict.name) == choice:
            del self.choices[conflict.name]
        else:
            self.choices[conflict.name] = choice
        self._show()

    def action_next_open(self) -> None:
        """Go to the next conflict that is not decided."""
        listing = self.query_one(OptionList)
        at = listing.highlighted or 0
        still_open = [
            place for place, one in enumerate(self._conflicts, 1) if one.name not in self.choices
        ]
        if still_open:
            listing.highlighted = next((one for one in still_open if one > at), still_open[0])

    @opens_modal
    async def action_write(self) -> None:
        """Write the merged file, once every conflict is decided."""
        if self.undecided:
            self.action_next_open()
            number = plural(self.undecided, "conflict")
            message = f"{number} not decided yet, so nothing is written."
            await self.app.push_screen_wait(Notice("Decide each conflict first", [message]))
            return
        path = free_merged_path(self._compared.paths[0])
        while True:
            text = await self.app.push_screen_wait(
                TextPrompt(
                    "Write the merged file",
                    ["Everything of both copies goes into this new file:"],
                    value=str(path),
                    yes="Write",
                )
            )
            if text is None:
                return
            path = parse_path(text)
            if not path.suffix:
                path = path.with_name(f"{path.name}{ENDING}")
            choices = dict(self.choices)
            job = partial(write_merged, self._compared, choices, path, self._person)
            notes = await run_in_background(self, job)
            if notes is not None:
                break
        written = [
            f"Written: {path}.",
            "From now on, everybody works with this file only.",
            *notes,
        ]
        opened = await self.app.push_screen_wait(
            Confirm("The copies are merged", written, "Open the new file", "Stay here")
        )
        self.dismiss(path if opened else None)

    def action_close(self) -> None:
        """Go back; nothing is written."""
        self.dismiss(None)


async def merge_copies(
    app: App[Any], person: Person, first: Path | None = None, second: Path | None = None
) -> Path | None:
    """Ask for the copies that are not known, and merge them; return the new file to open.

    None where nothing was written, or the person does not want to open it.
    """
    if first is None:
        first = await _chosen(app, "The first copy (A)", None)
    if first is None:
        return None
    if second is None:
        second = await _chosen(app, f"The other copy (B) of {first.name}", first.parent)
    if second is None:
        return None
    a, b = first, second

    def compare(_: Progress) -> Compared:
        return compare_copies(a, b)

    compared = await run_with_progress(
        app, "Comparing the copies", compare, failed="These cannot be merged"
    )
    if compared is None:
        return None
    if compared.plan.nothing_to_do:
        await app.push_screen_wait(Notice(_TITLE, [compared.plan.nothing_to_do]))
        return None
    merged: Path | None = await app.push_screen_wait(MergeScreen(compared, person))
    return merged


async def _chosen(app: App[Any], title: str, start: Path | None) -> Path | None:
    path: Path | None = await app.push_screen_wait(FilePicker(title, start, endings=(ENDING,)))
    return path


async def person_to_merge(app: RecordpickApp) -> Person | None:
    """Return who is working, and ask if that is not known; None without an answer."""
    from recordpick.selection.events import Person

    if not await app.knows_person():
        return None
    return Person(app.settings.name, app.settings.role)


async def offer_to_merge(app: App[Any], file: WorkingFile) -> Path | None:
    """Ask whether to merge the file now with copies beside it that have changed."""
    for copy in file.diverged if file.person is not None else ():
        text = (
            f"{file.path.name} and {copy.name} have both changed since they were the same. You see "
            "what each has, decide where they disagree, and both stay as they are."
        )
        answer = await app.push_screen_wait(
            Confirm("Merge the two copies now?", [text], "Not now", "Merge them")
        )
        if answer is False and file.person is not None:
            return await merge_copies(app, file.person, file.path, copy)
    return None


def report_recent_copies(screen: PickingScreen, file: WorkingFile, recent: list[str]) -> None:
    """Find copies of the file among recent files, in a thread, and show which have changed.

    They may be on a slow drive: nothing waits for it.
    """
    from recordpick.selection.other_copies import copies_used_recently

    path, events = file.path, file.events

    async def find() -> None:
        found = await to_thread(copies_used_recently, path, events, recent)
        if found:
            screen.show_message(" ".join(one.says for one in found), warns=True)

    screen.run_worker(find(), group=GROUP, name="finding copies")

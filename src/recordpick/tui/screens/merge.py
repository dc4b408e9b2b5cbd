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
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.errors import UserError
from recordpick.progress import Progress
from recordpick.tui.asides import Asides, opens_box
from recordpick.tui.dialogs import Ask, Confirm, Tell
from recordpick.tui.file_picker import FilePicker
from recordpick.tui.hiding import follow, is_hiding, without
from recordpick.tui.keys_line import KeysLine
from recordpick.tui.new_file import as_path
from recordpick.tui.visible import content, counted, paragraph
from recordpick.tui.waiting import Waiting

if TYPE_CHECKING:
    from textual.app import App

    from recordpick.selection.copy_changes import Change
    from recordpick.selection.events import Person
    from recordpick.selection.merging import Choice, Conflict, Plan
    from recordpick.selection.working_file import WorkingFile
    from recordpick.tui.app import RecordpickApp
    from recordpick.tui.work import WorkScreen

ENDING = ".recordpick"
_HIDDEN = "hidden with the names"
_TOGETHER = "Merge two copies"
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
        said = [f"last change {one.on.astimezone():%d/%m/%Y %H:%M}, {one.who}" for one in last]
        plan = plan_merge(ours, theirs)
        return Compared(
            paths=(first, second),
            heads=(ours.head, theirs.head),
            last=(said[0], said[1]),
            changes=((), ()) if plan.nothing_to_do else changes_of_each(ours, theirs),
            plan=plan,
            numbers=patient_numbers(ours, theirs),
        )


def write_merged(
    compared: Compared, choices: dict[str, Choice], out: Path, person: Person
) -> tuple[str, ...]:
    """Write the new file: for a thread. Return what people should know of it.

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


def free_place(path: Path) -> Path:
    """Return a free name for the merged file, beside the first copy."""
    number, free = 1, path.with_name(f"{path.stem}-merged{ENDING}")
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-merged-{number}{ENDING}")
    return free


class MergeScreen(Asides[Path | None]):
    """The conflicts first, to be decided one by one; then what each copy changed.

    Dismissed with the path of the file that was written, or None.
    """

    TOPIC = "merge"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "decide('A')", "Take A"),
        Binding("b", "decide('B')", "Take B"),
        Binding("n", "next_open", "Next"),
        Binding("w", "write", "Write"),
        Binding("p", "app.mask", "Hide names"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("f1", "app.help", "Help", show=False),
        Binding("escape,q", "close", "Back"),
    ]

    def __init__(self, compared: Compared, person: Person) -> None:
        """Take the comparison, and who works here: the merge is theirs."""
        super().__init__()
        self._compared = compared
        self._person = person
        self.choices: dict[str, Choice] = {}

    @property
    def _conflicts(self) -> tuple[Conflict, ...]:
        return self._compared.plan.conflicts

    @property
    def undecided(self) -> int:
        """How many conflicts nobody has decided yet."""
        return len(self._conflicts) - len(self.choices)

    def compose(self) -> ComposeResult:
        """The two copies, the list, what the line under the cursor says in full, keys."""
        yield Static(_TOGETHER, classes="screen--title")
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
        follow(self, self._paint)

    # ------------------------------------------------------------------ what is painted

    def _paint(self) -> None:
        listing = self.query_one(OptionList)
        at = listing.highlighted
        listing.clear_options()
        listing.add_options(self._options())
        first = 1 if self._conflicts else 0
        listing.highlighted = min(first if at is None else at, listing.option_count - 1)
        self._show_line()

    def _options(self) -> list[Option]:
        number = len(self._conflicts)
        head = f"{counted(number, 'conflict')}, {self.undecided:,} not decided"
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
        says = self._hide(change.says)
        if not change.text:
            return says
        return f"{says}: {_HIDDEN if is_hiding(self.app) else change.text}"

    def _hide(self, text: str) -> str:
        return without(self._compared.numbers, text) if is_hiding(self.app) else text

    def _show_line(self) -> None:
        """Say in full what the line under the cursor is about."""
        line = self.query_one("#merge-line", Static)
        conflict = self._at_hand()
        if conflict is None:
            line.update("")
            return
        hidden = is_hiding(self.app)
        parts = [content(f"{self._hide(conflict.says)}\n", "bold")]
        for letter, text in (("A", conflict.a), ("B", conflict.b)):
            is_taken = self.choices.get(conflict.name) == letter
            parts.append(content(f"{letter}  ", "bold" if is_taken else "$quiet"))
            parts.append(
                paragraph(f"{_HIDDEN if hidden else text}\n", "" if is_taken else "$quiet")
            )
        line.update(Content("").join(parts))

    def _at_hand(self) -> Conflict | None:
        listing = self.query_one(OptionList)
        if listing.highlighted is None:
            return None
        name = listing.get_option_at_index(listing.highlighted).id
        return next((one for one in self._conflicts if one.name == name), None)

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self._show_line()

    # ------------------------------------------------------------------ keys

    def action_decide(self, choice: Choice) -> None:
        """Decide the conflict under the cursor; the same key again takes the decision back.

        Where the cursor is on no conflict, it goes to one first, to be read.
        """
        conflict = self._at_hand()
        if conflict is None:
            self.action_next_open()
            return
        if self.choices.get(conflict.name) == choice:
            del self.choices[conflict.name]
        else:
            self.choices[conflict.name] = choice
        self._paint()

    def action_next_open(self) -> None:
        """Go to the next conflict that is not decided."""
        listing = self.query_one(OptionList)
        at = listing.highlighted or 0
        still_open = [
            place for place, one in enumerate(self._conflicts, 1) if one.name not in self.choices
        ]
        if still_open:
            listing.highlighted = next((one for one in still_open if one > at), still_open[0])

    @opens_box
    async def action_write(self) -> None:
        """Write the merged file, once every conflict is decided."""
        if self.undecided:
            self.action_next_open()
            says = f"{counted(self.undecided, 'conflict')} not decided yet, so nothing is written."
            await self.app.push_screen_wait(Tell("Decide each conflict first", [says]))
            return
        place = free_place(self._compared.paths[0])
        while True:
            text = await self.app.push_screen_wait(
                Ask(
                    "Write the merged file",
                    ["Everything of both copies goes into this new file:"],
                    value=str(place),
                    yes="Write",
                )
            )
            if text is None:
                return
            place = as_path(text)
            if not place.suffix:
                place = place.with_name(f"{place.name}{ENDING}")
            choices = dict(self.choices)
            notes = await self.aside(
                partial(write_merged, self._compared, choices, place, self._person)
            )
            if notes is not None:
                break
        written = [
            f"Written: {place}.",
            "From now on, everybody works with this file only.",
            *notes,
        ]
        opened = await self.app.push_screen_wait(
            Confirm("The copies are merged", written, "Open the new file", "Stay here")
        )
        self.dismiss(place if opened else None)

    def action_close(self) -> None:
        """Back, and nothing is written."""
        self.dismiss(None)


async def merge_copies(
    app: App[Any], person: Person, first: Path | None = None, second: Path | None = None
) -> Path | None:
    """Ask for the copies that are not known, and merge them; return the new file to open.

    None where nothing was written, or the person does not go on with it.
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

    done = await app.push_screen_wait(Waiting("Comparing the copies", compare))
    if done.error is not None:
        await app.push_screen_wait(Tell.error(done.error, "These cannot be merged"))
    if done.result is None:
        return None
    if done.result.plan.nothing_to_do:
        await app.push_screen_wait(Tell(_TOGETHER, [done.result.plan.nothing_to_do]))
        return None
    merged: Path | None = await app.push_screen_wait(MergeScreen(done.result, person))
    return merged


async def _chosen(app: App[Any], title: str, start: Path | None) -> Path | None:
    path: Path | None = await app.push_screen_wait(FilePicker(title, start, endings=(ENDING,)))
    return path


async def who_merges(app: RecordpickApp) -> Person | None:
    """Return who works here; asked if it is not known. None where the person does not say so."""
    from recordpick.selection.events import Person

    if not await app.is_signed_in():
        return None
    return Person(app.settings.name, app.settings.role)


async def offer_to_merge(app: App[Any], file: WorkingFile) -> Path | None:
    """Ask whether a file and copies beside it that went on are to be merged now."""
    for copy in file.diverged if file.person is not None else ():
        says = (
            f"{file.path.name} and {copy.name} have both changed since they were the same. You see "
            "what each has, decide where they disagree, and both stay as they are."
        )
        answer = await app.push_screen_wait(
            Confirm("Merge the two copies now?", [says], "Not now", "Merge them")
        )
        if answer is False and file.person is not None:
            return await merge_copies(app, file.person, file.path, copy)
    return None


def say_copies_used_lately(screen: WorkScreen, file: WorkingFile, recent: list[str]) -> None:
    """Look for copies among the files used lately, in a thread, and say which have gone on.

    These may be on a drive that answers late: nobody waits for it.
    """
    from recordpick.selection.other_copies import copies_used_recently

    path, events = file.path, file.events

    async def look() -> None:
        found = await to_thread(copies_used_recently, path, events, recent)
        if found:
            screen.say(" ".join(one.says for one in found), warns=True)

    screen.run_worker(look(), group="aside", name="looking for copies")

"""F1: what the person is looking at, and what the keys do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from recordpick.tui.box import Box
from recordpick.tui.visible import content

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class Topic:
    """What F1 says about one part of the screen."""

    title: str
    says: str
    keys: tuple[tuple[str, str], ...]


EVERYWHERE = (
    ("Tab", "go to the next part of the screen"),
    ("Esc", "one step back"),
    ("g", "go to the next criterion that still wants records"),
    ("f", "find a patient in the whole list"),
    ("w", "the whole list, and back"),
    ("A", "all patients of this area's criteria together, and back"),
    ("m", "patients who meet the most unfilled criteria, and back"),
    ("o", "all criteria that this patient meets, to pick for several"),
    ("v", "pictures of the selection"),
    ("t", "what to put right before the first extract, and PCSE's list"),
    ("s", "suggest records: shown before anything is picked"),
    ("r", "draw random records"),
    ("n", "no more records to be found for this criterion, and back"),
    ("l", "pick from a list of NHS or patient numbers"),
    ("u, U", "undo, and do again"),
    ("e", "export the hand-over pack"),
    ("i", "reports: both systems' figures, and where they differ"),
    ("p, F9", "hide names and numbers, and show them again; F9 in a field as well"),
    ("F5", "a file that somebody else has open: read it again, or open it"),
    ("Ctrl+O", "another working file"),
    ("Ctrl+T", "other colours: dark, light, high contrast"),
    ("Ctrl+P, :", "all commands, by name"),
    ("q", "leave; every pick is on the disk already"),
)

TOPICS: dict[str, Topic] = {
    "criteria": Topic(
        "The criteria",
        "Each line is one of the supplier's tests: how many records are picked of how many "
        "wanted, and how many patients meet it. Before the name stands how it is: ✓ it has its "
        "records, ! fewer patients meet it than are wanted, – no more are to be found, ? these "
        "records cannot answer it, … it has no rules and is picked for by hand.",
        (
            ("↑ ↓", "another criterion"),
            ("← →", "the area before, the next area"),
            ("Enter", "to its patients"),
            ("A", "all patients of the area; or click on its name"),
        ),
    ),
    "candidates": Topic(
        "The patients",
        "These patients meet the criterion; the evidence says why. Also: how many other criteria "
        "each meets. Before the name: ● picked for this criterion, ○ picked for another, R drawn "
        "at random, S marked sensitive, + selected.",
        (
            ("Space", "pick the patient, or take it out again"),
            ("Enter", "read the record"),
            ("/", "filter: words from any column, a number, a date of birth"),
            ("1 … 9", "sort by that column; again the other way round"),
            ("b", "sort by any column, those without room here as well"),
            ("x", "select rows, to pick several at once"),
            ("c", "copy the NHS number"),
            ("a", "note something about the patient"),
        ),
    ),
    "record": Topic(
        "The record",
        "What the practice's records say of the patient under the cursor. First why the patient "
        "meets the criterion, then table by table, newest first; » marks the evidence.",
        (
            ("↑ ↓", "scroll"),
            ("← →", "the part before, the next part"),
            ("/", "search in this record"),
            ("Esc", "back to the patients"),
        ),
    ),
    "clean-up": Topic(
        "To put right before the first extract",
        "What the practice does best to put right in its clinical system first: codes and drugs "
        "that the new system will not know, patients who cannot be matched, dates that cannot "
        "be. The number says how many were found; none: it was looked for; ?: the export does "
        "not say, which does not mean that there is none. Below stand the rows. Nothing is "
        "changed in your records here.",
        (
            ("↑ ↓", "another finding"),
            ("Tab", "to the words, to the rows, and back"),
            ("w", "write a folder with a file for each finding, to work through"),
            ("l", "compare with PCSE's list of your registered patients"),
            ("p", "hide names and numbers, and show them again"),
            ("Esc", "back to picking"),
        ),
    ),
    "reports": Topic(
        "The reports",
        "QOF, cytology and immunisation targets, capitation: what is counted in the records, and "
        "what the reports of the current and the new system say. An empty figure is not a zero: "
        "below stands why it is empty. What you load or type here is kept in the working file, "
        "and goes into the next hand-over pack; undo takes it back.",
        (
            ("1 … 4, ← →", "QOF, targets, capitation, differences (largest first)"),
            ("c", "load the current system's figures: a CSV, or a folder of reports"),
            ("n", "load the new system's"),
            ("Enter", "type the current system's figure under the cursor"),
            ("e", "type the new system's"),
            ("w", "write both systems' figures and the differences as a CSV file"),
            ("t", "count by another year's QOF table, or by other report rules"),
            ("Esc", "back to picking"),
        ),
    ),
    "start": Topic(
        "recordpick",
        "A working file keeps everything picked for one practice. Start one with the practice's "
        "records and the supplier's criteria, or look at the demonstration first: its patients "
        "are made up.",
        (
            ("↑ ↓ Enter", "choose"),
            ("o", "open a working file"),
            ("n", "start a new one"),
            ("d", "the demonstration"),
            ("Ctrl+T", "other colours"),
            ("q", "leave"),
        ),
    ),
    "form": Topic(
        "A new working file",
        "Only the practice's records must be filled in; the rest has a start. Below the fields "
        "stands what the one you are in means.",
        (
            ("Tab, Enter", "the next field"),
            ("F2", "look for a file or folder"),
            ("F3", "make the file"),
            ("Esc", "back"),
        ),
    ),
    "pictures": Topic(
        "The pictures",
        "Left stand the numbers, right the same as a picture. Ages: the share of each age band in "
        "the whole list (▒) and among the picked records (█), so that you see whom the selection "
        "leaves out. How full: what is picked of what is wanted. Overlap: how many records serve "
        "several criteria. Assurance: what random records show about all records, if none of "
        "them is faulty.",
        (
            ("← →", "the picture before, the next one"),
            ("1 … 4", "that picture"),
            ("↑ ↓", "scroll"),
            ("Esc", "back to picking"),
        ),
    ),
    "suggest": Topic(
        "Suggested records",
        "Three ways to complete the criteria, and what each would cost: how many records there "
        "would be to open and check. Nothing is picked before you choose a button. What you "
        "picked yourself stays, and one u takes the whole suggestion back.",
        (
            ("↑ ↓", "another way"),
            ("Enter", "to the buttons"),
            ("Tab", "to the next button"),
            ("Esc", "back; nothing is picked"),
        ),
    ),
    "draw": Topic(
        "Random records",
        "The seed is the number that decides the draw: whoever knows it can check the draw. It is "
        "best thrown with dice, or agreed with the supplier. Left empty, one is made and kept.",
        (
            ("Tab", "the next field"),
            ("Space", "tick or untick"),
            ("Enter", "draw"),
            ("Esc", "back; nobody is drawn"),
        ),
    ),
    "export": Topic(
        "The hand-over pack",
        "A new folder with the list for the supplier, the reports and your tick sheets; or the "
        "same as one encrypted file, for which a passphrase is made. The passphrase is shown once, "
        "before the file is written, and kept nowhere. Names are in none of it, unless you tick "
        "them for the workbook.",
        (
            ("Tab", "the next field or button"),
            ("Space", "tick or untick"),
            ("Enter", "export"),
            ("Esc", "back; nothing is written"),
        ),
    ),
    "patient": Topic(
        "One patient, all criteria",
        "All criteria that this patient meets or is picked for: ● picked, – closed. Behind each "
        "stands how many records are picked of how many wanted.",
        (
            ("↑ ↓", "another criterion"),
            ("Space", "pick the patient for it, or take them out again"),
            ("p", "hide the name"),
            ("Esc", "back to the list"),
        ),
    ),
    "sort": Topic(
        "Sort the patients",
        "By any column, those that have no room on the screen as well. Patients without a value "
        "come last.",
        (
            ("↑ ↓", "another column"),
            ("Enter", "sort by it; again the other way round"),
            ("Esc", "leave the order as it is"),
        ),
    ),
    "picker": Topic(
        "Choose a file or folder",
        "The line at the top says which folder this is; you may type or paste another there.",
        (
            ("↑ ↓", "another file or folder (▸)"),
            ("Enter", "into the folder, or choose the file"),
            ("Backspace", "the folder above"),
            ("Tab", "to the line at the top, to the buttons"),
            ("Esc", "choose nothing"),
        ),
    ),
    "merge": Topic(
        "Merging two copies",
        "Two people have each changed a copy of the working file. At the top are the "
        "conflicts: what both changed to different things. Decide each; nothing is written before. "
        "Below is what each copy changed. The new file has everything of both; both stay as they "
        "are.",
        (
            ("↑ ↓", "another line; below it stands in full"),
            ("a, b", "count what A has, or what B has; the same key again: undecided"),
            ("n", "the next conflict that is not decided"),
            ("w", "write the new file"),
            ("p", "hide names and numbers, and show them again"),
            ("Esc", "back; nothing is written"),
        ),
    ),
    "box": Topic(
        "A question",
        "Nothing is done before you choose a button.",
        (
            ("Tab", "the next field or button"),
            ("Enter", "press it"),
            ("Esc", "back; nothing is done"),
        ),
    ),
}


def topic_of(screen: Screen[object]) -> str:
    """Name the topic of what has the focus."""
    box = getattr(screen, "TOPIC", "")
    if box:
        return str(box)
    widget: Widget | None = screen.focused
    if widget is not None and widget.id in {"criteria", "record"}:
        return widget.id
    named = {
        "StartScreen": "start",
        "NewFileScreen": "form",
        "CleanUpScreen": "clean-up",
        "ReportsScreen": "reports",
        "Pictures": "pictures",
    }
    return named.get(type(screen).__name__, "candidates")


class HelpScreen(Box[None]):
    """A page to read; any of Esc, F1, Enter closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,question_mark,enter,q,space", "close", "Close")
    ]

    def __init__(self, topic: str) -> None:
        """Take the topic's name."""
        super().__init__()
        self._topic = TOPICS[topic]
        self._with_everywhere = topic in {"criteria", "candidates", "record"}

    def compose(self) -> ComposeResult:
        """What it is, its keys, the keys that work everywhere."""
        with Vertical(classes="box help"):
            yield Static(content(self._topic.title), classes="box--title")
            with VerticalScroll(classes="box--text", can_focus=True):
                yield Static(content(self._topic.says), classes="box--message")
                yield from self._keys(self._topic.keys)
                if self._with_everywhere:
                    yield Static("Everywhere", classes="box--title")
                    yield from self._keys(EVERYWHERE)
            yield Static("Esc closes this.", classes="quiet")

    def _keys(self, keys: tuple[tuple[str, str], ...]) -> ComposeResult:
        for key, does in keys:
            yield Static(content(f"{key:<10} ", "bold") + content(does))

    def action_close(self) -> None:
        """Back to work."""
        self.dismiss(None)

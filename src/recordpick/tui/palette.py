"""The command palette: everything a key does, by name, as `group: Verb`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One entry: its title, what it does, its key, and the action that does it."""

    title: str
    says: str
    key: str
    action: str
    on: str = "screen"
    """Whose action it is: the screen's, the app's, or the part with that id."""


_MERGE = Command("File: Merge with a copy", "two that were changed separately", "", "merge", "app")
WORK: tuple[Command, ...] = (
    Command(
        "Pick: Pick or take out", "the patient under the cursor", "space", "choose", "candidates"
    ),
    Command("Pick: Select row", "to pick several at once", "x", "select", "candidates"),
    Command("Pick: Suggest records", "shown before they are picked", "s", "suggest"),
    Command("Pick: From a list of numbers", "that you exported", "l", "from_list"),
    Command("Pick: For all a patient meets", "the criteria of one patient", "o", "patient"),
    Command("Pick: Undo", "the last thing done", "u", "undo"),
    Command("Pick: Do again", "what was undone", "U", "redo"),
    Command("Random: Draw records", "with a seed", "r", "draw"),
    Command("Criterion: No more records", "to be found, and why; or open it again", "n", "no_more"),
    Command("Criterion: Area before", "or the start of this one", "←", "area(-1)", "criteria"),
    Command("Criterion: Next area", "its first criterion", "→", "area(1)", "criteria"),
    Command("Criterion: Next to fill", "that still wants records", "g", "next_unfilled"),
    Command("Look: Filter or search", "the patients, or the record", "/", "filter"),
    Command("Look: Whole list", "and back", "w", "whole"),
    Command("Look: Find a patient", "in the whole list", "f", "find"),
    Command("Look: Whole area", "the patients of all its criteria, and back", "A", "area"),
    Command("Look: Sort", "by any column", "b", "sort"),
    Command(
        "Look: Read the record", "of the patient under the cursor", "Enter", "open", "candidates"
    ),
    Command("Look: Next part of the record", "or ← the part before", "→", "part(1)", "record"),
    Command("Look: Most useful patients", "who meet the most unfilled criteria", "m", "most"),
    Command("Look: Pictures", "of the selection, in numbers and bars", "v", "pictures"),
    Command("Look: To put right", "before the first extract; PCSE's list", "t", "clean_up"),
    Command("Look: Reports", "QOF, targets, capitation: both systems' figures", "i", "reports"),
    Command("Look: Hide names", "and numbers; or show them", "p", "mask", "app"),
    Command("Patient: Note", "kept in the working file", "a", "note"),
    Command("Patient: Copy number", "the NHS number, or the patient number", "c", "copy"),
    Command("File: Export", "the hand-over pack", "e", "export"),
    Command("File: Save a copy", "all that is held here, as a new file", "", "save_copy"),
    _MERGE,
    Command("File: Read again", "what others wrote, or open it to pick", "F5", "refresh"),
    Command("File: Another file", "back to the first screen", "Ctrl+O", "close_file"),
    Command("Help: This part", "what you are looking at", "F1", "help", "app"),
    Command("Help: Tour", "four steps", "", "tour"),
    Command("Colours: Next", "dark, light, high contrast", "Ctrl+T", "next_theme", "app"),
    Command("File: Leave", "every pick is on the disk already", "q", "quit", "app"),
)
START: tuple[Command, ...] = (
    Command("File: Open", "a working file", "o", "ask('open')"),
    Command("File: New", "a working file", "n", "ask('new')"),
    _MERGE,
    Command("File: Demonstration", "on made-up patients", "d", "ask('demo')"),
    Command("Help: This part", "what you are looking at", "F1", "help", "app"),
    Command("Colours: Next", "dark, light, high contrast", "Ctrl+T", "next_theme", "app"),
    Command("File: Leave", "the program", "q", "quit", "app"),
)
CLEAN_UP: tuple[Command, ...] = (
    Command("Clean-up: Write the folder", "that staff work through", "w", "write"),
    Command("Clean-up: PCSE's list", "beside your own patients", "l", "pcse"),
    Command("Look: Hide names", "and numbers; or show them", "p", "mask", "app"),
)
FORM: tuple[Command, ...] = (
    Command("Form: Browse", "for the file or folder of the field", "F2", "browse"),
    Command("Form: Make it", "the working file, and open it", "F3", "make"),
    Command("Form: Back", "to the first screen", "Esc", "cancel"),
)
PICTURES: tuple[Command, ...] = (
    Command("Pictures: Ages", "of the selection against the list", "1", "show(0)"),
    Command("Pictures: How full", "each criterion is", "2", "show(1)"),
    Command("Pictures: Overlap", "records by the criteria each serves", "3", "show(2)"),
    Command("Pictures: Assurance", "what random records show", "4", "show(3)"),
    Command("Pictures: Back", "to picking", "Esc", "close"),
)
MERGE: tuple[Command, ...] = (
    Command("Merge: Take A", "on the conflict under the cursor", "a", "decide('A')"),
    Command("Merge: Take B", "on the conflict under the cursor", "b", "decide('B')"),
    Command("Merge: Next conflict", "that is not decided", "n", "next_open"),
    Command("Merge: Write", "the new file", "w", "write"),
    Command("Look: Hide names", "and numbers; or show them", "p", "mask", "app"),
)
REPORTS: tuple[Command, ...] = (
    Command("Reports: Current system", "load its figures", "c", "load('current_system')"),
    Command("Reports: New system", "load its figures", "n", "load('new_system')"),
    Command("Reports: Type current figure", "under the cursor", "Enter", "type('current_system')"),
    Command("Reports: Type new figure", "under the cursor", "e", "type('new_system')"),
    Command("Reports: Differences", "largest first", "4", "show(3)"),
)
EVERYWHERE: tuple[Command, ...] = tuple(
    one for one in START if one.on == "app" and one is not _MERGE
)


def commands_of(screen: object) -> tuple[Command, ...]:
    """Give the entries for a screen."""
    return {
        "WorkScreen": WORK,
        "StartScreen": START,
        "NewFileScreen": (*FORM, *EVERYWHERE),
        "Pictures": (*PICTURES, *EVERYWHERE),
        "CleanUpScreen": (*CLEAN_UP, *EVERYWHERE),
        "MergeScreen": (*MERGE, *EVERYWHERE),
        "ReportsScreen": (*REPORTS, *EVERYWHERE),
    }.get(type(screen).__name__, EVERYWHERE)

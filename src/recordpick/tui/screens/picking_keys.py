"""The keys of the picking screen and its commands without a key, each described once.

The line of keys shows those with a label in this order. Each action is a method of the screen, or a
flow (`recordpick.tui.flows.registry`).
"""

from __future__ import annotations

from textual.binding import BindingType

from recordpick.tui.actions import (
    CHECKING,
    CRITERION,
    FILE,
    HELP_GROUP,
    HELP_KEYS,
    HIDE_NAMES,
    MERGE_COMMAND,
    NEXT_PART,
    PATIENT,
    PICK,
    QUIT,
    RANDOM,
    VIEW,
    command,
    key,
)

KEYS: list[BindingType] = [
    key(
        "slash",
        "filter",
        "Filter or search: patients, or the record",
        VIEW,
        label="Find",
        priority=True,
    ),
    key("ctrl+f", "filter", "Filter or search: patients, or the record", priority=True),
    key("ctrl+z", "undo", "Undo: the last change", PICK, label="Undo"),
    key("u", "undo", "Undo: the last change"),
    key(
        "full_stop",
        "only_picked",
        "Only the picked: then only the others, then everybody",
        VIEW,
        label="Only picked",
    ),
    key("w", "scope('whole')", "Whole list: all patients; and back", VIEW, label="All"),
    key("d", "flow('finish')", "Finish: what is left to do", FILE, label="Finish"),
    key(
        "s",
        "flow('suggest')",
        "Suggest records: shown before anything is picked",
        PICK,
        label="Suggest",
    ),
    key(
        "n",
        "flow('close')",
        "No more records: close it, or open it again",
        CRITERION,
        label="No more",
    ),
    key("e", "flow('export')", "Export: the hand-over pack", FILE, label="Export"),
    *HELP_KEYS,
    key("q", "app.quit", QUIT, FILE, label="Quit"),
    key("k", "flow('check')", "Check records: in both systems, one at a time", CHECKING),
    key("ctrl+y", "redo", "Redo: what was undone", PICK),
    key("U", "redo", "Redo: what was undone"),
    key("ctrl+p", "flow('print_picked')", "Print all picked: a page, by record", FILE),
    key("ctrl+s", "saved", "Everything is saved already: nothing to press"),
    key("l", "flow('pick_list')", "Pick from a list: of NHS or patient numbers", PICK),
    key("o", "flow('patient_criteria')", "Criteria of the patient: to pick for several", PICK),
    key("r", "flow('draw')", "Draw records: with a seed that others can check", RANDOM),
    key("g", "next_unfilled", "Next to fill: that still needs records", CRITERION),
    key("f", "find", "Find a patient: in the whole list", VIEW, priority=True),
    key("A", "scope('area')", "Whole area: patients of all its criteria; and back", VIEW),
    key("m", "scope('most')", "Most useful patients: for unfilled criteria; and back", VIEW),
    key("b", "flow('sort')", "Sort: by any column", VIEW),
    key("v", "flow('charts')", "Charts: of the selection", VIEW),
    key("t", "flow('clean_up')", "To put right: before the first extract", VIEW),
    key("i", "flow('reports')", "Reports: both systems' figures", VIEW),
    key("p", "app.mask", HIDE_NAMES, VIEW),
    key("a", "flow('note')", "Note: kept in the working file", PATIENT),
    key("c", "copy", "Copy number: NHS number, or else patient number", PATIENT),
    key("f5", "refresh", "Read again: what others wrote, or open it to pick", FILE),
    key("ctrl+o", "close_file", "Another file: back to the first screen", FILE),
    key("z", "zoom", "Zoom: this part of the screen alone; and back", VIEW, label="Zoom"),
    key("tab", "next_part(1)", NEXT_PART),
    key("shift+tab", "next_part(-1)", NEXT_PART),
    key("escape", "back", "One step back"),
]

COMMANDS_WITHOUT_KEY = (
    command("flow('save_copy')", "Save a copy: all that is held here, as a new file", FILE),
    MERGE_COMMAND,
    command("flow('what_was_read')", "What was read: rows, rejected rows, guesses, criteria", VIEW),
    command("flow('what_to_ask')", "What to ask for: exports that answer more criteria", VIEW),
    command("flow('comparison')", "Comparison: the new system's records beside these", VIEW),
    command("flow('tour')", "Tour: four steps", HELP_GROUP),
    command("moving_on", "Space moves on: to the next patient, or stays", PICK),
)

"""The keys of the checking screen and its commands without a key, each described once.

The line of keys shows those with a label in this order. Each action is a method of the screen, or a
flow.
"""

from __future__ import annotations

from textual.binding import BindingType

from recordpick.tui.actions import (
    ALL_COMMANDS,
    CHECKING,
    FILE,
    HELP_KEYS,
    HIDE_NAMES,
    NEXT_PART,
    PATIENT,
    VIEW,
    command,
    key,
)
from recordpick.tui.widgets.lines_to_check import GO_ON

KEYS: list[BindingType] = [
    key(
        "s",
        "result('s')",
        "Same: the new system shows what the old one does",
        CHECKING,
        label="Same",
    ),
    key("d", "result('d')", "Different: asks what, and how bad", CHECKING, label="Different"),
    key(
        "n",
        "result('n')",
        "Not there: it is missing; asks how bad",
        CHECKING,
        label="Not there",
    ),
    key("a", "result('a')", "Not applicable: to this record", CHECKING, label="N/A"),
    key("y", "confirm", "Confirm: what the comparison proposes (◊)", CHECKING),
    key("enter", "go_on", GO_ON, CHECKING),
    key("left", "line_before", "Line before", CHECKING, label="Line before", display="←"),
    key(
        "w",
        "flow('record')",
        "Whole record: as the index has it",
        CHECKING,
        label="Whole record",
    ),
    key("colon", "app.command_palette", ALL_COMMANDS, label="More"),
    *HELP_KEYS,
    key("q", "close", "Back to picking: everything is saved", label="Back"),
    key("ctrl+z,u", "undo", "Undo: the last result", CHECKING),
    key("ctrl+y,U", "redo", "Redo: what was undone", CHECKING),
    key("g", "next_unfinished", "Next unfinished record", CHECKING),
    key("right_square_bracket", "turn(1)", "Record after: finished or not", VIEW, display="]"),
    key("left_square_bracket", "turn(-1)", "Record before: finished or not", VIEW, display="["),
    key("t", "flow('filter')", "Filter: unfinished, an area, a person's share", VIEW),
    key("ctrl+p", "flow('print')", "Print whole records: this one, or all selected", FILE),
    key("c", "copy", "Copy number: NHS number, or else patient number", PATIENT),
    key("p", "app.mask", HIDE_NAMES, VIEW),
    key("l", "how_bad('l')", "How bad: low"),
    key("m", "how_bad('m')", "How bad: medium"),
    key("h", "how_bad('h')", "How bad: high"),
    key("tab", "app.focus_next", NEXT_PART),
    key("shift+tab", "app.focus_previous", NEXT_PART),
    key("escape", "back", "One step back; to picking"),
]

COMMANDS_WITHOUT_KEY = (
    command("flow('give')", "Give records to somebody: a checking copy", CHECKING),
    command("flow('import')", "Import: a copy, a workbook or a transcript", CHECKING),
    command("flow('workbook')", "Workbook: by record, to fill in elsewhere", CHECKING),
    command("flow('log')", "Issue log: write it for the supplier", FILE),
    command("flow('page')", "Page to sign: write it", FILE),
)

"""What each key does, described once: on its Textual `Binding`.

The line of keys at the foot of a screen shows a binding's `description`. The command palette and
the help page (F1) show its `tooltip`, which reads "Title: explanation"; a binding with a `group`
is a command of the palette, "Group: Title". So a new key is one line in the `BINDINGS` of the
class that it belongs to, and one method.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from textual.binding import Binding
from textual.keys import format_key

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode
    from textual.screen import Screen
    from textual.widget import Widget

PICK = Binding.Group("Pick")
RANDOM = Binding.Group("Random")
CRITERION = Binding.Group("Criterion")
VIEW = Binding.Group("View")
PATIENT = Binding.Group("Patient")
FILE = Binding.Group("File")
HELP_GROUP = Binding.Group("Help")
CLEAN_UP = Binding.Group("Clean-up")
CHARTS = Binding.Group("Charts")
REPORTS = Binding.Group("Reports")
ASK = Binding.Group("What to ask for")
FORM = Binding.Group("Form")
COMPARISON = Binding.Group("Comparison")
MERGE = Binding.Group("Merge")
CHECKING = Binding.Group("Checking")
RULES = Binding.Group("Rules from words")

THIS_PART = "This part: what you are looking at"
HIDE_NAMES = "Hide names: and numbers; or show them"
ALL_COMMANDS = "All commands: by name"
QUIT = "Quit: every pick is saved already"
NEXT_PART = "Next part of the screen, or the one before"

_TEXTUALS_OWN = {
    "app.focus_next": "Next field or button, or the one before",
    "app.focus_previous": "Next field or button, or the one before",
    "press": "Press the button",
    "toggle_button": "Tick or untick",
    "cursor_up": "Another line",
    "cursor_down": "Another line",
}
"""What the keys of Textual's own widgets do, by action."""

_KEY_NAMES = {
    "space": "Space",
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "backspace": "Backspace",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
}
_NO_KEY = "none"
_MODIFIERS = {"ctrl": "Ctrl", "shift": "Shift", "alt": "Alt"}


@dataclass(frozen=True, slots=True)
class HelpPage:
    """What F1 says about a screen, a dialog or a widget, before its keys."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """An entry of the command palette: `node` runs `action`."""

    title: str
    explanation: str
    key: str
    action: str
    node: Widget | App[Any]


def key(
    keys: str,
    action: str,
    tooltip: str = "",
    group: Binding.Group | None = None,
    *,
    label: str = "",
    display: str | None = None,
    priority: bool = False,
) -> Binding:
    """Describe a key. One with a label is shown in the line at the foot of the screen."""
    return Binding(
        keys,
        action,
        label,
        show=bool(label),
        key_display=display,
        priority=priority,
        tooltip=tooltip,
        group=group,
    )


def command(action: str, tooltip: str, group: Binding.Group) -> Binding:
    """Describe a command of the palette that has no key."""
    return Binding(_NO_KEY, action, tooltip=tooltip, group=group, show=False)


MERGE_COMMAND = command("app.merge", "Merge with a copy: two that were changed separately", FILE)

HELP_KEYS = (
    key("f1", "app.help", THIS_PART, HELP_GROUP, label="Help"),
    key("question_mark", "app.help", THIS_PART),
)
"""The keys for help that every screen has: `?` is a character where somebody types."""


def key_name(binding: Binding) -> str:
    """Return the key as people write it: Ctrl+O, F5, Esc, ↑, /; nothing for a command without."""
    if binding.key == _NO_KEY:
        return ""
    modifiers, key = binding.parse_key()
    name = _KEY_NAMES.get(key) or format_key(key)
    name = name.upper() if len(key) > 1 and key[0] == "f" and key[1:].isdigit() else name
    if modifiers and len(name) == 1:
        name = name.upper()
    return "+".join([*(_MODIFIERS.get(one, one) for one in modifiers), name])


def commands_of(screen: Screen[Any]) -> list[Command]:
    """Return the commands of a screen, of its widgets and of the app, each title once."""
    commands: dict[str, Command] = {}
    for node in (screen, *screen.query("*"), screen.app):
        for binding in (*_bindings_of(type(node)), *getattr(node, "COMMANDS_WITHOUT_KEY", ())):
            if binding.group is not None:
                title, _, explanation = binding.tooltip.partition(": ")
                title = f"{binding.group.description}: {title}"
                found = Command(title, explanation, key_name(binding), binding.action, node)
                commands.setdefault(title, found)
    return list(commands.values())


def keys_of(nodes: Iterable[DOMNode]) -> list[tuple[str, str]]:
    """Return (keys, what they do) of these nodes; keys that do the same share a line."""
    keys: dict[str, list[str]] = {}
    for kind in dict.fromkeys(type(node) for node in nodes):
        for binding in _bindings_of(kind):
            names = keys.setdefault(binding.tooltip, [])
            if (name := key_name(binding)) not in names:
                names.append(name)
    return [(_joined(names), text) for text, names in keys.items() if text]


def _joined(names: list[str]) -> str:
    return " ".join(names) if len(names) < 5 else f"{names[0]} … {names[-1]}"


def _bindings_of(kind: type[DOMNode]) -> list[Binding]:
    """Return the bindings of a class, each with its first key; Textual's own with our words."""
    found: dict[str, Binding] = {}
    for base in kind.__mro__:
        is_textuals = base.__module__.startswith("textual.")
        for binding in vars(base).get("BINDINGS", ()):
            first = next(iter(Binding.make_bindings([binding])))
            if is_textuals:
                first = replace(first, tooltip=_TEXTUALS_OWN.get(first.action, ""))
            found.setdefault(first.key, first)
    return list(found.values())

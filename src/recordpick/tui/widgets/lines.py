"""Lines of text at the edges of a screen: text that changes often, and the keys at the foot."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from recordpick.tui.actions import key_name
from recordpick.tui.text import content


class TextLine(Static):
    """One or a few lines of text, never markup; laid out again only where their size changes."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name
        """Start empty."""
        super().__init__("", id=id, markup=False)
        self._shown = Content("")

    def show(self, text: Content) -> None:
        """Show this text in place of the one before."""
        if text.is_same(self._shown):
            return
        before, self._shown = self._shown, text
        self.update(text, layout=self._size_of(before) != self._size_of(text))

    def _size_of(self, text: Content) -> tuple[int, int]:
        if self.styles.width is not None and self.styles.width.is_auto:
            return text.cell_length, 1
        return 0, text.get_height({}, max(1, self.content_size.width)) if text else 1


_ALWAYS_LAST = ("app.command_palette", "app.help", "close", "app.quit")
"""Actions that are named at the end of the line, however narrow the screen is."""


def _cells(key: tuple[str, str, str]) -> int:
    return len(key[0]) + 1 + len(key[1])


@dataclass(frozen=True, slots=True)
class _KeyCells:
    """A key of the line and the cells that it takes up."""

    left: int
    right: int
    key: str


class KeysLine(Widget):
    """The keys that work where the focus is: each key, then what it does. Each can be clicked.

    Textual's own footer is a widget for each key, built again whenever the focus moves; this is
    one line of text.
    """

    DEFAULT_CSS = """
    KeysLine { dock: bottom; height: 1; background: $panel; }
    """

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def on_unmount(self) -> None:
        """Stop following the focus."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _label_of(self, action: str, label: str) -> str:
        """Return what a key does now, as the screen says; "" where it does nothing here."""
        label_of = getattr(self.screen, "label_of", None)
        return label if label_of is None else str(label_of(action, label))

    def _keys(self) -> list[tuple[str, str, str]]:
        """Return (key as shown, label, key) of each action once, those that there is room for.

        Those nearest to the focus are first; more, help and quit are always
        there, and last.
        """
        out: dict[str, tuple[str, str, str]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if not binding.show or not active.enabled or binding.action in out:
                continue
            label = self._label_of(binding.action, binding.description)
            if label:
                out[binding.action] = (key_name(binding), label, binding.key)
        last = [out.pop(action) for action in _ALWAYS_LAST if action in out]
        room = self.size.width - sum(_cells(key) + 1 for key in last)
        kept: list[tuple[str, str, str]] = []
        for key in out.values():
            room -= _cells(key) + 1
            if room < -1:
                break
            kept.append(key)
        return kept + last

    def _line(self) -> tuple[Content, list[_KeyCells]]:
        line, keys, left = Content(""), list[_KeyCells](), 0
        for shown, label, key in self._keys():
            right = left + len(shown) + 1 + len(label)
            if right > self.size.width:
                break
            line += content(shown, "bold $primary") + content(f" {label} ")
            keys.append(_KeyCells(left, right, key))
            left = right + 1
        return line, keys

    def render(self) -> Content:
        """Return as many keys as fit."""
        return self._line()[0]

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        for cells in self._line()[1]:
            if cells.left <= event.x < cells.right:
                self.app.simulate_key(cells.key)

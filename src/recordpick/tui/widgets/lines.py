"""A line or a few of words that change often: laid out anew only where their size changes.

The line of keys at the foot of a screen. Each can be clicked.

Textual's own footer is a widget for each key, made anew whenever the focus moves; this is one line
of text.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from recordpick.tui.text import content


class Words(Static):
    """Text that is never markup."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name
        """Start empty."""
        super().__init__("", id=id, markup=False)
        self._said = Content("")

    def say(self, words: Content) -> None:
        """Show these words in place of those before."""
        if words.is_same(self._said):
            return
        before, self._said = self._said, words
        self.update(words, layout=self._room_of(before) != self._room_of(words))

    def _room_of(self, words: Content) -> tuple[int, int]:
        if self.styles.width is not None and self.styles.width.is_auto:
            return words.cell_length, 1
        return 0, words.get_height({}, max(1, self.content_size.width)) if words else 1


@dataclass(frozen=True, slots=True)
class _Key:
    left: int
    right: int
    key: str


class KeysLine(Widget):
    """Shows the keys that work where the focus is: key, then what it does."""

    DEFAULT_CSS = """
    KeysLine { dock: bottom; height: 1; background: $panel; }
    """

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def on_unmount(self) -> None:
        """Follow no longer."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _keys(self) -> list[tuple[str, str, str]]:
        """Give key as shown, words and key of each action once, the nearest to the focus first."""
        out: dict[str, tuple[str, str, str]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.action not in out:
                key = self.app.get_key_display(binding)
                out[binding.action] = (key, binding.description, binding.key)
        return list(out.values())

    def _line(self) -> tuple[Content, list[_Key]]:
        line, places, left = Content(""), list[_Key](), 0
        for shown, words, key in self._keys():
            right = left + len(shown) + 1 + len(words)
            if right > self.size.width:
                break
            line += content(shown, "bold $primary") + content(f" {words} ")
            places.append(_Key(left, right, key))
            left = right + 1
        return line, places

    def render(self) -> Content:
        """Write as many as there is room for."""
        return self._line()[0]

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        for place in self._line()[1]:
            if place.left <= event.x < place.right:
                self.app.simulate_key(place.key)

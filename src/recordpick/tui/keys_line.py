"""The line of keys at the foot of a screen. Each can be clicked.

Textual's own footer is a widget for each key, made anew whenever the focus moves; this is one line
of text.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.widget import Widget

from recordpick.tui.visible import content


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

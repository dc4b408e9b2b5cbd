"""Names and numbers hidden from people who can see the screen: one switch for the whole app.

The switch is the app's `masks`. A screen, dialog or widget that shows who a patient is calls
`watch_masking`, and so hides and shows at once, whatever is open.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.widgets import Static

from recordpick.tui.text import MASK, paragraph

if TYPE_CHECKING:
    from textual.app import App
    from textual.widget import Widget

_PUNCTUATION = ".,;:!?()\"'“”‘’"  # noqa: RUF001 - quotation marks


def is_masking(app: App[object]) -> bool:
    """Return whether names and numbers are hidden now."""
    return bool(getattr(app, "masks", False))


def watch_masking(widget: Widget, update: Callable[[], None]) -> None:
    """Call `update` now, and again whenever names are hidden or shown."""
    if hasattr(widget.app, "masks"):
        widget.watch(widget.app, "masks", update)
    else:
        update()


def mask_numbers(numbers: Collection[str], text: str) -> str:
    """Return the text with dots in place of each word that is one of these patients' numbers."""
    return " ".join(_masked_word(word, numbers) for word in text.split(" "))


def _masked_word(word: str, numbers: Collection[str]) -> str:
    bare = word.strip(_PUNCTUATION)
    return word.replace(bare, MASK * 6) if bare and bare in numbers else word


@dataclass(frozen=True, slots=True)
class PrivateText:
    """A sentence that identifies patients, and the one shown while names are hidden."""

    text: str
    masked: str


def message_line(message: str | PrivateText, classes: str = "") -> Static:
    """Return the widget that shows a message in a dialog."""
    if isinstance(message, PrivateText):
        return PrivateStatic(message.text, message.masked, classes)
    return Static(paragraph(message), classes=classes)


class PrivateStatic(Static):
    """Text that identifies a patient; another text is shown while names are hidden."""

    def __init__(self, text: str, masked: str, classes: str = "") -> None:
        """Take the text, and the one that is shown while names are hidden."""
        super().__init__("", markup=False, classes=classes)
        self._text = text
        self._masked = masked

    def on_mount(self) -> None:
        """Show the text, and follow the switch."""
        watch_masking(self, self._update_text)

    def _update_text(self) -> None:
        self.update(paragraph(self._masked if is_masking(self.app) else self._text))

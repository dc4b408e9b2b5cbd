"""Names and numbers hidden from whoever looks over a shoulder: one switch for the whole app.

The switch is the app's `masks`. A screen, a box or a part that shows who a patient is follows it
with `follow`, and so hides and shows at once, whatever stands open.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.widgets import Static

from recordpick.tui.text import MASK, paragraph
from recordpick.tui.widgets.fields import Field

if TYPE_CHECKING:
    from textual.app import App
    from textual.widget import Widget

_AROUND = ".,;:!?()\"'“”‘’"  # noqa: RUF001 - quotation marks


def is_hiding(app: App[object]) -> bool:
    """Tell whether names and numbers are hidden now."""
    return bool(getattr(app, "masks", False))


def follow(part: Widget, change: Callable[[], None]) -> None:
    """Call `change` now, and whenever names are hidden or shown."""
    if hasattr(part.app, "masks"):
        part.watch(part.app, "masks", change)
    else:
        change()


def without(numbers: Collection[str], text: str) -> str:
    """Give the text with dots in place of each word that is one of these numbers of patients."""
    return " ".join(_hidden(word, numbers) for word in text.split(" "))


def _hidden(word: str, numbers: Collection[str]) -> str:
    bare = word.strip(_AROUND)
    return word.replace(bare, MASK * 6) if bare and bare in numbers else word


@dataclass(frozen=True, slots=True)
class Secret:
    """A sentence for a box that says who patients are, and one for its place while hidden."""

    says: str
    hidden: str


def sentence(said: str | Secret, classes: str = "") -> Static:
    """Give the part of a box that says a sentence."""
    if isinstance(said, Secret):
        return Private(said.says, said.hidden, classes)
    return Static(paragraph(said), classes=classes)


class Private(Static):
    """Words that say who a patient is; others stand in their place while names are hidden."""

    def __init__(self, says: str, hidden: str, classes: str = "") -> None:
        """Take the words, and those that stand in their place."""
        super().__init__("", markup=False, classes=classes)
        self._says = says
        self._hides = hidden

    def on_mount(self) -> None:
        """Follow the switch."""
        follow(self, self._show)

    def _show(self) -> None:
        self.update(paragraph(self._hides if is_hiding(self.app) else self._says))


class PrivateInput(Field):
    """A field that shows dots while names are hidden."""

    def on_mount(self) -> None:
        """Follow the switch."""
        follow(self, self._show)

    def _show(self) -> None:
        self.password = is_hiding(self.app)

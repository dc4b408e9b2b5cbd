"""F1: what the person is looking at, and what the keys do there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from recordpick.tui.actions import HelpPage, key, keys_of
from recordpick.tui.dialogs import Modal, ModalFrame
from recordpick.tui.text import content

if TYPE_CHECKING:
    from textual.dom import DOMNode

_KEY_CELLS = 13


class HelpScreen(Modal[None]):
    """A page to read; any of Esc, F1, Enter closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape,f1,question_mark,enter,q,space", "cancel", label="Close")
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        """Take the screen to explain: the part that has the focus, or else the whole screen."""
        super().__init__()
        part = _part_with_help(screen)
        self._help: HelpPage = getattr(part or screen, "HELP_PAGE", Modal.HELP_PAGE)
        self._sections: list[tuple[str, Iterable[DOMNode]]]
        if part is not None:
            self._sections = [
                ("", (part, *part.query("*"))),
                ("Everywhere", (screen, screen.app)),
            ]
        else:
            beyond = () if isinstance(screen, Modal) else (screen.app,)
            self._sections = [("", (*screen.focus_chain, screen, *beyond))]

    def compose(self) -> ComposeResult:
        """Show what it is, its keys, and the keys that work everywhere."""
        with ModalFrame(self._help.title, classes="help"):
            with VerticalScroll(classes="modal--text", can_focus=True):
                yield Static(content(self._help.text), classes="modal--message")
                for heading, nodes in self._sections:
                    if heading:
                        yield Static(heading, classes="modal--title")
                    for keys, text in keys_of(nodes):
                        yield Static(content(f"{keys:<{_KEY_CELLS}} ", "bold") + content(text))
            yield Static("Esc closes this.", classes="quiet")


def _part_with_help(screen: Screen[Any]) -> DOMNode | None:
    """Return the innermost part around the focus that has help of its own, or None."""
    for node in screen.focused.ancestors_with_self if screen.focused is not None else ():
        if node is screen:
            return None
        if isinstance(getattr(node, "HELP_PAGE", None), HelpPage):
            return node
    return None

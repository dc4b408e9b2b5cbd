"""The box that asks for the day on which an export was made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from recordpick.date_parsing import NotADayError, parse_day
from recordpick.errors import UserError
from recordpick.index.as_at import check_as_at
from recordpick.tui.box import Box
from recordpick.tui.fields import Field
from recordpick.tui.visible import content

_AS_IN = "Write the day as in 01/10/2026."


class AskDay(Box[dt.date | None]):
    """Asks for a day until it is one on which an export can have been made; None for Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, title: str, messages: Iterable[str]) -> None:
        """Take the heading and the question."""
        super().__init__()
        self._title = title
        self._messages = tuple(messages)

    def compose(self) -> ComposeResult:
        """A box with a field for the day."""
        with Vertical(classes="box"):
            yield Static(content(self._title), classes="box--title")
            for message in self._messages:
                yield Static(content(message), classes="box--message")
            yield Field(placeholder="day/month/year", id="answer", compact=True)
            yield Static("", id="wanting", classes="wanting", markup=False)
            with Horizontal(classes="box--buttons"):
                yield Button("Go on", id="yes", variant="primary")
                yield Button("Back", id="no")

    def on_mount(self) -> None:
        """Put the cursor into the field."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submit(self) -> None:
        typed = self.query_one(Input).value.strip()
        if not typed:
            self._want(_AS_IN)
            return
        try:
            self.dismiss(check_as_at(parse_day(typed), "As at"))
        except NotADayError as error:
            self._want(f"“{typed}”: {error.reason}. {_AS_IN}")
        except UserError as error:
            self._want(" ".join(error.messages))

    def _want(self, text: str) -> None:
        self.query_one("#wanting", Static).update(text)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self._submit()
        else:
            self.dismiss(None)

    def action_cancel(self) -> None:
        """Answer nothing."""
        self.dismiss(None)

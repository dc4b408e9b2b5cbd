"""Small boxes: to tell something, to ask for a line of words, to ask yes or no."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Select, Static

from recordpick.errors import UserError
from recordpick.tui.box import Box
from recordpick.tui.fields import Field
from recordpick.tui.hiding import PrivateInput, Secret, sentence
from recordpick.tui.roles import ROLES, Role, as_role
from recordpick.tui.visible import content


class Tell(Box[None]):
    """Says something until it was read: an error, a result."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q", "close", "Close")]

    def __init__(self, title: str, messages: Iterable[str | Secret]) -> None:
        """Take the heading and the sentences."""
        super().__init__()
        self._title = title
        self._messages = tuple(messages)

    @classmethod
    def error(cls, error: UserError, title: str = "That did not work") -> Tell:
        """Say what a UserError says."""
        return cls(title, error.messages)

    def compose(self) -> ComposeResult:
        """A box with the sentences and one button."""
        with Vertical(classes="box"):
            yield Static(content(self._title), classes="box--title")
            with VerticalScroll(classes="box--text"):
                for message in self._messages:
                    yield sentence(message, "box--message")
            with Horizontal(classes="box--buttons"):
                yield Button("Close", id="close", variant="primary")

    def on_mount(self) -> None:
        """Enter closes."""
        self.query_one("#close").focus()

    @on(Button.Pressed)
    def action_close(self) -> None:
        """Close the box."""
        self.dismiss(None)


class Confirm(Box[bool | None]):
    """Asks before something is done. True or False as the buttons say; None for Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "no", "No")]

    def __init__(
        self, title: str, messages: Iterable[str | Secret], yes: str, no: str = "Cancel"
    ) -> None:
        """Take the question, what follows from a yes, and the words of the two buttons."""
        super().__init__()
        self._title = title
        self._messages = tuple(messages)
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """A box with the sentences and two buttons."""
        with Vertical(classes="box"):
            yield Static(content(self._title), classes="box--title")
            with VerticalScroll(classes="box--text"):
                for message in self._messages:
                    yield sentence(message, "box--message")
            with Horizontal(classes="box--buttons"):
                yield Button(self._yes, id="yes", variant="primary")
                yield Button(self._no, id="no")

    def on_mount(self) -> None:
        """The answer that changes nothing is a key away, the other one is under Enter."""
        self.query_one("#yes").focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_no(self) -> None:
        """Neither."""
        self.dismiss(None)


class Ask(Box[str | None]):
    """Asks for a line of words, such as a reason."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(
        self,
        title: str,
        messages: Iterable[str | Secret] = (),
        *,
        value: str = "",
        placeholder: str = "",
        yes: str = "OK",
        required: bool = True,
        private: bool = False,
    ) -> None:
        """Take the question; `value` stands in the field already.

        A `private` answer is about a patient: it is hidden as names are.
        """
        super().__init__()
        self._title = title
        self._messages = tuple(messages)
        self._value = value
        self._placeholder = placeholder
        self._yes = yes
        self._required = required
        self._private = private

    def compose(self) -> ComposeResult:
        """A box with a field."""
        with Vertical(classes="box"):
            yield Static(content(self._title), classes="box--title")
            for message in self._messages:
                yield sentence(message, "box--message")
            field = PrivateInput if self._private else Field
            yield field(self._value, placeholder=self._placeholder, id="answer", compact=True)
            yield Static("", id="wanting", classes="wanting", markup=False)
            with Horizontal(classes="box--buttons"):
                yield Button(self._yes, id="yes", variant="primary")
                yield Button("Cancel", id="no")

    def on_mount(self) -> None:
        """Straight into the field."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submit(self) -> None:
        text = self.query_one(Input).value.strip()
        if self._required and not text:
            self.query_one("#wanting", Static).update("Please write a few words.")
        else:
            self.dismiss(text)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self._submit()
        else:
            self.dismiss(None)

    def action_cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)


class WhoAreYou(Box[tuple[str, Role] | None]):
    """Asks who works: the name stands beside each pick."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, name: str, role: Role) -> None:
        """Take what is known so far."""
        super().__init__()
        self._name_so_far = name
        self._role = role

    def compose(self) -> ComposeResult:
        """A box with two fields."""
        with Vertical(classes="box"):
            yield Static("Who is working?", classes="box--title")
            yield Static("Your name stands beside each record you pick.", classes="box--message")
            yield Static("Your name", classes="label")
            yield Field(self._name_so_far, id="name", compact=True)
            yield Static("You work for", classes="label")
            yield Select(
                [(says, role) for role, says in ROLES.items()],
                value=self._role,
                allow_blank=False,
                id="role",
                compact=True,
            )
            yield Static("", id="wanting", classes="wanting", markup=False)
            with Horizontal(classes="box--buttons"):
                yield Button("Go on", id="yes", variant="primary")
                yield Button("Cancel", id="no")

    def on_mount(self) -> None:
        """Straight into the name."""
        self.query_one("#name").focus()

    @on(Input.Submitted)
    def _submit(self) -> None:
        name = self.query_one("#name", Input).value.strip()
        role = as_role(self.query_one("#role", Select).value)
        if name:
            self.dismiss((name, role))
        else:
            self.query_one("#wanting", Static).update("Please write your name.")

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self._submit()
        else:
            self.dismiss(None)

    def action_cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)

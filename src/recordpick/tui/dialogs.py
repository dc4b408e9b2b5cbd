"""Small boxes: to tell something, to ask for a line of words, to ask yes or no.

What all boxes over the screen share: their styles, read when the first of them opens.

The box that asks for the day on which an export was made.

The box that sorts the patients by any column, those without room on the screen as well.

A tick box that can be read without colours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, Input, OptionList, Select, Static
from textual.widgets.option_list import Option

from recordpick.days import NotADayError, parse_day
from recordpick.errors import UserError
from recordpick.index.as_at import check_as_at
from recordpick.tui.masking import PrivateInput, Secret, sentence
from recordpick.tui.settings import ROLES, Role, as_role
from recordpick.tui.text import content
from recordpick.tui.widgets.fields import Field

if TYPE_CHECKING:
    from recordpick.tui.widgets.records_query import Sort
    from recordpick.tui.widgets.records_render import Column

T = TypeVar("T")


class Box(ModalScreen[T]):
    """A box over the screen. F1 explains it, p hides names in it as everywhere."""

    CSS_PATH: ClassVar[str] = "styles/boxes.tcss"
    TOPIC: ClassVar[str] = "box"
    """What F1 says of it: see help.py."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "app.help", "Help", show=False),
        Binding("p", "app.mask", "Hide names", show=False),
    ]


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


def arrow(sort: Sort) -> str:
    """Give the sign of a sort's direction."""
    return "▾" if sort.descending else "▴"


class SortDialog(Box[str | None]):
    """Lists the columns. Gives the name of the one chosen, "" for the order of the list."""

    TOPIC = "sort"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,b,q", "cancel", "Cancel")]

    def __init__(self, columns: Sequence[Column], sort: Sort | None) -> None:
        """Take the columns of the table, and how it is sorted now."""
        super().__init__()
        self._columns = tuple(columns)
        self._sort = sort

    def compose(self) -> ComposeResult:
        """The columns and the order of the list."""
        with Vertical(classes="box"):
            yield Static("Sort the patients by", classes="box--title")
            yield OptionList(
                *(Option(content(self._named(column))) for column in self._columns),
                Option("The order of the list"),
                id="columns",
                markup=False,
                compact=True,
            )
            yield Static(
                "Enter sorts; the same column again the other way round. Esc closes.",
                classes="quiet",
            )

    def _named(self, column: Column) -> str:
        sort = self._sort
        return (
            f"{column.title} {arrow(sort)}" if sort and sort.column == column.name else column.title
        )

    def on_mount(self) -> None:
        """Start at the column that sorts now."""
        columns = self.query_one(OptionList)
        names = [column.name for column in self._columns]
        sort = self._sort
        columns.highlighted = names.index(sort.column) if sort and sort.column in names else 0
        columns.focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        at = event.option_index
        self.dismiss(self._columns[at].name if at < len(self._columns) else "")

    def action_cancel(self) -> None:
        """Leave the order as it is."""
        self.dismiss(None)


class TickBox(Checkbox):
    """A tick box that says in characters whether it is ticked, not in colours alone."""

    BUTTON_LEFT = ""
    BUTTON_INNER = "[ ]"
    BUTTON_RIGHT = ""

    def __init__(self, label: str, id: str) -> None:  # noqa: A002 - Textual's own name
        """Take what is ticked."""
        super().__init__(label, id=id, compact=True, classes="tick")

    def watch_value(self) -> None:
        """Show the tick."""
        self.BUTTON_INNER = "[✓]" if self.value else "[ ]"
        super().watch_value()

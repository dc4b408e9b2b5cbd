"""The frame that all modals have, and the small ones: a notice, a question, a line of text.

A modal composes a `ModalFrame`, in which it puts its own widgets. Its buttons and keys are wired
here: the button "yes" and Enter in a field submit, the button "no" and Esc cancel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Select, Static
from textual.widgets.option_list import Option

from recordpick.errors import UserError
from recordpick.tui.actions import HIDE_NAMES, THIS_PART, HelpPage, key
from recordpick.tui.masking import PrivateText, message_line
from recordpick.tui.settings import ROLES, Role, as_role
from recordpick.tui.text import content
from recordpick.tui.widgets.choices import ChoiceList
from recordpick.tui.widgets.fields import Field, PrivateInput

if TYPE_CHECKING:
    from recordpick.tui.widgets.records_query import Sort
    from recordpick.tui.widgets.records_render import Column

FAILED = "That did not work"
"""The heading of an error, where there is no better one."""
YES, NO = "yes", "no"
"""The ids of the buttons that submit and cancel."""

T = TypeVar("T")


class Modal(ModalScreen[T]):
    """A dialog over the screen. Esc cancels, F1 explains it, p hides names as everywhere."""

    CSS_PATH = Path(__file__).with_name("styles") / "modals.tcss"
    HELP_PAGE: ClassVar[HelpPage] = HelpPage(
        "A question", "Nothing is done before you choose a button."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Back; nothing is done", label="Cancel"),
        key("f1", "app.help", THIS_PART),
        key("p", "app.mask", HIDE_NAMES),
    ]

    def submit(self) -> None:
        """Do what the button "yes" says; a modal with that button or a field overrides this."""

    def decline(self) -> None:
        """Do what the button "no" says: cancel, unless a modal overrides this."""
        self.action_cancel()

    def action_cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    def show_problem(self, text: str) -> None:
        """Say what is wrong with the answer, where the modal has a `ProblemLine`."""
        self.query_one(ProblemLine).update(content(text))

    @on(Input.Submitted)
    @on(Button.Pressed, f"#{YES}")
    def _submitted(self) -> None:
        self.submit()

    @on(Button.Pressed, f"#{NO}")
    def _declined(self) -> None:
        self.decline()


class ModalFrame(Vertical):
    """The frame of a modal: title, messages, what is composed within it, buttons."""

    def __init__(
        self,
        title: str | Widget,
        messages: Iterable[str | PrivateText] = (),
        *,
        buttons: Sequence[Button] = (),
        classes: str = "",
    ) -> None:
        """Take the title (or the widget that shows it), the messages and the buttons."""
        super().__init__(classes=f"modal {classes}")
        if isinstance(title, str):
            title = Static(content(title), classes="modal--title")
        self._title = title
        self._messages = tuple(messages)
        self._buttons = buttons
        self._body: list[Widget] = []

    def compose_add_child(self, widget: Widget) -> None:
        """Keep what is composed within, to be put between the messages and the buttons."""
        self._body.append(widget)

    def compose(self) -> ComposeResult:
        """Put the parts in order."""
        yield self._title
        yield from (message_line(message, "modal--message") for message in self._messages)
        yield from self._body
        if self._buttons:
            yield Horizontal(*self._buttons, classes="modal--buttons")


class ProblemLine(Static):
    """Says what is wrong with an answer; empty at first."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__("", id="problem", classes="problem", markup=False)


def yes_no(yes: str, no: str = "Cancel") -> tuple[Button, Button]:
    """Return the usual two buttons."""
    return Button(content(yes), id=YES, variant="primary"), Button(content(no), id=NO)


def scrolling(messages: Iterable[str | PrivateText], *, can_focus: bool = True) -> VerticalScroll:
    """Return messages that scroll where they have no room."""
    lines = (message_line(message, "modal--message") for message in messages)
    return VerticalScroll(*lines, classes="modal--text", can_focus=can_focus)


class Notice(Modal[None]):
    """Shows something until it has been read: an error, a result."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape,enter,q", "cancel", "Close", label="Close")
    ]

    def __init__(self, title: str, messages: Iterable[str | PrivateText]) -> None:
        """Take the heading and the sentences."""
        super().__init__()
        self._title = title
        self._messages = tuple(messages)

    @classmethod
    def of_error(cls, error: UserError, title: str = FAILED) -> Notice:
        """Return the notice that shows a UserError."""
        return cls(title, error.messages)

    def compose(self) -> ComposeResult:
        """Show the sentences and one button."""
        close = Button("Close", id=NO, variant="primary")
        with ModalFrame(self._title, buttons=[close]):
            yield scrolling(self._messages)

    def on_mount(self) -> None:
        """Let Enter close it."""
        self.query_one(f"#{NO}").focus()


class Confirm(Modal[bool | None]):
    """Asks before something is done: True or False as the buttons say, None for Esc."""

    def __init__(
        self, title: str, messages: Iterable[str | PrivateText], yes: str, no: str = "Cancel"
    ) -> None:
        """Take the question, what a yes would do, and the labels of the two buttons."""
        super().__init__()
        self._title = title
        self._messages = tuple(messages)
        self._labels = (yes, no)

    def compose(self) -> ComposeResult:
        """Show the sentences and two buttons."""
        with ModalFrame(self._title, buttons=yes_no(*self._labels)):
            yield scrolling(self._messages)

    def on_mount(self) -> None:
        """Focus the button that does it; Esc and the other one change nothing."""
        self.query_one(f"#{YES}").focus()

    def submit(self) -> None:
        """Answer yes."""
        self.dismiss(result=True)

    def decline(self) -> None:
        """Answer no."""
        self.dismiss(result=False)


class TextPrompt(Modal[str | None]):
    """Asks for a line of text, such as a reason."""

    def __init__(
        self,
        title: str,
        messages: Iterable[str | PrivateText] = (),
        *,
        value: str = "",
        placeholder: str = "",
        yes: str = "OK",
        required: bool = True,
        private: bool = False,
    ) -> None:
        """Take the question; `value` is in the field at first.

        A `private` answer concerns a patient: it is hidden as names are.
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
        """Show the question and a field."""
        with ModalFrame(self._title, self._messages, buttons=yes_no(self._yes)):
            field = PrivateInput if self._private else Field
            yield field(self._value, placeholder=self._placeholder, id="answer", compact=True)
            yield ProblemLine()

    def on_mount(self) -> None:
        """Put the cursor into the field."""
        self.query_one(Input).focus()

    def submit(self) -> None:
        """Answer with what is in the field, unless it is empty and must not be."""
        text = self.query_one(Input).value.strip()
        if self._required and not text:
            self.show_problem("Write a few words.")
        else:
            self.dismiss(text)


class PersonDialog(Modal[tuple[str, Role] | None]):
    """Asks who is working: the name is kept with each pick."""

    def __init__(self, name: str, role: Role) -> None:
        """Take what is known so far."""
        super().__init__()
        self._known_name = name
        self._role = role

    def compose(self) -> ComposeResult:
        """Show two fields."""
        message = "Your name is kept with each record you pick."
        with ModalFrame("Who is working?", [message], buttons=yes_no("Continue")):
            yield Static("Your name", classes="label")
            yield Field(self._known_name, id="name", compact=True)
            yield Static("You work for", classes="label")
            yield role_select(self._role)
            yield ProblemLine()

    def on_mount(self) -> None:
        """Put the cursor into the name."""
        self.query_one("#name").focus()

    def submit(self) -> None:
        """Answer with the name and the role, unless there is no name."""
        name = self.query_one("#name", Input).value.strip()
        if name:
            self.dismiss((name, as_role(self.query_one("#role", Select).value)))
        else:
            self.show_problem("Write your name.")


def role_select(role: Role) -> Select[Role]:
    """Return the field for whom a person works."""
    choices = [(label, value) for value, label in ROLES.items()]
    return Select(choices, value=role, allow_blank=False, id="role", compact=True)


class SortDialog(Modal[str | None]):
    """Lists the columns; answers with the name of the one chosen, "" for the order of the list."""

    HELP_PAGE = HelpPage(
        "Sort the patients",
        "By any column, including those that have no room on the screen: its letter, or Enter, "
        "sorts by it, and the same column again in the other direction. Patients without a value "
        "come last.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Leave the order as it is", label="Cancel")
    ]

    def __init__(self, columns: Sequence[Column], sort: Sort | None) -> None:
        """Take the columns of the table, and how it is sorted now."""
        super().__init__()
        self._columns = tuple(columns)
        self._sort = sort
        self._letters = letters_of([*(column.title for column in self._columns), _LIST_ORDER])

    def compose(self) -> ComposeResult:
        """Show the columns and the order of the list, each with its letter."""
        labels = [*(self._label(column) for column in self._columns), _LIST_ORDER]
        with ModalFrame("Sort the patients by"):
            yield ChoiceList(
                *(
                    Option(content(f"{letter}  {label}"))
                    for letter, label in zip(self._letters, labels, strict=True)
                ),
                id="columns",
                markup=False,
                compact=True,
            )
            yield Static(
                "A letter or Enter sorts; the same column again reverses the order. Esc closes.",
                classes="quiet",
            )

    def _label(self, column: Column) -> str:
        sort = self._sort
        is_sorted = sort is not None and sort.column == column.name
        return f"{column.title} {sort.arrow}" if sort and is_sorted else column.title

    def on_mount(self) -> None:
        """Start at the column that sorts now."""
        columns = self.query_one(OptionList)
        names = [column.name for column in self._columns]
        sort = self._sort
        columns.highlighted = names.index(sort.column) if sort and sort.column in names else 0
        columns.focus()

    def on_key(self, event: events.Key) -> None:
        """Choose the column whose letter is pressed."""
        if event.character is not None and event.character in self._letters:
            event.stop()
            self._answer(self._letters.index(event.character))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self._answer(event.option_index)

    def _answer(self, at: int) -> None:
        self.dismiss(self._columns[at].name if at < len(self._columns) else "")


_LIST_ORDER = "The order of the list"
_TAKEN = "p"
"""Letters that do something else in every dialog."""


def letters_of(titles: Sequence[str]) -> list[str]:
    """Return a letter for each title, each once: the first of its own that is free, else any."""
    letters: list[str] = []
    for title in titles:
        wanted = [*title.casefold(), *ascii_lowercase]
        free = (one for one in wanted if one in ascii_lowercase and one not in letters)
        letters.append(next((one for one in free if one not in _TAKEN), ""))
    return letters

"""The boxes of the export: where to and how, and the passphrase, shown once, before it is used."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Checkbox, Input, Static

from recordpick.tui.asides import Asides
from recordpick.tui.box import Box
from recordpick.tui.export_session import Asked, with_new_passphrase
from recordpick.tui.fields import Field
from recordpick.tui.new_file import as_path
from recordpick.tui.tick_box import TickBox
from recordpick.tui.visible import content

_FOLDER = "The selection list and the reports are written to a new folder:"
_ZIP = "They are written as one encrypted file (zip), with a passphrase:"


class ExportDialog(Box[Asked | None]):
    """Asks where the pack goes, whether it is encrypted, whether names stand in the workbook."""

    TOPIC = "export"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, standing: str, out: str) -> None:
        """Take where the work stands, and the place that is offered."""
        super().__init__()
        self._standing = standing
        self._out = out

    def compose(self) -> ComposeResult:
        """The words, the place, two ticks, two buttons."""
        with Vertical(classes="box"):
            yield Static("Export the hand-over pack", classes="box--title")
            yield Static(content(self._standing), classes="box--message")
            yield Static(_FOLDER, id="where")
            yield Field(self._out, id="answer", compact=True)
            yield TickBox("Encrypted, as one file with a passphrase", id="encrypted")
            yield TickBox("With patients' names in the practice's workbook", id="names")
            yield Static("", id="wanting", classes="wanting", markup=False)
            with Horizontal(classes="box--buttons"):
                yield Button("Export", id="yes", variant="primary")
                yield Button("Cancel", id="no")

    def on_mount(self) -> None:
        """Straight to the place."""
        self.query_one(Input).focus()

    @on(Checkbox.Changed, "#encrypted")
    def _say_what_is_written(self, event: Checkbox.Changed) -> None:
        """Say what is made, and give it the ending of what is made."""
        self.query_one("#where", Static).update(_ZIP if event.value else _FOLDER)
        field = self.query_one(Input)
        bare = field.value.strip()
        if bare:
            bare = bare[:-4] if bare.casefold().endswith(".zip") else bare
            field.value = f"{bare}.zip" if event.value else bare

    @on(Input.Submitted)
    def _submit(self) -> None:
        out = self.query_one(Input).value.strip()
        if not out:
            self.query_one("#wanting", Static).update("Say where it is to be written.")
            return
        encrypted, names = self.query(TickBox)
        self.dismiss(Asked(as_path(out), encrypted.value, names.value))

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self._submit()
        else:
            self.dismiss(None)

    def action_cancel(self) -> None:
        """Write nothing."""
        self.dismiss(None)


class PassphraseBox(Box[bool]):
    """Shows the passphrase before the file is written; True once its end was typed.

    So no file is written whose passphrase nobody has, also where the terminal goes at that moment.
    """

    TOPIC = "export"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, passphrase: str) -> None:
        """Take the passphrase: groups with hyphens between them."""
        super().__init__()
        self._passphrase = passphrase

    def compose(self) -> ComposeResult:
        """The passphrase to be copied by hand, what to do with it, a field for its end."""
        with Vertical(classes="box"):
            yield Static("Note the passphrase now", classes="box--title")
            yield Static(content(self._passphrase, "bold"), id="passphrase")
            yield Static(
                "It is shown this once and kept nowhere: without it nobody can open the file. "
                "Tell it to the supplier by telephone, not with the file.",
                classes="box--message",
            )
            yield Static("When you have noted it, type its last group; then the file is written:")
            yield Field("", id="answer", compact=True)
            yield Static("", id="wanting", classes="wanting", markup=False)
            with Horizontal(classes="box--buttons"):
                yield Button("Write the file", id="yes", variant="primary")
                yield Button("Cancel", id="no")

    def on_mount(self) -> None:
        """Straight into the field."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submit(self) -> None:
        typed = self.query_one(Input).value.strip().upper()
        if typed in {self._passphrase, self._passphrase.rpartition("-")[2]}:
            self.dismiss(result=True)
            return
        self.query_one("#wanting", Static).update(
            "That is not its last group: the characters after the last hyphen."
            if typed
            else "Nothing is written before you have typed it."
        )

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self._submit()
        else:
            self.dismiss(result=False)

    def action_cancel(self) -> None:
        """Write nothing."""
        self.dismiss(result=False)


async def with_passphrase(screen: Asides[Any], asked: Asked) -> Asked | None:
    """Show a new passphrase until the person has noted it; None where nothing is to be written."""
    ready = await screen.waited(
        "Exporting", lambda _: with_new_passphrase(asked), "Nothing was exported"
    )
    if ready is None or not await screen.app.push_screen_wait(PassphraseBox(ready.passphrase)):
        return None
    return ready

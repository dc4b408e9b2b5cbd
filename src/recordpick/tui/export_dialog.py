"""The boxes of the export: where to and how, and the passphrase, which is shown once."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Checkbox, Input, Static

from recordpick.tui.box import Box
from recordpick.tui.export_session import Asked, Exported
from recordpick.tui.fields import Field
from recordpick.tui.hiding import sentence
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


class PassphraseBox(Box[None]):
    """Shows the passphrase; only the button closes it, so that no key pressed in passing does."""

    TOPIC = "export"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "wait", "Not yet")]

    def __init__(self, exported: Exported) -> None:
        """Take what was written."""
        super().__init__()
        self._exported = exported

    def compose(self) -> ComposeResult:
        """The passphrase large enough to be copied by hand, and what to do with it."""
        with Vertical(classes="box"):
            yield Static("Exported: note the passphrase now", classes="box--title")
            yield Static(content(self._exported.passphrase, "bold"), id="passphrase")
            yield Static(
                "It is shown this once and kept nowhere: without it nobody can open the file. "
                "Tell it to the supplier by telephone, not with the file.",
                classes="box--message",
            )
            with VerticalScroll(classes="box--text", can_focus=False):
                for says in self._exported.says:
                    yield sentence(says)
            yield Static("", id="wanting", classes="wanting", markup=False)
            with Horizontal(classes="box--buttons"):
                yield Button("Not yet", id="wait", variant="primary")
                yield Button("I have noted it", id="noted")

    def on_mount(self) -> None:
        """Enter by itself does not close it."""
        self.query_one("#wait").focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.id == "noted":
            self.dismiss(None)
        else:
            self.action_wait()

    def action_wait(self) -> None:
        """Say how it is closed."""
        self.query_one("#wanting", Static).update(
            "Note it first; then choose “I have noted it” (Tab, Enter)."
        )

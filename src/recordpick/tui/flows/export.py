"""The boxes of the export: where to and how, and the passphrase, which is shown once.

The hand-over pack of an open working file: a folder, or one encrypted file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Checkbox, Input, Static

from recordpick.errors import UserError
from recordpick.progress import Progress, silent
from recordpick.tui.dialogs import Box, TickBox
from recordpick.tui.masking import Secret, sentence
from recordpick.tui.screens.new_file import as_path
from recordpick.tui.text import content
from recordpick.tui.widgets.fields import Field

if TYPE_CHECKING:
    from recordpick.tui.session import Session

_NAMED = "Patients' names stand in tick_sheets.xlsx: it is for the practice's own use."


@dataclass(frozen=True, slots=True)
class Asked:
    """Where to write the pack, and how."""

    out: Path
    encrypted: bool = False
    with_names: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, in sentences; the passphrase is kept nowhere but here ("" for a folder)."""

    out: Path
    says: tuple[str | Secret, ...]
    passphrase: str = ""


def free_place(session: Session) -> Path:
    """A name for the pack beside the working file that neither a folder nor a zip has."""
    plain = session.file.path.with_name(f"{session.file.path.stem}-hand-over")
    number, free = 1, plain
    while free.exists() or as_zip(free).exists():
        number += 1
        free = plain.with_name(f"{plain.name}-{number}")
    return free


def as_zip(out: Path) -> Path:
    """Give the name of the encrypted file: `out`, with .zip behind it if need be."""
    return out if out.suffix.casefold() == ".zip" else out.with_name(f"{out.name}.zip")


def export(session: Session, asked: Asked, progress: Progress = silent) -> Exported:
    """Write the pack: for a thread. UserError where it cannot be written; nothing is left then."""
    from recordpick.handover.doubts import doubts
    from recordpick.handover.export import Options, export, export_encrypted
    from recordpick.handover.summary import summary

    if session.matches is None:
        raise UserError("The criteria are still being matched: wait a moment.")
    file, index, matches = session.file, session.index, session.matches
    options = Options(with_names=asked.with_names)
    says: tuple[str | Secret, ...] = (_NAMED,) if asked.with_names else ()
    says += tuple(
        Secret(doubt.in_words, doubt.in_numbers)
        for doubt in doubts(session.selection, index, file.as_at, matches, file.other_people())
    )
    if asked.encrypted:
        out = as_zip(asked.out)
        passphrase = export_encrypted(file, index, out, matches, progress, options=options)
        picks, records = len(session.selection.picks), len(session.selection.patient_ids)
        lines = f"{picks:,} lines for {records:,} patient records are written to {out}."
        return Exported(out, (lines, *says), passphrase)
    export(file, index, asked.out, matches, progress, options=options)
    told = (*says, "\n".join(summary(asked.out)), "Hand the whole folder to the supplier.")
    return Exported(asked.out, told)


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

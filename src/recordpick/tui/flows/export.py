"""The export of the hand-over pack: a folder, or one encrypted file with a passphrase.

The passphrase is shown once, before it is used: no file is written whose passphrase nobody has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Checkbox, Input, Static

from recordpick.errors import UserError
from recordpick.progress import Progress, silent
from recordpick.tui.actions import HelpPage, key
from recordpick.tui.background import run_with_progress
from recordpick.tui.dialogs import Confirm, Modal, ModalFrame, Notice, ProblemLine, yes_no
from recordpick.tui.file_picker import free_path, parse_path
from recordpick.tui.masking import PrivateText
from recordpick.tui.text import content
from recordpick.tui.widgets.fields import Field, TickBox

if TYPE_CHECKING:
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session

_WITH_NAMES = "Patients' names are in tick_sheets.xlsx: it is for the practice's own use."
_ABOUT_NAMES = (
    "They will be in tick_sheets.xlsx, and nowhere else in the pack. That makes checking easier; "
    "but whoever receives the pack receives the names too."
)
_FOLDER = "The selection list and the reports are written to a new folder:"
_ZIP = "They are written as one encrypted file (zip), with a passphrase:"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Where to write the pack, and how."""

    out: Path
    encrypted: bool = False
    with_names: bool = False
    passphrase: str = ""
    """For an encrypted file: one that the person has noted already."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, in sentences."""

    out: Path
    messages: tuple[str | PrivateText, ...]


async def export(screen: PickingScreen, session: Session) -> None:
    """Write the hand-over pack where the person says."""
    app = screen.app
    request = await app.push_screen_wait(
        ExportDialog(
            f"{session.overview().progress}.{_time_to_check(session)}",
            str(free_pack_path(session)),
        )
    )
    if request is None:
        return
    if request.with_names and not await app.push_screen_wait(
        Confirm("Write patients' names?", [_ABOUT_NAMES], "Write with names", "Write nothing")
    ):
        return
    if request.encrypted:
        request = await with_passphrase(screen, request)
        if request is None:
            return
    exported = await run_with_progress(
        screen, "Exporting", partial(write_pack, session, request), failed="Nothing was exported"
    )
    if exported is None:
        return
    screen.show_changes(f"Exported to {exported.out}.")
    await app.push_screen_wait(Notice("Exported", exported.messages))


def _time_to_check(session: Session) -> str:
    """Return in a sentence how long checking the list takes; "" where nothing is picked."""
    from recordpick.data_checking.time_needed import time_to_check

    needed = time_to_check(session.selection)
    return f" Checking takes {needed.in_words} in each phase." if needed.lines else ""


async def with_passphrase(screen: PickingScreen, request: ExportRequest) -> ExportRequest | None:
    """Show a new passphrase until the person has noted it; None where nothing is to be written."""
    ready = await run_with_progress(
        screen,
        "Exporting",
        lambda _: with_new_passphrase(request),
        failed="Nothing was exported",
    )
    if ready is None or not await screen.app.push_screen_wait(PassphraseDialog(ready.passphrase)):
        return None
    return ready


def free_pack_path(session: Session) -> Path:
    """Return a name for the pack beside the working file that neither a folder nor a zip has."""
    path = session.file.path
    plain = path.with_name(f"{path.stem}-hand-over")
    return free_path(plain, is_taken=lambda one: one.exists() or as_zip(one).exists())


def as_zip(out: Path) -> Path:
    """Return the name of the encrypted file: `out`, with .zip appended if need be."""
    return out if out.suffix.casefold() == ".zip" else out.with_name(f"{out.name}.zip")


def with_new_passphrase(request: ExportRequest) -> ExportRequest:
    """Return the request with a passphrase generated; UserError where the path is taken."""
    from recordpick.handover.encrypted import check_free_file, new_passphrase

    out = as_zip(request.out)
    check_free_file(out)
    return replace(request, out=out, passphrase=new_passphrase())


def write_pack(session: Session, request: ExportRequest, progress: Progress = silent) -> Exported:
    """Write the pack: for a thread. UserError where it cannot be written; nothing is left then."""
    from recordpick.handover.export import export, export_encrypted, summary
    from recordpick.handover.pack_contents import Options
    from recordpick.handover.warnings import pick_warnings

    if session.matches is None:
        raise UserError("The criteria are still being matched: wait a moment.")
    file, index, matches = session.file, session.index, session.matches
    options = Options(with_names=request.with_names)
    messages: tuple[str | PrivateText, ...] = (_WITH_NAMES,) if request.with_names else ()
    messages += tuple(
        PrivateText(warning.in_words, warning.in_numbers)
        for warning in pick_warnings(
            session.selection, index, file.as_at, matches, file.reused_numbers()
        )
    )
    if request.encrypted:
        out = as_zip(request.out)
        export_encrypted(
            file, index, out, matches, progress, options=options, passphrase=request.passphrase
        )
        picks, records = len(session.selection.picks), len(session.selection.patient_ids)
        written = f"{picks:,} lines for {records:,} patient records are written to {out}."
        return Exported(out, (written, *messages, _fingerprint(session)))
    export(file, index, request.out, matches, progress, options=options)
    written = "\n".join(summary(request.out))
    hand_over = "Hand the whole folder to the supplier."
    return Exported(request.out, (*messages, written, hand_over, _fingerprint(session)))


def _fingerprint(session: Session) -> str:
    """Return what to read aloud to the supplier, so that they know the pack is yours."""
    from recordpick.handover.selection_list import PACK_FINGERPRINT_LETTERS, spoken_fingerprint

    sha256 = session.selection.exports[-1].sha256
    return f"Fingerprint, to read aloud: {spoken_fingerprint(sha256, PACK_FINGERPRINT_LETTERS)}"


class ExportDialog(Modal[ExportRequest | None]):
    """Asks where the pack goes, whether it is encrypted, whether the workbook has names."""

    HELP_PAGE = HelpPage(
        "The hand-over pack",
        "A new folder with the list for the supplier, the reports and your tick sheets; or the "
        "same as one encrypted file, for which a passphrase is generated. The passphrase is shown "
        "once, before the file is written, and kept nowhere. The pack has no names, unless you "
        "tick them for the workbook.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Back; nothing is written", label="Cancel")
    ]

    def __init__(self, progress: str, out: str) -> None:
        """Take the progress of the work in words, and the place that is offered."""
        super().__init__()
        self._progress = progress
        self._out = out

    def compose(self) -> ComposeResult:
        """Show the progress, the place and two tick boxes."""
        title = "Export the hand-over pack"
        with ModalFrame(title, [self._progress], buttons=yes_no("Export")):
            yield Static(_FOLDER, id="where")
            yield Field(self._out, id="answer", compact=True)
            yield TickBox("Encrypted, as one file with a passphrase", id="encrypted")
            yield TickBox("With patients' names in the practice's workbook", id="names")
            yield ProblemLine()

    def on_mount(self) -> None:
        """Put the cursor into the place."""
        self.query_one(Input).focus()

    @on(Checkbox.Changed, "#encrypted")
    def _change_ending(self, event: Checkbox.Changed) -> None:
        """Say what will be written, and give the name its ending."""
        self.query_one("#where", Static).update(_ZIP if event.value else _FOLDER)
        field = self.query_one(Input)
        bare = field.value.strip()
        if bare:
            bare = bare[:-4] if bare.casefold().endswith(".zip") else bare
            field.value = f"{bare}.zip" if event.value else bare

    def submit(self) -> None:
        """Answer with the place and the two ticks, unless there is no place."""
        out = self.query_one(Input).value.strip()
        if not out:
            self.show_problem("Say where to write it.")
            return
        encrypted, names = self.query(TickBox)
        self.dismiss(ExportRequest(parse_path(out), encrypted.value, names.value))


class PassphraseDialog(Modal[bool | None]):
    """Shows the passphrase before the file is written; True once its end was typed.

    So no file is written whose passphrase nobody has, even if the terminal goes at that moment.
    """

    HELP_PAGE = ExportDialog.HELP_PAGE
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Back; nothing is written", label="Cancel")
    ]

    def __init__(self, passphrase: str) -> None:
        """Take the passphrase: groups with hyphens between them."""
        super().__init__()
        self._passphrase = passphrase

    def compose(self) -> ComposeResult:
        """Show the passphrase, what to do with it, and a field for its end."""
        with ModalFrame("Note the passphrase now", buttons=yes_no("Write the file")):
            yield Static(content(self._passphrase, "bold"), id="passphrase")
            yield Static(
                "It is shown this once and kept nowhere: without it nobody can open the file. "
                "Tell it to the supplier by telephone, not with the file.",
                classes="modal--message",
            )
            yield Static("When you have noted it, type its last group; then the file is written:")
            yield Field("", id="answer", compact=True)
            yield ProblemLine()

    def on_mount(self) -> None:
        """Put the cursor into the field."""
        self.query_one(Input).focus()

    def submit(self) -> None:
        """Answer yes if the last group of the passphrase was typed."""
        typed = self.query_one(Input).value.strip().upper()
        if typed in {self._passphrase, self._passphrase.rpartition("-")[2]}:
            self.dismiss(result=True)
        elif typed:
            self.show_problem("That is not its last group: the characters after the last hyphen.")
        else:
            self.show_problem("Nothing is written before you have typed it.")

"""Saving what an open file holds as a new file, above all when the file is damaged or gone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Button, Input, Static

from recordpick.tui.actions import key
from recordpick.tui.background import run_in_background
from recordpick.tui.dialogs import Confirm, Modal, ModalFrame, ProblemLine, scrolling, yes_no
from recordpick.tui.file_picker import FilePicker, free_path, parse_path
from recordpick.tui.widgets.fields import Field

if TYPE_CHECKING:
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session

ENDING = ".recordpick"


async def save_copy(screen: PickingScreen, session: Session, reasons: Sequence[str] = ()) -> None:
    """Ask where to save a copy of what is held here, until it is saved or not wanted."""
    app, path = screen.app, free_copy_path(session.file.path)
    while True:
        chosen = await app.push_screen_wait(SaveCopyDialog(reasons, path))
        if chosen is None:
            return
        path = chosen
        saved = await run_in_background(screen, partial(session.file.save_copy, path))
        if saved is not None:
            break
    screen.show_message(f"Saved as {saved}.")
    uses_copy = await app.push_screen_wait(
        Confirm(
            "A copy was saved",
            [f"{saved} has everything up to the last change that was shown."],
            "Continue with the copy",
            "Stay here",
        )
    )
    if uses_copy:
        screen.open_instead(saved)


def free_copy_path(path: Path) -> Path:
    """Return a free name for a copy: beside the file, or in the home folder where that is gone."""
    folder = path.parent if path.parent.is_dir() else Path.home()
    return free_path(folder / f"{path.stem}-copy", ENDING)


class SaveCopyDialog(Modal[Path | None]):
    """Asks where to save the copy; None for not at all."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Back; nothing is saved", label="Cancel")
    ]

    def __init__(self, reasons: Sequence[str], path: Path) -> None:
        """Take why a copy is offered, in sentences, and the path that is offered."""
        super().__init__()
        self._reasons = tuple(reasons)
        self._path = path

    def compose(self) -> ComposeResult:
        """Show the reasons, the path and three buttons."""
        save, cancel = yes_no("Save")
        buttons = (save, Button("Another folder", id="browse"), cancel)
        with ModalFrame("Save a copy as", buttons=buttons):
            yield scrolling(self._reasons, can_focus=False)
            yield Static("All picks, notes and results that are held here go into a new file:")
            yield Field(str(self._path), id="answer", compact=True)
            yield ProblemLine()

    def on_mount(self) -> None:
        """Put the cursor into the path."""
        self.query_one(Input).focus()

    def submit(self) -> None:
        """Answer with the path, unless there is none."""
        text = self.query_one(Input).value.strip()
        if not text:
            self.show_problem("Say where to save it.")
            return
        path = parse_path(text)
        self.dismiss(path if path.suffix else path.with_name(f"{path.name}{ENDING}"))

    @on(Button.Pressed, "#browse")
    @work
    async def _browse(self) -> None:
        field = self.query_one(Input)
        here = parse_path(field.value.strip() or str(self._path))
        picker = FilePicker("The folder for the copy", here, folders=True, files=False)
        folder = await self.app.push_screen_wait(picker)
        if folder is not None:
            field.value = str(folder / (here.name or self._path.name))
        field.focus()

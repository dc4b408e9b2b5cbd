"""The box that asks where to save what an open file holds, when the file is damaged or gone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from recordpick.tui.dialogs import Box
from recordpick.tui.file_picker import FilePicker
from recordpick.tui.screens.new_file import as_path
from recordpick.tui.text import content
from recordpick.tui.widgets.fields import Field

ENDING = ".recordpick"


def free_place(path: Path) -> Path:
    """Return a free name for a copy: beside the file, or in the home folder where that is gone."""
    folder = path.parent if path.parent.is_dir() else Path.home()
    number, free = 1, folder / f"{path.stem}-copy{ENDING}"
    while free.exists():
        number += 1
        free = folder / f"{path.stem}-copy-{number}{ENDING}"
    return free


class SaveCopyDialog(Box[Path | None]):
    """Asks where the copy is to be saved; None where it is not to be."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, why: Sequence[str], place: Path) -> None:
        """Take why a copy is offered, in sentences, and the place that is offered."""
        super().__init__()
        self._why = tuple(why)
        self._place = place

    def compose(self) -> ComposeResult:
        """The reasons, the place, three buttons."""
        with Vertical(classes="box"):
            yield Static("Save a copy as", classes="box--title")
            with VerticalScroll(classes="box--text", can_focus=False):
                for sentence in self._why:
                    yield Static(content(sentence), classes="box--message")
            yield Static("All picks, notes and results that are held here go into a new file:")
            yield Field(str(self._place), id="answer", compact=True)
            yield Static("", id="wanting", classes="wanting", markup=False)
            with Horizontal(classes="box--buttons"):
                yield Button("Save", id="yes", variant="primary")
                yield Button("Another folder", id="browse")
                yield Button("Cancel", id="no")

    def on_mount(self) -> None:
        """Straight to the place."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submit(self) -> None:
        text = self.query_one(Input).value.strip()
        if not text:
            self.query_one("#wanting", Static).update("Say where it is to be saved.")
            return
        path = as_path(text)
        self.dismiss(path if path.suffix else path.with_name(f"{path.name}{ENDING}"))

    @work
    async def _browse(self) -> None:
        field = self.query_one(Input)
        here = as_path(field.value.strip() or str(self._place))
        picker = FilePicker("The folder for the copy", here, folders=True, files=False)
        folder = await self.app.push_screen_wait(picker)
        if folder is not None:
            field.value = str(folder / (here.name or self._place.name))
        field.focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self._submit()
        elif event.button.id == "browse":
            self._browse()
        else:
            self.dismiss(None)

    def action_cancel(self) -> None:
        """Save nothing."""
        self.dismiss(None)

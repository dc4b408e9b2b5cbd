"""Paths from people: choosing a file or folder, reading a path as it was pasted, a free name."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from string import ascii_uppercase
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Button, Input, OptionList
from textual.widgets.option_list import Option

from recordpick.os_errors import words_of
from recordpick.tui.actions import HelpPage, key
from recordpick.tui.dialogs import NO, Modal, ModalFrame, ProblemLine
from recordpick.tui.text import content
from recordpick.tui.widgets.choices import ChoiceList
from recordpick.tui.widgets.fields import Field


class FilePicker(Modal[Path | None]):
    """Lists what is in a folder. Enter goes into a folder or chooses a file."""

    HELP_PAGE = HelpPage(
        "Choose a file or folder",
        "The line at the top is the folder that is shown; you can type another there. A path that "
        "you paste while the list has the cursor is taken at once. "
        "Enter goes into a folder (its name ends in a slash), or chooses the file.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Back; nothing is chosen", label="Cancel"),
        key("backspace", "up", "The folder above"),
    ]

    def __init__(
        self,
        title: str,
        start: Path | None = None,
        *,
        endings: tuple[str, ...] = (),
        folders: bool = False,
        files: bool = True,
    ) -> None:
        """Show files with these endings (all, if none); with `folders`, a folder can be chosen."""
        super().__init__()
        self._title = title
        self._endings = endings
        self._folders = folders
        self._files = files
        self._folder = _nearest_folder(start)
        self._here: list[Path] = []

    def compose(self) -> ComposeResult:
        """Show the folder's path, what is in it, and the buttons."""
        buttons = [Button("Cancel", id=NO)]
        if self._folders:
            buttons.insert(0, Button("Choose this folder", id="choose", variant="primary"))
        with ModalFrame(self._title, buttons=buttons, classes="picker"):
            yield Field(id="folder", compact=True)
            yield ProblemLine()
            yield ChoiceList(id="paths", markup=False, compact=True)

    def on_mount(self) -> None:
        """Show the folder to start in."""
        self._show(self._folder)
        self.query_one(OptionList).focus()

    def _show(self, folder: Path) -> None:
        try:
            inside = sorted(folder.iterdir(), key=lambda path: path.name.casefold())
            folders = [path for path in inside if path.is_dir() and not path.name.startswith(".")]
            files = [path for path in inside if self._is_wanted(path)]
        except OSError as error:
            self.show_problem(f"{folder}: cannot be read ({words_of(error)}).")
            return
        self.show_problem("" if folders or files else "There is nothing to choose in this folder.")
        self._folder = folder
        drives = [drive for drive in other_drives(folder) if folder.parent == folder]
        self._here = [folder.parent, *drives, *folders, *files]
        self.query_one("#folder", Input).value = str(folder)
        listing = self.query_one(OptionList)
        listing.clear_options()
        listing.add_option(Option(content("↑ folder above")))
        listing.add_options(Option(content(f"► drive {drive}")) for drive in drives)
        listing.add_options(Option(content(f"{path.name}{os.sep}")) for path in folders)
        listing.add_options(Option(content(path.name)) for path in files)
        listing.highlighted = min(1, listing.option_count - 1)

    def _is_wanted(self, path: Path) -> bool:
        if not self._files or path.name.startswith("."):
            return False
        return path.is_file() and (not self._endings or path.suffix.lower() in self._endings)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self._take(self._here[event.option_index])

    def submit(self) -> None:
        """Go to the path that was typed, or choose it."""
        path = parse_path(self.query_one("#folder", Input).value)
        if path.exists():
            self._take(path)
        else:
            self.show_problem(f"{path}: there is no such file or folder.")

    def on_paste(self, event: events.Paste) -> None:
        """Take a path that was pasted while the list has the focus."""
        event.stop()
        lines = event.text.strip().splitlines()
        if lines:
            self.query_one("#folder", Input).value = lines[0]
            self.submit()

    def _take(self, path: Path) -> None:
        if path.is_dir():
            self._show(path)
            self.query_one(OptionList).focus()
        else:
            self.dismiss(path)

    @on(Button.Pressed, "#choose")
    def _choose_folder(self) -> None:
        self.dismiss(self._folder)

    def action_up(self) -> None:
        """Show the folder above."""
        self._show(self._folder.parent)


def other_drives(folder: Path) -> list[Path]:
    """Return the drives of Windows other than that of a folder; none on other systems."""
    if os.name != "nt":
        return []
    names: list[str] = []
    if hasattr(os, "listdrives"):  # Python 3.12 and later
        with suppress(OSError):
            names = os.listdrives()
    else:
        names = [f"{letter}:\\" for letter in ascii_uppercase]
    drives = [Path(name) for name in names]
    return [drive for drive in drives if drive.drive != folder.drive and _is_there(drive)]


def _is_there(drive: Path) -> bool:
    try:
        return drive.exists()
    except OSError:  # a card reader without a card
        return False


def parse_path(text: str) -> Path:
    """Return a path as people paste it: with quotes, with ~."""
    return Path(text.strip().strip('"')).expanduser()


def free_path(base: Path, suffix: str = "", is_taken: Callable[[Path], bool] = Path.exists) -> Path:
    """Return `base` with the suffix, and with -2, -3, … before it where that is taken."""
    number, free = 1, base.with_name(f"{base.name}{suffix}")
    while is_taken(free):
        number += 1
        free = base.with_name(f"{base.name}-{number}{suffix}")
    return free


def _nearest_folder(start: Path | None) -> Path:
    for path in [start, *start.parents] if start else []:
        if path is not None and path.is_dir():
            return path.absolute()
    return Path.cwd()

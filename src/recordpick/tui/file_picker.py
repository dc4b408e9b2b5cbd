"""Choose a file or a folder by walking through folders."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from recordpick.tui.dialogs import Box
from recordpick.tui.text import content, visible
from recordpick.tui.widgets.fields import Field


class FilePicker(Box[Path | None]):
    """A list of what is in a folder. Enter goes into a folder or chooses a file."""

    TOPIC = "picker"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("backspace", "up", "Folder above", show=False),
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
        """Show files with these endings (all, if none); `folders` lets a folder be chosen."""
        super().__init__()
        self._title = title
        self._endings = endings
        self._folders = folders
        self._files = files
        self._folder = _nearest_folder(start)
        self._here: list[Path] = []

    def compose(self) -> ComposeResult:
        """The folder's name, what is in it, buttons."""
        with Vertical(classes="box picker"):
            yield Static(content(self._title), classes="box--title")
            yield Field(id="folder", compact=True)
            yield Static("", id="wanting", classes="wanting", markup=False)
            yield OptionList(id="paths", markup=False, compact=True)
            with Horizontal(classes="box--buttons"):
                if self._folders:
                    yield Button("Choose this folder", id="choose", variant="primary")
                yield Button("Cancel", id="cancel")

    def on_mount(self) -> None:
        """Show the first folder."""
        self._show(self._folder)
        self.query_one(OptionList).focus()

    def _show(self, folder: Path) -> None:
        wanting = self.query_one("#wanting", Static)
        try:
            inside = sorted(folder.iterdir(), key=lambda path: path.name.casefold())
            folders = [path for path in inside if path.is_dir() and not path.name.startswith(".")]
            files = [path for path in inside if self._is_wanted(path)]
        except OSError as error:
            wanting.update(visible(f"{folder}: cannot be read ({error.strerror or error})."))
            return
        wanting.update("" if folders or files else "There is nothing to choose in this folder.")
        self._folder = folder
        self._here = [folder.parent, *folders, *files]
        self.query_one("#folder", Input).value = str(folder)
        listing = self.query_one(OptionList)
        listing.clear_options()
        listing.add_option(Option(content("↑ folder above")))
        listing.add_options(Option(content(f"▸ {path.name}")) for path in folders)
        listing.add_options(Option(content(f"  {path.name}")) for path in files)
        listing.highlighted = min(1, listing.option_count - 1)

    def _is_wanted(self, path: Path) -> bool:
        if not self._files or path.name.startswith("."):
            return False
        return path.is_file() and (not self._endings or path.suffix.lower() in self._endings)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self._take(self._here[event.option_index])

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        path = Path(event.value.strip().strip('"')).expanduser()
        if path.exists():
            self._take(path)
        else:
            self.query_one("#wanting", Static).update(f"{visible(str(path))} is not there.")

    def _take(self, path: Path) -> None:
        if path.is_dir():
            self._show(path)
            self.query_one(OptionList).focus()
        else:
            self.dismiss(path)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(self._folder if event.button.id == "choose" else None)

    def action_up(self) -> None:
        """Show the folder above."""
        self._show(self._folder.parent)

    def action_cancel(self) -> None:
        """Choose nothing."""
        self.dismiss(None)


def _nearest_folder(start: Path | None) -> Path:
    for path in [start, *start.parents] if start else []:
        if path is not None and path.is_dir():
            return path.absolute()
    return Path.cwd()

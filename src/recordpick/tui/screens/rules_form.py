"""Boxes before rules from words: which file, which practice, who decides; which sheet of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from recordpick.resources import criteria_folder
from recordpick.tui.box import Box
from recordpick.tui.fields import Field
from recordpick.tui.file_picker import FilePicker
from recordpick.tui.new_file import as_path
from recordpick.tui.visible import content

SHEETS = (".xlsx", ".xlsm", ".ods", ".docx", ".csv", ".txt", ".tsv", ".toml")

TRIAL = "supplier_sheet.xlsx"
"""A made-up sheet that comes with recordpick."""


@dataclass(frozen=True, slots=True)
class RulesAsked:
    """What was filled in. `sheet` may be a drafted pack (.toml), which is then opened."""

    sheet: Path
    pack: Path
    records: Path | None
    name: str


_LABELS = {
    "sheet": "The supplier's sheet, or a pack drafted from one",
    "records": "The practice's records: an index, an export, or a working file",
    "pack": "Where the pack is to be kept",
    "name": "Your initials",
}
_PLACEHOLDERS = {
    "sheet": "Excel, OpenDocument, Word (.docx) or CSV",
    "records": "may be empty: then nothing is counted",
    "pack": "beside the sheet, if empty",
    "name": "recorded in the pack with each decision",
}


class RulesForm(Box[RulesAsked | None]):
    """Four fields. F2 looks for a file."""

    TOPIC: ClassVar[str] = "rules-form"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "browse", "Browse"),
        Binding("escape", "cancel", "Cancel"),
    ]

    def __init__(self, name: str, filled: RulesAsked | None = None, sheet: str = "") -> None:
        """Take the person's name, and what was filled in before."""
        super().__init__()
        self._values = {"sheet": sheet, "records": "", "pack": "", "name": initials_of(name)}
        if filled is not None:
            self._values = {
                "sheet": str(filled.sheet),
                "records": str(filled.records or ""),
                "pack": str(filled.pack),
                "name": filled.name,
            }

    def compose(self) -> ComposeResult:
        """The fields and two buttons."""
        with Vertical(classes="box"):
            yield Static("Rules from words", classes="box--title")
            for name, label in _LABELS.items():
                yield Static(label, classes="label")
                yield Field(
                    self._values[name], id=name, placeholder=_PLACEHOLDERS[name], compact=True
                )
            yield Static("", id="wanting", classes="wanting", markup=False)
            with Horizontal(classes="box--buttons"):
                yield Button("Browse (F2)", id="browse")
                yield Button("Go on", id="yes", variant="primary")
                yield Button("Cancel", id="no")

    def on_mount(self) -> None:
        """Straight into the first field."""
        self.query_one("#sheet").focus()

    @on(Input.Submitted)
    def _submit(self) -> None:
        values = {name: self.query_one(f"#{name}", Input).value.strip() for name in _LABELS}
        missing = {
            "sheet": f"Say which sheet it is. For a trial: {criteria_folder() / TRIAL}",
            "name": "Write your initials: they are recorded with each decision.",
        }
        for name, says in missing.items():
            if not values[name]:
                self.query_one("#wanting", Static).update(content(says))
                self.query_one(f"#{name}").focus()
                return
        sheet = as_path(values["sheet"])
        folder = Path.cwd() if sheet.parent == criteria_folder() else sheet.parent
        own = folder / sheet.with_suffix(".toml").name
        pack = as_path(values["pack"]) if values["pack"] else own
        if sheet.suffix.casefold() == ".toml":
            pack = sheet
        elif pack.suffix.casefold() != ".toml":
            pack = pack.with_name(f"{pack.name}.toml")
        records = as_path(values["records"]) if values["records"] else None
        self.dismiss(RulesAsked(sheet, pack, records, values["name"]))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self._submit()
        elif event.button.id == "browse":
            self._browse(self.query_one("#sheet", Input))
        else:
            self.dismiss(None)

    def action_browse(self) -> None:
        """Look for the file or folder of the focused field."""
        if isinstance(self.focused, Input) and self.focused.id in {"sheet", "records"}:
            self._browse(self.focused)

    @work
    async def _browse(self, field: Input) -> None:
        start = as_path(field.value) if field.value.strip() else None
        is_sheet = field.id == "sheet"
        path = await self.app.push_screen_wait(
            FilePicker(
                "The supplier's sheet" if is_sheet else "The practice's records",
                start,
                endings=SHEETS if is_sheet else (),
                folders=not is_sheet,
            )
        )
        if path is not None:
            field.value = str(path)

    def action_cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)


class WhichSheet(Box[tuple[str, ...] | None]):
    """Asks which of several sheets is the list of criteria."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, names: Sequence[str]) -> None:
        """Take the names of the sheets that could be meant."""
        super().__init__()
        self._names = tuple(names)

    def compose(self) -> ComposeResult:
        """A list of the sheets; the last line is all of them together."""
        with Vertical(classes="box"):
            yield Static("Which sheet is the list of criteria?", classes="box--title")
            options = [Option(content(name)) for name in self._names]
            every = Option(content(f"All {len(self._names)} together, each an area of one list"))
            yield OptionList(*options, every, id="sheets", markup=False, compact=True)
            yield Static("Enter chooses. Esc goes back; nothing is read.", classes="quiet")

    def on_mount(self) -> None:
        """Start at the first sheet."""
        listing = self.query_one("#sheets", OptionList)
        listing.highlighted = 0
        listing.focus()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        at = event.option_index
        self.dismiss(self._names if at == len(self._names) else (self._names[at],))

    def action_cancel(self) -> None:
        """Read nothing."""
        self.dismiss(None)


def initials_of(name: str) -> str:
    """Return the initials of a name: "Anna Baker" is AB; what is short stays as it is."""
    words = name.replace("-", " ").split()
    if len(words) < 2:
        return name.strip()[:20]
    return "".join(word[0] for word in words).upper()

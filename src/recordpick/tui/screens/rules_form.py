"""Modals before rules from words: which file, which practice, who decides; which sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from recordpick.resources import criteria_folder
from recordpick.tui.actions import FORM, HelpPage, key
from recordpick.tui.dialogs import Modal, ModalFrame, ProblemLine, yes_no
from recordpick.tui.file_picker import FilePicker, parse_path
from recordpick.tui.text import content
from recordpick.tui.widgets.fields import Field

SHEETS = (".xlsx", ".xlsm", ".ods", ".docx", ".csv", ".txt", ".tsv", ".toml")

TRIAL = "supplier_sheet.xlsx"
"""A made-up sheet that comes with recordpick."""


@dataclass(frozen=True, slots=True)
class RulesRequest:
    """What was filled in. `sheet` may be a drafted pack (.toml), which is then opened."""

    sheet: Path
    pack: Path
    records: Path | None
    name: str


_LABELS = {
    "sheet": "The supplier's sheet, or a pack drafted from one",
    "records": "The practice's records: an index, an export, or a working file",
    "pack": "Where to keep the pack",
    "name": "Your initials",
}
_PLACEHOLDERS = {
    "sheet": "Excel, OpenDocument, Word (.docx) or CSV",
    "records": "may be empty: then nothing is counted",
    "pack": "beside the sheet, if empty",
    "name": "recorded in the pack with each decision",
}


class RulesForm(Modal[RulesRequest | None]):
    """Four fields. F2 browses for a file."""

    HELP_PAGE = HelpPage(
        "Rules from words",
        "The sheet is what the supplier sent: Excel, OpenDocument, Word (.docx) or CSV; or a pack "
        "that was drafted from one, to continue with. With the practice's records you see how many "
        "patients each rule finds. The pack is a new file beside the sheet. Enter continues.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("f2", "browse", "Browse: for the file or folder of the field", FORM, label="Browse"),
        key("escape", "cancel", "Back; nothing is done", label="Cancel"),
    ]

    def __init__(self, name: str, filled: RulesRequest | None = None, sheet: str = "") -> None:
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
        """Show the fields and three buttons."""
        buttons = (Button("Browse (F2)", id="browse"), *yes_no("Continue"))
        with ModalFrame("Rules from words", buttons=buttons):
            for name, label in _LABELS.items():
                yield Static(label, classes="label")
                yield Field(
                    self._values[name], id=name, placeholder=_PLACEHOLDERS[name], compact=True
                )
            yield ProblemLine()

    def on_mount(self) -> None:
        """Put the cursor into the first field."""
        self.query_one("#sheet").focus()

    def submit(self) -> None:
        """Answer with what was filled in, unless the sheet or the initials are missing."""
        values = {name: self.query_one(f"#{name}", Input).value.strip() for name in _LABELS}
        missing = {
            "sheet": f"Say which sheet it is. For a trial: {criteria_folder() / TRIAL}",
            "name": "Write your initials: they are recorded with each decision.",
        }
        for name, problem in missing.items():
            if not values[name]:
                self.show_problem(problem)
                self.query_one(f"#{name}").focus()
                return
        sheet = parse_path(values["sheet"])
        folder = Path.cwd() if sheet.parent == criteria_folder() else sheet.parent
        own = folder / sheet.with_suffix(".toml").name
        pack = parse_path(values["pack"]) if values["pack"] else own
        if sheet.suffix.casefold() == ".toml":
            pack = sheet
        elif pack.suffix.casefold() != ".toml":
            pack = pack.with_name(f"{pack.name}.toml")
        records = parse_path(values["records"]) if values["records"] else None
        self.dismiss(RulesRequest(sheet, pack, records, values["name"]))

    @on(Button.Pressed, "#browse")
    def _browse_for_sheet(self) -> None:
        self._browse(self.query_one("#sheet", Input))

    def action_browse(self) -> None:
        """Browse for the file or folder of the field that has the focus."""
        if isinstance(self.focused, Input) and self.focused.id in {"sheet", "records"}:
            self._browse(self.focused)

    @work
    async def _browse(self, field: Input) -> None:
        start = parse_path(field.value) if field.value.strip() else None
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


class WhichSheet(Modal[tuple[str, ...] | None]):
    """Asks which of several sheets is the list of criteria."""

    HELP_PAGE = HelpPage(
        "Which sheet",
        "The file has several sheets that could be the list of criteria. Choose one, or all of "
        "them together.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Back; nothing is read", label="Cancel")
    ]

    def __init__(self, names: Sequence[str]) -> None:
        """Take the names of the sheets that could be meant."""
        super().__init__()
        self._names = tuple(names)

    def compose(self) -> ComposeResult:
        """Show the sheets; the last line is all of them together."""
        with ModalFrame("Which sheet is the list of criteria?"):
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


def initials_of(name: str) -> str:
    """Return the initials of a name: "Anna Baker" is AB; what is short stays as it is."""
    words = name.replace("-", " ").split()
    if len(words) < 2:
        return name.strip()[:20]
    return "".join(word[0] for word in words).upper()

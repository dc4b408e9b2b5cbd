"""The form for a new working file."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import DescendantFocus
from textual.screen import Screen
from textual.widgets import Button, Input, Select, Static

from recordpick.date_parsing import NotADayError, parse_day
from recordpick.resources import general_practice_pack
from recordpick.tui.actions import FORM, HELP_GROUP, THIS_PART, HelpPage, key
from recordpick.tui.dialogs import role_select
from recordpick.tui.file_picker import FilePicker, parse_path
from recordpick.tui.settings import Role, as_role
from recordpick.tui.text import content
from recordpick.tui.widgets.fields import Field
from recordpick.tui.widgets.lines import KeysLine

SUFFIX = ".recordpick"


@dataclass(frozen=True, slots=True)
class NewFile:
    """What was filled in."""

    path: Path
    records: Path
    mapping: Path | None
    pack: Path
    practice: str
    as_at: dt.date | None
    name: str
    role: Role
    reports: tuple[Path, ...] = ()
    """Further files beside the records: reports of the patients on a list."""
    ods_code: str = ""


@dataclass(frozen=True, slots=True)
class _FormField:
    """One line of the form: its label, its explanation, and the message where it is empty."""

    label: str
    help: str
    required: str = ""


_FIELDS = {
    "path": _FormField(
        "Working file",
        "Where your picks are kept. A new file; every pick is saved in it at once.",
        "Say where to keep the working file.",
    ),
    "records": _FormField(
        "Practice's records",
        "The practice's records: a list of patients (CSV, Excel), a folder of exported tables, or "
        "a practice index made before. With reports: their folder, or LIST; REPORT; … F2 looks "
        "for a file, and after a ; for another.",
        "Say where the practice's records are.",
    ),
    "mapping": _FormField(
        "Mapping file",
        "Only for a folder of CSV files of another system: the mapping file that says which "
        "column is which. Leave it empty otherwise.",
    ),
    "pack": _FormField(
        "Supplier's criteria",
        "The supplier's criteria: a pack (TOML), or a list in Excel, OpenDocument, Word or CSV. At "
        "first it is the pack that comes with recordpick. F2 browses; F4 turns a list in words "
        "into rules.",
        "Say which criteria to use.",
    ),
    "practice": _FormField("Practice", "The name of the practice for the selection list."),
    "ods_code": _FormField(
        "ODS code",
        "The practice's ODS code: one letter and five digits, such as A81001. Leave it empty where "
        "you do not know it, or where the export has it (EMIS).",
    ),
    "as_at": _FormField(
        "As at",
        "The day on which the export was made, as day/month/year. Leave it empty where the export "
        "has a date; where it has none, you are asked for it.",
    ),
    "name": _FormField(
        "Your name",
        "It is kept with each record you pick.",
        "Write your name: it is kept with each record you pick.",
    ),
    "role": _FormField("You work for", "For whom you work."),
}
_ENDINGS: dict[str, tuple[str, ...]] = {
    "path": (),
    "records": (".csv", ".txt", ".tsv", ".xlsx", ".ods", ".parquet"),
    "mapping": (".toml",),
    "pack": (".toml", ".csv", ".xlsx", ".ods", ".docx"),
}
"""The fields for a path, and the files that each may be."""


class NewFileScreen(Screen[NewFile | None]):
    """A line for each field; below, an explanation of the one that has the focus."""

    HELP_PAGE = HelpPage(
        "A new working file",
        "Only the practice's records must be filled in; the rest has a default. The explanation "
        "of the field you are in is below the fields. Enter goes to the next field.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("f2", "browse", "Browse: for the file or folder of the field", FORM, label="Browse"),
        key("f3", "create", "Create it: the working file, and open it", FORM, label="Create it"),
        key(
            "f4",
            "draft_rules",
            "Rules from words: a list in words becomes criteria",
            FORM,
            label="Rules from words",
        ),
        key("f1", "app.help", THIS_PART, HELP_GROUP, label="Help"),
        key("escape", "cancel", "Back: to the first screen", FORM, label="Back"),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012 - declared by Textual

    def __init__(
        self,
        name: str,
        role: Role,
        filled: NewFile | None = None,
        pack: Path | None = None,
        records: Path | None = None,
        typed: dict[str, str] | None = None,
    ) -> None:
        """Take what is known of the person, and what was filled in before, here or elsewhere.

        `typed` is what was in the fields when the form was last left; it is kept up to date.
        """
        super().__init__()
        self._typed = {} if typed is None else typed
        self._role = filled.role if filled else as_role(self._typed.get("role", role))
        self._values = {
            "path": str(Path.cwd() / f"data-checking{SUFFIX}"),
            "pack": str(general_practice_pack()),
            "name": name,
            **self._typed,
        }
        if records is not None:
            self._values["records"] = str(records)
        if pack is not None:
            self._values["pack"] = str(pack)
        if filled is not None:
            self._values |= {
                "path": str(filled.path),
                "records": "; ".join(map(str, (filled.records, *filled.reports))),
                "mapping": str(filled.mapping or ""),
                "pack": str(filled.pack),
                "practice": filled.practice,
                "ods_code": filled.ods_code,
                "as_at": filled.as_at.strftime("%d/%m/%Y") if filled.as_at else "",
                "name": filled.name,
            }

    def compose(self) -> ComposeResult:
        """Show the fields, the explanation, and the buttons."""
        yield Static("A new working file", classes="screen--title")
        with VerticalScroll(id="form"):
            for name, field in _FIELDS.items():
                with Horizontal(classes="field"):
                    yield Static(field.label, classes="field--label")
                    if name == "role":
                        yield role_select(self._role)
                    else:
                        yield Field(self._values.get(name, ""), id=name, compact=True)
                yield FaultLine(name)
        yield Static("", id="field-help", classes="quiet", markup=False)
        with Horizontal(classes="modal--buttons"):
            yield Button("Create it and open", id="create", variant="primary")
            yield Button("Back", id="back")
        yield KeysLine()

    def on_mount(self) -> None:
        """Start where something must be filled in."""
        self.query_one("#records").focus()

    @on(DescendantFocus)
    def _explain(self, event: DescendantFocus) -> None:
        field = _FIELDS.get(event.widget.id or "")
        self.query_one("#field-help", Static).update(field.help if field else "")

    def action_browse(self) -> None:
        """Browse for the file or folder of the field that has the focus."""
        if isinstance(self.focused, Input) and self.focused.id in _ENDINGS:
            self._browse(self.focused)

    @work
    async def _browse(self, field: Input) -> None:
        name = field.id or ""
        before, sign, last = field.value.rpartition(";") if name == "records" else ("", "", "")
        value = last if sign and last.strip() else before or field.value
        start = parse_path(value) if value.strip() else None
        path = await self.app.push_screen_wait(
            FilePicker(
                _FIELDS[name].label,
                start,
                endings=_ENDINGS[name],
                folders=name in {"records", "path"},
                files=name != "path",
            )
        )
        if path is not None:
            file_name = Path(field.value).name or f"data-checking{SUFFIX}"
            chosen = str(path / file_name if name == "path" else path)
            field.value = f"{before}; {chosen}" if sign and not last.strip() else chosen

    @work
    async def action_draft_rules(self) -> None:
        """Turn the supplier's list in words into a pack, and put that into its field."""
        from recordpick.tui.flows.rules_from_words import rules_from_words

        pack = self.query_one("#pack", Input)
        filled = parse_path(pack.value)
        sheet = "" if filled.suffix.casefold() == ".toml" else str(filled)
        drafted = await rules_from_words(self.app, self.query_one("#name", Input).value, sheet)
        if drafted is None:
            return
        pack.value = str(drafted.pack)
        records = self.query_one("#records", Input)
        if drafted.records is not None and not records.value.strip():
            records.value = str(drafted.records)

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.focus_next()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "create":
            self.action_create()
        else:
            self.action_cancel()

    def action_cancel(self) -> None:
        """Go back to the start screen; what was typed is there again next time."""
        self._typed.update(self._texts, role=str(self.query_one("#role", Select).value))
        self.dismiss(None)

    @property
    def _texts(self) -> dict[str, str]:
        """What is in the fields."""
        return {
            name: self.query_one(f"#{name}", Input).value.strip()
            for name in _FIELDS
            if name != "role"
        }

    def action_create(self) -> None:
        """Check what can be checked here, and answer with what was filled in."""
        texts = self._texts
        faults = {
            name: _FIELDS[name].required
            for name, text in texts.items()
            if not text and _FIELDS[name].required
        }
        as_at = parse_date(texts["as_at"]) if texts["as_at"] else None
        if isinstance(as_at, str):
            faults["as_at"] = f"“{texts['as_at']}”: {as_at}. Write the day as 01/10/2026."
        faults = {**_faults_of_paths(texts), **faults}
        for line in self.query(FaultLine):
            line.show(faults.get(line.field, ""))
        if faults or isinstance(as_at, str):
            self.query_one(f"#{next(name for name in _FIELDS if name in faults)}").focus()
            return
        self._typed.clear()
        path = as_working_file(parse_path(texts["path"]))
        records, *reports = parse_paths(texts["records"])
        self.dismiss(
            NewFile(
                path=path,
                records=records,
                reports=tuple(reports),
                mapping=parse_path(texts["mapping"]) if texts["mapping"] else None,
                pack=parse_path(texts["pack"]),
                practice=texts["practice"],
                ods_code=texts["ods_code"],
                as_at=as_at,
                name=texts["name"],
                role=as_role(self.query_one("#role", Select).value),
            )
        )


def _faults_of_paths(texts: dict[str, str]) -> dict[str, str]:
    """Return what is wrong with each path that was filled in: not there, or there already."""
    faults = {}
    for name in ("records", "mapping", "pack"):
        paths = parse_paths(texts[name]) if texts[name] else []
        missing = [path for path in paths if not _exists(path)]
        if missing:
            faults[name] = f"There is no such file or folder: {missing[0]}"
    path = parse_path(texts["path"])
    if texts["path"] and not path.name:
        faults["path"] = f"{path} is a folder: give the file a name, too."
    elif texts["path"] and _exists(as_working_file(path)):
        faults["path"] = f"{as_working_file(path).name} already exists: choose another name."
    return faults


def _exists(path: Path) -> bool:
    """Return whether there is such a file or folder; False where the system refuses the name."""
    with suppress(OSError):
        return path.exists()
    return False


def as_working_file(path: Path) -> Path:
    """Return the path with the ending of working files."""
    return path if path.suffix == SUFFIX else path.with_name(f"{path.name}{SUFFIX}")


class FaultLine(Static):
    """Says what is wrong with the field above it; hidden while nothing is."""

    def __init__(self, field: str) -> None:
        """Take the field's name."""
        super().__init__("", classes="problem fault", markup=False)
        self.field = field
        self.display = False

    def show(self, fault: str) -> None:
        """Show a fault, or none."""
        self.update(content(f"× {fault}"))
        self.display = bool(fault)


def parse_paths(text: str) -> list[Path]:
    """Return one path, or several with ; between; a path that exists may have a ; in its name."""
    whole = parse_path(text)
    parts = [part for part in text.split(";") if part.strip()]
    return [whole] if len(parts) < 2 or whole.exists() else [parse_path(part) for part in parts]


def parse_date(text: str) -> dt.date | str:
    """Return the day that was typed, or why it is not one."""
    try:
        return parse_day(text)
    except NotADayError as error:
        return error.reason

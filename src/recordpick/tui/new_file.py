"""The form for a new working file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import DescendantFocus
from textual.screen import Screen
from textual.widgets import Button, Input, Select, Static

from recordpick.date_parsing import NotADayError, parse_day
from recordpick.resources import general_practice_pack
from recordpick.tui.fields import Field
from recordpick.tui.file_picker import FilePicker
from recordpick.tui.keys_line import KeysLine
from recordpick.tui.roles import ROLES, Role, as_role
from recordpick.tui.visible import content


@dataclass(frozen=True, slots=True)
class Filled:
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


_HELP = {
    "path": "Where your picks are kept. A new file; every pick is saved in it at once.",
    "records": "The practice's records: a list of patients (CSV, Excel), a folder of exported "
    "tables, or a practice index made before. A list and reports beside it are a folder, or files "
    "with ; between. F2 looks for it, after a ; for another file.",
    "mapping": "Only for a folder of CSV files of another system: the mapping file that says which "
    "column is which. Leave it empty otherwise.",
    "pack": "The supplier's criteria (TOML, CSV or Excel). What stands there is the pack that "
    "comes with recordpick. F2 looks for another.",
    "practice": "As it is to stand on the selection list.",
    "as_at": "The day on which the export was made, as day/month/year. Leave it empty where the "
    "export says it; where it does not, you are asked.",
    "name": "It stands beside each record you pick.",
    "role": "For whom you work.",
}
_LABELS = {
    "path": "Working file",
    "records": "Practice's records",
    "mapping": "Mapping file",
    "pack": "Supplier's criteria",
    "practice": "Practice",
    "as_at": "As at",
    "name": "Your name",
    "role": "You work for",
}


class NewFileScreen(Screen[Filled | None]):
    """One line a field; what each means stands below as it is reached."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "browse", "Browse"),
        Binding("f3", "make", "Make it"),
        Binding("f1", "app.help", "Help"),
        Binding("escape", "cancel", "Back"),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012 - declared by Textual

    def __init__(self, name: str, role: Role, filled: Filled | None = None) -> None:
        """Take what is known of the person, and what was filled in before."""
        super().__init__()
        self._filled = filled
        self._person = name
        self._role = role

    def compose(self) -> ComposeResult:
        """The fields, the words about the one at hand, the buttons."""
        values = {
            "path": str(Path.cwd() / "data-checking.recordpick"),
            "pack": str(general_practice_pack()),
            "name": self._person,
        }
        if (filled := self._filled) is not None:
            values |= {
                "path": str(filled.path),
                "records": "; ".join(map(str, (filled.records, *filled.reports))),
                "mapping": str(filled.mapping or ""),
                "pack": str(filled.pack),
                "practice": filled.practice,
                "as_at": filled.as_at.strftime("%d/%m/%Y") if filled.as_at else "",
                "name": filled.name,
            }
        yield Static("A new working file", classes="screen--title")
        with VerticalScroll(id="form"):
            for name, label in _LABELS.items():
                with Horizontal(classes="field"):
                    yield Static(label, classes="field--label")
                    if name == "role":
                        yield Select(
                            [(says, role) for role, says in ROLES.items()],
                            value=self._filled.role if self._filled else self._role,
                            allow_blank=False,
                            id="role",
                            compact=True,
                        )
                    else:
                        yield Field(values.get(name, ""), id=name, compact=True)
        yield Static("", id="field-help", classes="quiet", markup=False)
        yield Static("", id="wanting", classes="wanting", markup=False)
        with Horizontal(classes="box--buttons"):
            yield Button("Make it and open", id="make", variant="primary")
            yield Button("Back", id="back")
        yield KeysLine()

    def on_mount(self) -> None:
        """Start where something must be filled in."""
        self.query_one("#records").focus()

    @on(DescendantFocus)
    def _explain(self, event: DescendantFocus) -> None:
        self.query_one("#field-help", Static).update(_HELP.get(event.widget.id or "", ""))

    def action_browse(self) -> None:
        """Look for the file or folder of the field at hand."""
        if isinstance(self.focused, Input) and self.focused.id in {
            "path",
            "records",
            "mapping",
            "pack",
        }:
            self._browse(self.focused)

    @work
    async def _browse(self, field: Input) -> None:
        before, sign, last = field.value.rpartition(";") if field.id == "records" else ("", "", "")
        value = last if sign else field.value
        start = as_path(value if value.strip() else before) if field.value.strip() else None
        endings = {
            "records": (".csv", ".txt", ".tsv", ".xlsx", ".ods", ".parquet"),
            "mapping": (".toml",),
            "pack": (".toml", ".csv", ".xlsx"),
        }
        name = field.id or ""
        path = await self.app.push_screen_wait(
            FilePicker(
                _LABELS[name],
                start,
                endings=endings.get(name, ()),
                folders=name in {"records", "path"},
                files=name != "path",
            )
        )
        if path is not None:
            old = Path(field.value).name or "data-checking.recordpick"
            chosen = str(path / old if name == "path" else path)
            field.value = f"{before}; {chosen}" if sign and not last.strip() else chosen

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "make":
            self.action_make()
        else:
            self.dismiss(None)

    def action_cancel(self) -> None:
        """Back to the start."""
        self.dismiss(None)

    def action_make(self) -> None:
        """Check what can be checked here, and hand it on."""
        texts = {
            name: self.query_one(f"#{name}", Input).value.strip()
            for name in _LABELS
            if name != "role"
        }
        for name, says in _REQUIRED.items():
            if not texts[name]:
                self._want(name, says)
                return
        as_at = read_date(texts["as_at"]) if texts["as_at"] else None
        if isinstance(as_at, str):
            self._want("as_at", f"“{texts['as_at']}”: {as_at}. Write the day as 01/10/2026.")
            return
        path = as_path(texts["path"])
        if path.suffix != ".recordpick":
            path = path.with_name(f"{path.name}.recordpick")
        role = as_role(self.query_one("#role", Select).value)
        records, *reports = as_paths(texts["records"])
        self.dismiss(
            Filled(
                path=path,
                records=records,
                reports=tuple(reports),
                mapping=as_path(texts["mapping"]) if texts["mapping"] else None,
                pack=as_path(texts["pack"]),
                practice=texts["practice"],
                as_at=as_at,
                name=texts["name"],
                role=role,
            )
        )

    def _want(self, name: str, says: str) -> None:
        self.query_one("#wanting", Static).update(content(says))
        self.query_one(f"#{name}").focus()


_REQUIRED = {
    "path": "Say where the working file is to be kept.",
    "records": "Say where the practice's records are.",
    "pack": "Say which criteria are to be used.",
    "name": "Please write your name: it stands beside each record you pick.",
}


def as_path(text: str) -> Path:
    """Read a path as people paste it: with quotes, with ~."""
    return Path(text.strip().strip('"')).expanduser()


def as_paths(text: str) -> list[Path]:
    """Read one path, or several with ; between; a path that exists may have a ; in its name."""
    whole = as_path(text)
    parts = [part for part in text.split(";") if part.strip()]
    return [whole] if len(parts) < 2 or whole.exists() else [as_path(part) for part in parts]


def read_date(text: str) -> dt.date | str:
    """Return the day that was typed, or why it is not one."""
    try:
        return parse_day(text)
    except NotADayError as error:
        return error.reason

"""One patient's record as text: why they meet the criterion, then table by table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from recordpick.schema import TABLES
from recordpick.tui.actions import VIEW, HelpPage, key
from recordpick.tui.text import day, fit, lines, masked, nhs, visible

if TYPE_CHECKING:
    from recordpick.patient_record import Entry, Record

Style = Literal["name", "quiet", "heading", "entry", "evidence", "missing"]
_DATE_CELLS = 13
_BETWEEN = "   "
_NOT_IDENTIFYING = frozenset({"medications", "appointments", "recalls"})
"""Tables whose rows, summarised in a line, contain nothing that may identify a patient."""


def is_private(table: str) -> bool:
    """Return whether a row of that table, summarised in a line, may identify the patient.

    Such a line is hidden while names are. Entries may: the line has their free text, and the
    booking number of a referral.
    """
    return table not in _NOT_IDENTIFYING


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One row that a rule counted: the rule in words, the row, and whether the rule holds.

    A rule may count rows and not hold, where it requires more of them, or fewer.
    """

    rule: str
    table: str
    row_id: str
    date: dt.date | None
    summary: str
    holds: bool = True


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """What the view shows of one patient."""

    record: Record
    criterion: str
    evidence: tuple[EvidenceRow, ...] = ()
    missing: str = ""
    """Which rules do not hold, where the patient does not meet the criterion."""
    note: str = ""
    picked_for: tuple[tuple[str, str], ...] = ()
    """Id and title of each criterion that the patient is picked for."""
    also_meets: tuple[tuple[str, str], ...] = ()
    """Id and title of each other criterion that the patient meets."""
    is_matched: bool = True
    """Whether it is known which criteria the patient meets."""
    error: str = ""
    """Why the record cannot be shown."""
    is_being_read: bool = False
    """Whether only the patient's identity is known yet."""


class RecordView(ScrollView, can_focus=True):
    """One record, scrolled by line, page and part."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("up", "scroll_up", "Scroll"),
        key("down", "scroll_down", "Scroll"),
        key("pageup", "page_up"),
        key("pagedown", "page_down"),
        key("home", "scroll_home"),
        key("end", "scroll_end"),
        key("right,right_square_bracket", "part(1)", "Next part of the record: by table", VIEW),
        key("left,left_square_bracket", "part(-1)", "Part before of the record: by table", VIEW),
        key("escape", "screen.back", "Back to the patients", label="Back"),
    ]
    HELP_PAGE = HelpPage(
        "The record",
        "What the practice's records say about the patient under the cursor. First why the "
        "patient meets the criterion, then table by table, newest first; » marks the evidence. "
        "/ searches in this record.",
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record--name",
        "record--quiet",
        "record--heading",
        "record--entry",
        "record--evidence",
        "record--missing",
    }

    masks: reactive[bool] = reactive(default=False)
    """Whether what identifies the patient is hidden."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Start empty."""
        super().__init__(id=id)
        self._shown: ShownRecord | None = None
        self._empty = ""
        self._search: tuple[str, ...] = ()
        self._lines: list[tuple[Style, str]] = []
        self._record_lines: tuple[object, list[tuple[Style, str]]] = (None, [])
        """The lines of all entries, and what they were made from."""

    def show(self, shown: ShownRecord | None, empty: str = "") -> None:
        """Show this patient from the top; None: no patient, and `empty` instead."""
        is_same = (
            shown is not None
            and self._shown is not None
            and shown.record.patient.get("patient_id")
            == self._shown.record.patient.get("patient_id")
        )
        if shown is not None and shown == self._shown:
            return
        self._shown = shown
        self._empty = empty
        self._build()
        if not is_same:
            self.scroll_to(y=0, animate=False, force=True)

    def search(self, text: str) -> None:
        """Show only entries that contain all words of the text."""
        self._search = tuple(text.lower().split())
        self._build()
        self.scroll_to(y=0, animate=False, force=True)

    @property
    def is_searching(self) -> bool:
        """Whether entries are hidden by a search."""
        return bool(self._search)

    @property
    def text(self) -> str:
        """All lines as text, as they are on the screen."""
        return "\n".join(line.rstrip() for _, line in self._lines)

    def action_part(self, by: int) -> None:
        """Scroll to the next part of the record, or the one before."""
        starts = [place for place, (style, _) in enumerate(self._lines) if style == "heading"]
        top = self.scroll_offset.y
        ahead = [s for s in starts if s > top] if by > 0 else [s for s in starts if s < top][::-1]
        if ahead or by < 0:
            self.scroll_to(y=ahead[0] if ahead else 0, animate=False, force=True)

    def on_resize(self) -> None:
        """Wrap the lines to the new width."""
        self._build()

    def watch_masks(self) -> None:
        """Hide or show at once."""
        self._build()

    def _build(self) -> None:
        width = max(20, self.scrollable_content_region.width - 1)
        if self._shown is None:
            self._lines = [("quiet", " " + line) for line in lines(self._empty, width - 1)]
        elif self._shown.is_being_read:
            self._lines = [*self._identity(self._shown, width), ("quiet", " Reading the record …")]
        elif self._shown.error:
            error = (f" {line}" for line in lines(self._shown.error, width - 1))
            self._lines = [
                *self._identity(self._shown, width),
                *(("missing", line) for line in error),
            ]
        else:
            shown = self._shown
            self._lines = [
                *self._identity(shown, width),
                *_serves(shown, width),
                *self._evidence(shown, width),
                *self._about(shown, width),
                *self._entries(shown, width),
            ]
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    # ------------------------------------------------------------------ lines

    def _hidden(self, text: str) -> str:
        return masked(text) if self.masks else text

    def _identity(self, shown: ShownRecord, width: int) -> list[tuple[Style, str]]:
        out: list[tuple[Style, str]] = [
            ("name", " " + line) for line in _packed(self._head(shown.record.patient), width - 1)
        ]
        if shown.note:
            note = self._hidden(shown.note)
            out += [("evidence", " " + line) for line in lines(f"Note: {note}", width - 1)]
        return out

    def _evidence(self, shown: ShownRecord, width: int) -> list[tuple[Style, str]]:
        if not shown.evidence and not shown.missing:
            return []
        out: list[tuple[Style, str]] = [("heading", f" Why {visible(shown.criterion)}")]
        last = ("", True)
        for row in shown.evidence:
            style: Style = "evidence" if row.holds else "missing"
            if (row.rule, row.holds) != last:
                last = (row.rule, row.holds)
                sign = "√ " if row.holds else "× "
                out += [(style, line) for line in _hanging(sign, row.rule, width)]
            date = f"  {day(row.date)}  " if row.date else "  "
            out += [(style, line) for line in _hanging(date, self._summary(row), width)]
        if shown.missing:
            out += [("missing", line) for line in _hanging("× ", shown.missing, width)]
        return out

    def _about(self, shown: ShownRecord, width: int) -> list[tuple[Style, str]]:
        facts = self._facts(shown.record.patient)
        if shown.picked_for:
            facts.append("picked for " + ", ".join(name for name, _ in shown.picked_for))
        if shown.also_meets:
            facts.append("also meets " + ", ".join(name for name, _ in shown.also_meets))
        out: list[tuple[Style, str]] = [("heading", " About the patient")]
        return out + [("quiet", " " + line) for line in lines(" · ".join(facts), width - 1)]

    def _head(self, row: Mapping[str, object]) -> list[str]:
        """Return who the patient is: name, age and sex, NHS number, patient number."""
        born = row.get("date_of_birth")
        age, sex = row.get("age"), str(row.get("sex") or "")
        number = str(row.get("nhs_number") or "")
        status = str(row.get("status") or "registered").replace("_", " ")
        person = [
            f"born {self._hidden(day(born))}" if isinstance(born, dt.date) else "",
            str(age) if age is not None else "",
            {"F": "female", "M": "male", "I": "indeterminate", "U": "sex unknown"}.get(sex, sex),
            status if status != "registered" else "",
            "sensitive" if row.get("is_sensitive") else "",
        ]
        parts = [
            self._hidden(_name(row) or "Name not in the index"),
            " · ".join(part for part in person if part),
            "NHS " + self._hidden(nhs(number)) if number else self._no_number(row),
            f"patient {self._hidden(str(row['patient_id']))}",
        ]
        return [part for part in parts if part]

    def _no_number(self, row: Mapping[str, object]) -> str:
        return "no NHS number" if "nhs_number" in row else ""

    def _facts(self, row: Mapping[str, object]) -> list[str]:
        facts = []
        for name, label, private in _FACTS:
            value = row.get(name)
            if value is None or value == "" or value is False:
                continue
            if value is True:
                facts.append(label)
                continue
            text = day(value) if isinstance(value, dt.date) else str(value)
            if name in {"status", "registration"}:
                text = text.replace("_", " ")
            facts.append(f"{label} {self._hidden(text) if private else text}".strip())
        return facts

    def _entries(self, shown: ShownRecord, width: int) -> list[tuple[Style, str]]:
        """Return the lines of all entries; they stay while what is said above them changes."""
        marked = {(row.table, row.row_id) for row in shown.evidence if row.row_id and row.holds}
        made_from = (shown.record, width, self.masks, self._search, marked)
        if self._record_lines[0] != made_from:
            self._record_lines = (made_from, self._lines_of_entries(shown.record, width, marked))
        return self._record_lines[1]

    def _lines_of_entries(
        self, record: Record, width: int, marked: set[tuple[str, str]]
    ) -> list[tuple[Style, str]]:
        out: list[tuple[Style, str]] = []
        for part in record.parts:
            entries = [entry for entry in part.entries if self._matches(entry)]
            if not entries:
                continue
            of = f" of {len(part.entries)}" if len(entries) < len(part.entries) else ""
            out.append(("heading", f" {part.title} ({len(entries)}{of})"))
            for entry in entries:
                is_marked = (entry.table, entry.row_id) in marked
                style: Style = "evidence" if is_marked else "entry"
                out += [(style, line) for line in self._entry(entry, width, is_marked=is_marked)]
        if not record.parts:
            out.append(("quiet", " The index has no entries for this patient."))
        elif self._search and not out:
            out.append(("quiet", " Nothing in this record matches. Esc shows all of it."))
        return out

    def _matches(self, entry: Entry) -> bool:
        if not self._search:
            return True
        text = f"{day(entry.date)} {entry.text} {entry.free}".lower()
        return all(word in text for word in self._search)

    def _summary(self, row: EvidenceRow) -> str:
        return self._hidden(row.summary) if is_private(row.table) else row.summary

    def _entry(self, entry: Entry, width: int, *, is_marked: bool) -> list[str]:
        free = self._hidden(entry.free)
        # in a table that we do not know, any column may identify the patient
        shown = entry.text if entry.table in TABLES else self._hidden(entry.text)
        text = f"{shown} · {free}" if shown and free else shown or free
        start = f"{'»' if is_marked else ' '} {day(entry.date) or 'no date':<{_DATE_CELLS}}"
        return _hanging(start, text, width)

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        width = self.scrollable_content_region.width
        place = y + self.scroll_offset.y
        name, text = self._lines[place] if place < len(self._lines) else ("entry", "")
        style = self.get_component_rich_style(f"record--{name}")
        return Strip([Segment(fit(text, width), style)], width)


def _packed(parts: Sequence[str], width: int) -> list[str]:
    """Put parts side by side in lines of at most `width` cells; none is broken that has room."""
    out: list[str] = []
    for part in map(visible, parts):
        if out and cell_len(out[-1]) + len(_BETWEEN) + cell_len(part) <= width:
            out[-1] += _BETWEEN + part
        else:
            out += lines(part, width)
    return out


def _name(row: Mapping[str, object]) -> str:
    """Return a name as it is listed, with the middle names and the title: Ng, Ann Lee (Dr)."""
    given = " ".join(str(row[key]) for key in ("given_name", "middle_names") if row.get(key))
    name = ", ".join(part for part in (str(row.get("family_name") or ""), given) if part)
    title = row.get("title")
    return f"{name} ({title})" if name and title else name


def _serves(shown: ShownRecord, width: int) -> list[tuple[Style, str]]:
    """Return one line that names the criteria, by title, that the patient is picked for and meets.

    What is cut off is in full under "About the patient".
    """
    parts = [
        f"{label} {len(criteria)}: {' · '.join(visible(title) for _, title in criteria)}"
        for label, criteria in (
            ("Picked for", shown.picked_for),
            ("Also meets" if shown.picked_for else "Meets", shown.also_meets),
        )
        if criteria
    ]
    nothing = "Meets none of the criteria" if shown.is_matched else "Finding who meets what …"
    text = ". ".join(parts) or nothing
    return [("quiet", f" {fit(text, width - 1).rstrip()}")]


def _hanging(start: str, text: str, width: int) -> list[str]:
    """Wrap a text so that its further lines are indented under its first."""
    broken = lines(" ".join(text.split("\n")), max(10, width - len(start) - 1))
    return [f" {start}{broken[0]}", *(f" {' ' * len(start)}{line}" for line in broken[1:])]


_FACTS: tuple[tuple[str, str, bool], ...] = (
    ("status", "", False),
    ("registration", "", False),
    ("registered_on", "since", False),
    ("left_on", "left", False),
    ("died_on", "died", False),
    ("is_sensitive", "SENSITIVE", False),
    ("is_confidential", "CONFIDENTIAL", False),
    ("has_opted_out", "opted out of sharing", False),
    ("is_dispensing", "dispensing", False),
    ("previous_name", "previously", True),
    ("usual_gp", "usual GP", False),
    ("address", "lives at", True),
    ("postcode", "", True),
    ("institution", "institution", True),
    ("home_phone", "home", True),
    ("mobile_phone", "mobile", True),
    ("email", "e-mail", True),
    ("carer", "carer", True),
)

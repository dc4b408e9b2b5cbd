"""The record of the patient under the cursor: why they are here first, then table by table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from recordpick.schema import TABLES
from recordpick.tui.visible import day, fit, lines, masked, nhs, visible

if TYPE_CHECKING:
    from recordpick.patient_record import Entry, Record

Sort = Literal["name", "quiet", "heading", "entry", "evidence", "missing"]
_DATE = 13
_TELLS_NOBODY = frozenset({"medications", "appointments", "recalls"})
"""Tables whose rows, said in a line, hold nothing that may name a patient."""


def is_private(table: str) -> bool:
    """Tell whether a row of that table, said in a line, may name the patient: hidden by the mask.

    Entries may: their free text, and the booking number of a referral, stand in the line.
    """
    return table not in _TELLS_NOBODY


@dataclass(frozen=True, slots=True)
class Why:
    """One row that a rule counted: the rule's words, the row, and whether the rule holds.

    A rule may count rows and not hold, where it asks for more of them, or for fewer.
    """

    says: str
    table: str
    row_id: str
    date: dt.date | None
    summary: str
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """What the view shows of one patient."""

    record: Record
    criterion: str
    why: tuple[Why, ...] = ()
    missing: str = ""
    """Which rules do not hold, where the patient does not meet the criterion."""
    note: str = ""
    picked_for: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    trouble: str = ""
    """Why there is nothing of the record to show."""
    is_being_read: bool = False
    """Only who it is, is known yet."""


class RecordView(ScrollView, can_focus=True):
    """One record, scrolled by line, page and part."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.back", "Back"),
        Binding("up", "scroll_up", "Up", show=False),
        Binding("down", "scroll_down", "Down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
        Binding("home", "scroll_home", "Top", show=False),
        Binding("end", "scroll_end", "End", show=False),
        Binding("right_square_bracket,right", "part(1)", "Next part", show=False),
        Binding("left_square_bracket,left", "part(-1)", "Part before", show=False),
    ]
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
        self._shown: Shown | None = None
        self._empty = ""
        self._query: tuple[str, ...] = ()
        self._lines: list[tuple[Sort, str]] = []

    def show(self, shown: Shown | None, empty: str = "") -> None:
        """Show this patient from the top; None: nobody, and the words to say instead."""
        same = (
            shown is not None
            and self._shown is not None
            and shown.record.patient.get("patient_id")
            == self._shown.record.patient.get("patient_id")
        )
        self._shown = shown
        self._empty = empty
        self._build()
        if not same:
            self.scroll_to(y=0, animate=False, force=True)

    def search(self, query: str) -> None:
        """Show only entries that hold all words of the query."""
        self._query = tuple(query.lower().split())
        self._build()
        self.scroll_to(y=0, animate=False, force=True)

    @property
    def searching(self) -> bool:
        """Whether entries are hidden by a search."""
        return bool(self._query)

    @property
    def text(self) -> str:
        """All lines as text, as they stand on the screen."""
        return "\n".join(line.rstrip() for _, line in self._lines)

    def action_part(self, by: int) -> None:
        """Scroll to the next part of the record, or the one before."""
        starts = [place for place, (sort, _) in enumerate(self._lines) if sort == "heading"]
        top = self.scroll_offset.y
        ahead = [s for s in starts if s > top] if by > 0 else [s for s in starts if s < top][::-1]
        if ahead or by < 0:
            self.scroll_to(y=ahead[0] if ahead else 0, animate=False, force=True)

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._build()

    def watch_masks(self) -> None:
        """Hide or show at once."""
        self._build()

    def _build(self) -> None:
        width = max(20, self.scrollable_content_region.width - 1)
        if self._shown is None:
            self._lines = [("quiet", " " + line) for line in lines(self._empty, width - 1)]
        elif self._shown.is_being_read:
            self._lines = [*self._who(self._shown, width), ("quiet", " Reading the record …")]
        elif self._shown.trouble:
            said = [f" {line}" for line in lines(self._shown.trouble, width - 1)]
            self._lines = [
                *self._who(self._shown, width),
                *(("missing", line) for line in said),
            ]
        else:
            shown = self._shown
            self._lines = [
                *self._who(shown, width),
                *self._why(shown, width),
                *self._about(shown, width),
                *self._entries(shown, width),
            ]
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    # ------------------------------------------------------------------ lines

    def _hidden(self, text: str) -> str:
        return masked(text) if self.masks else text

    def _who(self, shown: Shown, width: int) -> list[tuple[Sort, str]]:
        out: list[tuple[Sort, str]] = [
            ("name", " " + line) for line in lines(self._head(shown.record.patient), width - 1)
        ]
        if shown.note:
            note = self._hidden(shown.note)
            out += [("evidence", " " + line) for line in lines(f"Note: {note}", width - 1)]
        return out

    def _why(self, shown: Shown, width: int) -> list[tuple[Sort, str]]:
        if not shown.why and not shown.missing:
            return []
        out: list[tuple[Sort, str]] = [("heading", f" Why {visible(shown.criterion)}")]
        said = ("", True)
        for why in shown.why:
            sort: Sort = "evidence" if why.holds else "missing"
            if (why.says, why.holds) != said:
                said = (why.says, why.holds)
                sign = "✓ " if why.holds else "✗ "
                out += [(sort, line) for line in _hanging(sign, why.says, width)]
            when = f"  {day(why.date)}  " if why.date else "  "
            out += [(sort, line) for line in _hanging(when, self._summary(why), width)]
        if shown.missing:
            out += [("missing", line) for line in _hanging("✗ ", shown.missing, width)]
        return out

    def _about(self, shown: Shown, width: int) -> list[tuple[Sort, str]]:
        facts = self._facts(shown.record.patient)
        if shown.picked_for:
            facts.append("Picked for " + ", ".join(shown.picked_for))
        if shown.meets:
            facts.append("Meets " + ", ".join(shown.meets))
        out: list[tuple[Sort, str]] = [("heading", " About the patient")]
        return out + [("quiet", " " + line) for line in lines(" · ".join(facts), width - 1)]

    def _head(self, row: Mapping[str, object]) -> str:
        title, given = str(row.get("title") or ""), str(row.get("given_name") or "")
        middle, family = str(row.get("middle_names") or ""), str(row.get("family_name") or "")
        name = " ".join(part for part in (title, given, middle, family) if part)
        born = row.get("date_of_birth")
        age, sex = row.get("age"), str(row.get("sex") or "")
        number = str(row.get("nhs_number") or "")
        parts = [
            self._hidden(name or "Name not in the index"),
            self._hidden(day(born)) if isinstance(born, dt.date) else "",
            f"{age} years" if age is not None else "",
            {"F": "female", "M": "male", "I": "indeterminate", "U": "sex unknown"}.get(sex, sex),
            "NHS " + self._hidden(nhs(number)) if number else self._no_number(row),
        ]
        return " · ".join(part for part in parts if part)

    def _no_number(self, row: Mapping[str, object]) -> str:
        return "no NHS number" if "nhs_number" in row else ""

    def _facts(self, row: Mapping[str, object]) -> list[str]:
        facts = [f"Patient number {self._hidden(str(row['patient_id']))}"]
        for name, says, private in _FACTS:
            value = row.get(name)
            if value is None or value == "" or value is False:
                continue
            if value is True:
                facts.append(says)
                continue
            text = day(value) if isinstance(value, dt.date) else str(value)
            if name in {"status", "registration"}:
                text = text.replace("_", " ")
            facts.append(f"{says} {self._hidden(text) if private else text}".strip())
        return facts

    def _entries(self, shown: Shown, width: int) -> list[tuple[Sort, str]]:
        out: list[tuple[Sort, str]] = []
        marked = {(why.table, why.row_id) for why in shown.why if why.row_id and why.holds}
        for part in shown.record.parts:
            entries = [entry for entry in part.entries if self._holds(entry)]
            if not entries:
                continue
            of = f" of {len(part.entries)}" if len(entries) < len(part.entries) else ""
            out.append(("heading", f" {part.title} ({len(entries)}{of})"))
            for entry in entries:
                is_marked = (entry.table, entry.row_id) in marked
                sort: Sort = "evidence" if is_marked else "entry"
                out += [(sort, line) for line in self._entry(entry, width, is_marked=is_marked)]
        if not shown.record.parts:
            out.append(("quiet", " The index holds no entries for this patient."))
        elif self._query and not out:
            out.append(("quiet", " Nothing in this record matches. Esc shows all of it."))
        return out

    def _holds(self, entry: Entry) -> bool:
        if not self._query:
            return True
        text = f"{day(entry.date)} {entry.text} {entry.free}".lower()
        return all(word in text for word in self._query)

    def _summary(self, why: Why) -> str:
        return self._hidden(why.summary) if is_private(why.table) else why.summary

    def _entry(self, entry: Entry, width: int, *, is_marked: bool) -> list[str]:
        free = self._hidden(entry.free)
        # of a table that we do not know nobody can tell which of its columns name the patient
        said = entry.text if entry.table in TABLES else self._hidden(entry.text)
        text = f"{said} · {free}" if said and free else said or free
        start = f"{'»' if is_marked else ' '} {day(entry.date) or 'no date':<{_DATE}}"
        return _hanging(start, text, width)

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        width = self.scrollable_content_region.width
        place = y + self.scroll_offset.y
        sort, text = self._lines[place] if place < len(self._lines) else ("entry", "")
        style = self.get_component_rich_style(f"record--{sort}")
        return Strip([Segment(fit(text, width), style)], width)


def _hanging(start: str, text: str, width: int) -> list[str]:
    """Break a text so that its further lines stand under its first."""
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

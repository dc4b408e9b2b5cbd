"""The screen where records are picked, as it is painted: criteria, candidates, the record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from recordpick.errors import UserError
from recordpick.tui.asides import Asides
from recordpick.tui.criteria_list import CriteriaList
from recordpick.tui.keys_line import KeysLine
from recordpick.tui.patient_columns import columns, most_useful_columns
from recordpick.tui.reading import read_shown
from recordpick.tui.record_view import PRIVATE_TABLES, RecordView, Shown
from recordpick.tui.records_messages import PatientHighlighted, PatientOpened, RowsChanged
from recordpick.tui.records_painting import Marks
from recordpick.tui.records_table import RecordsTable
from recordpick.tui.snapshot import SAYS, CriterionLine
from recordpick.tui.visible import amount, content, fit, lines, paragraph
from recordpick.tui.words import Words

if TYPE_CHECKING:
    from recordpick.tui.session import Session


Shows = Literal["matches", "whole", "most"]
"""Who is listed: those who meet the criterion, everybody, those who meet the most unfilled."""


_MOST = content("Patients who meet the most criteria that want records", "bold") + paragraph(
    "\nSpace shows which, to pick one record for several criteria. m goes back."
)


_RECORDS_KEPT = 50


class WorkView(Asides[None]):
    """Left the criteria, right the patients, below the record."""

    CSS_PATH = "styles/work.tcss"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - declared by Textual
        (0, "-narrow"),
        (110, "-middle"),
        (160, "-wide"),
    ]

    class RecordRead(Message):
        """A thread has read a record."""

        def __init__(self, key: tuple[str | None, str], shown: Shown) -> None:
            super().__init__()
            self.key = key
            self.shown = shown

    class EvidenceFound(Message):
        """A thread has found the evidence lines of a criterion, or says why it could not."""

        def __init__(self, criterion_id: str, trouble: str = "") -> None:
            super().__init__()
            self.criterion_id = criterion_id
            self.trouble = trouble

    def __init__(self, session: Session, start_at: str | None = None) -> None:
        """Take the open session; the cursor starts at the criterion `start_at`."""
        super().__init__()
        self.session = session
        self.shows: Shows = "matches"
        self.masks = False
        self._start_at = start_at
        self._reading: tuple[str | None, str] | None = None
        self._records: dict[tuple[str | None, str], Shown] = {}
        self._finding: str | None = None

    def compose(self) -> ComposeResult:
        """Top line, three parts, a line of words, the keys."""
        yield Horizontal(
            Words("top--practice"),
            Words("top--banner"),
            Words("top--progress"),
            id="top",
        )
        with Horizontal(id="body"):
            yield CriteriaList(id="criteria")
            with Vertical(id="right"):
                yield Words("head")
                yield Input(id="filter", compact=True)
                yield RecordsTable(id="candidates")
                yield RecordView(id="record")
        yield Horizontal(
            Words("says"),
            Words("rows"),
            id="status",
        )
        yield KeysLine()

    def on_mount(self) -> None:
        """Show where the work stands."""
        self.query_one("#filter").display = False
        self.show_progress()
        criteria = self.query_one(CriteriaList)
        criteria.focus()
        if self._start_at is None or not criteria.go_to(self._start_at):
            self.show_criterion()
        if self.session.file.why_read_only:
            self.say(self.session.file.why_read_only, warns=True)
        for warning in self.session.file.warnings:
            self.say(warning, warns=True)

    # ------------------------------------------------------------------ showing

    @property
    def table(self) -> RecordsTable:
        """The candidates."""
        return self.query_one(RecordsTable)

    @property
    def whole(self) -> bool:
        """Whether everybody is listed."""
        return self.shows == "whole"

    @property
    def criterion(self) -> CriterionLine:
        """The criterion at hand."""
        return self.query_one(CriteriaList).current or self.session.criterion(None)

    def words(self, part: str, words: Content) -> None:
        """Put words into a part of the screen."""
        self.query_one(part, Words).say(words)

    def say(self, text: str, *, warns: bool = False) -> None:
        """Say what was done, or (`warns`) why it was not, at the foot of the screen."""
        self.words("#says", content(f"! {text}" if warns else text))
        self.query_one("#says").set_class(warns, "-warns")

    def show_changes(self, says: str) -> None:
        """Paint anew after the working file has changed."""
        self.show_progress()
        self.show_head()
        if self.shows == "most" or (self.criterion.id is None and not self.whole):
            self.show_candidates()
        else:
            self.table.show_marks(self.marks())
        self.show_record()
        self.say(says)

    def show_progress(self) -> None:
        """Paint the top line and the criteria."""
        overview = self.session.overview()
        banner = " SYNTHETIC DATA " if overview.synthetic else ""
        if overview.read_only:
            banner += " READ ONLY "
        self.words("#top--practice", content(f" {overview.practice}"))
        self.words("#top--banner", content(banner))
        self.query_one("#top--banner").display = bool(banner)
        words = overview.in_words if self.size.width >= 110 else overview.in_short
        self.words("#top--progress", content(f"{words} "))
        self.query_one(CriteriaList).show(self.session.criteria())

    def on_resize(self) -> None:
        """The top line is shorter on a narrow screen."""
        if self.is_mounted:
            self.show_progress()
            self.call_after_refresh(self.show_head)

    def show_criterion(self) -> None:
        """Show the criterion under the cursor and its patients."""
        self.session.looked_at = self.criterion.id
        self.show_head()
        self.show_candidates()
        self.show_record()

    def show_head(self) -> None:
        """Say what is looked for, and where that stands."""
        if self.shows == "most":
            self.words("#head", _MOST)
            return
        line = self.criterion
        title = f"{line.id}  {line.title}" if line.id else line.title
        width = max(20, self.query_one("#right").size.width - 2)
        find = lines(line.find, width)
        room = 2 if self.size.height < 30 else 6
        if len(find) > room:
            find = [*find[: room - 1], fit(find[room - 1] + " …", width)]
        parts = [content(fit(title, width).rstrip(), "bold"), *(content(text) for text in find)]
        is_awkward = line.state in {"short", "unanswerable"}
        parts.append(content(self._standing(line), "$warning" if is_awkward else "$quiet"))
        if self.size.height >= 30:
            parts += [content(caution, "$warning") for caution in line.cautions]
        self.words("#head", Content("\n").join(parts))

    def _standing(self, line: CriterionLine) -> str:
        said = f"{line.picked} of {line.wanted} picked"
        if line.matches:
            meet = "patient meets it" if line.matches == 1 else "patients meet it"
            said += f", {amount(line.matches)} {meet}"
        if line.state == "open":
            return said
        if line.state == "unanswerable":
            return line.why
        if line.matches == 0 and line.state == "short":
            return f"{said}. Nobody meets it."
        why = f": {line.why}" if line.why else ""
        return f"{said}. {SAYS[line.state]}{why}"

    def show_candidates(self, patient_id: str | None = None) -> None:
        """Show the patients of the criterion, or the whole list."""
        line, session = self.criterion, self.session
        if self.shows == "most":
            frame = session.most_useful()
        else:
            frame = session.candidates(line.id, whole=self.whole)
        self.table.empty = self._empty(line)
        private = session.evidence_tables(line.id) & PRIVATE_TABLES
        shown = columns(evidence_is_private=bool(private), whole=self.whole)
        if self.shows == "most":
            shown = most_useful_columns()
        self.table.load(frame, shown, self.marks(), patient_id)
        if not session.has_evidence(line.id):
            self._find_evidence()

    def _empty(self, line: CriterionLine) -> str:
        if self.shows == "most":
            return "No criterion that wants records has patients left."
        if line.id is None:
            return "Nobody is drawn yet. Press r to draw."
        if line.state == "unanswerable":
            return "Nobody could be looked for. w shows the whole list."
        if line.state == "by_hand":
            return "No rules: w shows the whole list, l picks from a list of your own."
        return "No patient meets it. n says so to the supplier; w shows the whole list."

    def marks(self) -> Marks:
        """Who is picked where."""
        selection, here = self.session.selection, self.criterion.id
        mine, others, drawn = set(), set(), set()
        for pick in selection.picks:
            if pick.criterion_id == here:
                mine.add(pick.patient_id)
            elif pick.criterion_id is None:
                drawn.add(pick.patient_id)
            else:
                others.add(pick.patient_id)
        drawn |= mine if here is None else set()
        return Marks(frozenset(mine), frozenset(others), frozenset(drawn), self.session.sensitive())

    # ------------------------------------------------------------------ threads

    def _find_evidence(self) -> None:
        wanted = self.criterion.id
        if self._finding is not None or wanted is None:
            return
        self._finding = wanted

        def aside() -> None:
            trouble = ""
            try:
                self.session.find_evidence(wanted)
            except UserError as error:
                trouble = str(error)
            self.post_message(self.EvidenceFound(wanted, trouble))

        self.run_worker(aside, thread=True, group="aside", name="finding the evidence")

    @on(EvidenceFound)
    def _evidence_found(self, message: EvidenceFound) -> None:
        self._finding = None
        if message.trouble:
            self.say(message.trouble, warns=True)
            return
        if message.criterion_id == self.criterion.id or not self.session.has_evidence(
            self.criterion.id
        ):
            self.show_candidates()

    def show_record(self) -> None:
        """Show the record of the patient under the cursor: it is read in a thread, once."""
        patient_id = self.table.patient_id
        if patient_id is None:
            self.query_one(RecordView).show(None, "")
            return
        key = (self.criterion.id, patient_id)
        if key in self._records:
            self._paint_record(patient_id, self._records[key])
        elif self._reading is None:
            self._read(key)

    def _read(self, key: tuple[str | None, str]) -> None:
        self._reading = key

        def aside() -> None:
            self.post_message(self.RecordRead(key, read_shown(self.session, *key)))

        self.run_worker(aside, thread=True, group="aside", name="reading a record")

    @on(RecordRead)
    def _record_read(self, message: RecordRead) -> None:
        self._reading = None
        if len(self._records) >= _RECORDS_KEPT:
            self._records.clear()
        self._records[message.key] = message.shown
        self.show_record()

    def _paint_record(self, patient_id: str, shown: Shown) -> None:
        """Paint what was read, with what is picked and noted now."""
        selection = self.session.selection
        picked = tuple(name or "random" for name in selection.criteria_of(patient_id))
        note = selection.notes.get(patient_id, "")
        self.query_one(RecordView).show(replace(shown, note=note, picked_for=picked))

    # ------------------------------------------------------------------ messages of the parts

    @on(CriteriaList.CriterionHighlighted)
    def _criterion_highlighted(self) -> None:
        self.close_filter()
        self.show_criterion()

    @on(CriteriaList.CriterionChosen)
    def _criterion_chosen(self) -> None:
        self.table.focus()

    @on(PatientHighlighted)
    def _patient_highlighted(self, message: PatientHighlighted) -> None:
        if message.patient_id == self.table.patient_id:
            key = (self.criterion.id, message.patient_id)
            if message.patient_id is not None and key not in self._records:
                # Who it is stands there with the cursor; what is recorded, when it is read.
                listed = self.session.listed(message.patient_id)
                self.query_one(RecordView).show(Shown(listed, "", is_being_read=True))
            self.show_record()

    @on(PatientOpened)
    def _patient_opened(self) -> None:
        self.query_one(RecordView).focus()

    @on(RowsChanged)
    def _rows_changed(self, message: RowsChanged) -> None:
        words = f"{amount(message.shown)} shown"
        if message.shown != message.of:
            words = f"{amount(message.shown)} of {amount(message.of)} shown"
        words += {"matches": "", "whole": " · whole list", "most": " · most useful"}[self.shows]
        if self.table.selected:
            words = f"{len(self.table.selected)} selected · {words}"
        self.words("#rows", content(f"{words} "))

    # ------------------------------------------------------------------ filtering

    def action_filter(self) -> None:
        """Filter the patients, or search the record if that is where the person is."""
        field = self.query_one("#filter", Input)
        in_record = self.query_one(RecordView).has_focus
        field.set_class(in_record, "-record")
        field.placeholder = (
            "Search in this record" if in_record else "Filter: any words, a number, a date of birth"
        )
        field.value = "" if in_record else self.table.query_text
        field.display = True
        field.focus()
        self.say("Enter goes to the rows, Esc shows all again.")

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        if event.input.has_class("-record"):
            self.query_one(RecordView).search(event.value)
        elif event.input.display:
            self.table.filter(event.value)

    @on(Input.Submitted, "#filter")
    def _filter_submitted(self, event: Input.Submitted) -> None:
        (self.query_one(RecordView) if event.input.has_class("-record") else self.table).focus()

    def close_filter(self) -> None:
        """Show everything again."""
        field = self.query_one("#filter", Input)
        if field.display:
            field.display = False
            field.remove_class("-record")
            field.value = ""
        self.table.filter("")
        if self.query_one(RecordView).searching:
            self.query_one(RecordView).search("")

    def action_back(self) -> None:
        """One step back: from the filter, the selected rows, the record, the patients."""
        field = self.query_one("#filter", Input)
        if field.display:
            in_record = field.has_class("-record")
            self.close_filter()
            (self.query_one(RecordView) if in_record else self.table).focus()
        elif self.table.selected:
            self.table.select_none()
        elif self.query_one(RecordView).has_focus:
            self.table.focus()
        else:
            self.query_one(CriteriaList).focus()

    def on_key(self, event: object) -> None:
        """Down leaves the filter for the rows below it."""
        from textual.events import Key

        if isinstance(event, Key) and event.key == "down":
            field = self.query_one("#filter", Input)
            if field.has_focus:
                event.stop()
                (self.query_one(RecordView) if field.has_class("-record") else self.table).focus()

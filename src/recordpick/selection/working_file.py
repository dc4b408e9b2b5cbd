"""The working file: one practice's selection for one pack, safe on the disk at every moment.

The journal in it is the truth; the selection is the journal replayed. Each change is one event,
on the disk before the call returns. docs/working-file.md describes the file.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from recordpick import __version__
from recordpick.criteria.pack import Pack
from recordpick.errors import UserError
from recordpick.selection.compared import ComparedWith
from recordpick.selection.event_validation import EventValidator
from recordpick.selection.events import Body, Event, Person, next_event
from recordpick.selection.figures import NewFigures, ReportBasis
from recordpick.selection.identity_fingerprint import Changed
from recordpick.selection.journal import Journal
from recordpick.selection.kinds import (
    draws,
    figures,
    judgements,
    notes,
    pace,
    picks,
    repeated,
    seeds,
    shares,
    undo,
)
from recordpick.selection.kinds.compared import COMPARED, decide_compared
from recordpick.selection.kinds.created import CREATED, decide_new_file
from recordpick.selection.kinds.event_kind import EventKind
from recordpick.selection.kinds.exported import (
    EXPORTED,
    HANDED_OVER,
    decide_export,
    decide_hand_over,
)
from recordpick.selection.kinds.index_used import INDEX_USED, decide_index
from recordpick.selection.kinds.merged import MERGED
from recordpick.selection.known_folders import remember
from recordpick.selection.ledger import paused_garbage_collection
from recordpick.selection.opening import Opened, OpenOptions, open_file
from recordpick.selection.permanent import CheckingCopy
from recordpick.selection.repeated import RepeatedAnswer, RepeatedKey
from recordpick.selection.results import FilledIn, Phase, ResultKey
from recordpick.selection.state import ChosenBy, IndexUsed, SeedSource, Selection
from recordpick.selection.store import Store
from recordpick.selection.typed_text import clean_person, clean_seed

if TYPE_CHECKING:
    import polars as pl

    from recordpick.index.practice_index import PracticeIndex

WHAT_IT_IS = (
    "A working file of recordpick: patient records picked for data checking. It holds patient "
    "identifiers; keep it as you keep patient records."
)


def _now() -> datetime:
    return datetime.now(UTC)


_IN_CHECKING_COPIES = frozenset(
    {
        judgements.JUDGED.name,
        undo.UNDONE.name,
        undo.REDONE.name,
        INDEX_USED.name,
        COMPARED.name,
    }
)
"""What may be done in a checking copy."""


class ChangedMeanwhileError(UserError):
    """Something was decided after a pack was made and before it was recorded."""


class WorkingFile:
    """An open working file: `create` or `open` one. Use it as a context manager, or close it.

    Every change is on the disk when its call returns, which gives the new selection. It raises a
    UserError, and changes nothing, if the file is open read-only, if nobody has signed in
    (`person`), if it is not allowed, or if it cannot be written. Several threads may use it.
    """

    def __init__(self, path: Path, opened: Opened, person: Person | None) -> None:
        self.path = path
        self.pack: Pack = opened.sound.pack
        self.held_by: str = opened.held_by
        """Who has the file open for writing, and since when; "" if nobody else has."""
        self.damage: str = opened.sound.damage
        """What is damaged, and so missing here, in a file opened to save what is sound."""
        self.taken_over: str = opened.taken_over
        """From whom the file was taken over, as a sentence; "" if nobody had it."""
        self.diverged: tuple[Path, ...] = opened.diverged
        """Copies beside the file that have gone on by themselves, as the file has."""
        self._journal = Journal(path, opened)
        self._person = person
        self._now: Callable[[], datetime] = _now
        self._mutex = threading.RLock()

    # Creating, opening and closing

    @classmethod
    def create(  # noqa: PLR0913 - what a working file is about; the two last are for tests, demos
        cls,
        path: Path,
        pack: Pack,
        index: PracticeIndex,
        as_at: date,
        practice: str,
        person: Person,
        *,
        ods_code: str = "",
        suggestion_seed: str | None = None,
        now: Callable[[], datetime] = _now,
    ) -> Self:
        """Create a working file and open it. UserError if the name is taken or cannot be written.

        `ods_code` is the practice's, "" if it is not known. `suggestion_seed` orders suggestions by
        ticket; by default it is made from the system's entropy. `now` returns the time, with its
        time zone.
        """
        from recordpick.picking.tickets import new_seed

        path = path.absolute()
        person = clean_person(person)
        seed = new_seed() if suggestion_seed is None else clean_seed(suggestion_seed)
        meta = {"made_by": f"recordpick {__version__}", "what_it_is": WHAT_IT_IS}
        body = decide_new_file(meta, pack, index, as_at, practice, seed, ods_code=ods_code)
        first = next_event(None, now(), person, CREATED.name, body)
        EventValidator(pack).check(first)
        Store.create(path, meta, pack.files, [first])
        remember(first.hash, first.text("folder"))
        return cls.open(path, person, now=now)

    @classmethod
    @paused_garbage_collection()
    def open(
        cls,
        path: Path,
        person: Person | None = None,
        *,
        read_only: bool = False,
        salvage: bool = False,
        take_over: bool = False,
        now: Callable[[], datetime] = _now,
    ) -> Self:
        """Open a working file.

        It opens read-only, and says why (`why_read_only`), where it or its folder cannot be
        written to, or where somebody else has it open (`held_by`) and `take_over` is not given.
        DamagedFileError (a UserError) if it is damaged: `salvage` then opens what is sound, for
        reading only. UserError if it is not a working file. `now` returns the time, with its time
        zone.
        """
        path = path.absolute()
        person = None if person is None else clean_person(person)
        who = "" if person is None else person.name
        options = OpenOptions(who, now(), read_only, salvage, take_over)
        file = cls(path, open_file(path, options), person)
        file._now = now
        return file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file up, so that others may write to it. Nothing is left to be saved."""
        with self._mutex:
            self._journal.close()

    def sign_in(self, person: Person) -> None:
        """Say who works on the file from now on."""
        with self._mutex:
            self._person = clean_person(person)
            self._journal.name_holder(self._person)

    def refresh(self) -> Selection:
        """Read what others have written since, where the file is open read-only."""
        with self._mutex:
            if self.read_only and not self.damage:
                self._journal.refresh()
            return self.selection

    # What the file says

    @property
    def id(self) -> str:
        """What names this working file, and no other: the hash of its first event."""
        return self._journal.history.events[0].hash

    @property
    def selection(self) -> Selection:
        """All the picks, and what was said about them, as they are now."""
        return self._journal.selection

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that was ever done, in order."""
        return tuple(self._journal.history.events)

    @property
    def head(self) -> str:
        """The hash of the last event, which stands for all before it."""
        return self._journal.history.events[-1].hash

    def snapshot(self) -> tuple[str, Selection]:
        """Return the hash of the last event and the selection that it led to, of one moment."""
        with self._mutex:
            return self.head, self.selection

    @property
    def last_decision(self) -> Event | None:
        """The event that undo would take back; None where there is none."""
        return self._journal.history.next_undo

    @property
    def read_only(self) -> bool:
        """Whether nothing can be changed."""
        return self._journal.read_only

    @property
    def why_read_only(self) -> str:
        """Why nothing can be changed, as a sentence; "" if it can."""
        return self._journal.why_read_only

    def check_still_ours(self) -> None:
        """Raise a UserError where somebody has taken the file over since it was opened."""
        self._journal.check_lock()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences that people should see now."""
        return self._journal.warnings

    @property
    def person(self) -> Person | None:
        """Who works on the file; None until somebody has said so (`sign_in`)."""
        return self._person

    @property
    def practice(self) -> str:
        """The practice's name, "" if none was given."""
        return self._journal.header.practice

    @property
    def ods_code(self) -> str:
        """The practice's ODS code, "" if none was given."""
        return self._journal.header.ods_code

    @property
    def synthetic(self) -> bool:
        """Whether the patients are made up."""
        return self._journal.header.synthetic

    @property
    def suggestion_seed(self) -> str:
        """The seed for suggestions by ticket."""
        return self._journal.header.suggestion_seed

    @property
    def index_used(self) -> IndexUsed:
        """The practice index that picks are made from."""
        return self._journal.history.permanent.index or self._journal.header.index

    @property
    def as_at(self) -> date:
        """The day for which ages and intervals are calculated."""
        return self.index_used.as_at

    @property
    def index_fingerprint(self) -> str:
        """The fingerprint of the practice index that picks are made from."""
        return self.index_used.fingerprint

    @property
    def index_folder(self) -> Path | None:
        """Where the index was when it was last used; it may be elsewhere on this computer."""
        folder = self.index_used.folder
        return Path(folder) if folder else None

    @property
    def compared_with(self) -> ComparedWith | None:
        """The new system's records that were compared last; None before any were."""
        return self._journal.history.permanent.compared

    @property
    def checking_copy(self) -> CheckingCopy | None:
        """Whose checking copy this file is; None for a practice's own working file."""
        return self._journal.history.permanent.checking_copy

    def reused_numbers(self) -> frozenset[str]:
        """Return picked patients whose number looks like another person's since the index before.

        That is, with another date of birth or NHS number than in the last index of another
        fingerprint.
        """
        before = self._journal.history.permanent.index_before
        if before is None:
            return frozenset()
        changed = Changed.between(before.people, self.index_used.people, self.suggestion_seed)
        return changed.of({pick.patient_id for pick in self.selection.picks})

    # Decisions

    def pick(
        self, criterion_id: str, patient_ids: Iterable[str], chosen_by: ChosenBy | None = None
    ) -> Selection:
        """Pick patients for a criterion (KeyError if the pack has none with that id).

        Those picked for it already are left out. `chosen_by` is by default "staff" for people of
        the practice, "supplier" for others. UserError where they would be more than the criterion
        has room for, where it is closed, or where all of them are picked already.
        """
        if chosen_by == "random":
            raise ValueError("random records are drawn, not picked")

        def body() -> Body:
            by = chosen_by or ("staff" if self._signed_in().role == "practice" else "supplier")
            return picks.decide_pick(self.pack, self.selection, criterion_id, patient_ids, by)

        return self._decide(picks.PICKED, body)

    def suggest(self, pairs: Iterable[tuple[str, str]], how: str) -> Selection:
        """Pick what was suggested: (criterion_id, patient_id), all or none, undone as one.

        `how` names the way of suggesting: "ticket", "fewest records", "balanced", "spread".
        """
        return self._decide(
            picks.SUGGESTED,
            lambda: picks.decide_suggestion(self.pack, self.selection, pairs, how),
        )

    def remove(
        self, criterion_id: str | None, patient_ids: Iterable[str], reason: str = ""
    ) -> Selection:
        """Remove picks of a criterion; or random records (None), which needs a reason.

        A random record that was removed is not drawn again with this seed.
        """
        return self._decide(
            picks.REMOVED,
            lambda: picks.decide_removal(
                self.pack, self.selection, criterion_id, patient_ids, reason
            ),
        )

    def remove_record(self, patient_id: str) -> Selection:
        """Remove a patient from every criterion they are picked for: one event, undone as one."""
        return self._decide(
            picks.RECORD_REMOVED, lambda: picks.decide_record_removal(self.selection, patient_id)
        )

    def note(self, patient_id: str, text: str) -> Selection:
        """Note something about a patient, in place of any note before; "" removes it."""
        return self._decide(
            notes.NOTED, lambda: notes.decide_note(self.selection.notes, patient_id, text)
        )

    def set_pace(self, seconds: tuple[int, int, int] | None) -> Selection:
        """Plan with these seconds for opening a record, for a line, and for a random record.

        None: plan by recordpick's own again. UserError for times that nobody can plan with.
        """
        return self._decide(
            pace.PACED, lambda: pace.decide_pace(pace.pace_in(self.selection.kept), seconds)
        )

    def answer_repeated(
        self, key: RepeatedKey, answer: RepeatedAnswer | None, entries: int
    ) -> Selection:
        """Accept a difference that repeats in a comparison as a rule, or ask to look at it.

        None as answer takes one back. `entries` is how many entries it has there.
        """
        return self._decide(
            repeated.ANSWERED_REPEATED,
            lambda: repeated.decide_repeated(
                repeated.answers_in(self.selection.kept), key, answer, entries
            ),
        )

    def close_criterion(self, criterion_id: str, reason: str) -> Selection:
        """Say that no more records can be found for a criterion, and why."""
        return self._decide(
            notes.CLOSED,
            lambda: notes.decide_closing(self.pack, self.selection, criterion_id, reason),
        )

    def close_criteria(self, reasons: Mapping[str, str]) -> Selection:
        """Close several criteria, each (by id) for its reason: one event, undone as one."""
        return self._decide(
            notes.CLOSED_SEVERAL,
            lambda: notes.decide_closing_several(self.pack, self.selection, reasons),
        )

    def reopen_criterion(self, criterion_id: str) -> Selection:
        """Look for records for a closed criterion again."""
        return self._decide(
            notes.REOPENED, lambda: notes.decide_reopening(self.pack, self.selection, criterion_id)
        )

    def fix_seed(self, seed: str, source: SeedSource, reason: str = "") -> Selection:
        """Fix the seed of the random draw, before drawing.

        Fixing the seed that is fixed changes nothing. Any other than the first ever fixed needs a
        `reason`; the next draw then begins again, and the records drawn before are withdrawn.
        """
        return self._decide(
            seeds.SEED_FIXED, lambda: seeds.decide_seed(self.selection, seed, source, reason)
        )

    def draw(
        self, eligible: pl.Series, n: int | None = None, strata: pl.DataFrame | None = None
    ) -> Selection:
        """Draw the next `n` tickets of those eligible (None: up to the number the pack asks for).

        `strata` (as `picking.strata.strata_of` returns them for these eligible) makes the draw even
        over groups; a seed draws always with or always without (`Selection.by_strata`).

        The draw is the last of `Selection.draws`; its `short` says how many fewer there were than
        asked for. UserError if no seed is fixed or nobody is eligible, or left to be drawn.
        """
        return self._decide(
            draws.DRAWN,
            lambda: draws.decide_draw(
                self._journal.history.decisions, eligible, n, self.pack.random_records, strata
            ),
        )

    def replace_random(
        self,
        patient_id: str,
        reason: str,
        eligible: pl.Series,
        strata: pl.DataFrame | None = None,
    ) -> Selection:
        """Remove a random record for a reason, and draw the next ticket in its place.

        By strata, the next of its stratum while there is one.
        """
        return self._decide(
            draws.REPLACED,
            lambda: draws.decide_replacement(
                self._journal.history.decisions, patient_id, reason, eligible, strata
            ),
        )

    def import_results(self, filled: FilledIn) -> Selection:
        """Keep the results of a workbook, or one entered by hand: one event, undone as one.

        What is known already is left out; a result that says something else replaces the one
        before of the same person, which stays in its `earlier`. Results of several people are kept
        side by side (`Selection.settled`). A workbook that was imported for this phase before
        changes nothing.
        """
        return self._decide(
            judgements.JUDGED,
            lambda: judgements.decide_results(
                self.selection.settled, self.selection.imports, filled
            ),
        )

    def resolve(self, key: ResultKey, checker: str, list_id: str, reason: str) -> Selection:
        """Choose whose result of a line counts, where people disagree, and say why."""
        return self._decide(
            judgements.RESOLVED,
            lambda: judgements.decide_resolution(
                self.selection.settled, key, checker, list_id, reason
            ),
        )

    def give_share(self, phase: Phase, initials: str, patient_ids: Sequence[str]) -> Selection:
        """Say which records somebody checks in a phase, in place of the share before."""
        return self._decide(
            shares.SHARED, lambda: shares.decide_share(phase, initials, patient_ids)
        )

    def import_copy(self, body: Body) -> Selection:
        """Merge a copy into this file (`merging.Plan.body`): one event, undone as one."""
        return self._decide(MERGED, lambda: body)

    def keep_figures(self, given: NewFigures) -> Selection:
        """Keep figures of a system's own report: one event, undone as one.

        What is known already is left out; None as a value removes a figure.
        """
        return self._decide(
            figures.FIGURES, lambda: figures.decide_figures(self.selection.figures, given)
        )

    def count_reports_by(self, basis: ReportBasis, files: Sequence[tuple[str, str]]) -> Selection:
        """Keep a QOF table, or report rules with their codelists (name and text of each file).

        The reports are counted by them from now on; without any, by those of recordpick.
        """
        return self._decide(
            figures.REPORTS_BY,
            lambda: figures.decide_report_basis(self.selection.reports_by, basis, files),
        )

    def choose_report_period(self, year: str, count_to: str) -> Selection:
        """Choose the QOF year of the reports, and the day that they are counted to, from now on.

        An empty year is that of the as-at date; `count_to` is "as-at" or "year-end".
        """
        return self._decide(
            figures.REPORT_PERIOD,
            lambda: figures.decide_period(self.selection.reports_by, year, count_to),
        )

    def undo(self) -> Selection:
        """Take back what `Selection.can_undo` says. That is an event too."""

        def body() -> Body:
            last, copy = self._journal.history.next_undo, self.checking_copy
            if copy is not None and last is not None and last.seq < copy.seq:
                raise UserError("There is nothing to undo: nothing was entered in this copy yet.")
            return undo.decide_undo(last)

        return self._decide(undo.UNDONE, body)

    def redo(self) -> Selection:
        """Do again what `Selection.can_redo` says. That is an event too."""
        return self._decide(undo.REDONE, lambda: undo.decide_redo(self._journal.history.next_redo))

    def record_export(
        self, path: Path, sha256: str, made_from: str | None = None, list_id: str = ""
    ) -> Selection:
        """Record that a hand-over pack was written: where, what names its content, and its list.

        `made_from` is the hash of the event after which the selection was as in the pack:
        ChangedMeanwhileError, and nothing recorded, if it is not the last any more. The list of an
        export is what the events before it lead to, so nothing may come in between.
        """

        def body() -> Body:
            if made_from not in {None, self.head}:
                raise ChangedMeanwhileError(
                    "Something was changed while the hand-over pack was made, so it was not "
                    "written: export again."
                )
            return decide_export(path, sha256, list_id)

        return self._decide(EXPORTED, body)

    def record_hand_over(self, how: str, sent_on: date) -> Selection:
        """Record how and on which day the newest list was handed over. UserError without one."""
        return self._decide(
            HANDED_OVER,
            lambda: decide_hand_over(
                self.selection.exports, how, sent_on, self._now().astimezone().date()
            ),
        )

    def use_index(self, index: PracticeIndex, as_at: date) -> Selection:
        """Record that the picks are looked at with another index, or at another place or day.

        UserError where a tenth of the patients (and more than three) have another date of birth
        or NHS number there than in the index before: their numbers are other people's.
        """
        selection = self._decide(
            INDEX_USED, lambda: decide_index(self.index_used, index, as_at, self.suggestion_seed)
        )
        remember(self.id, self.index_used.folder)
        return selection

    def keep_comparison(self, folder: Path, old: str, new: str) -> Selection:
        """Keep which records of the new system were compared, with both sides' fingerprints."""
        selection = self._decide(
            COMPARED, lambda: decide_compared(self.compared_with, folder, old, new)
        )
        remember(self.id, str(folder.absolute()))
        return selection

    def _signed_in(self) -> Person:
        if self._person is None:
            raise UserError("Say who you are first: a name, and who you work for.")
        return self._person

    def _decide(self, kind: EventKind, body: Callable[[], Body | None]) -> Selection:
        """Write one event (None: there is nothing to write) and return the selection after it."""
        with self._mutex:
            self._journal.check_writable()
            copy = self.checking_copy
            if copy is not None and kind.name not in _IN_CHECKING_COPIES:
                raise UserError(
                    f"{self.path.name} is {copy.initials}'s checking copy: only results are "
                    "entered in it. Do this in the practice's own working file, into which the "
                    "copy is imported."
                )
            person, decided = self._signed_in(), body()
            if decided is not None:
                self._journal.append(self._now(), person, kind, decided)
            return self.selection

    # Saving as another file

    def save_copy(self, path: Path) -> Path:
        """Save everything that is in memory as a new working file: all events, and the pack.

        Returns its path. The file of the same name on the disk is not read: it may be damaged or
        gone. A file that was opened to save what is sound is saved as far as that. UserError where
        the name is taken or cannot be written.
        """
        with self._mutex:
            self._journal.save_copy(path.absolute())
            return path.absolute()

    def save_checking_copy(self, path: Path, phase: Phase, initials: str, person: Person) -> Path:
        """Save this file as somebody's checking copy, in which only results can be entered.

        Give the share first (`give_share`), so that the copy knows it. UserError where the name is
        taken or cannot be written, or where this file is a checking copy itself.
        """
        with self._mutex:
            if self.checking_copy is not None:
                raise UserError(
                    f"{self.path.name} is a checking copy itself: make others from the practice's "
                    "own working file."
                )
            body = shares.decide_checking_copy(phase, initials)
            self._journal.save_with(
                path.absolute(), self._now(), clean_person(person), shares.CHECKING_COPY, body
            )
            return path.absolute()

    def save_merged(self, path: Path, body: Body, person: Person) -> Path:
        """Save this file with a copy merged into it (`merging.Plan.body`) as a new working file.

        This file and the copy stay as they are. UserError where the name is taken or cannot be
        written.
        """
        with self._mutex:
            self._journal.save_with(
                path.absolute(), self._now(), clean_person(person), MERGED, body
            )
            return path.absolute()

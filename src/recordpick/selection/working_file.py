"""The working file: one practice's selection for one pack, safe on the disk at every moment.

The journal in it is the truth; the selection is the journal replayed. Each change is one event,
on the disk before the call returns. docs/working-file.md describes the file.

What an open working file says: what it is about, who has it, what was picked and done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from recordpick import __version__
from recordpick.criteria.pack import Pack
from recordpick.errors import UserError
from recordpick.os_errors import NotSavedError
from recordpick.selection.backup import keep_version
from recordpick.selection.events import Body, Event, Kind, Person, next_event
from recordpick.selection.history import Header, History
from recordpick.selection.identity_fingerprint import Changed
from recordpick.selection.kinds import draws as drawing
from recordpick.selection.kinds import picks as decisions
from recordpick.selection.kinds import results as checking
from recordpick.selection.kinds.figures import to_choose, to_give
from recordpick.selection.kinds.index_used import to_rematch, used_from_now
from recordpick.selection.known_folders import remember
from recordpick.selection.ledger import paused_garbage_collection
from recordpick.selection.opening import (
    Asked,
    Opened,
    back_up_or_say,
    is_worked_on,
    open_file,
    replayed,
)
from recordpick.selection.plausible import Plausibility
from recordpick.selection.recovery import read_once
from recordpick.selection.state import (
    ChosenBy,
    FilledIn,
    Given,
    IndexUsed,
    SeedSource,
    Selection,
    What,
)
from recordpick.selection.store import Store, text_sha256
from recordpick.selection.validation import checked_person, checked_practice, checked_seed

if TYPE_CHECKING:
    import polars as pl

    from recordpick.index.practice_index import PracticeIndex


class Facts:
    """What there is to read in an open working file; `WorkingFile` is one that can be changed."""

    def __init__(self, path: Path, opened: Opened, person: Person | None) -> None:
        self.path = path
        self.pack: Pack = opened.sound.pack
        self.held_by: str = opened.held_by
        """Who has the file open for writing, and since when; "" if nobody else has."""
        self.why_read_only: str = opened.why_read_only
        """Why nothing can be changed, as a sentence; "" if it can."""
        self.damage: str = opened.sound.damage
        """What is damaged, and so missing here, in a file opened to save what is sound."""
        self.warnings: tuple[str, ...] = opened.warnings
        """Sentences that people should see now that the file is open."""
        self.taken_over: str = opened.taken_over
        """From whom the file was taken over, as a sentence; "" if nobody had it."""
        self.diverged: tuple[Path, ...] = opened.diverged
        """Copies beside the file that have gone on by themselves, as the file has."""
        self._header: Header = opened.sound.header
        self._history: History = opened.sound.history
        self._plausible = opened.sound.plausible
        self._store = opened.store
        self._lock = opened.lock
        self._person = person
        self._selection = self._history.selection()

    @property
    def id(self) -> str:
        """What names this working file, and no other: the hash of its first event."""
        return self._history.events[0].hash

    @property
    def selection(self) -> Selection:
        """All the picks, and what was said about them, as they stand."""
        return self._selection

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that was ever done, in order."""
        return tuple(self._history.events)

    @property
    def head(self) -> str:
        """The hash of the last event, which stands for all before it."""
        return self._history.events[-1].hash

    @property
    def read_only(self) -> bool:
        """Whether nothing can be changed."""
        return self._store is None

    @property
    def person(self) -> Person | None:
        """Who works on the file; None until somebody has said so (`sign_in`)."""
        return self._person

    @property
    def practice(self) -> str:
        """The practice's name, "" if none was given."""
        return self._header.practice

    @property
    def synthetic(self) -> bool:
        """Whether the patients are made up."""
        return self._header.synthetic

    @property
    def suggestion_seed(self) -> str:
        """The seed for suggestions by ticket."""
        return self._header.suggestion_seed

    @property
    def index_used(self) -> IndexUsed:
        """The practice index that picks are made from."""
        return self._history.index or self._header.index

    def other_people(self) -> frozenset[str]:
        """Give picked patients whose number looks like another person's since the index before.

        That is, with another date of birth or NHS number than in the last index of another
        fingerprint.
        """
        before = self._history.index_before
        if before is None:
            return frozenset()
        changed = Changed.between(before.people, self.index_used.people, self.suggestion_seed)
        return changed.of({pick.patient_id for pick in self._selection.picks})

    @property
    def as_at(self) -> date:
        """The day on which ages and intervals are reckoned."""
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


WHAT_IT_IS = (
    "A working file of recordpick: patient records picked for data checking. It holds patient "
    "identifiers; keep it as you keep patient records."
)


def _now() -> datetime:
    return datetime.now(UTC)


class ChangedMeanwhileError(UserError):
    """Something was decided between the making of a pack and the noting of it."""


class WorkingFile(Facts):
    """An open working file: `create` or `open` one. Use it as a context manager, or close it.

    Every change is on the disk when its call returns, which gives the new selection. It raises a
    UserError, and changes nothing, if the file is open read-only, if nobody has signed in
    (`person`), if it is not allowed, or if it cannot be written. Several threads may use it.
    """

    def __init__(self, path: Path, opened: Opened, person: Person | None) -> None:
        super().__init__(path, opened, person)
        self._now: Callable[[], datetime] = _now
        self._mutex = threading.RLock()
        self._copied_on: date | None = None
        """The day of the last change: there is a copy of how the file was before that day."""

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
        suggestion_seed: str | None = None,
        now: Callable[[], datetime] = _now,
    ) -> Self:
        """Make a working file and open it. UserError if the name is taken or cannot be written.

        `suggestion_seed` orders suggestions by ticket; by default it is made from the system's
        entropy. `now` tells the time, with its zone.
        """
        from recordpick.criteria.load import parse_pack
        from recordpick.picking.tickets import new_seed

        path = path.absolute()
        person = checked_person(person)
        seed = new_seed() if suggestion_seed is None else checked_seed(suggestion_seed)
        _check_encodable(pack)
        parse_pack(pack.files)  # what could not be read again is not written
        meta = {"made_by": f"recordpick {__version__}", "what_it_is": WHAT_IT_IS}
        body: Body = {
            "meta": [[key, value] for key, value in sorted(meta.items())],
            "practice": checked_practice(practice),
            "synthetic": index.manifest.synthetic,
            "pack": pack.fingerprint,
            "pack_files": [[name, text_sha256(text)] for name, text in pack.files.items()],
            "suggestion_seed": seed,
            **used_from_now(index, as_at, seed),
        }
        first = next_event(None, now(), person, "created", body)
        Plausibility(pack).check(first)
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
        DamagedFileError (a UserError) if it is damaged: `salvage` then opens what is sound, to be
        read only. UserError if it is no working file. `now` tells the time, with its zone.
        """
        path = path.absolute()
        person = None if person is None else checked_person(person)
        asked = Asked("" if person is None else person.name, now(), read_only, salvage, take_over)
        file = cls(path, open_file(path, asked), person)
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
            if self._store is not None:
                self._store.close()
                self._store = None
                self.why_read_only = "The file was closed."
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    def sign_in(self, person: Person) -> None:
        """Say who works on the file from now on."""
        with self._mutex:
            self._person = checked_person(person)
            if self._lock is not None:
                self._lock.check()
                self._lock.say_who(self._person.name)

    def refresh(self) -> Selection:
        """Read again what others have written meanwhile, where the file is open read-only."""
        with self._mutex:
            if self.read_only and not self.damage:
                plausible = Plausibility(self.pack)
                history, broken = replayed(read_once(self.path).content.events, plausible)
                if not broken and len(history.events) >= len(self._history.events):
                    self._history = history
                    self._selection = history.selection()
            return self._selection

    def pick(
        self, criterion_id: str, patient_ids: Iterable[str], chosen_by: ChosenBy | None = None
    ) -> Selection:
        """Pick patients for a criterion (KeyError if the pack has none of that id).

        Those picked for it already are left out. `chosen_by` is by default "staff" for people of
        the practice, "supplier" for others. UserError where they would be more than the criterion
        has room for, where it is closed, or where all of them are picked already.
        """
        if chosen_by == "random":
            raise ValueError("random records are drawn, not picked")

        def body() -> Body:
            by = chosen_by or ("staff" if self._signed_in().role == "practice" else "supplier")
            return decisions.to_pick(self.pack, self._selection, criterion_id, patient_ids, by)

        return self._decide("picked", body)

    def suggest(self, picks: Iterable[tuple[str, str]], how: str) -> Selection:
        """Pick what was suggested: (criterion_id, patient_id), all or none, undone as one.

        `how` names the way of suggesting: "ticket", "fewest records", "spread".
        """
        return self._decide(
            "suggested", lambda: decisions.to_suggest(self.pack, self._selection, picks, how)
        )

    def remove(
        self, criterion_id: str | None, patient_ids: Iterable[str], reason: str = ""
    ) -> Selection:
        """Take picks of a criterion away; or random records (None), which needs a reason.

        A random record taken away is not drawn again with this seed.
        """
        return self._decide(
            "removed",
            lambda: decisions.to_remove(
                self.pack, self._selection, criterion_id, patient_ids, reason
            ),
        )

    def note(self, patient_id: str, text: str) -> Selection:
        """Note something about a patient, in place of any note before; "" takes it away."""
        return self._decide(
            "noted", lambda: decisions.to_note(self._selection.notes, patient_id, text)
        )

    def close_criterion(self, criterion_id: str, reason: str) -> Selection:
        """Say that no more records are to be found for a criterion, and why."""
        return self._decide(
            "closed", lambda: decisions.to_close(self.pack, self._selection, criterion_id, reason)
        )

    def reopen_criterion(self, criterion_id: str) -> Selection:
        """Look for records for a closed criterion again."""
        return self._decide(
            "reopened", lambda: decisions.to_reopen(self.pack, self._selection, criterion_id)
        )

    def fix_seed(self, seed: str, source: SeedSource, reason: str = "") -> Selection:
        """Fix the seed of the random draw, before drawing.

        Fixing the seed that is fixed changes nothing. Any other than the first ever fixed needs
        a `reason`; the next draw is then made anew, and the records drawn before are withdrawn.
        """
        return self._decide(
            "seed_fixed", lambda: decisions.to_fix_seed(self._selection, seed, source, reason)
        )

    def draw(
        self, eligible: pl.Series, n: int | None = None, strata: pl.DataFrame | None = None
    ) -> Selection:
        """Draw the next `n` tickets of those eligible (None: what is missing to the pack's number).

        `strata` (as `picking.strata.strata_of` gives them for these eligible) makes the draw even
        over groups; a seed draws always with or always without (`Selection.by_strata`).

        The draw is the last of `Selection.draws`; its `short` says how many fewer there were than
        asked for. UserError if no seed is fixed or nobody is eligible, or left to be drawn.
        """
        return self._decide(
            "drawn",
            lambda: drawing.to_draw(
                self._history.work, eligible, n, self.pack.random_records, strata
            ),
        )

    def replace_random(
        self,
        patient_id: str,
        reason: str,
        eligible: pl.Series,
        strata: pl.DataFrame | None = None,
    ) -> Selection:
        """Take a random record out for a reason, and draw the next ticket in its place.

        By strata, the next of its stratum while there is one.
        """
        return self._decide(
            "replaced",
            lambda: drawing.to_replace(self._history.work, patient_id, reason, eligible, strata),
        )

    def take_in_results(self, filled: FilledIn) -> Selection:
        """Take in the results of a filled-in workbook: one event, undone as one.

        What is known already is left out; a result that says something else takes the place of
        the one before, which stays in its `earlier`. A workbook that was taken in for this phase
        before changes nothing.
        """
        return self._decide(
            "checked",
            lambda: checking.to_take_in(self._selection.results, self._selection.imports, filled),
        )

    def give_figures(self, given: Given) -> Selection:
        """Keep figures of a system's own report: one event, undone as one.

        What is known already is left out; None as a value takes a figure away.
        """
        return self._decide("figures", lambda: to_give(self._selection.figures, given))

    def count_reports_by(self, what: What, files: Sequence[tuple[str, str]]) -> Selection:
        """Keep a QOF table, or report rules with their codelists (name and text of each file).

        The reports are counted by them from now on; without any, by those that ship.
        """
        return self._decide(
            "reports_by", lambda: to_choose(self._selection.reports_by, what, files)
        )

    def undo(self) -> Selection:
        """Take back what `Selection.can_undo` says. That is an event too."""
        return self._decide("undone", lambda: _of(self._history.next_undo, "undo"))

    def redo(self) -> Selection:
        """Do again what `Selection.can_redo` says. That is an event too."""
        return self._decide("redone", lambda: _of(self._history.next_redo, "do again"))

    def at_one_moment(self) -> tuple[str, Selection]:
        """Give the hash of the last event and the selection that it led to, both of one moment."""
        with self._mutex:
            return self.head, self._selection

    def exported(
        self, path: Path, sha256: str, made_from: str | None = None, list_id: str = ""
    ) -> Selection:
        """Record that a hand-over pack was written: where, what names its content, and its list.

        `made_from` is the hash of the event after which the selection stands as in the pack:
        ChangedMeanwhileError, and nothing noted, if it is not the last any more. The list of an
        export is what the events before it lead to, so nothing may come in between.
        """

        def body() -> Body:
            if made_from not in {None, self.head}:
                raise ChangedMeanwhileError(
                    "Something was changed while the hand-over pack was made, so it was not "
                    "written: export again."
                )
            named: Body = {"list_id": list_id} if list_id else {}
            return {"path": str(path), "sha256": sha256, **named}

        return self._decide("exported", body)

    def rematched(self, index: PracticeIndex, as_at: date) -> Selection:
        """Record that the picks are looked at with another index, or at another place or day.

        UserError where a tenth of the patients (and more than three) have another date of birth
        or NHS number there than in the index before: their numbers are other people's.
        """

        selection = self._decide(
            "index_used",
            lambda: to_rematch(self.index_used, index, as_at, self.suggestion_seed),
        )
        remember(self.id, self.index_used.folder)
        return selection

    def _signed_in(self) -> Person:
        if self._person is None:
            raise UserError("Say who you are first: a name, and for whom you work.")
        return self._person

    def _decide(self, kind: Kind, body: Callable[[], Body | None]) -> Selection:
        """Write one event (None: there is nothing to write) and give the selection after it."""
        with self._mutex:
            if self._store is None or self._lock is None:
                raise UserError(f"{self.path.name} cannot be changed. {self.why_read_only}")
            person, decided = self._signed_in(), body()
            if decided is None:
                return self._selection
            event = next_event(self._history.last, self._now(), person, kind, decided)
            self._history.check(event)
            self._plausible.check(event)
            try:
                self._lock.check()
                self._copy_once_a_day(event)
                if self._store.must_grow(event):
                    keep_version(self.path, self._store.version)
                self._store.append(event)
            except UserError as error:
                raise NotSavedError(*error.messages, at_risk=not self._is_on_disk()) from error
            self._history.add(event)
            self._plausible.add(event)
            self._selection = self._history.selection()
            return self._selection

    def _copy_once_a_day(self, event: Event) -> None:
        """Copy the file before the first change of each day, also where it stays open overnight.

        It is read through first: a damaged file is not copied, and nothing is written into it.
        """
        assert self._store is not None
        today = event.on.astimezone().date()
        if today != self._copied_on and is_worked_on(self._history.events):
            self._store.check()
            self.warnings = back_up_or_say(self.path, event.on)
        self._copied_on = today

    def _is_on_disk(self) -> bool:
        """Tell whether all that is held here can be read from the file as well."""
        try:
            content = read_once(self.path).content
        except UserError:
            return False
        held = self._history.events
        return (
            not content.damage
            and list(content.events[: len(held)]) == held
            and content.pack_files == dict(self.pack.files)
        )

    def save_copy(self, path: Path) -> Path:
        """Save everything that is held here as a new working file: all events, and the pack.

        Returns where it is.

        What is on the disk under the file's own name is not read: it may be damaged or gone. A
        file that was opened to save what is sound is saved as far as that. UserError where the
        name is taken or cannot be written.
        """
        with self._mutex:
            meta, events = dict(self._header.meta), tuple(self._history.events)
            Store.create(path.absolute(), meta, self.pack.files, events)
            return path.absolute()

    def save_merged(self, path: Path, body: Body, person: Person) -> Path:
        """Save this file with a copy merged into it (`merging.Plan.body`) as a new working file.

        This file and the copy stay as they are. UserError where the name is taken or cannot be
        written.
        """
        with self._mutex:
            by, last = checked_person(person), self._history.last
            event = next_event(last, self._now(), by, "merged", body)
            self._history.check(event)
            self._plausible.check(event)
            events = (*self._history.events, event)
            Store.create(path.absolute(), dict(self._header.meta), self.pack.files, events)
            return path.absolute()


def _of(event: Event | None, what: str) -> Body:
    if event is None:
        raise UserError(f"There is nothing to {what}.")
    return {"of": event.seq}


def _check_encodable(pack: Pack) -> None:
    """Raise a UserError for a pack with characters that no file can hold (lone surrogates)."""
    for name, text in pack.files.items():
        try:
            f"{name}{text}".encode()
        except UnicodeEncodeError as error:
            raise UserError(
                f"{name} has a character that is no text (character {error.start + 1}): "
                "save it again as UTF-8."
            ) from error

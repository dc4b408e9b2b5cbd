"""The journal of an open working file: its events in memory and on the disk, the same in both.

An event is checked, written, and on the disk before the selection changes. Nobody writes but who
holds the file's lock; a copy is made before the first change of a day.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from recordpick.errors import UserError
from recordpick.local_time import local_time
from recordpick.selection.backup import keep_version
from recordpick.selection.database_errors import NotSavedError
from recordpick.selection.event_validation import EventValidator
from recordpick.selection.events import Body, Event, Person, next_event
from recordpick.selection.history import History
from recordpick.selection.kinds.event_kind import EventKind
from recordpick.selection.opening import Opened, back_up_or_warn, has_decisions, replay_sound
from recordpick.selection.recovery import read_once
from recordpick.selection.state import Selection
from recordpick.selection.store import Store


class Journal:
    """The events of a file that is open. Callers see to it that one thread changes it at a time."""

    def __init__(self, path: Path, opened: Opened) -> None:
        self.pack = opened.sound.pack
        self.header = opened.sound.header
        self.history: History = opened.sound.history
        self.selection: Selection = self.history.selection()
        self.warnings: tuple[str, ...] = opened.warnings
        """Sentences that people should see."""
        self.why_read_only: str = opened.why_read_only
        """Why nothing can be changed, as a sentence; "" if it can."""
        self._path = path
        self._validator = opened.sound.validator
        self._store = opened.store
        self._lock = opened.lock
        self._copied_on: date | None = None
        """The day of the last change: there is a copy of how the file was before that day."""

    @property
    def read_only(self) -> bool:
        """Whether nothing can be changed."""
        return self._store is None

    def close(self) -> None:
        """Give the file up, so that others may write to it."""
        if self._store is not None:
            self._store.close()
            self._store = None
            self.why_read_only = "The file was closed."
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def name_holder(self, person: Person) -> None:
        """Let the lock name who works on the file. UserError where the lock was lost."""
        if self._lock is not None:
            self._lock.check()
            self._lock.name_holder(person.name)

    def check_writable(self) -> None:
        """Raise a UserError where nothing can be changed."""
        if self._store is None or self._lock is None:
            raise UserError(f"{self._path.name} cannot be changed. {self.why_read_only}")

    def check_lock(self) -> None:
        """Raise a UserError where somebody has taken the file over, or the lock is gone."""
        if self._lock is not None:
            self._lock.check()

    def append(self, at: datetime, person: Person, kind: EventKind, body: Body) -> None:
        """Write an event and change the selection as it says.

        UserError, and nothing changed, where it is not allowed or cannot be written (then
        NotSavedError, which says whether what is in memory is anywhere on the disk).
        """
        self.check_writable()
        assert self._store is not None
        assert self._lock is not None
        event = self._checked(at, person, kind, body)
        try:
            self._lock.check()
            self._copy_once_a_day(self._store, event)
            if self._store.needs_later_version(event):
                keep_version(self._path, self._store.version)
            self._store.append(event)
        except UserError as error:
            raise NotSavedError(*error.messages, at_risk=not self._is_on_disk()) from error
        self.history.add(event)
        self._validator.add(event)
        self.selection = self.history.selection()

    def refresh(self) -> None:
        """Read again what others have written, where the file on the disk is sound."""
        events = read_once(self._path).content.events
        history, broken = replay_sound(events, EventValidator(self.pack))
        if not broken and len(history.events) >= len(self.history.events):
            self.history = history
            self.selection = history.selection()

    def save_copy(self, path: Path) -> None:
        """Save all events and the pack, as they are in memory, as a new working file."""
        self._create(path, self.history.events)

    def save_with(
        self, path: Path, at: datetime, person: Person, kind: EventKind, body: Body
    ) -> None:
        """Save all events and one more as a new working file; this file stays as it is."""
        self._create(path, [*self.history.events, self._checked(at, person, kind, body)])

    def _checked(self, at: datetime, person: Person, kind: EventKind, body: Body) -> Event:
        event = next_event(self.history.last, at, person, kind.name, body)
        self.history.check(event)
        self._validator.check(event)
        return event

    def _create(self, path: Path, events: list[Event]) -> None:
        Store.create(path, dict(self.header.meta), self.pack.files, events)

    def _copy_once_a_day(self, store: Store, event: Event) -> None:
        """Copy the file before the first change of each day, also where it stays open overnight.

        It is read through first: a damaged file is not copied, and nothing is written into it.
        """
        today = local_time(event.on).date()
        if today != self._copied_on and has_decisions(self.history.events):
            store.check()
            self.warnings = back_up_or_warn(self._path, event.on)
        self._copied_on = today

    def _is_on_disk(self) -> bool:
        """Return whether everything in memory can be read from the file as well."""
        try:
            content = read_once(self._path).content
        except UserError:
            return False
        events = self.history.events
        return (
            not content.damage
            and list(content.events[: len(events)]) == events
            and content.pack_files == dict(self.pack.files)
        )

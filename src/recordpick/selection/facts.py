"""What an open working file says: what it is about, who has it, what was picked and done."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from recordpick.criteria.pack import Pack
from recordpick.selection.events import Event
from recordpick.selection.journal import Header, History
from recordpick.selection.known_people import Changed
from recordpick.selection.opening import Opened
from recordpick.selection.state import IndexUsed, Person, Selection


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

"""Opening a working file: what it is, who has it, whether it is sound, what it says."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from recordpick.atomic import remove_leftover_files
from recordpick.criteria.pack import Pack
from recordpick.errors import UserError
from recordpick.local_time import local_time
from recordpick.os_errors import reason_of, words_of
from recordpick.selection.backup import back_up, backups
from recordpick.selection.content import Content
from recordpick.selection.database_errors import DamagedDatabaseError, NoFileLocksError
from recordpick.selection.event_validation import EventValidator
from recordpick.selection.events import BrokenEventError, Event
from recordpick.selection.header import (
    CHANGED_META,
    CHANGED_PACK,
    has_meta_of,
    has_pack_of,
    read_header,
)
from recordpick.selection.history import History
from recordpick.selection.ledger import paused_garbage_collection
from recordpick.selection.lock import Holder, Lock, take_lock
from recordpick.selection.other_copies import other_copies
from recordpick.selection.permanent import Header
from recordpick.selection.recovery import Read, Ready, make_ready, read_once
from recordpick.selection.store import Store, check_header
from recordpick.text import moment

CLOCK_TOLERANCE = timedelta(minutes=2)
"""Two computers' clocks may differ by so much without anything being wrong."""
MOST_WARNINGS = 3
"""Of one sort: people do not read more."""


def clock_warnings(events: Sequence[Event], now: datetime) -> tuple[str, ...]:
    """Return warnings where times in the journal go backwards, and where the clock is behind it.

    The order of events is that of their numbers and hashes: their times are what the computers'
    clocks showed, and nothing is calculated from them.
    """
    warnings = []
    back = [
        later.seq for earlier, later in pairwise(events) if earlier.on - later.on > CLOCK_TOLERANCE
    ]
    if back:
        times = "once" if len(back) == 1 else f"{len(back)} times"
        warnings.append(
            f"A computer's clock was put back {times} between changes (first before event "
            f"{back[0]}): changes keep the order in which they were made, whatever their times."
        )
    if events and events[-1].on - now > CLOCK_TOLERANCE:
        warnings.append(
            f"This computer's clock says {moment(now)}, and the last change was made at "
            f"{moment(events[-1].on)}: set the clock right before you go on."
        )
    return tuple(warnings)


class DamagedFileError(UserError):
    """A working file that is not as it was written.

    `sound_events` is how many events from the first on are sound (0: nothing can be saved from
    it), `backup` the newest copy beside it, or None.
    """

    def __init__(self, path: Path, damage: str, sound_events: int, backup: Path | None) -> None:
        saved = (
            f"Its first {sound_events:,} events are sound: open it read-only to see what they hold"
            if sound_events
            else "Nothing in it can be read"
        )
        instead = f", or go on with the copy {backup.name}." if backup is not None else "."
        super().__init__(f"{path} is damaged: {damage}. {saved}{instead}")
        self.damage = damage
        self.sound_events = sound_events
        self.backup = backup


class Sound(NamedTuple):
    """What a file is about, its sound events, and what is damaged."""

    pack: Pack
    header: Header
    history: History
    validator: EventValidator
    damage: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening gave. Without a `store` nothing can be written."""

    sound: Sound
    store: Store | None
    lock: Lock | None
    held_by: str
    why_read_only: str
    warnings: tuple[str, ...]
    taken_over: str
    diverged: tuple[Path, ...] = ()
    """Copies beside the file that have gone on as well as it has."""


class OpenOptions(NamedTuple):
    """How a working file is to be opened, and by whom."""

    who: str
    at: datetime
    read_only: bool = False
    salvage: bool = False
    take_over: bool = False


def open_file(path: Path, options: OpenOptions) -> Opened:
    """Open a working file for writing if that can be done, or else read-only.

    UserError if it is not a working file; DamagedFileError if it is damaged and not to be salvaged.
    """
    check_header(path)
    access = _access(path, options)
    try:
        return _open_with(access, path, options)
    except DamagedDatabaseError as error:
        access.release()
        raise _damaged(path, f"the database is damaged ({error.__cause__})", 0) from error
    except BaseException:
        access.release()
        raise


class _Access(NamedTuple):
    """The lock where the file may be written to; otherwise who has it, and why it may not."""

    lock: Lock | None = None
    held_by: str = ""
    why_read_only: str = ""

    def release(self) -> None:
        if self.lock is not None:
            self.lock.release()


def _access(path: Path, options: OpenOptions) -> _Access:
    """Take the lock where the file is to be written to."""
    if options.salvage:
        why = "The file is damaged: what is sound can be read, and nothing can be changed."
        return _Access(why_read_only=why)
    if options.read_only:
        return _Access(why_read_only="The file was opened for reading only.")
    if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        why = f"{path.name} can only be read: ask for permission to write to it."
        return _Access(why_read_only=why)
    try:
        remove_leftover_files(path, options.at.timestamp())
        lock = take_lock(path, options.who, options.at, take_over=options.take_over)
    except OSError as error:
        why = (
            f"Nothing can be written in the folder {path.parent} ({words_of(error, path)}), so "
            f"{path.name} can only be read."
        )
        return _Access(why_read_only=why)
    if isinstance(lock, Holder):
        why = f"{lock.in_words} has this file open, so it can only be read."
        return _Access(held_by=lock.in_words, why_read_only=why)
    return _Access(lock)


def _open_with(access: _Access, path: Path, options: OpenOptions) -> Opened:
    ready, store, why = Ready(), None, access.why_read_only
    if access.lock is not None:
        try:
            ready = make_ready(path, options.at)
            store = None if ready.why_not else Store.open(path, "rw")
        except OSError as error:
            why = f"No copy can be made in {path.parent} ({words_of(error, path)})."
        except NoFileLocksError as error:
            why = str(error)
    lock = access.lock
    if store is None:
        access.release()
        lock = None
    try:
        read = read_once(path) if store is None else Read(store.read())
        sound = _sound(path, _with_reason(read, ready), salvage=options.salvage)
        events = sound.history.events
        copies = other_copies(path, events)[:MOST_WARNINGS]
        to_be_copied = lock is not None and has_decisions(events)
        warnings = (
            *(sentence for sentence in (ready.says, read.says) if sentence),
            *(back_up_or_warn(path, options.at) if to_be_copied else ()),
            *clock_warnings(events, options.at),
            *sound.validator.warnings[:MOST_WARNINGS],
            *(copy.says for copy in copies),
        )
        return Opened(
            sound,
            store,
            lock,
            access.held_by,
            why,
            warnings,
            _taken_over(lock),
            tuple(copy.path for copy in copies if copy.have_diverged),
        )
    except BaseException:
        if store is not None:
            store.close()
        raise


def _taken_over(lock: Lock | None) -> str:
    if lock is None or not lock.taken_from:
        return ""
    return f"Taken over from {lock.taken_from}: nothing more can be saved there."


def _with_reason(read: Read, ready: Ready) -> Content:
    """Add to what is damaged why the journal beside the file does not help, or what would."""
    content = read.content
    if not content.damage:
        return content
    reason = ready.why_not
    if not reason and read.says:
        reason = "a change may have been cut off: opening the file for writing undoes that"
    return replace(content, damage=f"{content.damage}; {reason}") if reason else content


@paused_garbage_collection()
def replay_sound(events: tuple[Event, ...], validator: EventValidator) -> tuple[History, str]:
    """Replay events as far as they are sound; the text says what is wrong with the next one."""
    history = History()
    for event in events:
        try:
            validator.add(event)
            history.add(event)
        except BrokenEventError as broken:
            return history, str(broken)
    return history, ""


def _sound(path: Path, content: Content, *, salvage: bool) -> Sound:
    header, broken = read_header(content)
    if header is None:
        raise _damaged(path, broken or content.damage or "it does not say what it is about", 0)
    pack = _pack(path, header, content)
    validator = EventValidator(pack)
    history, broken = replay_sound(content.events, validator)
    if history.permanent.header is None:
        raise _damaged(path, broken, 0)
    changed = "" if has_meta_of(header, content) else CHANGED_META
    damage = broken or content.damage or changed
    if damage and not salvage:
        raise _damaged(path, damage, len(history.events))
    return Sound(pack, header, history, validator, damage)


def _pack(path: Path, header: Header, content: Content) -> Pack:
    from recordpick.criteria.load import parse_pack

    if not has_pack_of(header, content):
        raise _damaged(path, CHANGED_PACK, 0)
    return parse_pack(content.pack_files)


def _damaged(path: Path, damage: str, sound_events: int) -> DamagedFileError:
    copies: tuple[Path, ...] = ()
    with suppress(OSError):
        copies = backups(path)
    return DamagedFileError(path, damage, sound_events, copies[0] if copies else None)


def has_decisions(events: Sequence[Event]) -> bool:
    """Return whether there is anything to copy: more than that the file was created."""
    return len(events) > 1


def back_up_or_warn(path: Path, at: datetime) -> tuple[str, ...]:
    """Make the day's copy of a sound file unless there is one; return a warning if that failed."""
    try:
        back_up(path, local_time(at).date())
    except OSError as error:
        return (f"Today's copy of {path.name} could not be made: {reason_of(error, path)}.",)
    return ()

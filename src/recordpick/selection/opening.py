"""Opening a working file: what it is, who has it, whether it is sound, what it says.

What a clock that was put back does to a journal: nothing to its order, and people are told.
"""

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
from recordpick.os_errors import DamagedDatabaseError, NoFileLocksError
from recordpick.selection.backup import back_up, backups
from recordpick.selection.content import Content
from recordpick.selection.events import BrokenEventError, Event
from recordpick.selection.header import (
    CHANGED_META,
    CHANGED_PACK,
    has_meta_of,
    has_pack_of,
    read_header,
)
from recordpick.selection.history import Header, History
from recordpick.selection.ledger import paused_garbage_collection
from recordpick.selection.lock import Holder, Lock, take_lock
from recordpick.selection.other_copies import other_copies
from recordpick.selection.plausible import Plausibility
from recordpick.selection.recovery import Read, Ready, make_ready, read_once
from recordpick.selection.store import Store, check_header

SLACK = timedelta(minutes=2)
"""Two computers' clocks differ by so much without anything being wrong."""


def clock_warnings(events: Sequence[Event], now: datetime) -> tuple[str, ...]:
    """Say where times in the journal go backwards, and where the clock is behind it now.

    The order of events is that of their numbers and hashes: their times are what the computers
    said, and nothing is reckoned from them.
    """
    warnings = []
    back = [later.seq for earlier, later in pairwise(events) if earlier.on - later.on > SLACK]
    if back:
        times = "once" if len(back) == 1 else f"{len(back)} times"
        warnings.append(
            f"A computer's clock was put back {times} between changes (first before event "
            f"{back[0]}): changes stand in the order in which they were made, whatever their times."
        )
    if events and events[-1].on - now > SLACK:
        warnings.append(
            f"This computer's clock says {_in_words(now)}, and the last change was made at "
            f"{_in_words(events[-1].on)}: set the clock right before you go on."
        )
    return tuple(warnings)


def _in_words(moment: datetime) -> str:
    return f"{moment.astimezone():%d/%m/%Y %H:%M}"


MOST_DOUBTS = 3


class DamagedFileError(UserError):
    """A working file that is not as it was written.

    `sound_events` is how many events from the first on are sound (0: nothing can be saved from
    it), `backup` the newest copy beside it, or None.
    """

    def __init__(self, path: Path, damage: str, sound_events: int, backup: Path | None) -> None:
        saved = (
            f"Its first {sound_events:,} events are sound: open it read-only to see what they hold"
            if sound_events
            else "Nothing in it can be read any more"
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
    plausible: Plausibility
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


class Asked(NamedTuple):
    """How a working file is to be opened, and by whom."""

    who: str
    at: datetime
    read_only: bool = False
    salvage: bool = False
    take_over: bool = False


def open_file(path: Path, asked: Asked) -> Opened:
    """Open a working file for writing if that can be done, or else read-only.

    UserError if it is no working file; DamagedFileError if it is damaged and not to be salvaged.
    """
    check_header(path)
    lock, held_by, why = _lock(path, asked)
    try:
        return _open_locked(path, asked, lock, held_by, why)
    except DamagedDatabaseError as error:
        if lock is not None:
            lock.release()
        raise _damaged(path, f"the database is damaged ({error.__cause__})", 0) from error
    except BaseException:
        if lock is not None:
            lock.release()
        raise


def _lock(path: Path, asked: Asked) -> tuple[Lock | None, str, str]:
    """Take the lock where the file is to be written to; else say why it is not."""
    if asked.salvage:
        return None, "", "The file is damaged: what is sound can be read, and nothing changed."
    if asked.read_only:
        return None, "", "The file was opened to be read only."
    if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        return None, "", f"{path.name} can only be read: ask for permission to write to it."
    try:
        remove_leftover_files(path, asked.at.timestamp())
        lock = take_lock(path, asked.who, asked.at, take_over=asked.take_over)
    except OSError as error:
        return (
            None,
            "",
            (
                f"Nothing can be written in the folder {path.parent} "
                f"({error.strerror or error}), so {path.name} can only be read."
            ),
        )
    if isinstance(lock, Holder):
        return None, lock.in_words, f"{lock.in_words} has this file open, so it can only be read."
    return lock, "", ""


def _open_locked(path: Path, asked: Asked, lock: Lock | None, held_by: str, why: str) -> Opened:
    ready, store = Ready(), None
    if lock is not None:
        try:
            ready = make_ready(path, asked.at)
            store = None if ready.why_not else Store.open(path, "rw")
        except OSError as error:
            why = f"No copy can be made in {path.parent} ({error.strerror or error})."
        except NoFileLocksError as error:
            why = str(error)
    if store is None and lock is not None:
        lock.release()
        lock = None
    try:
        read = read_once(path) if store is None else Read(store.read())
        content = _with_reason(read, ready)
        sound = _sound(path, content, salvage=asked.salvage)
        events = sound.history.events
        worked_on = lock is not None and is_worked_on(events)
        warnings = tuple(says for says in (ready.says, read.says) if says)
        warnings += back_up_or_say(path, asked.at) if worked_on else ()
        warnings += clock_warnings(events, asked.at)
        warnings += tuple(sound.plausible.doubts[:MOST_DOUBTS])
        copies = other_copies(path, events)[:MOST_DOUBTS]
        warnings += tuple(one.says for one in copies)
        diverged = tuple(one.path for one in copies if one.have_diverged)
        return Opened(sound, store, lock, held_by, why, warnings, _taken(lock), diverged)
    except BaseException:
        if store is not None:
            store.close()
        raise


def _taken(lock: Lock | None) -> str:
    if lock is None or not lock.taken_from:
        return ""
    return f"Taken over from {lock.taken_from}: nothing more can be saved there."


def _with_reason(read: Read, ready: Ready) -> Content:
    """Say with what is damaged why the journal beside the file does not help, or what would."""
    content = read.content
    if not content.damage:
        return content
    reason = ready.why_not
    if not reason and read.says:
        reason = "a change may have been cut off: opening the file to write to it takes that back"
    return replace(content, damage=f"{content.damage}; {reason}") if reason else content


@paused_garbage_collection()
def replayed(events: tuple[Event, ...], plausible: Plausibility) -> tuple[History, str]:
    """Replay events as far as they go; say what is wrong with the one that does not."""
    history = History()
    for event in events:
        try:
            plausible.add(event)
            history.add(event)
        except BrokenEventError as broken:
            return history, str(broken)
    return history, ""


def _sound(path: Path, content: Content, *, salvage: bool) -> Sound:
    header, broken = read_header(content)
    if header is None:
        raise _damaged(path, broken or content.damage or "it does not say what it is about", 0)
    pack = _pack(path, header, content)
    plausible = Plausibility(pack)
    history, broken = replayed(content.events, plausible)
    if history.header is None:
        raise _damaged(path, broken, 0)
    changed = "" if has_meta_of(header, content) else CHANGED_META
    damage = broken or content.damage or changed
    if damage and not salvage:
        raise _damaged(path, damage, len(history.events))
    return Sound(pack, header, history, plausible, damage)


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


def is_worked_on(events: Sequence[Event]) -> bool:
    """Tell whether there is anything to copy: more than that the file was made."""
    return len(events) > 1


def back_up_or_say(path: Path, at: datetime) -> tuple[str, ...]:
    """Make the day's copy of a sound file unless there is one; or return why there is none."""
    try:
        back_up(path, at.astimezone().date())
    except OSError as error:
        why = error.strerror or error
        return (f"Today's copy of {path.name} could not be made ({why}): free some room.",)
    return ()

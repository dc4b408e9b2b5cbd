"""Recovery: what is done with files that are beside a working file under SQLite's names.

SQLite plays a rollback journal back at any opening, before anybody can check it. An old one undoes
changes that were saved, or wrecks the file; one that was made to do harm deletes another file. So
SQLite never sees one that recordpick did not just write itself:

- A reader leaves everything as it is. Where no other program is writing, the file is read from its
  bytes alone.
- Whoever opens the file for writing holds its lock, waits for programs that are still writing, and
  copies the file. Where its events are sound to the last one the journal is not needed. Where they
  are not, the journal is played back in memory, by code of ours; the result is used if it is sound
  and has the same events. In both cases the journal is renamed and kept.
- Otherwise nothing is changed: the file is damaged, and the message says why the journal did not
  help.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from recordpick.atomic import sync, temporary_name, write_new
from recordpick.errors import UserError
from recordpick.local_time import local_time
from recordpick.os_errors import words_of
from recordpick.regular_files import check_regular, read_at_most
from recordpick.selection.content import Content, content_of
from recordpick.selection.database import (
    LAST_EVENT,
    MOST_BYTES,
    ROLLBACK,
    WRITE_AHEAD,
    connect_to_bytes,
)
from recordpick.selection.database_errors import BusyError, DamagedDatabaseError
from recordpick.selection.header import with_damage
from recordpick.selection.rollback_journal import UnusableJournalError, page_size_of, play_back
from recordpick.selection.sidecars import SUFFIXES, Sidecar, names_of, sidecars
from recordpick.selection.store import Store

_WAIT, _READERS_TRIES = 0.1, 5
PATIENCE = 5.0
"""Seconds to wait for another program that is writing."""
_NUMBER = re.compile(r"[0-9]{1,18}")
_ONE_EVENT = 1
"""A change that was cut off is one event: without it there is at most one fewer."""


class Read(NamedTuple):
    """What was read, and a sentence on what was beside the file and was not used, or ""."""

    content: Content
    says: str = ""


def read_once(path: Path) -> Read:
    """Read a working file without keeping it open, and without changing anything.

    UserError where it cannot be read; DamagedDatabaseError where it is not a database any more.
    """
    check_regular(path)  # it may have been replaced by a pipe since it was opened first
    left = sidecars(path)
    if all(one.is_journal for one in left) and not _is_write_ahead(path):
        try:
            with Store.connected(path, "ro") as store:
                return Read(store.read())
        except UserError:
            pass  # whatever it is, the bytes show it, and need no lock
    content = _as_it_is(path)
    for _ in range(_READERS_TRIES):
        if not (content.damage and sidecars(path)):
            break
        time.sleep(_WAIT)  # somebody may be writing
        content = _as_it_is(path)
    left = sidecars(path)
    return Read(content, _not_used(path, left) if left else "")


def _not_used(path: Path, left: tuple[Sidecar, ...]) -> str:
    return (
        f"{names_of(left)} beside {path.name} belongs to a change that was cut off, or comes from "
        f"elsewhere: it was not used, and {path.name} was read as it is. Opening {path.name} for "
        "writing deals with it, and keeps a copy."
    )


def _as_it_is(path: Path) -> Content:
    return content_of(path, _bytes_of(path))


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = read_at_most(file, MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {words_of(error)}.") from error
    if len(content) > MOST_BYTES:
        raise UserError(f"{path} is larger than any working file: take a backup of it.")
    return content


def _is_write_ahead(path: Path) -> bool:
    """Return whether another program has switched the file to a write-ahead log."""
    try:
        with path.open("rb") as file:
            return file.read(20)[18:20] == WRITE_AHEAD
    except OSError:
        return False


class Ready(NamedTuple):
    """What was done before a file is opened for writing, as a sentence; "" if there was no need.

    `why_not` says why a damaged file stays damaged, although a journal is beside it.
    """

    says: str = ""
    why_not: str = ""


def make_ready(path: Path, at: datetime) -> Ready:
    """Deal with what is beside a file that is about to be opened for writing.

    The caller holds the file's lock. UserError where another program is writing, OSError where no
    copy can be made: nothing is changed then.
    """
    path = Path(os.path.realpath(path))
    left = _left_behind(path)
    switched = _is_write_ahead(path)
    if not left and not switched:
        return Ready()
    found = _bytes_of(path)
    as_it_is = _content_or_damage(path, found)
    new = _without_log(found) if switched else found
    if as_it_is.damage:
        try:
            new = _played_back(left, found, as_it_is)
        except UnusableJournalError as error:
            return Ready(why_not=f"{names_of(left) or 'a journal'} does not help: {error}")
    stamp = _free_stamp(path, at)
    copy = _kept_name(path, stamp)
    write_new(copy, found)
    if new != found:
        _replace(path, new)
    kept = [one.path.rename(_kept_name(one.path, stamp)).name for one in left]
    sync(path.parent)
    return Ready(_says(path, left, copy, kept, taken_back=bool(as_it_is.damage)))


def _says(
    path: Path, left: tuple[Sidecar, ...], copy: Path, kept: list[str], *, taken_back: bool
) -> str:
    if taken_back:
        what = (
            f"The program that last wrote to {path.name} was stopped in the middle of a change. "
            "That change had not been saved, and was undone; everything before it is there."
        )
    elif left:
        what = (
            f"{names_of(left)} was beside {path.name}: a change was cut off, or it comes from "
            f"elsewhere. {path.name} is sound to its last event without it, so it was not used."
        )
    else:
        what = f"Another program had changed how {path.name} is written; that was corrected."
    beside = f"; what was beside it is {' and '.join(kept)}" if kept else ""
    return f"{what} The file as it was found is kept as {copy.name}{beside}."


def _left_behind(path: Path) -> tuple[Sidecar, ...]:
    """Return what is beside the file and is not being written by another program now."""
    before: tuple[Sidecar, ...] = ()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        now = sidecars(path)
        if not now:
            return ()
        if now == before and not _is_being_written(path, now):
            return now
        before = now
        time.sleep(_WAIT)
    raise UserError(f"{path}: another program is writing to it. Close that one, and try again.")


def _is_being_written(path: Path, left: tuple[Sidecar, ...]) -> bool:
    """Return whether a program holds SQLite's lock, so that the journal is of its present change.

    It is held from the first moment of a change, when the journal does not even begin as one. Where
    nobody holds it, SQLite reports a journal to be played back, or that it may write.
    """
    if not all(one.is_journal for one in left):
        return False
    try:
        with Store.connected(path, "rw") as store:
            store.check_not_busy()
    except BusyError:
        return True
    except UserError:
        return False
    return False


def _content_or_damage(path: Path, database: bytes) -> Content:
    """Read a database's bytes; it is damaged, too, where its tables and first event differ."""
    try:
        content = content_of(path, database)
    except DamagedDatabaseError as error:
        return Content({}, {}, (), f"the database is damaged ({error.__cause__})")
    return with_damage(content)


def _without_log(database: bytes) -> bytes:
    return database[:18] + ROLLBACK + database[20:]


def _played_back(left: tuple[Sidecar, ...], found: bytes, as_it_is: Content) -> bytes:
    """Return the file as it was before the change that was cut off.

    It must be sound, and its events those that can be read in the file as it is: all of them, or
    all but one that was being written. UnusableJournalError otherwise: a journal that undoes more
    is old, or from elsewhere.
    """
    journal = next((one for one in left if one.path.name.endswith("-journal")), None)
    if journal is None:
        raise UnusableJournalError("there is no rollback journal")
    _check_is_ours(journal)
    restored = play_back(found, _bytes_of(journal.path))
    content = _content_or_damage(journal.path, restored)
    if content.damage:
        raise UnusableJournalError("with it the file is damaged as well")
    if _counter(found) - _counter(restored) not in {0, _ONE_EVENT}:
        raise UnusableJournalError("it is older than the last change")
    events = as_it_is.events
    common = min(len(content.events), len(events))
    if content.events[:common] != events[:common] or len(events) > common + _ONE_EVENT:
        raise UnusableJournalError("it undoes changes that were saved")
    if _last_number(found, as_it_is) > len(content.events) + _ONE_EVENT or (
        _counter(found) > _counter(restored) and _has_uncounted_pages(found)
    ):
        # The change that was cut off came after the one that the journal undoes.
        raise UnusableJournalError("it is older than the last change")
    return restored


def _last_number(database: bytes, content: Content) -> int:
    """Return the highest number of an event that a damaged file names anywhere; 0 for none."""
    named = content.meta.get(LAST_EVENT, "").partition(" ")[0]
    numbers = [int(named)] if _NUMBER.fullmatch(named) else [0]
    if content.events:  # the tables are those that recordpick makes
        connection = connect_to_bytes(database)
        with closing(connection), suppress(sqlite3.DatabaseError):
            (number,) = connection.execute("SELECT max(seq) FROM events").fetchone()
            numbers += [number] if isinstance(number, int) else []
    return max(numbers)


def _has_uncounted_pages(database: bytes) -> bool:
    """Return whether there are pages beyond those that the first page counts."""
    return len(database) > int.from_bytes(database[28:32], "big") * page_size_of(database)


def _counter(database: bytes) -> int:
    """Return how many changes a database has had: each adds one to this number of its header."""
    return int.from_bytes(database[24:28], "big")


def _check_is_ours(journal: Sidecar) -> None:
    """Raise UnusableJournalError unless a journal belongs to this user or the database's owner."""
    if journal.kind != "file":
        raise UnusableJournalError(f"it is a {journal.kind}, not a file")
    if os.name != "nt" and journal.owner not in {os.geteuid(), _owner_of(journal.path)}:
        raise UnusableJournalError("it belongs to another user")


def _owner_of(journal: Path) -> int:
    """Return who owns the database that the journal is named after."""
    return journal.with_name(journal.name.removesuffix("-journal")).stat().st_uid


def _replace(path: Path, content: bytes) -> None:
    new = temporary_name(path)
    try:
        write_new(new, content)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _free_stamp(path: Path, at: datetime) -> str:
    """Return a time for the names of what is kept, which no earlier opening has used."""
    stamp = f"{local_time(at):%Y-%m-%d-%H%M%S}"
    number, free = 1, stamp
    while list(path.parent.glob(f"*.{free}.kept")):
        number += 1
        free = f"{stamp}-{number}"
    return free


def _kept_name(path: Path, stamp: str) -> Path:
    """Return the name under which something is kept: one that means nothing to SQLite.

    For `x.recordpick-journal` it is `x.recordpick.journal.2026-10-05-093000.kept`.
    """
    name = path.name
    for suffix in SUFFIXES:
        if name.endswith(suffix):
            name = f"{name.removesuffix(suffix)}.{suffix[1:]}"
    return path.with_name(f"{name}.{stamp}.kept")

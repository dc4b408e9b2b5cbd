"""The working file as a database: made, read and written to. What it means stands elsewhere."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from recordpick.errors import UserError
from recordpick.regular_files import check_regular
from recordpick.selection.events import BrokenEventError, Event, canonical, check_next
from recordpick.selection.ledger import paused_garbage_collection
from recordpick.selection.private_files import make_empty, put_in_place, temporary_name
from recordpick.selection.schema import (
    APPLICATION_ID,
    FIRST_VERSION,
    LAST_EVENT,
    OLDEST_SQLITE,
    STATEMENTS,
    VERSION,
    VERSION_OF_KIND,
    connect,
)
from recordpick.selection.trouble import DamagedDatabaseError, cannot_make, in_words

MAGIC = b"SQLite format 3\x00"
HEADER = 100
MOST_BYTES = 1024**3
"""A working file has hundreds of kilobytes; it is copied once a day, and read as a whole."""
_INSERT = (
    "INSERT INTO events(seq, at, who, role, kind, body, previous_hash, hash) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Content:
    """What was read from a working file: as far as it is sound.

    `damage` says what is wrong with it, "" if nothing is. `events` are those before the damage.
    """

    meta: dict[str, str]
    pack_files: dict[str, str]
    events: tuple[Event, ...]
    damage: str


def check_header(path: Path) -> None:
    """Raise a UserError unless a path is a working file, by the first bytes of it."""
    check_regular(path)
    try:
        if path.is_dir():
            raise UserError(f"{path} is a folder: give a working file (.recordpick).")
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path} is larger than any working file: take a backup of it.")
        with path.open("rb") as file:
            header = file.read(HEADER)
    except FileNotFoundError:
        raise UserError(
            f"{path} is not there. Check the name, or make one with recordpick new."
        ) from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not header:
        raise UserError(
            f"{path} is empty: it is no working file. Take a backup, or make a new one."
        )
    if not header.startswith(MAGIC) or len(header) < HEADER:
        raise UserError(f"{path} is no working file of recordpick: it is no database.")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise UserError(f"{path} is a database of another program, not a working file.")
    version = int.from_bytes(header[60:64], "big")
    if version > VERSION:
        raise UserError(
            f"{path} was written by a newer recordpick (format {version}, this one knows "
            f"{VERSION}): install the newer version."
        )
    if version < 1:
        raise UserError(f"{path} was never finished: make a new working file.")


class Store:
    """One connection to a working file."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def create(
        cls, path: Path, meta: Mapping[str, str], pack_files: Mapping[str, str], first: Event
    ) -> None:
        """Make a working file, whole or not at all. UserError if it cannot be made."""
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise UserError(
                f"This Python has SQLite {sqlite3.sqlite_version}, and working files need 3.37: "
                "install a newer Python."
            )
        made = temporary_name(path)
        try:
            make_empty(made)
            with cls.connected(made, "rw", named=path) as store:
                store.fill(meta, pack_files, first)
            put_in_place(made, path)
        except FileExistsError as error:
            raise UserError(f"{path} is there already: choose another name.") from error
        except OSError as error:
            raise cannot_make(path, error) from error
        finally:
            for left in (made, made.with_name(f"{made.name}-journal")):
                left.unlink(missing_ok=True)

    @classmethod
    @contextmanager
    def connected(cls, path: Path, mode: str, *, named: Path | None = None) -> Iterator[Store]:
        """Connect for the time of a block. Messages call the file `named`, if given."""
        store = cls.open(path, mode, named=named)
        try:
            yield store
        finally:
            store.close()

    @classmethod
    def open(cls, path: Path, mode: str, *, named: Path | None = None) -> Store:
        """Connect to a working file ("ro" or "rw"); UserError if that cannot be done."""
        named = named or path
        try:
            with in_words(named):
                return cls(named, connect(path, mode))
        except sqlite3.OperationalError as error:
            # Nothing of ours was asked yet: the first pages are not what they were.
            raise DamagedDatabaseError(f"{path} could not be used: it is damaged.") from error

    def close(self) -> None:
        """Give up the connection."""
        self._connection.close()

    def fill(self, meta: Mapping[str, str], pack_files: Mapping[str, str], first: Event) -> None:
        """Make the tables and write what stands in them from the start, in one transaction."""
        with in_words(self._path), self._transaction():
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._connection.execute(f"PRAGMA user_version = {FIRST_VERSION}")
            for statement in STATEMENTS:
                self._connection.execute(statement)
            self._connection.executemany(
                "INSERT INTO meta(key, value) VALUES (?, ?)",
                [*meta.items(), (LAST_EVENT, _name_of(first))],
            )
            self._connection.executemany(
                "INSERT INTO pack_files(position, name, text) VALUES (?, ?, ?)",
                [(place, *file) for place, file in enumerate(pack_files.items(), start=1)],
            )
            self._connection.execute(_INSERT, _row(first))

    def append(self, event: Event) -> None:
        """Add one event and have it on the disk before this returns.

        UserError, and nothing written, if it cannot be written or if the journal does not end
        with the event that this one follows: somebody else has written meanwhile.
        """
        with in_words(self._path), self._transaction():
            row = self._connection.execute(
                "SELECT value FROM meta WHERE key = ?", (LAST_EVENT,)
            ).fetchone()
            if row is None or row[0] != f"{event.seq - 1} {event.previous_hash}":
                raise UserError(
                    f"{self._path} was changed by somebody else meanwhile, so nothing was "
                    "saved: open it again."
                )
            self._connection.execute(_INSERT, _row(event))
            self._connection.execute(
                "UPDATE meta SET value = ? WHERE key = ?", (_name_of(event), LAST_EVENT)
            )
            if self.must_grow(event):
                self._connection.execute(f"PRAGMA user_version = {VERSION_OF_KIND[event.kind]}")

    @property
    def version(self) -> int:
        """The version of the file, as the database has it."""
        with in_words(self._path):
            found = self._connection.execute("PRAGMA user_version").fetchone()
        return int(found[0])

    def must_grow(self, event: Event) -> bool:
        """Tell whether the file becomes one of a later version with this event."""
        return self.version < VERSION_OF_KIND.get(event.kind, FIRST_VERSION)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @paused_garbage_collection()
    def read(self) -> Content:
        """Read everything that is sound. What is damaged is said in the answer, not raised."""
        meta: dict[str, str] = {}
        pack_files: dict[str, str] = {}
        events: list[Event] = []

        def read_pack_files() -> None:
            for name, text in self._rows("SELECT name, text FROM pack_files ORDER BY position"):
                pack_files[str(name)] = str(text)

        def read_meta() -> None:
            for key, value in self._rows("SELECT key, value FROM meta"):
                meta[str(key)] = str(value)

        def read_events() -> None:
            for event in self._events():
                events.append(event)  # noqa: PERF402 - those before the damage are kept

        with in_words(self._path):
            self._connection.execute("BEGIN")
            try:
                damage = _damage(self._check_tables)
                # What bears our names may be a view that never ends, or a virtual table: a file
                # with such things in it was made to do harm, and is not read any further.
                if damage and not self._has_plain_tables():
                    return Content(meta, pack_files, (), damage)
                for part in (
                    read_pack_files,
                    read_meta,
                    read_events,
                    lambda: self._check_whole(meta, events),
                ):
                    found = _damage(part)
                    damage = damage or found
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
        return Content(meta, pack_files, tuple(events), damage)

    def _rows(self, query: str) -> Iterator[tuple[object, ...]]:
        yield from self._connection.execute(query)

    def _events(self) -> Iterator[Event]:
        last: Event | None = None
        for row in self._rows(
            "SELECT seq, at, who, role, kind, body, previous_hash, hash FROM events ORDER BY seq"
        ):
            event = _event(row, 1 if last is None else last.seq + 1)
            check_next(event, last, str(row[5]))  # its body, which was found to be canonical
            yield event
            last = event

    def _check_tables(self) -> None:
        found = {
            str(sql) for (sql,) in self._rows("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
        }
        if found != set(STATEMENTS):
            raise _DamageError("its tables are not those that recordpick makes")

    def _has_plain_tables(self) -> bool:
        plain: set[str] = set()

        def look() -> None:
            for name, kind, sql in self._rows("SELECT name, type, sql FROM sqlite_schema"):
                if kind == "table" and str(sql).startswith("CREATE TABLE "):
                    plain.add(str(name))

        return not _damage(look) and plain >= {"meta", "pack_files", "events"}

    def _check_whole(self, meta: Mapping[str, str], events: list[Event]) -> None:
        if not events:
            raise _DamageError("it has no events")
        if meta.get(LAST_EVENT) != _name_of(events[-1]):
            raise _DamageError(f"events after event {events[-1].seq} are missing")
        for (said,) in self._rows("PRAGMA integrity_check(1)"):
            if said != "ok":
                raise _DamageError(f"the database is damaged ({said})")


class _DamageError(Exception):
    """Something in the file is not what was written there."""


_DAMAGE = {
    "SQLITE_CORRUPT",
    "SQLITE_CORRUPT_INDEX",
    "SQLITE_NOTADB",
    "SQLITE_IOERR_SHORT_READ",
    "SQLITE_ERROR",  # what is asked for is always there: the tables are not those we made
}


def _damage(read: Callable[[], None]) -> str:
    """Read one part, and say what is damaged in it; "" if nothing is."""
    try:
        read()
    except (BrokenEventError, _DamageError) as damage:
        return str(damage)
    except UnicodeDecodeError:
        return "the database is damaged (a name in it is no text)"
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") not in _DAMAGE:
            raise
        return f"the database is damaged ({error})"
    return ""


def _name_of(event: Event) -> str:
    return f"{event.seq} {event.hash}"


def _row(event: Event) -> tuple[int | str, ...]:
    return (
        event.seq,
        event.at,
        event.who,
        event.role,
        event.kind,
        canonical(event.body),
        event.previous_hash,
        event.hash,
    )


def _event(row: tuple[object, ...], expected: int) -> Event:
    """Read one row; BrokenEventError if it is not as it was written."""
    match row:
        case (int(seq), str(at), str(who), str(role), str(kind), str(body), str(before), str(own)):
            pass
        case _:
            raise BrokenEventError(expected, "is no event")
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BrokenEventError(seq, "is not what was written: it cannot be read") from error
    if not isinstance(parsed, dict) or canonical(parsed) != body:
        raise BrokenEventError(seq, "is not what was written")
    return Event(seq, at, who, role, kind, parsed, before, own)


def text_sha256(text: str) -> str:
    """SHA-256 (hex) of a text's UTF-8."""
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

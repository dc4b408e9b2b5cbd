"""The working file as a database: created, read and written. `history.py` says what it means."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from recordpick.atomic import create_empty, move_into_place, temporary_name
from recordpick.errors import UserError
from recordpick.file_names import check_name
from recordpick.os_errors import cannot_create, words_of
from recordpick.regular_files import check_regular
from recordpick.selection.content import Content, name_of, read_content
from recordpick.selection.database import (
    APPLICATION_ID,
    BUSY_SECONDS,
    LAST_EVENT,
    MOST_BYTES,
    OLDEST_SQLITE,
    STATEMENTS,
    connect,
)
from recordpick.selection.database_errors import (
    DamagedDatabaseError,
    as_user_error,
    as_user_error_while_writing,
)
from recordpick.selection.events import Event, canonical
from recordpick.selection.file_state import FileState, changed_by_others
from recordpick.selection.header import with_damage
from recordpick.selection.kinds.registry import NEWEST_VERSION, version_of

MAGIC = b"SQLite format 3\x00"
HEADER = 100
_INSERT = (
    "INSERT INTO events(seq, at, who, role, kind, body, previous_hash, hash) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def check_header(path: Path) -> None:
    """Raise a UserError unless a path is a working file, as its first bytes say."""
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
        raise UserError(f"{path} cannot be read: {words_of(error)}.") from error
    if not header:
        raise UserError(
            f"{path} is empty: it is not a working file. Take a backup, or make a new one."
        )
    if not header.startswith(MAGIC) or len(header) < HEADER:
        raise UserError(f"{path} is not a working file of recordpick: it is not a database.")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise UserError(f"{path} is a database of another program, not a working file.")
    version = int.from_bytes(header[60:64], "big")
    if version > NEWEST_VERSION:
        raise UserError(
            f"{path} was written by a newer recordpick (format {version}, this one knows "
            f"{NEWEST_VERSION}): install the newer version."
        )
    if version < 1:
        raise UserError(f"{path} was never finished: make a new working file.")


class Store:
    """A working file that is open as a database: to be read, or to be written to as well.

    For writing there are two connections: one that writes, and one that can only read. The second
    keeps SQLite from playing back a journal that it finds (see `_begin`).
    """

    def __init__(
        self,
        path: Path,
        file: Path,
        connection: sqlite3.Connection,
        guard: sqlite3.Connection | None = None,
    ) -> None:
        """Take what messages call the file, where it is, and the connections to it."""
        self._path = path
        self._connection = connection
        self._guard = connection if guard is None else guard
        self._state = FileState(path, file)

    @classmethod
    def create(
        cls,
        path: Path,
        meta: Mapping[str, str],
        pack_files: Mapping[str, str],
        events: Sequence[Event],
    ) -> None:
        """Create a working file, whole or not at all. UserError if it cannot be created."""
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise UserError(
                f"This Python has SQLite {sqlite3.sqlite_version}, and working files need 3.37: "
                "install a newer Python."
            )
        check_name(path)
        new = temporary_name(path)
        try:
            create_empty(new)
            with cls.connected(new, "rw", named=path) as store:
                store.fill(meta, pack_files, events)
            move_into_place(new, path)
        except FileExistsError as error:
            raise UserError(f"{path} already exists: choose another name.") from error
        except OSError as error:
            raise cannot_create(path, error) from error
        finally:
            for leftover in (new, new.with_name(f"{new.name}-journal")):
                leftover.unlink(missing_ok=True)

    @classmethod
    @contextmanager
    def connected(cls, path: Path, mode: str, *, named: Path | None = None) -> Iterator[Store]:
        """Connect for the duration of a block. Messages call the file `named`, if given."""
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
            with as_user_error(named):
                guard = connect(path, "ro")
                if mode == "ro":
                    return cls(named, path, guard)
                try:
                    return cls(named, path, _connect_to_write(path, guard), guard)
                except BaseException:
                    guard.close()
                    raise
        except sqlite3.OperationalError as error:
            # No statement of ours has run yet: the first pages are not what they were.
            raise DamagedDatabaseError(f"{path} could not be used: it is damaged.") from error

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()
        self._guard.close()

    def fill(
        self, meta: Mapping[str, str], pack_files: Mapping[str, str], events: Sequence[Event]
    ) -> None:
        """Create the tables and write what is in them from the start, in one transaction.

        The file gets the earliest version that has all kinds of these events.
        """
        version = max(version_of(event.kind, event.body) for event in events)
        with as_user_error(self._path), self._transaction():
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._connection.execute(f"PRAGMA user_version = {version}")
            for statement in STATEMENTS:
                self._connection.execute(statement)
            self._connection.executemany(
                "INSERT INTO meta(key, value) VALUES (?, ?)",
                [*meta.items(), (LAST_EVENT, name_of(events[-1]))],
            )
            self._connection.executemany(
                "INSERT INTO pack_files(position, name, text) VALUES (?, ?, ?)",
                [(place, *file) for place, file in enumerate(pack_files.items(), start=1)],
            )
            self._connection.executemany(_INSERT, [_row(event) for event in events])

    def append(self, event: Event) -> None:
        """Add one event, which is on the disk before this returns.

        UserError, and nothing written, if it cannot be written, if the file is not as this store
        left it, or if the journal does not end with the event that this one follows: then somebody
        else has written in the meantime.
        """
        with as_user_error_while_writing(self._path):
            self._state.check()
            with self._transaction():
                row = self._connection.execute(
                    "SELECT value FROM meta WHERE key = ?", (LAST_EVENT,)
                ).fetchone()
                if row is None or row[0] != f"{event.seq - 1} {event.previous_hash}":
                    raise changed_by_others(self._path)
                self._connection.execute(_INSERT, _row(event))
                self._connection.execute(
                    "UPDATE meta SET value = ? WHERE key = ?", (name_of(event), LAST_EVENT)
                )
                if self.needs_later_version(event):
                    self._connection.execute(
                        f"PRAGMA user_version = {version_of(event.kind, event.body)}"
                    )
            self._state.set_written(name_of(event))

    def check(self) -> None:
        """Read the whole file again: UserError unless every event in it is as this store left it.

        Called before the file is copied, so that no damaged copy replaces a sound one.
        """
        with as_user_error_while_writing(self._path):
            self._state.check(thoroughly=True)

    @property
    def version(self) -> int:
        """The version of the file, as the database has it."""
        # While a large event is written nobody else can read, not even our second connection.
        writes = self._connection.in_transaction
        with as_user_error(self._path):
            reader = self._connection if writes else self._guard
            found = reader.execute("PRAGMA user_version").fetchone()
        return int(found[0])

    def needs_later_version(self, event: Event) -> bool:
        """Return whether the file becomes one of a later version with this event."""
        return self.version < version_of(event.kind, event.body)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._begin()
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _begin(self) -> None:
        """Begin a transaction to write, waiting for other programs up to `BUSY_SECONDS`.

        Should a journal appear beside the file, SQLite would play it back when it begins. For that
        it needs the file for itself, which it cannot have while our second connection reads; and
        that one, which can only read, refuses to go on where there is a journal to be played back.
        The second connection lets go between two tries, so that others can finish what they write.
        """
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._try_to_begin()
            except sqlite3.OperationalError as error:
                busy = getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")
                if not busy or time.monotonic() > deadline:
                    raise
            else:
                return
            time.sleep(0.05)

    def _try_to_begin(self) -> None:
        for connection in (self._guard, self._connection):
            connection.execute("PRAGMA busy_timeout = 0")
        self._guard.execute("BEGIN")
        try:
            self._guard.execute("SELECT name FROM sqlite_schema").fetchall()
            self._connection.execute("BEGIN IMMEDIATE")
        finally:
            if self._guard.in_transaction:
                self._guard.execute("ROLLBACK")
            for connection in (self._guard, self._connection):
                connection.execute(f"PRAGMA busy_timeout = {round(BUSY_SECONDS * 1000)}")

    def check_not_busy(self) -> None:
        """Raise BusyError where another program is writing; nothing is written to find that out.

        Another UserError where a journal is beside the file that SQLite would play back.
        """
        with as_user_error(self._path):
            self._try_to_begin()
            self._connection.execute("ROLLBACK")

    def read(self) -> Content:
        """Read everything that is sound; `Content.damage` says what is damaged."""
        content = with_damage(read_content(self._path, self._guard))
        if self._guard is not self._connection and not content.damage:
            self._state.set_read(content)
        return content


def _connect_to_write(path: Path, guard: sqlite3.Connection) -> sqlite3.Connection:
    """Connect while another connection reads: SQLite cannot play back a journal at that time."""
    guard.execute("BEGIN")
    try:
        guard.execute("SELECT name FROM sqlite_schema").fetchall()
        return connect(path, "rw")
    finally:
        if guard.in_transaction:
            guard.execute("ROLLBACK")


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

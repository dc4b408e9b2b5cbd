"""What a working file's database holds, as far as it is sound: tables, events, their hashes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from recordpick.selection.database import LAST_EVENT, STATEMENTS, connect_to_bytes
from recordpick.selection.database_errors import as_user_error
from recordpick.selection.events import BrokenEventError, Event, Json, canonical, check_next
from recordpick.selection.ledger import paused_garbage_collection


@dataclass(frozen=True, slots=True)
class Content:
    """What was read from a working file: as far as it is sound.

    `damage` says what is wrong with it, "" if nothing is. `events` are those before the damage.
    """

    meta: dict[str, str]
    pack_files: dict[str, str]
    events: tuple[Event, ...]
    damage: str


def content_of(path: Path, database: bytes) -> Content:
    """Read a database from its bytes alone. Messages name `path`.

    DamagedDatabaseError where SQLite cannot read it at all.
    """
    with as_user_error(path):
        connection = connect_to_bytes(database)
    try:
        return read_content(path, connection)
    finally:
        connection.close()


def read_content(path: Path, connection: sqlite3.Connection) -> Content:
    """Read everything that is sound; `Content.damage` says what is damaged."""
    return _Reader(path, connection).read()


class _Reader:
    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @paused_garbage_collection()
    def read(self) -> Content:
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

        with as_user_error(self._path):
            self._connection.execute("BEGIN")
            try:
                damage = _damage(self._check_tables)
                # What has our names may be a view that never ends, or a virtual table: a file
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
        return self._connection.execute(query)

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

        def read_schema() -> None:
            for name, kind, sql in self._rows("SELECT name, type, sql FROM sqlite_schema"):
                if kind == "table" and str(sql).startswith("CREATE TABLE "):
                    plain.add(str(name))

        return not _damage(read_schema) and plain >= {"meta", "pack_files", "events"}

    def _check_whole(self, meta: Mapping[str, str], events: list[Event]) -> None:
        if not events:
            raise _DamageError("it has no events")
        if meta.get(LAST_EVENT) != name_of(events[-1]):
            raise _DamageError(f"events after event {events[-1].seq} are missing")
        for (result,) in self._rows("PRAGMA integrity_check(1)"):
            if result != "ok":
                raise _DamageError(f"the database is damaged ({result})")


class _DamageError(Exception):
    """Something in the file is not what was written there."""


_DAMAGE = {
    "SQLITE_CORRUPT",
    "SQLITE_CORRUPT_INDEX",
    "SQLITE_NOTADB",
    "SQLITE_IOERR_SHORT_READ",
    "SQLITE_ERROR",  # our statements are right: the tables are not those we made
}


def _damage(read: Callable[[], None]) -> str:
    """Read one part and return what is damaged in it; "" if nothing is."""
    try:
        read()
    except (BrokenEventError, _DamageError) as damage:
        return str(damage)
    except UnicodeDecodeError:
        return "the database is damaged (a name in it is not text)"
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") not in _DAMAGE:
            raise
        return f"the database is damaged ({error})"
    return ""


def name_of(event: Event) -> str:
    """Return what the table meta keeps of the last event: its number and hash."""
    return f"{event.seq} {event.hash}"


def _event(row: tuple[object, ...], expected: int) -> Event:
    """Read one row; BrokenEventError if it is not as it was written."""
    match row:
        case (int(seq), str(at), str(who), str(role), str(kind), str(body), str(before), str(own)):
            pass
        case _:
            raise BrokenEventError(expected, "is not an event")
    try:
        parsed: Json = _DECODER.decode(body)
        same = isinstance(parsed, dict) and canonical(parsed) == body
    except (ValueError, RecursionError) as error:
        raise BrokenEventError(seq, "is not what was written: it cannot be read") from error
    if not isinstance(parsed, dict) or not same:
        raise BrokenEventError(seq, "is not what was written")
    return Event(seq, at, who, role, kind, parsed, before, own)


def _refuse_number(text: str) -> Json:
    """Refuse fractions, infinities and NaN: no event has any."""
    raise ValueError(f"{text} is not a whole number")


_DECODER = json.JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number)
"""One for all events: `json.loads` would make a new one for each."""

"""The tables of a working file, and the settings of a connection to it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import PurePath
from urllib.parse import quote

APPLICATION_ID = 0x52504B31
"""In the header of every working file ("RPK1" in ASCII): this database is recordpick's."""

OLDEST_SQLITE = (3, 37, 0)
"""STRICT tables came with it."""

MOST_BYTES = 1024**3
"""A working file has hundreds of kilobytes; it is copied once a day, and read as a whole."""

LAST_EVENT = "last_event"

ROLLBACK, WRITE_AHEAD = b"\x01\x01", b"\x02\x02"
"""Bytes 18 and 19 of a database's header: how changes are written. Ours are the first."""

STATEMENTS: tuple[str, ...] = (
    "CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    (
        "CREATE TABLE pack_files(position INTEGER PRIMARY KEY, name TEXT NOT NULL, "
        "text TEXT NOT NULL) STRICT"
    ),
    (
        "CREATE TABLE events(seq INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, "
        "role TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, previous_hash TEXT NOT NULL, "
        "hash TEXT NOT NULL) STRICT"
    ),
    (
        "CREATE TRIGGER events_never_change BEFORE UPDATE ON events "
        "BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END"
    ),
    (
        "CREATE TRIGGER events_stay BEFORE DELETE ON events "
        "BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END"
    ),
    (
        "CREATE TRIGGER pack_files_never_change BEFORE UPDATE ON pack_files "
        "BEGIN SELECT RAISE(ABORT, 'the pack of a working file never changes'); END"
    ),
    (
        "CREATE TRIGGER pack_files_stay BEFORE DELETE ON pack_files "
        "BEGIN SELECT RAISE(ABORT, 'the pack of a working file never changes'); END"
    ),
    (
        "CREATE TRIGGER meta_never_changes BEFORE UPDATE ON meta WHEN OLD.key <> 'last_event' "
        "BEGIN SELECT RAISE(ABORT, 'only last_event changes'); END"
    ),
    (
        "CREATE TRIGGER meta_stays BEFORE DELETE ON meta "
        "BEGIN SELECT RAISE(ABORT, 'only last_event changes'); END"
    ),
)

_PRAGMAS = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA temp_store = MEMORY",
)
BUSY_SECONDS = 5.0
"""How long a change waits while another program reads or writes."""

_WRITING = (
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = EXTRA",
)


def uri(path: PurePath, mode: str) -> str:
    """Return the URI with which SQLite opens a path, shares on Windows (//server/share) too."""
    text = path.as_posix()
    start = "file://" if text.startswith("/") else "file:///"
    return f"{start}{quote(os.fsencode(text), safe='/:')}?mode={mode}"


def connect(path: PurePath, mode: str) -> sqlite3.Connection:
    """Connect to a database that exists. `mode` is "ro" or "rw"; no file is ever created."""
    connection = sqlite3.connect(
        uri(path, mode), uri=True, isolation_level=None, check_same_thread=False
    )
    # What is not UTF-8 is damage: it is let through, so that the hashes can say where it is.
    connection.text_factory = _text
    try:
        for pragma in _PRAGMAS + (_WRITING if mode == "rw" else ()):
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_bytes(content: bytes) -> sqlite3.Connection:
    """Connect to a database in memory: SQLite sees neither its file nor what is beside that.

    A file that another program has switched to a write-ahead log is read as if it had none.
    """
    if content[18:20] == WRITE_AHEAD:
        content = content[:18] + ROLLBACK + content[20:]
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.text_factory = _text
    try:
        connection.deserialize(content)
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")

"""Working files made to say what recordpick never wrote, with a chain of hashes that is sound."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from recordpick.selection.database import STATEMENTS
from recordpick.selection.events import NO_HASH, Event
from recordpick.selection.kinds.registry import version_of

TRIGGERS = [statement for statement in STATEMENTS if statement.startswith("CREATE TRIGGER")]
COLUMNS = ("seq", "at", "who", "role", "kind", "body", "previous_hash", "hash")


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Return the events of a working file as dictionaries, the body as JSON has it."""
    connection = sqlite3.connect(path)
    rows = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM events ORDER BY seq").fetchall()
    connection.close()
    events = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    return [{**event, "body": json.loads(event["body"])} for event in events]


def write_journal(path: Path, events: list[dict[str, Any]]) -> None:
    """Put these events into a working file in place of its own, numbered and hashed again."""
    rows, before = [], NO_HASH
    for seq, event in enumerate(events, start=1):
        content = {key: event[key] for key in ("at", "who", "role", "kind", "body")} | {"seq": seq}
        text = before + json.dumps(content, sort_keys=True, separators=(",", ":"))
        body = json.dumps(event["body"], sort_keys=True, separators=(",", ":"))
        own = sha256(text.encode("ascii")).hexdigest()
        said = [event[key] for key in ("at", "who", "role", "kind")]
        texts = (*said, body, before, own)
        rows.append((seq, *(text.encode("utf-8", "surrogateescape") for text in texts)))
        before = own
    version = max(version_of(str(event["kind"]), event["body"]) for event in events)
    connection = sqlite3.connect(path)
    for trigger in TRIGGERS:
        connection.execute(f"DROP TRIGGER {trigger.split()[2]}")
    connection.execute("DELETE FROM events")
    connection.executemany(f"INSERT INTO events VALUES (?{', CAST(? AS TEXT)' * 7})", rows)
    last = f"{len(rows)} {before}"
    connection.execute("UPDATE meta SET value = ? WHERE key = 'last_event'", (last,))
    for trigger in TRIGGERS:
        connection.execute(trigger)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()


def rewritten(path: Path, change: Callable[[Event], dict[str, Any]]) -> None:
    """Change the bodies of some events by what `change` gives, and hash all of them again."""
    events = read_journal(path)
    for event in events:
        event["body"] |= change(replace(_EMPTY, seq=event["seq"], kind=event["kind"]))
    write_journal(path, events)


_EMPTY = Event(0, "", "", "", "", {}, "", "")

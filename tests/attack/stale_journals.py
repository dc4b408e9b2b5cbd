"""Journals that are old, cut off, damaged or forged, beside files that are sound or torn."""

from __future__ import annotations

import json
import os
import random
import sqlite3
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from working_files import JO, START, worked_on

from recordpick.errors import UserError
from recordpick.selection.database import connect
from recordpick.selection.events import Event, next_event
from recordpick.selection.rollback_journal import MAGIC
from recordpick.selection.working_file import WorkingFile

from .registry import attack

CHANGES = 6


@dataclass(frozen=True)
class Moment:
    """A working file before and after a change, with the journal that SQLite had amid it."""

    before: bytes
    journal: bytes
    after: bytes
    events: tuple[Event, ...]
    """Those before the change."""
    events_after: tuple[Event, ...]


@cache
def moments(top: Path) -> tuple[Moment, ...]:
    """Make a file and change it, by few pages and by many, and keep each moment."""
    path = top / "source" / "practice.recordpick"
    path.parent.mkdir(parents=True)
    worked_on(path).close()
    made = []
    for number in range(CHANGES):
        with WorkingFile.open(path, JO, read_only=True) as file:
            events = file.events
        files = [["rules.toml", f"# {number} " + "x" * 20_000 * (number % 3)]]
        event = next_event(events[-1], START, JO, "reports_by", {"what": "rules", "files": files})
        before = path.read_bytes()
        journal = journal_of(path, event)
        made.append(Moment(before, journal, path.read_bytes(), events, (*events, event)))
    return tuple(made)


def journal_of(path: Path, event: Event) -> bytes:
    """Write an event; return the journal as it is from when the file is changed.

    While somebody reads, SQLite waits before that, with all but the journal's head on the disk: it
    begins with zeros. The head gets its first 12 bytes, and then the file is changed.
    """
    reader, writer = connect(path, "ro"), connect(path, "rw")
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM meta").fetchall()
    writer.execute("PRAGMA busy_timeout = 0")
    writer.execute("BEGIN IMMEDIATE")
    body = json.dumps(event.body, sort_keys=True, separators=(",", ":"))
    writer.execute(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(event.seq, event.at, event.who, event.role, event.kind),
            *(body, event.previous_hash, event.hash),
        ),
    )
    last = f"{event.seq} {event.hash}"
    writer.execute("UPDATE meta SET value = ? WHERE key = 'last_event'", (last,))
    writer.execute("PRAGMA user_version = 3")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        writer.execute("COMMIT")
    journal = path.with_name(f"{path.name}-journal").read_bytes()
    reader.close()
    writer.execute("COMMIT")
    writer.close()
    return MAGIC + ((len(journal) - 512) // (4096 + 8)).to_bytes(4, "big") + journal[12:]


def torn(moment: Moment, chance: random.Random) -> bytes:
    """Return the file with some pages of the change in it: what a crash leaves."""
    size, share = 4096, chance.random()
    made = bytearray(moment.before.ljust(len(moment.after), b"\0"))
    for at in range(0, len(moment.after), size):
        if chance.random() < share:
            made[at : at + size] = moment.after[at : at + size]
    if chance.random() < 0.2:
        del made[len(moment.before) :]
    return bytes(made)


def with_super_journal(journal: bytes, victim: Path) -> bytes:
    """Name a super-journal at the end, as SQLite does where several databases change at once."""
    name = os.fsencode(victim)
    page = (1024**3 // 4096 + 1).to_bytes(4, "big")
    size, checksum = len(name).to_bytes(4, "big"), (sum(name) % 2**32).to_bytes(4, "big")
    return journal + page + name + size + checksum + MAGIC


def spoilt(journal: bytes, chance: random.Random, victim: Path) -> tuple[str, bytes]:
    """Spoil a journal in one way, or leave it."""
    flipped = bytearray(journal)
    for _ in range(chance.randrange(1, 4)):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    header = bytearray(journal)
    header[chance.randrange(28)] = chance.randrange(256)
    return chance.choice(
        [
            ("as it was", journal),
            ("cut off", journal[: chance.randrange(len(journal))]),
            ("with flipped bits", bytes(flipped)),
            ("with another header", bytes(header)),
            ("of a super-journal", with_super_journal(journal, victim)),
            ("of a super-journal alone", with_super_journal(journal[:512], victim)),
            ("of nothing", b""),
            ("of zeros", bytes(28) + journal[28:]),
            ("of chance", chance.randbytes(chance.randrange(1, 40_000))),
        ]
    )


@attack("stale-journals", "journals and logs that lie beside a file when it is opened", quick=8)
def stale_journal(folder: Path, chance: random.Random) -> str:
    """Nothing saved is lost or invented, no other file is touched, and a reader writes nothing.

    A change that was cut off is taken back by its own journal, and by no other.
    """
    made = moments(folder.parent)
    at, of = chance.randrange(CHANGES), chance.randrange(CHANGES)
    state = chance.choice(["before", "amid", "after"])
    if chance.random() < 0.4:
        of = at
    path, victim = folder / "practice.recordpick", folder / "victim.txt"
    victim.write_text("somebody's work", encoding="utf-8")
    content = {"before": made[at].before, "after": made[at].after}.get(
        state, torn(made[at], chance)
    )
    path.write_bytes(content)
    how, journal = spoilt(made[of].journal, chance, victim)
    suffix = chance.choice(["-journal"] * 4 + ["-wal", "-shm"])
    beside = path.with_name(path.name + suffix)
    beside.write_bytes(journal)
    everything = {one.name: one.read_bytes() for one in folder.iterdir()}
    acknowledged = made[at].events_after if state == "after" else made[at].events

    def read() -> tuple[Event, ...] | None:
        try:
            with WorkingFile.open(path, read_only=True) as file:
                return file.events
        except UserError:
            return None

    seen = read()
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == everything, "a reader wrote"
    assert seen is None or seen[: len(acknowledged)] == acknowledged, "a reader missed something"
    assert seen is not None or state == "amid", "a sound file could not be read"
    try:
        with WorkingFile.open(path, JO) as file:
            assert not file.read_only, file.why_read_only
            assert file.events[: len(acknowledged)] == acknowledged, "something saved was lost"
            assert len(file.events) <= len(acknowledged) + (state == "amid")
            kept = next(one for one in folder.glob("*.kept") if one.read_bytes() == content)
            assert kept.name in file.warnings[0], "nothing was said"
            file.note("P09", "after")
        outcome = "opened"
    except UserError:
        assert state == "amid", "a sound file could not be opened"
        assert not (of == at and how == "as it was" and suffix == "-journal"), "not recovered"
        assert {one.name: one.read_bytes() for one in folder.iterdir()} == everything
        outcome = "damaged, and said to be"
    else:
        kept = [one.read_bytes() for one in folder.glob("*.kept")]
        assert content in kept, "the file as it was found was not kept"
        assert journal in kept, "what lay beside it was not kept"
        assert read() is not None
    assert victim.read_text(encoding="utf-8") == "somebody's work", "another file was touched"
    return f"{state}: {outcome}"

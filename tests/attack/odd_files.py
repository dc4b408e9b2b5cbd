"""Pipes, links, folders and devices under the names of locks, journals and copies; odd locks."""

from __future__ import annotations

import json
import os
import random
import socket
import sys
from pathlib import Path

from working_files import JO, START, new_file

from recordpick.errors import UserError
from recordpick.selection.lock import computer_name
from recordpick.selection.working_file import WorkingFile

from .limits import within_seconds
from .registry import attack

NAMES = ("-journal", "-wal", "-shm", ".lock", ".2026-10-05.backup")
SECONDS = 30
NONSENSE: tuple[object, ...] = (
    None,
    True,
    -1,
    0,
    1,
    2**31,
    2**63,
    2**80,
    1e400,
    float("nan"),
    "",
    "x",
    "9999-12-31T23:59:59+14:00",
    "0001-01-01T00:00:00-14:00",
    "9999-99-99",
    "\ud800",
    "\x1b[2J",
    "é" * 5_000,
    [],
    {},
    [[]],
)


def put(path: Path, victim: Path, chance: random.Random) -> str:
    """Put something odd there; say what."""
    kind = chance.choice(
        ["pipe", "folder", "full folder", "link", "broken link", "device", "socket"]
    )
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "full folder":
            path.mkdir()
            (path / "something").touch()
        case "link":
            path.symlink_to(victim)
        case "broken link":
            path.symlink_to("nowhere")
        case "device":
            path.symlink_to("/dev/zero")
        case "socket":
            before = Path.cwd()
            os.chdir(path.parent)  # a socket's name may only be short
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(path.name)
            os.chdir(before)
    return kind


def odd_lock(path: Path, chance: random.Random) -> str:
    """Write a lock that says something odd."""
    lock: dict[str, object] = {
        "token": "0" * 32,
        "who": "Al Gone",
        "host": computer_name(),
        "pid": os.getpid(),
        "since": START.isoformat(),
        "boot": "0" * 36,
    }
    for key in chance.sample(sorted(lock), chance.randrange(1, 4)):
        lock[key] = chance.choice(NONSENSE)
    text = json.dumps(lock)
    if chance.random() < 0.2:
        text = text[: chance.randrange(len(text))]
    if chance.random() < 0.1:
        text += " " * 1_000_000
    path.write_text(text, encoding="ascii")
    return "odd lock"


@attack("odd-files", "pipes, links, devices and nonsense as locks, journals and copies", quick=25)
def odd_file(folder: Path, chance: random.Random) -> str:
    """Opening neither hangs nor falls over: it opens, or says why not; all events are there.

    Nothing that a link leads to is touched.
    """
    if sys.platform == "win32":
        return "not on this system"
    path, victim = folder / "practice.recordpick", folder / "victim.txt"
    victim.write_text("somebody's work", encoding="utf-8")
    with new_file(path) as made:
        made.pick("MED-04", ["P01"])
        made.note("P01", "seen")
        events = made.events
    what, said = [], path.name
    for suffix in chance.sample(NAMES, chance.choice([1, 1, 1, 2, 3])):
        odd = path.with_name(path.name + suffix)
        if odd.exists():
            odd.unlink()
        if suffix == ".lock" and chance.random() < 0.7:
            what.append(odd_lock(odd, chance))
        else:
            what.append(put(odd, victim, chance))
    read_only, take_over = chance.random() < 0.3, chance.random() < 0.5
    with within_seconds(SECONDS):
        try:
            with WorkingFile.open(
                path, JO, read_only=read_only, take_over=take_over, now=lambda: START
            ) as file:
                assert file.events == events
                outcome = "opened to be read" if file.read_only else "opened"
                if file.read_only:
                    assert file.why_read_only
                else:
                    assert file.note("P02", "after").notes["P02"] == "after"
        except UserError as error:
            said, outcome = str(error), "refused"
    assert path.name in said, said
    assert victim.read_text(encoding="utf-8") == "somebody's work"
    with WorkingFile.open(path, read_only=True) as again:
        assert again.events[: len(events)] == events
    return f"{what[0] if len(what) == 1 else 'several'}: {outcome}"

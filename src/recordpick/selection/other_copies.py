"""Copies of a working file in the same folder that went on from one of its events by themselves.

Whoever opens a file should know that somebody else goes on with a copy of it. Only working files
in the file's own folder are looked at: copies elsewhere are not searched for. They show themselves
when a workbook of theirs is imported, whose list this file has not handed over.

Copies are read in memory and left as they are.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from recordpick.errors import UserError
from recordpick.selection.chains import all_hashes
from recordpick.selection.content import content_of
from recordpick.selection.database import APPLICATION_ID
from recordpick.selection.events import BrokenEventError, Event

ENDING = ".recordpick"
MOST_FILES = 50
MOST_BYTES = 16 * 1024**2
"""Of all files that are looked at: a working file has some hundreds of kilobytes."""


def other_copies(path: Path, events: Sequence[Event]) -> tuple[str, ...]:
    """Return a sentence on each copy beside a file that has events that the file lacks.

    Nothing is said of older copies, nor of files that cannot be read.
    """
    mine = tuple(events)
    if not mine:
        return ()
    known: set[str] | None = None
    says = []
    for beside in _beside(path):
        with suppress(OSError, UserError, BrokenEventError):
            theirs = content_of(beside, beside.read_bytes()).events
            if not theirs or theirs[0].hash != mine[0].hash:
                continue
            known = all_hashes(mine) if known is None else known
            if theirs[-1].hash not in known:
                says.append(_in_words(path, mine, beside, theirs, known))
    return tuple(says)


def _in_words(
    path: Path, mine: Sequence[Event], beside: Path, theirs: tuple[Event, ...], known: set[str]
) -> str:
    last = theirs[-1]
    when = f"{last.on.astimezone():%d/%m/%Y %H:%M}"
    if mine[-1].hash in all_hashes(theirs):
        return (
            f"{beside.name} is a copy of this file that has gone on from where this one ends (last "
            f"change {when}, {last.who}): go on with that one."
        )
    shared = next(event for event in reversed(theirs) if event.hash in known)
    return (
        f"{beside.name} is a copy of this file, and both have gone on from event {shared.seq} (its "
        f"last change {when}, {last.who}). Bring them together before a list is handed over: "
        f"recordpick merge {path.name} {beside.name} --out FILE."
    )


def _beside(path: Path) -> Iterator[Path]:
    """Give the working files in the folder of a file, the newest first, but for the file itself."""
    left = MOST_BYTES
    found: list[tuple[float, int, Path]] = []
    with suppress(OSError):
        for beside in path.parent.iterdir():
            if beside.suffix == ENDING and beside.name != path.name:
                with suppress(OSError):
                    status = beside.lstat()
                    if stat.S_ISREG(status.st_mode):
                        found.append((status.st_mtime, status.st_size, beside))
    for _, size, beside in sorted(found, reverse=True)[:MOST_FILES]:
        if size <= left and _is_working_file(beside):
            left -= size
            yield beside


def _is_working_file(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return int.from_bytes(file.read(72)[68:72], "big") == APPLICATION_ID
    return False

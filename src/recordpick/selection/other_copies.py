"""Copies of a working file that went on from one of its events by themselves.

Whoever opens a file should know that somebody else goes on with a copy of it. Opening looks at the
working files in the file's own folder, the app also at recent ones elsewhere. Other copies are not
searched for: they are noticed when a workbook of theirs is imported, whose list this file has not
handed over.

Copies are read in memory and left as they are.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from recordpick.errors import UserError
from recordpick.selection.chains import all_hashes
from recordpick.selection.content import content_of
from recordpick.selection.database import APPLICATION_ID
from recordpick.selection.events import BrokenEventError, Event
from recordpick.text import moment

ENDING = ".recordpick"
MOST_FILES = 50
MOST_BYTES = 256 * 1024**2
"""Of all files that are read: some hundreds of kilobytes each, or 10 MB with a year's codelists."""


@dataclass(frozen=True, slots=True)
class OtherCopy:
    """A copy with events that the file lacks, and a sentence about it for people.

    `have_diverged` says whether the file has events, too, which the copy lacks.
    """

    path: Path
    says: str
    have_diverged: bool


def other_copies(path: Path, events: Sequence[Event]) -> tuple[OtherCopy, ...]:
    """Return each copy beside a file that has events which the file lacks.

    Older copies are left out, and so are checking copies in which nothing was entered yet and files
    that cannot be read; a checking copy is silent about the file that it was made from.
    """
    return copies_among(path, events, _beside(path))


def copies_among(
    path: Path, events: Sequence[Event], others: Iterable[Path]
) -> tuple[OtherCopy, ...]:
    """Return each copy among other files, as `other_copies` does."""
    mine = tuple(events)
    if not mine:
        return ()
    known: set[str] | None = None
    found = []
    for other in others:
        with suppress(OSError, UserError, BrokenEventError):
            theirs = content_of(other, other.read_bytes()).events
            if not theirs or theirs[0].hash != mine[0].hash:
                continue
            known = all_hashes(mine, only_counting=True) if known is None else known
            is_ours_of_it = bool(_checks_for(mine, theirs))
            new = [event for event in theirs if event.hash not in known]
            has_results = any(event.kind != "checking_copy" for event in new)
            if has_results and theirs[-1].hash not in known and not is_ours_of_it:
                found.append(_described(path, mine, other, theirs, known))
    return tuple(found)


def copies_used_recently(
    path: Path, events: Sequence[Event], recent: Iterable[str]
) -> tuple[OtherCopy, ...]:
    """Return each copy among files used recently that are in other folders than the file."""
    elsewhere = [
        Path(text) for text in recent if Path(text).parent != path.parent and Path(text) != path
    ]
    return copies_among(path, events, _working_files(elsewhere))


def _described(
    path: Path, mine: Sequence[Event], other: Path, theirs: tuple[Event, ...], known: set[str]
) -> OtherCopy:
    last = theirs[-1]
    name = other.name if other.parent == path.parent else str(other)
    when = moment(last.on)
    whose = _checks_for(theirs, mine)
    if mine[-1].hash in all_hashes(theirs, only_counting=True) and not whose:
        says = (
            f"{name} is a copy of this file that has gone on from where this one ends (last "
            f"change {when}, {last.who}): go on with that one."
        )
        return OtherCopy(other, says, have_diverged=False)
    if whose:
        says = (
            f"{name} is {whose}'s checking copy of this file (last change {when}): bring its "
            f"results in with recordpick issues import {path.name} {name}, or while checking in "
            "the app."
        )
        return OtherCopy(other, says, have_diverged=False)
    shared = next(event for event in reversed(theirs) if event.hash in known)
    says = (
        f"{name} is a copy of this file, and both have gone on from event {shared.seq} (its "
        f"last change {when}, {last.who}). Merge them before a list is handed over: "
        f"recordpick merge {path.name} {name} --out FILE, or File: Merge with a copy in the app."
    )
    return OtherCopy(other, says, have_diverged=True)


def _checks_for(theirs: Sequence[Event], mine: Sequence[Event]) -> str:
    """Return whose checking copy of a file it is; "" where it is none, or both are the same one.

    Only the chain that the file itself is made of counts: it stays a checking copy of the file
    after an import, which makes its events known there.
    """
    own = {event.hash for event in mine}
    for event in theirs:
        if event.kind == "checking_copy" and event.hash not in own:
            whose = event.body.get("initials")
            return whose if isinstance(whose, str) else ""
    return ""


def _beside(path: Path) -> Iterator[Path]:
    """Yield the other working files in the folder of a file, the newest first."""
    with suppress(OSError):
        beside = [one for one in path.parent.iterdir() if one.name != path.name]
        yield from _working_files(beside)


def _working_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield those that are working files, the newest first, within the limits."""
    left = MOST_BYTES
    found: list[tuple[float, int, Path]] = []
    for path in paths:
        if path.suffix == ENDING:
            with suppress(OSError):
                status = path.lstat()
                if stat.S_ISREG(status.st_mode):
                    found.append((status.st_mtime, status.st_size, path))
    for _, size, path in sorted(found, reverse=True)[:MOST_FILES]:
        if size <= left and _is_working_file(path):
            left -= size
            yield path


def _is_working_file(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return int.from_bytes(file.read(72)[68:72], "big") == APPLICATION_ID
    return False

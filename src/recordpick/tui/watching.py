"""A working file that can only be read here: who has it, and what they wrote meanwhile.

Looking takes no lock and writes nothing. The lock is taken by `take` alone, when a person says so.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.selection.kinds.registry import describe
from recordpick.selection.lock import lock_path, read_lock
from recordpick.selection.working_file import WorkingFile

if TYPE_CHECKING:
    from recordpick.tui.session import Session

_OTHER_RECORDS = (
    "This file goes on with other records of the practice now: close it (Ctrl+O) and open it again."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands on the disk: who has the file open ("" nobody), and which state of it."""

    who: str
    state: tuple[int, int]


def look(path: Path) -> Seen:
    """See who has a working file open, and whether it was written to: for a thread."""
    holder = read_lock(lock_path(path))
    state = (0, 0)
    with suppress(OSError):  # a drive that went away for a moment: the next look sees it again
        on_disk = path.stat()
        state = (on_disk.st_mtime_ns, on_disk.st_size)
    return Seen("" if holder is None or holder.is_stale else holder.in_words, state)


def read_again(session: Session) -> str:
    """Read what others wrote meanwhile, and say what that was ("" nothing): for a thread.

    UserError where they went on with other records: what is matched here is then of no use.
    """
    before = len(session.file.events)
    session.file.refresh()
    if session.file.index_fingerprint != session.index.fingerprint:
        raise UserError(_OTHER_RECORDS)
    new = session.file.events[before:]
    if not new:
        return ""
    last = f"{new[-1].who} {describe(new[-1])}."
    return last if len(new) == 1 else f"{len(new):,} things were done; the last: {last}"


def take(session: Session) -> WorkingFile:
    """Open the file to write to it, now that nobody else has it. UserError where that fails."""
    mine = WorkingFile.open(session.file.path, session.file.person)
    why = mine.why_read_only
    if not why and (mine.id, mine.index_fingerprint, mine.as_at) != (
        session.file.id,
        session.index.fingerprint,
        session.file.as_at,
    ):
        why = _OTHER_RECORDS
    if why:
        mine.close()
        raise UserError(why)
    session.file.close()
    session.file = mine
    return mine

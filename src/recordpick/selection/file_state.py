"""Whether a working file is still what its last writer left: checked before each change.

SQLite sees that another program has used the database, but not that its bytes were overwritten, and
would write the next change into what is damaged. So the file's place, length and SHA-256 are kept
after each change and compared before the next. A long file is only read whole where its length or
time of change differ, and at every tenth change; its header is read each time. Where the bytes
differ, and at every hundredth change, every event is read and its hash checked.
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from recordpick.errors import UserError
from recordpick.selection.content import Content, content_of, name_of
from recordpick.selection.database import LAST_EVENT
from recordpick.selection.database_errors import DamagedDatabaseError
from recordpick.selection.sidecars import names_of, sidecars

SHORT = 8 * 1024**2
"""Bytes that are read and hashed in some 20 ms: such a file is read whole before each change."""
WHOLE_EVERY, THOROUGHLY_EVERY = 10, 100
_HEADER = 100


class _Snapshot(NamedTuple):
    """The file as it was read. `digest` is the SHA-256 of all of it, "" where it was not read."""

    place: tuple[int, int]
    size: int
    time: int
    header: bytes
    digest: str


def changed_by_others(path: Path) -> UserError:
    """Return the error that somebody else has written to a working file that is open here."""
    return UserError(
        f"{path} was changed by somebody else in the meantime, so nothing was saved: open it again."
    )


class FileState:
    """What a working file on the disk should be, as this program last read or wrote it."""

    def __init__(self, path: Path, file: Path) -> None:
        """Take what messages call the file, and where it is."""
        self._path = path
        self._file = file
        self._seen: _Snapshot | None = None
        self._last = ""
        self._about: tuple[dict[str, str], dict[str, str]] | None = None
        self._changes = 0

    def set_read(self, content: Content) -> None:
        """Remember that the file holds this content, which was just read and is sound."""
        self._last = name_of(content.events[-1])
        self._about = _about(content)
        self._seen = self._snapshot(whole=True)

    def set_written(self, last: str) -> None:
        """Remember that this program has written: `last` is the last event's number and hash."""
        self._last = last
        self._changes += 1
        if self._seen is not None:
            # The change is on the disk, so nothing is raised: the next check reads every event.
            self._seen = self._seen._replace(header=b"")
            with suppress(UserError, OSError):
                self._seen = self._snapshot(whole=True)

    def check(self, *, thoroughly: bool = False) -> None:
        """Raise a UserError where the file is not what it was, once it has been read.

        `thoroughly` reads every event and checks its hash, whatever the file looks like.
        """
        seen = self._seen
        if seen is None:
            return
        beside = sidecars(self._file)
        if beside:
            raise UserError(
                f"{names_of(beside)} appeared beside {self._path} while it was open, so nothing "
                "was saved: open it again."
            )
        thoroughly = thoroughly or self._changes % THOROUGHLY_EVERY == THOROUGHLY_EVERY - 1
        if self._place() != seen.place:
            raise UserError(
                f"{self._path} was moved, or replaced by another file, while it was open, so "
                "nothing was saved. Open it again."
            )
        now = self._snapshot(whole=self._changes % WHOLE_EVERY == WHOLE_EVERY - 1)
        if (now.size, now.time) != (seen.size, seen.time) and not now.digest:
            now = self._snapshot(whole=True)
        same = now.header == seen.header and (not now.digest or now.digest == seen.digest)
        if thoroughly or not same:
            self._read_again()
            self._seen = self._snapshot(whole=True)

    def _place(self) -> tuple[int, int]:
        try:
            state = self._file.stat()
        except FileNotFoundError as error:
            raise UserError(
                f"{self._path} is not there any more, so nothing was saved: it was deleted or "
                "moved, or the drive is gone."
            ) from error
        return state.st_dev, state.st_ino

    def _snapshot(self, *, whole: bool) -> _Snapshot:
        with self._file.open("rb") as file:
            state = os.fstat(file.fileno())
            short = state.st_size <= SHORT
            content = file.read(-1 if whole or short else _HEADER)
        return _Snapshot(
            (state.st_dev, state.st_ino),
            state.st_size,
            state.st_mtime_ns,
            content[:_HEADER],
            sha256(content).hexdigest() if whole or short else "",
        )

    def _read_again(self) -> None:
        content = content_of(self._path, self._file.read_bytes())
        if content.damage:
            raise DamagedDatabaseError(
                f"{self._path} was damaged while it was open ({content.damage}), so nothing was "
                "saved. Open it again to see what can be saved from it."
            )
        if _about(content) != self._about or name_of(content.events[-1]) != self._last:
            raise changed_by_others(self._path)


def _about(content: Content) -> tuple[dict[str, str], dict[str, str]]:
    meta = {key: text for key, text in content.meta.items() if key != LAST_EVENT}
    return meta, content.pack_files

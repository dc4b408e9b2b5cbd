"""Files that only their owner may read, from their first byte on, and that appear whole.

Windows gives new files the rights of their folder: there the mode says nothing, and the folder
(the user's own, or a share for those who may see patient data) is what keeps others out.
"""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from recordpick.whole import AN_HOUR, BINARY, sync

_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.EMLINK}
"""Errors of file systems without hard links: some network drives and memory sticks."""


def temporary_name(path: Path) -> Path:
    """Return a path in the same folder that nothing exists at."""
    return path.with_name(f".{path.name[:60]}.{secrets.token_hex(8)}.part")


def remove_leftover_files(path: Path, now: float) -> None:
    """Remove what programs that were stopped left unfinished beside a file an hour ago or more.

    `now` is in seconds since 1970, as files have it. What cannot be removed stays.
    """
    for beside in path.parent.iterdir():
        name = beside.name
        if name.startswith(f".{path.name[:60]}.") and name.endswith((".part", ".part-journal")):
            with suppress(OSError):
                if now - beside.stat().st_mtime >= AN_HOUR:
                    beside.unlink()


def create_empty(path: Path) -> None:
    """Create an empty file (FileExistsError if it exists) that only its owner may read."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY, 0o600))


def move_into_place(finished: Path, path: Path) -> None:
    """Move a finished file to its name at once, never over another file (FileExistsError).

    A hard link does both where the file system has them. Elsewhere the program checks that the
    name is free and renames; Windows itself refuses to rename onto a file.
    """
    try:
        os.link(finished, path)
    except OSError as error:
        if isinstance(error, FileExistsError) or error.errno not in _NO_LINKS:
            raise
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        finished.rename(path)
    else:
        finished.unlink()
    sync(path.parent)

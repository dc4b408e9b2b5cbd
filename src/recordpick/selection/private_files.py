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

_BINARY = getattr(os, "O_BINARY", 0)
AN_HOUR = 3600
_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.EMLINK}
"""What systems answer that have no hard links: some network drives and memory sticks."""


def temporary_name(path: Path) -> Path:
    """Give a name in the same folder that nothing has."""
    return path.with_name(f".{path.name[:60]}.{secrets.token_hex(8)}.part")


def take_away_leftovers(path: Path, now: float) -> None:
    """Take away what programs that were cut off left unfinished beside a file, an hour ago or more.

    `now` is a time as files have it, in seconds. What cannot be taken away stays.
    """
    for beside in path.parent.iterdir():
        name = beside.name
        if name.startswith(f".{path.name[:60]}.") and name.endswith((".part", ".part-journal")):
            with suppress(OSError):
                if now - beside.stat().st_mtime >= AN_HOUR:
                    beside.unlink()


def make_empty(path: Path) -> None:
    """Make an empty file that was not there (FileExistsError), for its owner only."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o600))


def write_new(path: Path, content: bytes) -> None:
    """Write a file that was not there (FileExistsError), onto the disk, for its owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def put_in_place(made: Path, path: Path) -> None:
    """Give a finished file its name, at once and never over another (FileExistsError).

    A hard link does both everywhere that has them. Elsewhere the name is looked at first, and
    renamed to; Windows refuses to rename onto a file by itself.
    """
    try:
        os.link(made, path)
    except OSError as error:
        if isinstance(error, FileExistsError) or error.errno not in _NO_LINKS:
            raise
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        made.rename(path)
    else:
        made.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system has a call for that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Some network drives do not know this call: their names are durable when they say so.
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Guards for files from outside: not a pipe, not too large, no link out of its folder.

A path may lead to a pipe, which blocks a program for ever, or to a device that never ends.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import BinaryIO

from recordpick.errors import UserError
from recordpick.file_names import check_drive, check_no_device

_BLOCK = 1 << 20


def check_regular(path: Path) -> None:
    """Raise a UserError where the path leads to a pipe, a device or the like, or to no drive.

    A folder and a missing file pass: opening them raises the error.
    """
    check_no_device(path)
    check_drive(path)
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise UserError(f"{path}: this is a pipe or a device, not a file.")


def read_small(path: Path, at_most: int) -> bytes:
    """Return the bytes of a file; UserError if over `at_most`, or not a file. OSError as usual."""
    check_regular(path)
    with path.open("rb") as file:
        content = read_at_most(file, at_most + 1)
    if len(content) > at_most:
        raise UserError(
            f"{path}: this file is larger than {at_most // 1024:,} KiB, the most allowed here."
        )
    return content


def read_at_most(file: BinaryIO, count: int) -> bytes:
    """Return the next bytes of a file, `count` at most, in memory for what is there.

    `file.read(count)` takes memory for all of `count` first, and Windows touches each page of it:
    for a small file that may be a gigabyte large, that is a gigabyte each time.
    """
    blocks: list[bytes] = []
    while count > 0 and (block := file.read(min(count, _BLOCK))):
        blocks.append(block)
        count -= len(block)
    return b"".join(blocks)


def is_folder_error(error: OSError, path: Path) -> bool:
    """Return whether a file could not be opened because it is a folder.

    Windows says "Permission denied" of a folder that is opened as a file.
    """
    if isinstance(error, IsADirectoryError):
        return True
    return isinstance(error, PermissionError) and path.is_dir()


_MOST_LINKS = 40


def check_inside(folder: Path, *names: str) -> None:
    """Raise a UserError if a link on the path from a folder to a file leads out of the folder.

    Whoever made the folder may have put a link there to any file of this computer, or of another
    one (`\\\\server\\share`), which must not even be touched: only links are read here, and
    nothing outside that they lead to.
    """
    at, left, links = folder, list(names), 0
    while left:
        at /= left.pop(0)
        try:
            target = at.readlink()
        except OSError:  # not a link, or missing
            continue
        links += 1
        if target.is_absolute() or target.drive or ".." in target.parts or links > _MOST_LINKS:
            raise UserError(
                f"{folder.joinpath(*names)}: this is a link that leads out of the folder {folder}, "
                "and is not followed. If the file is meant, put a copy of it there instead."
            )
        left = [*target.parts, *left]
        at = at.parent

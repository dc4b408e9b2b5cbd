"""Files from outside that are none, or are larger than what they are to be.

A name may lead to a pipe, which keeps a program waiting for ever, or to a device that never ends.
"""

from __future__ import annotations

import stat
from pathlib import Path

from recordpick.errors import UserError


def check_regular(path: Path) -> None:
    """Raise a UserError where the path leads to a pipe, a device or the like.

    Says nothing of a folder, nor of what is not there: whoever opens it is told that.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise UserError(f"{path}: this is a pipe or a device, not a file.")


def read_small(path: Path, at_most: int) -> bytes:
    """Return the bytes of a file; UserError if it has more, or is no file. OSError as usual."""
    check_regular(path)
    with path.open("rb") as file:
        content = file.read(at_most + 1)
    if len(content) > at_most:
        raise UserError(
            f"{path}: this file is larger than {at_most // 1024:,} KiB, too large for what it is "
            "to be."
        )
    return content


_MOST_LINKS = 40


def check_inside(folder: Path, *names: str) -> None:
    """Raise a UserError where a link on the way from a folder to a file leads out of the folder.

    Whoever made the folder may have put a link there to any file of this computer, or of another
    one (`\\\\server\\share`), which is not even to be looked at: only links are read here, and
    nothing that they lead to outside.
    """
    at, left, links = folder, list(names), 0
    while left:
        at /= left.pop(0)
        try:
            target = at.readlink()
        except OSError:  # it is no link, or not there
            continue
        links += 1
        if target.is_absolute() or target.drive or ".." in target.parts or links > _MOST_LINKS:
            raise UserError(
                f"{folder.joinpath(*names)}: this is a link that leads out of the folder {folder}, "
                "and is not followed. Put a copy of the file there instead, if it is meant."
            )
        left = [*target.parts, *left]
        at = at.parent

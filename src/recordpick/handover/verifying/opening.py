"""Open a pack that somebody sent: a folder or a zip, read into memory within limits.

Nothing is written, no link is followed, and sizes are checked before anything is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recordpick.cells import one_line
from recordpick.errors import UserError
from recordpick.regular_files import check_regular

MOST_FILES = 200
MOST_BYTES = 200 * 1024**2
"""The total size of a pack's files. A large practice's pack has less than 10 MB."""

_LITTER = {".ds_store", "thumbs.db", "desktop.ini"}
"""Files that file managers add to folders by themselves; not part of a pack."""


@dataclass(frozen=True)
class PackFiles:
    """The files of a pack, by name, as they were received.

    `problems` name what is not a file of a pack: folders, links. `ignored` are the files that file
    managers added. `encrypted` is None for a folder. `weak` says that something in a zip is
    encrypted in the old way (ZipCrypto), which does not keep anybody out.
    """

    path: str
    contents: dict[str, bytes]
    problems: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    encrypted: bool | None = None
    weak: bool = False


def open_pack(path: Path, passphrase: Callable[[], str]) -> PackFiles:
    """Read a pack. `passphrase` is called once, and only if a zip is encrypted.

    Raise a UserError where it is neither a folder nor a zip, holds more than a pack can, is
    malicious or damaged, or where the passphrase does not open it.
    """
    check_regular(path)
    try:
        if path.is_dir():
            return _folder(path)
        if not path.exists():
            raise UserError(f"{path}: there is no file or folder with that name.")
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    if start[:2] != b"PK":
        raise UserError(
            f"{path} is not a hand-over pack: give the folder that was handed over, or the zip."
        )
    from recordpick.handover.verifying.zip_file import read_zip

    return read_zip(path, passphrase)


def is_litter(name: str) -> bool:
    """Return whether a file manager added this file by itself."""
    parts = name.split("/")
    return parts[0] == "__MACOSX" or parts[-1].casefold() in _LITTER or parts[-1].startswith("._")


def too_much(path: Path, what: str) -> UserError:
    """Return the error for something that is larger than any pack."""
    return UserError(f"{path} {what}, which no hand-over pack does: it was not read.")


def shown(name: str) -> str:
    """Return a name in a form that is safe to print within a sentence, shortened if it is long."""
    short = name if len(name) <= 80 else f"{name[:79]}…"
    return one_line(short).encode("utf-8", "replace").decode("utf-8")


def _folder(path: Path) -> PackFiles:
    contents: dict[str, bytes] = {}
    problems: list[str] = []
    ignored: list[str] = []
    left = MOST_BYTES
    with os.scandir(path) as entries:
        found = []
        for entry in entries:
            found.append(entry)
            if len(found) > MOST_FILES:
                raise too_much(path, f"holds more than {MOST_FILES} files")
    for entry in sorted(found, key=lambda one: one.name):
        status = entry.stat(follow_symlinks=False)
        if is_litter(entry.name):
            ignored.append(entry.name)
        elif stat.S_ISLNK(status.st_mode):
            problems.append(f"{shown(entry.name)} is a link and not a file: it was not followed.")
        elif stat.S_ISDIR(status.st_mode):
            problems.append(f"{shown(entry.name)} is a folder, and a pack has none.")
        elif not stat.S_ISREG(status.st_mode):
            problems.append(f"{shown(entry.name)} is not a regular file: it was not opened.")
        else:
            content = _file(path, Path(entry.path), left)
            left -= len(content)
            contents[entry.name] = content
    return PackFiles(str(path), contents, tuple(problems), tuple(ignored))


def _file(folder: Path, path: Path, left: int) -> bytes:
    with path.open("rb") as file:
        content = file.read(left + 1)
    if len(content) > left:
        raise too_much(folder, f"holds more than {MOST_BYTES // 1024**2} MB")
    return content

"""Open a pack that somebody sent: a folder or a zip, read into memory within limits.

Nothing is written, no link is followed, and sizes are checked before anything is read.

Of a zip the central directory is checked before anything is unpacked. The whole zip is refused for
names that lead out of the folder, links, duplicate names, more files or bytes than any pack has, a
compression ratio that no text has, and compression methods that use as much memory as the file
says. Files are unpacked into memory only, no more and no less than was declared.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyzipper

from recordpick.csv_safety import one_line
from recordpick.errors import UserError
from recordpick.os_errors import cannot_read
from recordpick.regular_files import check_regular, read_at_most

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
        raise cannot_read(path, error) from error
    if start[:2] != b"PK":
        raise UserError(
            f"{path} is not a hand-over pack: give the folder that was handed over, or the zip."
        )

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
        content = read_at_most(file, left + 1)
    if len(content) > left:
        raise too_much(folder, f"holds more than {MOST_BYTES // 1024**2} MB")
    return content


MAX_RATIO = 200
"""The largest allowed compression ratio; tables of repeated words reach about 100."""
_RATIO_FREE_BYTES = 1024**2
"""Files of up to this many bytes unpacked may have any compression ratio."""
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1
# What reading a damaged zip raises. KeyError: an AES strength that does not exist.
_DAMAGED = (pyzipper.BadZipFile, EOFError, KeyError, ValueError, struct.error, zlib.error)
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_END_LENGTH, _MAX_COMMENT, _LOCATOR_LENGTH = 22, 65_535, 20
_MAX_DIRECTORY = 1024**2


def read_zip(path: Path, passphrase: Callable[[], str]) -> PackFiles:
    """Read a zip into memory. `passphrase` is called once, and only if something is encrypted.

    Raise a UserError where it is damaged or malicious, or the passphrase is wrong.
    """
    try:
        _check_end(path)
        with pyzipper.AESZipFile(path) as archive:
            entries = [one for one in archive.infolist() if not one.filename.endswith("/")]
            _check_entries(path, archive.infolist())
            encrypted = [bool(one.flag_bits & _ENCRYPTED) for one in entries]
            weak = any(_is_zip_crypto(one) for one in entries)
            given = passphrase() if any(encrypted) else ""
            contents = _read(archive, entries, given)
    except RuntimeError as error:
        if "password" in str(error).casefold():
            raise UserError(
                f"{path} does not open with this passphrase. Compare it with what the practice "
                "noted, character by character."
            ) from None
        raise UserError(f"{path} cannot be read as a zip ({error}).") from error
    except NotImplementedError as error:
        raise UserError(
            f"{path} is compressed with a method that recordpick does not read ({error}). Use the "
            "zip as it was exported."
        ) from error
    except OSError as error:
        raise cannot_read(path, error) from error
    except _DAMAGED as error:
        raise UserError(f"{path} is damaged or cut short ({error}). Ask for it again.") from error
    ignored = tuple(name for name in contents if is_litter(name))
    kept = {name: content for name, content in contents.items() if not is_litter(name)}
    return PackFiles(str(path), *_without_folder(kept), ignored, all(encrypted), weak)


def _is_zip_crypto(entry: Any) -> bool:
    """Return whether an entry is encrypted in the old way (ZipCrypto) and not with AES."""
    return bool(entry.flag_bits & _ENCRYPTED) and not entry.wz_aes_version


def _check_end(path: Path) -> None:
    """Refuse a central directory that would take long to read."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size > MOST_BYTES:
            raise too_much(path, f"is larger than {MOST_BYTES // 1024**2} MB")
        file.seek(max(0, size - _END_LENGTH - _MAX_COMMENT - _LOCATOR_LENGTH))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_LENGTH:
        raise UserError(f"{path} is not a complete zip: its end is missing. Ask for it again.")
    files, directory = struct.unpack_from("<HL", tail, at + 10)
    if files > MOST_FILES or _END_64 in tail[max(0, at - _LOCATOR_LENGTH) : at]:
        raise too_much(path, f"says that it holds more than {MOST_FILES} files")
    if directory > _MAX_DIRECTORY:
        raise too_much(path, "has a table of contents of more than 1 MB")


def _check_entries(path: Path, entries: Sequence[Any]) -> None:
    if len(entries) > MOST_FILES:
        raise too_much(path, f"holds more than {MOST_FILES} files")
    if sum(one.file_size for one in entries) > MOST_BYTES:
        raise too_much(path, f"unpacks to more than {MOST_BYTES // 1024**2} MB")
    seen: set[str] = set()
    for one in entries:
        why = _entry_problem(one)
        if one.filename.casefold() in seen:
            why = "appears in it twice"
        seen.add(one.filename.casefold())
        if why:
            raise UserError(
                f"{path}: {shown(one.filename)!r} {why}. No hand-over pack has that, so nothing "
                "in it was unpacked."
            )


def _entry_problem(one: Any) -> str:
    """Return what is wrong with an entry of the central directory; "" if nothing is."""
    name = one.filename
    parts = name.removesuffix("/").split("/")
    if name.startswith("/") or "\\" in name or ":" in name or {"..", ".", ""} & set(parts):
        return "leads out of the folder that it would be unpacked to"
    if not name.isprintable():
        return "has characters in its name that cannot be printed"
    kind = stat.S_IFMT(one.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "is a link, and not a file"
    if one.compress_type not in {_STORED, _DEFLATED}:
        return "is compressed in a way that a pack never is"
    if one.file_size > max(_RATIO_FREE_BYTES, MAX_RATIO * one.compress_size):
        return f"unpacks to more than {MAX_RATIO} times its size"
    return ""


def _read(archive: Any, entries: Sequence[Any], passphrase: str) -> dict[str, bytes]:
    """Unpack everything with the passphrase as typed, or else as recordpick writes it."""
    tidied = "".join(passphrase.split()).upper()
    archive.setpassword(passphrase.encode("utf-8") or None)
    try:
        return _unpacked(archive, entries)
    except RuntimeError:
        if tidied in {"", passphrase}:
            raise
    archive.setpassword(tidied.encode("utf-8"))
    return _unpacked(archive, entries)


def _unpacked(archive: Any, entries: Sequence[Any]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for one in entries:
        # Reading stops at the size that the directory says, which encryption does not protect: a
        # file cut short there would be whole. One byte more is asked for, so that all is read.
        whole = copy(one)
        whole.file_size += 1
        with archive.open(whole) as stream:
            content = stream.read(whole.file_size)
        if len(content) != one.file_size:
            raise ValueError(f"{shown(one.filename)} does not have the size that its zip says")
        contents[one.filename] = content
    return contents


def _without_folder(contents: dict[str, bytes]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Remove the one top folder from the names; return files that lie deeper as problems."""
    tops = {name.partition("/")[0] for name in contents}
    if len(tops) == 1 and all("/" in name for name in contents):
        contents = {name.partition("/")[2]: content for name, content in contents.items()}
    deeper = tuple(
        f"{shown(name)} is in a folder, and a pack has none." for name in contents if "/" in name
    )
    return {name: content for name, content in contents.items() if "/" not in name}, deeper

"""A pack as a zip: its table of contents is judged before anything in it is unpacked.

Refused whole: names that lead out of a folder, links, names that stand twice, more files or bytes
than any pack has, growth that no text has, and ways of compressing that take memory as the file
says. What is unpacked is unpacked into memory only, and never more than was announced.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyzipper

from recordpick.errors import UserError
from recordpick.handover.verifying.opening import (
    MOST_BYTES,
    MOST_FILES,
    PackFiles,
    is_litter,
    shown,
    too_much,
)

MOST_TIMES_LARGER = 200
"""How many times its size a file may grow; tables of repeated words reach about 100."""
_GROWS_FREELY = 1024**2
"""Files of up to this many bytes may grow as they like."""
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1
# What reading raises of a zip that is not sound. KeyError: AES of a strength that there is not.
_DAMAGED = (pyzipper.BadZipFile, EOFError, KeyError, ValueError, struct.error, zlib.error)
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_END_LENGTH, _LONGEST_COMMENT, _LOCATOR_LENGTH = 22, 65_535, 20
_LONGEST_DIRECTORY = 1024**2


def read_zip(path: Path, passphrase: Callable[[], str]) -> PackFiles:
    """Read a zip into memory. `passphrase` is called once, and only if something is encrypted.

    UserError where it is damaged, made to do harm, or the passphrase is wrong.
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
                "noted, sign by sign."
            ) from None
        raise UserError(f"{path} cannot be read as a zip ({error}).") from error
    except NotImplementedError as error:
        raise UserError(
            f"{path} is packed in a way that is not read here ({error}). Use the zip as it was "
            "exported."
        ) from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    except _DAMAGED as error:
        raise UserError(f"{path} is damaged or cut short ({error}). Ask for it again.") from error
    aside = tuple(name for name in contents if is_litter(name))
    kept = {name: content for name, content in contents.items() if not is_litter(name)}
    return PackFiles(str(path), *_without_folder(kept), aside, all(encrypted), weak)


def _is_zip_crypto(entry: Any) -> bool:
    """Tell whether an entry is encrypted in the way of old zips and not with AES."""
    return bool(entry.flag_bits & _ENCRYPTED) and not entry.wz_aes_version


def _check_end(path: Path) -> None:
    """Refuse a table of contents that would take long to read."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size > MOST_BYTES:
            raise too_much(path, f"is larger than {MOST_BYTES // 1024**2} MB")
        file.seek(max(0, size - _END_LENGTH - _LONGEST_COMMENT - _LOCATOR_LENGTH))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_LENGTH:
        raise UserError(f"{path} is no whole zip: its end is missing. Ask for it again.")
    files, directory = struct.unpack_from("<HL", tail, at + 10)
    if files > MOST_FILES or _END_64 in tail[max(0, at - _LOCATOR_LENGTH) : at]:
        raise too_much(path, f"says that it holds more than {MOST_FILES} files")
    if directory > _LONGEST_DIRECTORY:
        raise too_much(path, "has a table of contents of more than 1 MB")


def _check_entries(path: Path, entries: Sequence[Any]) -> None:
    if len(entries) > MOST_FILES:
        raise too_much(path, f"holds more than {MOST_FILES} files")
    if sum(one.file_size for one in entries) > MOST_BYTES:
        raise too_much(path, f"unpacks to more than {MOST_BYTES // 1024**2} MB")
    seen: set[str] = set()
    for one in entries:
        why = _why_not(one)
        if one.filename.casefold() in seen:
            why = "stands in it twice"
        seen.add(one.filename.casefold())
        if why:
            raise UserError(
                f"{path}: {shown(one.filename)!r} {why}. No hand-over pack has that, so nothing of "
                "it was unpacked."
            )


def _why_not(one: Any) -> str:
    """Say what is wrong with an entry of a table of contents; "" if nothing."""
    name = one.filename
    parts = name.removesuffix("/").split("/")
    if name.startswith("/") or "\\" in name or ":" in name or {"..", ".", ""} & set(parts):
        return "leads out of the folder that it would be unpacked to"
    if not name.isprintable():
        return "has characters in its name that are no text"
    kind = stat.S_IFMT(one.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "is a link, and not a file"
    if one.compress_type not in {_STORED, _DEFLATED}:
        return "is packed in a way that a pack is not"
    if one.file_size > max(_GROWS_FREELY, MOST_TIMES_LARGER * one.compress_size):
        return f"unpacks to more than {MOST_TIMES_LARGER} times its size"
    return ""


def _read(archive: Any, entries: Sequence[Any], passphrase: str) -> dict[str, bytes]:
    """Unpack everything, with the passphrase as it was typed, or else as recordpick writes it."""
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
        with archive.open(one) as stream:
            content = stream.read(one.file_size + 1)
        if len(content) != one.file_size:
            raise ValueError(f"{shown(one.filename)} has another size than its zip says")
        contents[one.filename] = content
    return contents


def _without_folder(contents: dict[str, bytes]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Take away the one folder in which the files stand; what lies deeper is a problem."""
    tops = {name.partition("/")[0] for name in contents}
    if len(tops) == 1 and all("/" in name for name in contents):
        contents = {name.partition("/")[2]: content for name, content in contents.items()}
    deeper = tuple(
        f"{shown(name)} lies in a folder, and a pack has none." for name in contents if "/" in name
    )
    return {name: content for name, content in contents.items() if "/" not in name}, deeper

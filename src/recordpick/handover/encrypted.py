"""A hand-over pack as one file that may travel: a zip encrypted with AES-256.

The passphrase has 25 random characters, some 122 bits, because the key derivation of encrypted zips
is quick to try. Names and sizes of the files in the zip are not encrypted; they say nothing of
patients. 7-Zip, WinZip and `pyzipper` open it; what Windows and macOS bring along may not.
"""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from recordpick.atomic import (
    move_into_place,
    remove_leftover_files,
    temporary_name,
    write_new,
)
from recordpick.errors import UserError
from recordpick.os_errors import cannot_write

_SYMBOLS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is read for another: 0 O, 1 I L, U V
_GROUPS, _LONG = 5, 5


def new_passphrase() -> str:
    """Make a passphrase from the system's entropy: five groups of five, to be read aloud."""
    return "-".join("".join(secrets.choice(_SYMBOLS) for _ in range(_LONG)) for _ in range(_GROUPS))


def check_free_file(out: Path) -> None:
    """Raise a UserError unless the file `out` could be made: ends in .zip, free, in a folder."""
    out = out.absolute()
    if out.suffix.casefold() != ".zip":
        raise UserError(f"{out}: an encrypted pack is a zip file. Give it a name ending in .zip.")
    if not out.parent.is_dir():
        raise UserError(f"{out}: there is no folder {out.parent}. Make it first.")
    if out.exists() or out.is_symlink():
        raise UserError(f"{out} is there already: choose another name.")


def write_encrypted(
    out: Path,
    contents: dict[str, bytes],
    passphrase: str,
    before_it_appears: Callable[[], object],
) -> None:
    """Write the files into the zip `out`, whole or not at all, its owner's only.

    `before_it_appears` is called when everything but the name is on the disk; what it raises
    leaves nothing behind. UserError where the file cannot be written.
    """
    out = out.absolute()
    check_free_file(out)
    content = _zipped(out.stem, contents, passphrase)
    made = temporary_name(out)
    try:
        remove_leftover_files(out, time.time())
        write_new(made, content)
        before_it_appears()
        move_into_place(made, out)
    except OSError as error:
        raise cannot_write(out, error) from error
    finally:
        made.unlink(missing_ok=True)


def _zipped(folder: str, contents: dict[str, bytes], passphrase: str) -> bytes:
    import pyzipper

    made = io.BytesIO()
    with pyzipper.AESZipFile(
        made, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(passphrase.encode("ascii"))
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for name, content in contents.items():
            archive.writestr(f"{folder}/{name}", content)
    return made.getvalue()

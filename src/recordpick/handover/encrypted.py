"""Write a hand-over pack as one file that may travel: a zip encrypted with AES-256.

The passphrase has 25 random characters, some 122 bits, because the key derivation of encrypted zips
can be tried quickly. Names and sizes of the files in the zip are not encrypted; they say nothing
about patients. 7-Zip, WinZip and `pyzipper` open it; the tools of Windows and macOS may not.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable
from pathlib import Path

from recordpick.atomic import check_new, write_file
from recordpick.errors import UserError

_SYMBOLS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that looks like another: 0 O, 1 I L, U V
_GROUPS, _GROUP_LENGTH = 5, 5


def new_passphrase() -> str:
    """Return a passphrase from the system's entropy: five groups of five, to be read aloud."""
    return "-".join(
        "".join(secrets.choice(_SYMBOLS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)
    )


def check_free_file(out: Path) -> None:
    """Raise a UserError unless the file `out` could be made: ends in .zip, free, in a folder."""
    if out.suffix.casefold() != ".zip":
        raise UserError(
            f"{out.absolute()}: an encrypted pack is a zip file. Give it a name ending in .zip."
        )
    check_new(out)


def write_encrypted(
    out: Path,
    contents: dict[str, bytes],
    passphrase: str,
    before_it_appears: Callable[[], object],
) -> None:
    """Write the files into the zip `out`, complete or not at all, readable by its owner only.

    `before_it_appears` is called when everything but the name is on the disk; what it raises
    leaves nothing behind. UserError where the file cannot be written.
    """
    check_free_file(out)
    content = _zipped(out.stem, contents, passphrase)
    write_file(out, content, before_it_appears=before_it_appears)


def _zipped(folder: str, contents: dict[str, bytes], passphrase: str) -> bytes:
    import pyzipper

    buffer = io.BytesIO()
    with pyzipper.AESZipFile(
        buffer, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(passphrase.encode("ascii"))
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for name, content in contents.items():
            archive.writestr(f"{folder}/{name}", content)
    return buffer.getvalue()

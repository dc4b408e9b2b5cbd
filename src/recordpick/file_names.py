"""Names of files that Windows takes for something else than what they say.

"CON" is the console, "list:2.csv" a stream that no folder shows, and dots and blanks at the end
vanish: what was written would not be where people look for it. (Naming Files, Paths, and
Namespaces, in Microsoft's documentation.)
"""

from __future__ import annotations

import os
from pathlib import Path

from recordpick.errors import UserError

_DEVICES = frozenset(
    (
        *("con", "prn", "aux", "nul", "conin$", "conout$"),
        *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789\u00b9\u00b2\u00b3"),
    )
)
_REFUSED = '<>:"|?*'
LONGEST_PATH = 259
"""Characters of a whole path, where Windows was not told to allow longer ones."""
LONGEST_FOLDER = 247
"""Characters of the path of a folder, which must leave room for a short name in it."""


def check_name(path: Path) -> None:
    """Raise a UserError where Windows would not make a file or folder of exactly that name.

    Other systems allow these names; there nothing is checked.
    """
    if os.name != "nt":
        return
    check_drive(path)
    for part in path.parts:
        why = why_not(part) if part != path.anchor else ""
        if why:
            raise UserError(f"{path}: {why}. Choose another name.")
    if len(str(path.absolute())) > LONGEST_FOLDER:
        raise UserError(
            f"{path}: the whole path is longer than {LONGEST_FOLDER} characters, which many "
            "programs of Windows cannot open. Choose a shorter name, or a folder higher up."
        )


def check_drive(path: Path) -> None:
    """Raise a UserError where the drive or the share of a path is not there, on Windows.

    Shared drives and memory sticks come and go: nobody can make the folder that is missing there.
    """
    if not is_drive_there(path):
        raise UserError(
            f"{path}: the drive {path.absolute().anchor} cannot be reached: check the connection, "
            "or choose another."
        )


def is_drive_there(path: Path) -> bool:
    """Return whether the drive or the share of a path can be reached, on Windows."""
    try:
        return os.name != "nt" or Path(path.absolute().anchor).exists()
    except OSError:
        return False


def check_no_device(path: Path) -> None:
    """Raise a UserError where Windows would open a device instead of a file of that name."""
    if os.name == "nt" and (device := _device(path.name)):
        raise UserError(f"{path}: {device} is the name of a device of Windows. Name a file.")


def _device(name: str) -> str:
    """Return the device that a name leads to on Windows; "" for none."""
    device = name.split(".", 1)[0].rstrip(" ").casefold()
    return device.upper() if device in _DEVICES else ""


def why_not(name: str) -> str:
    """Return why a name cannot be used on Windows, to complete a sentence; "" if it can."""
    if not name or name in {".", ".."}:
        return ""
    if device := _device(name):
        return f"{device} is the name of a device of Windows"
    for character in name:
        if character in _REFUSED or ord(character) < ord(" "):
            shown = character if character.isprintable() else f"U+{ord(character):04X}"
            return f"Windows does not allow {shown} in a name"
    if name[-1] in ". ":
        return "Windows leaves out dots and blanks at the end of a name"
    return ""

"""What the commands share that take in packs which somebody sent."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from pathlib import Path

from recordpick.errors import UserError
from recordpick.visible import visible


def ask_passphrase(path: Path) -> Callable[[], str]:
    """Give a function that asks for the passphrase of a zip.

    It is typed unseen, or is the next line of what is piped in; it never stands on a command line,
    where other programs and the history of the shell would see it.
    """

    def ask() -> str:
        if sys.stdin.isatty():
            try:
                given = getpass.getpass(f"Passphrase of {visible(path.name)}: ")
            except EOFError:  # the end of the input instead of a line
                given = ""
        else:
            given = sys.stdin.readline()
        given = given.strip()
        if not given:
            raise UserError(f"{path} is encrypted: type its passphrase when asked, or pipe it in.")
        return given

    return ask

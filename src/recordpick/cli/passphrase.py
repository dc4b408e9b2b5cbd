"""Showing a passphrase where somebody sees it: an encrypted file without it is lost."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TextIO

from recordpick.errors import UserError
from recordpick.standard_streams import Output

_TERMINAL = Path("/dev/tty")


def show_passphrase(passphrase: str, file: Path) -> None:
    """Print the passphrase that the encrypted file is about to have, before it is made.

    On standard output. Where nobody may see that, as it goes to another program, also on the
    terminal. UserError, so that nothing is written, where it could be shown nowhere.
    """
    line = f"Passphrase: {passphrase}\n"
    printed = _printed(sys.stdout, line)
    if printed and not _goes_to_a_program(sys.stdout):
        return
    if sys.stderr.isatty() and _printed(sys.stderr, line):
        return
    if _on_terminal(line) or printed or _printed(sys.stderr, line):
        return
    raise UserError(
        f"{file.name} was not written: its passphrase could not be shown, for standard output and "
        "the error output are closed, full or thrown away. Run the command in a terminal, or let "
        "its output go to a file."
    )


def _printed(stream: TextIO, line: str) -> bool:
    """Print a line where it can be read later, and have it on its way; say whether it is."""
    if _is_thrown_away(stream):
        return False
    stream.write(line)
    stream.flush()
    return not (isinstance(stream, Output) and stream.failed is not None)


def _mode(stream: TextIO) -> int | None:
    try:
        return os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return None  # it is none of the system's


def _is_thrown_away(stream: TextIO) -> bool:
    """Tell whether what is written is kept by nobody (`/dev/null`)."""
    mode = _mode(stream)
    return mode is not None and stat.S_ISCHR(mode) and not stream.isatty()


def _goes_to_a_program(stream: TextIO) -> bool:
    mode = _mode(stream)
    return mode is not None and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode))


def _on_terminal(line: str) -> bool:
    """Print a line on the terminal that controls this program, if there is one."""
    if os.name == "nt":
        return False
    try:
        with _TERMINAL.open("w", encoding="utf-8") as terminal:
            terminal.write(line)
    except OSError:
        return False
    return True

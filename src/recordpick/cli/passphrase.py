"""Showing a passphrase where somebody can see it: without it an encrypted file is lost."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TextIO

from recordpick.errors import UserError
from recordpick.standard_streams import Output, is_null_device, is_terminal

_TERMINAL = Path("/dev/tty")


def show_passphrase(passphrase: str, file: Path) -> None:
    """Print the passphrase of the encrypted file before the file is made.

    On standard output and, if that goes to another program and nobody may see it, also on the
    terminal. UserError, so that nothing is written, if it could not be shown at all.
    """
    line = f"Passphrase: {passphrase}\n"
    printed = _printed(sys.stdout, line)
    if printed and not _goes_to_a_program(sys.stdout):
        return
    if is_terminal(sys.stderr) and _printed(sys.stderr, line):
        return
    if _on_terminal(line) or printed or _printed(sys.stderr, line):
        return
    raise UserError(
        f"{file.name} was not written: its passphrase could not be shown, because standard output "
        "and standard error are closed, full or discarded. Run the command in a terminal, or send "
        "its output to a file."
    )


def _printed(stream: TextIO, line: str) -> bool:
    """Print a line where it can be read later, and flush it; return whether that worked."""
    if is_null_device(stream):
        return False
    stream.write(line)
    stream.flush()
    return not (isinstance(stream, Output) and stream.failed is not None)


def _mode(stream: TextIO) -> int | None:
    try:
        return os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return None  # not a stream of the operating system


def _goes_to_a_program(stream: TextIO) -> bool:
    mode = _mode(stream)
    return mode is not None and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode))


def _on_terminal(line: str) -> bool:
    """Print a line on this program's controlling terminal, if there is one."""
    if os.name == "nt":
        return False
    try:
        with _TERMINAL.open("w", encoding="utf-8") as terminal:
            terminal.write(line)
    except OSError:
        return False
    return True

"""One file that is there whole or not at all, for its owner only, and never over another."""

from __future__ import annotations

import time
from pathlib import Path

from recordpick.errors import UserError
from recordpick.selection.private_files import (
    move_into_place,
    remove_leftover_files,
    temporary_name,
)
from recordpick.whole import cannot_write, write_new


def check_new(out: Path) -> None:
    """Raise a UserError unless a file of that name could be made: free, in a folder."""
    out = out.absolute()
    if not out.parent.is_dir():
        raise UserError(f"{out}: there is no folder {out.parent}. Make it first.")
    if out.exists() or out.is_symlink():
        raise UserError(f"{out} is there already: choose another name, or move it away first.")


def write_file(out: Path, content: bytes) -> None:
    """Write a file. UserError where its name is taken or the system refuses; nothing stays then."""
    check_new(out)
    out = out.absolute()
    made = temporary_name(out)
    try:
        remove_leftover_files(out, time.time())
        write_new(made, content)
        move_into_place(made, out)
    except OSError as error:
        raise cannot_write(out, error) from error
    finally:
        made.unlink(missing_ok=True)

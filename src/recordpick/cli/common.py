"""What commands share before they start: who is acting, which day, which files, what is confirmed.

Nothing heavy is imported before it is needed: each command's arguments can be described, and its
help shown, without polars.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.output import print_message
from recordpick.errors import UserError
from recordpick.sanitize import visible
from recordpick.standard_streams import is_terminal

if TYPE_CHECKING:
    import argparse
    from datetime import date

    from recordpick.index.practice_index import PracticeIndex
    from recordpick.selection.events import Person
    from recordpick.selection.working_file import WorkingFile

_TAKE_OVER = "If you know that nobody is working on it, add --take-over."


def acting_person(options: argparse.Namespace) -> Person:
    """Return the person who acts: `--name`, or the name the computer knows them by.

    UserError where neither is known.
    """
    import getpass

    from recordpick.selection.events import Person

    name = (options.name or "").strip()
    if not name:
        try:
            name = getpass.getuser()
        except (OSError, KeyError, ImportError):
            raise UserError("Your name is missing: add --name with your name.") from None

    return Person(name=name, role=options.role)


def parse_as_at(text: str | None) -> date | None:
    """Return the day that `--as-at` names, None where it is not given.

    UserError for what is not a date, or is one that no records can be as at.
    """
    if text is None:
        return None
    from recordpick.cli.lookups import parse_date
    from recordpick.index.as_at import check_as_at

    found = parse_date(text, "--as-at")
    return check_as_at(found, f"--as-at {text}")


@contextmanager
def open_with_index(
    options: argparse.Namespace, person: Person | None = None, *, to_write: bool
) -> Iterator[tuple[WorkingFile, PracticeIndex]]:
    """Open the working file and the index it was made with; close the file afterwards."""
    from recordpick.selection.find_index import index_of

    with open_working_file(options, person, to_write=to_write) as file:
        yield file, index_of(file, options.index)


@contextmanager
def open_working_file(
    options: argparse.Namespace, person: Person | None = None, *, to_write: bool
) -> Iterator[WorkingFile]:
    """Open the working file, print what people should know about it, and close it afterwards.

    UserError where it is to be written to and cannot be; `--take-over` takes it from somebody else.
    """
    from recordpick.selection.working_file import WorkingFile

    take_over = to_write and options.take_over
    with WorkingFile.open(
        options.file, person, read_only=not to_write, take_over=take_over
    ) as file:
        for warning in (file.taken_over, *file.warnings) if file.taken_over else file.warnings:
            print_message(warning)
        if to_write and file.read_only:
            other = f" {_TAKE_OVER}" if file.held_by else ""
            raise UserError(
                f"{options.file}: cannot be changed now. {file.why_read_only}{other}".strip()
            )
        yield file


def confirm_names(options: argparse.Namespace, file: str) -> bool:
    """Return whether names are wanted (`--with names`); ask first unless `--yes` is given.

    UserError where the person says no, or where nobody can be asked.
    """
    if "names" not in options.also:
        return False
    if options.yes:
        return True
    if not is_terminal(sys.stdin):
        raise UserError(
            f"--with names puts patients' names into {file}. Nobody can be asked here: "
            "add --yes if you want that."
        )
    print_message(f"Patients' names will be in {file}, for the practice's own use.")
    print_message("Type yes to continue:")
    if sys.stdin.readline().strip().casefold() != "yes":
        raise UserError("Nothing was written. To write it without names, leave out --with names.")
    return True


def passphrase_prompt(path: Path) -> Callable[[], str]:
    """Return a function that asks for the passphrase of a zip.

    It is typed unseen, or is the next line of what is piped in. It is never part of the command,
    where other programs and the history of the shell would see it. UserError where it is empty.
    """

    import getpass

    def ask() -> str:
        if is_terminal(sys.stdin):
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

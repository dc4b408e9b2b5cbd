"""What the commands share: who is asking, which day, progress on stderr, results on stdout.

Also the question before patients' names are written, the passphrase of a pack that somebody sent,
and whether there is a terminal. Nothing heavy is imported for the last.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.date_parsing import NotADayError, parse_day
from recordpick.errors import UserError
from recordpick.progress import Progress, silent
from recordpick.sanitize import visible

if TYPE_CHECKING:
    from recordpick.criteria.pack import Pack
    from recordpick.index.practice_index import PracticeIndex
    from recordpick.selection.events import Person
    from recordpick.selection.working_file import WorkingFile


def say(text: str = "") -> None:
    """Print one line of result on stdout, sanitised for a terminal."""
    print(visible(text))


def say_row(*cells: object) -> None:
    """Print one line of result for programs: cells separated by tabs, which no cell contains."""
    print("\t".join(visible(str(cell)) for cell in cells))


def say_json(value: object) -> None:
    """Print a result for programs as JSON in ASCII, so that no control character is printed."""
    print(json.dumps(value, indent=1).replace("\x7f", "\\u007f"))


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 row`, `2,000 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def tell(text: str) -> None:
    """Print a message for the person on stderr, beside the result."""
    print(visible(text), file=sys.stderr)


def who(options: argparse.Namespace) -> Person:
    """Return the person: `--name`, or their user name on this computer."""
    name = (options.name or "").strip()
    if not name:
        try:
            name = getpass.getuser()
        except (OSError, KeyError, ImportError):
            raise UserError("Your name is missing: add --name with your name.") from None
    from recordpick.selection.events import Person

    return Person(name=name, role=options.role)


def day(text: str | None) -> date | None:
    """Parse `--as-at`; UserError if it is not a date, or cannot be the date of any records."""
    if text is None:
        return None
    try:
        found = parse_day(text)
    except NotADayError as error:
        raise UserError(
            f"--as-at {text!r}: {error.reason}. Write year, month and day as in 2026-10-01."
        ) from None
    from recordpick.index.as_at import check_as_at

    return check_as_at(found, f"--as-at {text}")


@contextmanager
def opened(
    options: argparse.Namespace, person: Person | None = None, *, to_write: bool
) -> Iterator[tuple[WorkingFile, PracticeIndex]]:
    """Open the working file and the index it was made with; close the file afterwards."""
    from recordpick.selection.find_index import index_of

    with opened_file(options, person, to_write=to_write) as file:
        yield file, index_of(file, options.index)


@contextmanager
def opened_file(
    options: argparse.Namespace, person: Person | None = None, *, to_write: bool
) -> Iterator[WorkingFile]:
    """Open the working file, print its warnings, and close it afterwards.

    UserError if it must be written to and cannot be; `--take-over` takes it from somebody else.
    """
    from recordpick.selection.working_file import WorkingFile

    take_over = to_write and options.take_over
    with WorkingFile.open(
        options.file, person, read_only=not to_write, take_over=take_over
    ) as file:
        for warning in (file.taken_over, *file.warnings) if file.taken_over else file.warnings:
            tell(warning)
        if to_write and file.read_only:
            other = f" {_TAKE_OVER}" if file.held_by else ""
            raise UserError(
                f"{options.file}: cannot be changed now. {file.why_read_only}{other}".strip()
            )
        yield file


_TAKE_OVER = "If you know that nobody is working on it, add --take-over."


@contextmanager
def progress_on_stderr() -> Iterator[Progress]:
    """Show a progress bar on stderr while the block runs, if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None)

        def show(doing: str, fraction: float | None = None) -> None:
            bars.update(
                task,
                description=visible(doing),
                total=None if fraction is None else 1.0,
                completed=0.0 if fraction is None else fraction,
            )

        yield show


def table(rows: list[tuple[str, ...]], right: frozenset[int] = frozenset()) -> list[str]:
    """Lay out rows in columns as wide as their widest cell; align columns in `right` right."""
    if not rows:
        return []
    rows = [tuple(visible(cell) for cell in row) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(widths[column]) if column in right else cell.ljust(widths[column])
            for column, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]


def tell_notes(pack: Pack) -> None:
    """Print on stderr what in a pack was not used or not understood."""
    for note in pack.notes:
        tell(note)


def must_be_new(path: Path) -> None:
    """Refuse to overwrite a file."""
    if path.exists():
        raise UserError(f"{path} is there already: choose another name, or move it away first.")


def may_write_names(options: argparse.Namespace, file: str) -> bool:
    """Return whether names are wanted (`--with names`); ask unless `--yes` is given.

    UserError if the answer is no, or nobody can be asked.
    """
    if "names" not in options.also:
        return False
    if options.yes:
        return True
    if not sys.stdin.isatty():
        raise UserError(
            f"--with names puts patients' names into {file}. Nobody can be asked here: "
            "add --yes if you want that."
        )
    tell(f"Patients' names will be in {file}, for the practice's own use.")
    tell("Type yes to continue:")
    if sys.stdin.readline().strip().casefold() != "yes":
        raise UserError("Nothing was written. To write it without names, leave out --with names.")
    return True


def ask_passphrase(path: Path) -> Callable[[], str]:
    """Return a function that asks for the passphrase of a zip.

    It is typed unseen, or is the next line of what is piped in; it is never given on a command
    line, where other programs and the history of the shell would see it.
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


def has_terminal() -> bool:
    """Return whether the app has a terminal to read from and to draw on (it draws on stderr)."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))

"""What commands print: results on stdout, messages and progress on stderr.

Nothing that a terminal would obey reaches it: every text is sanitised first. Nothing heavy is
imported here, because the app needs this before its first paint.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from recordpick.progress import Progress, silent
from recordpick.sanitize import visible

if TYPE_CHECKING:
    from recordpick.criteria.pack import Pack


def print_result(text: str = "") -> None:
    """Print one line of the result on stdout."""
    print(visible(text))


def print_row(*cells: object) -> None:
    """Print one line of the result for programs, on stdout: its cells, separated by tabs.

    Tabs within a cell are shown as symbols, so that a line has as many cells as were given.
    """
    print("\t".join(visible(str(cell)) for cell in cells))


def print_json(value: object) -> None:
    """Print a result for programs on stdout as JSON.

    It is ASCII, with everything escaped that a terminal might obey.
    """
    import json

    print(json.dumps(value, indent=1).replace("\x7f", "\\u007f"))


def print_table(rows: list[tuple[str, ...]], right: frozenset[int] = frozenset()) -> None:
    """Print rows in aligned columns on stdout; columns whose number is in `right` align right."""
    for line in table(rows, right):
        print_result(line)


def table(rows: list[tuple[str, ...]], right: frozenset[int] = frozenset()) -> list[str]:
    """Return rows as lines of text, each column as wide as its widest cell."""
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


def print_message(text: str) -> None:
    """Print a message that is not part of the result, on stderr."""
    print(visible(text), file=sys.stderr)


def print_pack_notes(pack: Pack) -> None:
    """Print what was not used, or not understood, of a criteria pack, on stderr."""
    for note in pack.notes:
        print_message(note)


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


def has_terminal() -> bool:
    """Return whether the app has a terminal to read from and to draw on (it draws on stderr)."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))

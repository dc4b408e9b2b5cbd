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
from recordpick.standard_streams import is_terminal

if TYPE_CHECKING:
    from recordpick.criteria.pack import Pack

_BETWEEN = "  "
_NARROWEST = 8
"""No column of a table becomes narrower than this many characters."""


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
    """Print rows in aligned columns on stdout; columns whose number is in `right` align right.

    In a terminal they fit its width; elsewhere each row is one line.
    """
    for line in table(rows, right, terminal_width()):
        print_result(line)


def terminal_width() -> int | None:
    """Return how many characters a line of the terminal has; None if stdout is not a terminal."""
    import shutil

    return shutil.get_terminal_size().columns if is_terminal(sys.stdout) else None


def table(
    rows: list[tuple[str, ...]], right: frozenset[int] = frozenset(), width: int | None = None
) -> list[str]:
    """Return rows as lines of text, each column as wide as its widest cell.

    Where that is more than `width`, the widest columns become narrower, and their cells continue
    on further lines: nothing is cut off.
    """
    if not rows:
        return []
    rows = [tuple(visible(cell) for cell in row) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    if width is not None:
        _narrow(widths, width)
    return [line for row in rows for line in _lines_of_row(row, widths, right)]


def _narrow(widths: list[int], width: int) -> None:
    """Take what is too much for a line from the widest columns, as long as words are readable."""
    for _ in range(sum(widths) + len(_BETWEEN) * (len(widths) - 1) - width):
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            return
        widths[widest] -= 1


def _lines_of_row(row: tuple[str, ...], widths: list[int], right: frozenset[int]) -> list[str]:
    from itertools import zip_longest
    from textwrap import wrap

    cells = [
        [cell] if len(cell) <= width else wrap(cell, width)
        for cell, width in zip(row, widths, strict=True)
    ]
    return [
        _BETWEEN.join(
            part.rjust(widths[column]) if column in right else part.ljust(widths[column])
            for column, part in enumerate(parts)
        ).rstrip()
        for parts in zip_longest(*cells, fillvalue="")
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
    """Show a progress bar on stderr while the block runs, if stderr is a terminal.

    With RECORDPICK_PROGRESS=off there is none: a screen reader would read each of its states.
    """
    import os

    if not is_terminal(sys.stderr) or os.environ.get("RECORDPICK_PROGRESS", "").casefold() == "off":
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
    return all(is_terminal(stream) for stream in (sys.stdin, sys.stdout, sys.stderr))

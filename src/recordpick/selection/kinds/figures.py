"""What the systems' own reports say, as staff gave it, and what the reports are counted by.

Both are kept in the journal, so that the next pack has them, whoever makes it and wherever, and so
that it can be told who gave which figure, when, and from which file. Values are decimal texts: what
was given is what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from recordpick.errors import UserError
from recordpick.selection.events import BrokenEventError, Event, Json
from recordpick.selection.ledger import Log
from recordpick.selection.state import (
    SYSTEM_WORDS,
    SYSTEMS,
    WHAT_WORDS,
    Chosen,
    FigureKey,
    Given,
    Name,
    OwnFigure,
    System,
    What,
)
from recordpick.selection.work import Work

Body: TypeAlias = "dict[str, Json]"

MOST_FIGURES = 20_000
MOST_CHARACTERS = 8 * 1024**2
"""Of a QOF table, or of report rules with their codelists."""

_VALUE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_PART = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,60}")
_PARTS = (3, 4)


def is_value(text: str) -> bool:
    """Tell whether a text is a figure as it is kept: digits, and decimals behind a point."""
    return _VALUE.fullmatch(text) is not None


def is_name(name: Name) -> bool:
    """Tell whether a figure may be called that."""
    return len(name) in _PARTS and all(_PART.fullmatch(part) for part in name)


def to_give(known: Mapping[FigureKey, OwnFigure], given: Given) -> Body | None:
    """Take figures in: only those that are new or different. None: there are none of these."""
    if len(given.figures) > MOST_FIGURES:
        raise UserError(f"{len(given.figures):,} figures are more than any reports have.")
    rows: list[Json] = []
    for name, value in given.figures.items():
        if not is_name(name) or not (value is None or is_value(value)):
            raise UserError(f"{' '.join(name)!r} is no figure of a report.")
        before = known.get((given.system, name))
        if value != (before.value if before is not None else None):
            parts: list[Json] = list(name)
            rows.append([parts, value])
    if not rows:
        return None
    return {
        "system": given.system,
        "source": given.source,
        "sha256": given.sha256,
        "figures": rows,
    }


def figures_of(event: Event) -> Iterator[tuple[FigureKey, OwnFigure | None]]:
    """Read the figures that an event gives, one after the other; None takes one away."""
    system = system_of(event)
    by, on, source = event.by, event.on, event.text("source")
    for row in event.rows("figures"):
        name, value = _figure(event, row)
        yield (system, name), None if value is None else OwnFigure(value, by, on, source)


def system_of(event: Event) -> System:
    """Read whose figures an event gives."""
    for system in SYSTEMS:
        if event.text("system") == system:
            return system
    raise BrokenEventError(event.seq, "gives figures of no system")


def _figure(event: Event, row: list[Json]) -> tuple[Name, str | None]:
    match row:
        case [list(parts), str() | None as value]:
            name = tuple(part for part in parts if isinstance(part, str))
            fits = len(name) == len(parts) and is_name(name)
            if fits and (value is None or is_value(value)):
                return name, value
    raise BrokenEventError(event.seq, "has a figure that is none")


def to_choose(
    before: Mapping[What, Chosen], what: What, files: Sequence[tuple[str, str]]
) -> Body | None:
    """Choose another table or other rules; no files: those that ship. None: it is so already."""
    known = before.get(what)
    if tuple(files) == (known.files if known is not None else ()):
        return None
    if sum(len(text) for _, text in files) > MOST_CHARACTERS:
        raise UserError(f"{files[0][0]} is larger than {WHAT_WORDS[what]} can be.")
    rows: list[Json] = [[name, text] for name, text in files]
    return {"what": what, "files": rows}


def choice_of(event: Event) -> tuple[What, Chosen | None]:
    """Read what the reports are counted by from an event on; None: by what ships."""
    what, files = what_of(event), _files(event)
    return what, Chosen(files, event.by, event.on) if files else None


def what_of(event: Event) -> What:
    """Read what an event chooses."""
    for what in WHAT_WORDS:
        if event.text("what") == what:
            return what
    raise BrokenEventError(event.seq, "chooses something that there is not")


def _files(event: Event) -> tuple[tuple[str, str], ...]:
    files: list[tuple[str, str]] = []
    for row in event.rows("files"):
        match row:
            case [str(name), str(text)]:
                files.append((name, text))
            case _:
                raise BrokenEventError(event.seq, "has a file that is none")
    return tuple(files)


def describe_figures(event: Event) -> str:
    """Say in a few words what an event did to the figures."""
    rows, whose = event.rows("figures"), SYSTEM_WORDS[system_of(event)]
    source = event.text("source")
    if source:
        count = "1 figure" if len(rows) == 1 else f"{len(rows):,} figures"
        return f"loaded {count} of {whose} from {source}"
    name, value = _figure(event, rows[0]) if rows else ((), None)
    did = "took away" if value is None else "typed"
    return f"{did} {' '.join(name[1:]).replace('_', ' ')} of {whose}"


def describe_choice(event: Event) -> str:
    """Say in a few words what an event chose."""
    what, files = WHAT_WORDS[what_of(event)], _files(event)
    if not files:
        return f"went back to {what} of recordpick"
    return f"took {files[0][0]} for {what}"


def _figures(work: Work, event: Event, log: Log) -> None:
    for key, figure in figures_of(event):
        if figure is None:
            work.figure_rows.drop(key, log)
        else:
            work.figure_rows.put(key, figure, log)


def _reports_by(work: Work, event: Event, log: Log) -> None:
    what, chosen = choice_of(event)
    work.choice_rows.drop(what, log)
    if chosen is not None:
        work.choice_rows.put(what, chosen, log)

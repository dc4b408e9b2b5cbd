"""What the systems' own reports say, as staff gave it, and what the reports are counted by.

Both are kept in the journal, so that the next pack has them, whoever makes it and wherever, and so
that people can see who gave which figure, when, and from which file. Values are decimal texts: what
was given is what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from recordpick.errors import UserError
from recordpick.selection.decisions import Decisions
from recordpick.selection.events import Body, BrokenEventError, Event, Json
from recordpick.selection.figures import (
    REPORT_BASIS_WORDS,
    SYSTEM_WORDS,
    SYSTEMS,
    ChosenFiles,
    FigureKey,
    FigureName,
    NewFigures,
    ReportBasis,
    System,
    SystemFigure,
)
from recordpick.selection.kept import Kept, when_given
from recordpick.selection.kinds.event_kind import EventKind
from recordpick.selection.ledger import Log
from recordpick.selection.merge_words import by_whom
from recordpick.text import plural

MOST_FIGURES = 20_000
MOST_CHARACTERS = 8 * 1024**2
"""Of a QOF table, or of report rules with their codelists."""

_VALUE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_PART = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,60}")
_PARTS = (3, 4)


def is_value(text: str) -> bool:
    """Return whether a text is a figure as it is kept: digits, and decimals after a point."""
    return _VALUE.fullmatch(text) is not None


def is_name(name: FigureName) -> bool:
    """Return whether a figure may have that name."""
    return len(name) in _PARTS and all(_PART.fullmatch(part) for part in name)


# Figures of a system's own report


def decide_figures(known: Mapping[FigureKey, SystemFigure], given: NewFigures) -> Body | None:
    """Keep figures: only those that are new or different. None: there are no such figures."""
    if len(given.figures) > MOST_FIGURES:
        raise UserError(f"{len(given.figures):,} figures are more than any reports have.")
    rows: list[Json] = []
    for name, value in given.figures.items():
        if not is_name(name) or not (value is None or is_value(value)):
            raise UserError(f"{' '.join(name)!r} is not a figure of a report.")
        before = known.get((given.system, name))
        if value != (before.value if before is not None else None):
            rows.append([[*name], value])
    if not rows:
        return None
    return {
        "system": given.system,
        "source": given.source,
        "sha256": given.sha256,
        "figures": rows,
    }


def _figure_key(value: Json) -> FigureKey:
    match value:
        case ["current_system" | "new_system" as system, list(parts)]:
            name = tuple(part for part in parts if isinstance(part, str))
            if len(name) == len(parts):
                return system, name
    raise ValueError


def _name_of_figure(key: FigureKey) -> str:
    return f"{' '.join(key[1])} of {SYSTEM_WORDS[key[0]]}"


def _figure_in_words(figure: SystemFigure | None) -> str:
    return "no figure" if figure is None else f"{figure.value} ({by_whom(figure.by, figure.on)})"


SYSTEM_FIGURES: Kept[FigureKey, SystemFigure] = Kept(
    "figures",
    read_key=_figure_key,
    title=lambda key: f"Figure {_name_of_figure(key)}",
    in_words=_figure_in_words,
    conflict_name=lambda key: f"figure:{key[0]}:{'/'.join(key[1])}",
    conflict=lambda key: f"The figure {_name_of_figure(key)} was given differently.",
    says_the_same=lambda mine, other: bool(mine.value == other.value),
    when=when_given,
)


def _figures_of(event: Event) -> Iterator[tuple[FigureKey, SystemFigure | None]]:
    """Read the figures that an event gives, one after the other; None removes one."""
    system = _system_of(event)
    by, on, source = event.by, event.on, event.text("source")
    for row in event.rows("figures"):
        name, value = _figure(event, row)
        yield (system, name), None if value is None else SystemFigure(value, by, on, source)


def _system_of(event: Event) -> System:
    for system in SYSTEMS:
        if event.text("system") == system:
            return system
    raise BrokenEventError(event.seq, "gives figures of an unknown system")


def _figure(event: Event, row: list[Json]) -> tuple[FigureName, str | None]:
    match row:
        case [list(parts), str() | None as value]:
            name = tuple(part for part in parts if isinstance(part, str))
            fits = len(name) == len(parts) and is_name(name)
            if fits and (value is None or is_value(value)):
                return name, value
    raise BrokenEventError(event.seq, "has a figure that cannot be read")


def _apply_figures(decisions: Decisions, event: Event, log: Log) -> None:
    for key, figure in _figures_of(event):
        if figure is None:
            SYSTEM_FIGURES.rows(decisions).drop(key, log)
        else:
            SYSTEM_FIGURES.rows(decisions).put(key, figure, log)


def _describe_figures(event: Event) -> str:
    rows, whose = event.rows("figures"), SYSTEM_WORDS[_system_of(event)]
    source = event.text("source")
    if source:
        return f"loaded {plural(len(rows), 'figure')} of {whose} from {source}"
    name, value = _figure(event, rows[0]) if rows else ((), None)
    did = "removed" if value is None else "typed"
    return f"{did} {' '.join(name[1:]).replace('_', ' ')} of {whose}"


FIGURES = EventKind(
    "figures",
    _describe_figures,
    undoable=True,
    apply=_apply_figures,
    kept=SYSTEM_FIGURES,
    version=3,
    paths=frozenset({"source"}),
)


# What the reports are counted by


def decide_report_basis(
    before: Mapping[ReportBasis, ChosenFiles],
    basis: ReportBasis,
    files: Sequence[tuple[str, str]],
) -> Body | None:
    """Count the reports by other files; without any, by those of recordpick. None: no change."""
    known = before.get(basis)
    if tuple(files) == (known.files if known is not None else ()):
        return None
    if sum(len(text) for _, text in files) > MOST_CHARACTERS:
        raise UserError(f"{files[0][0]} is larger than {REPORT_BASIS_WORDS[basis]} can be.")
    rows: list[Json] = [[name, text] for name, text in files]
    return {"what": basis, "files": rows}


def _basis_key(value: Json) -> ReportBasis:
    match value:
        case "qof" | "rules" | "period":
            return value
    raise ValueError


def _basis_in_words(chosen: ChosenFiles | None) -> str:
    if chosen is None:
        return "those of recordpick"
    what = _period_in_words(chosen.files[0]) if chosen.files[0][1] in _COUNT_TO else chosen.name
    return f"{what} ({by_whom(chosen.by, chosen.on)})"


REPORT_BASES: Kept[ReportBasis, ChosenFiles] = Kept(
    "reports_by",
    read_key=_basis_key,
    title=lambda basis: f"Reports counted by ({basis})",
    in_words=_basis_in_words,
    conflict_name=lambda basis: f"reports:{basis}",
    conflict=lambda basis: f"What the reports are counted by ({basis}) was chosen differently.",
    says_the_same=lambda mine, other: bool(mine.files == other.files),
    when=when_given,
)


def _basis_of(event: Event) -> ReportBasis:
    match event.text("what"):
        case "qof" | "rules" as basis:
            return basis
    raise BrokenEventError(event.seq, "chooses files for an unknown purpose")


def _files_of(event: Event) -> tuple[tuple[str, str], ...]:
    files: list[tuple[str, str]] = []
    for row in event.rows("files"):
        match row:
            case [str(name), str(text)]:
                files.append((name, text))
            case _:
                raise BrokenEventError(event.seq, "has a file without its name or text")
    return tuple(files)


def _apply_report_basis(decisions: Decisions, event: Event, log: Log) -> None:
    basis, files = _basis_of(event), _files_of(event)
    REPORT_BASES.rows(decisions).drop(basis, log)
    if files:
        chosen = ChosenFiles(files, event.by, event.on)
        REPORT_BASES.rows(decisions).put(basis, chosen, log)


def _describe_report_basis(event: Event) -> str:
    basis, files = REPORT_BASIS_WORDS[_basis_of(event)], _files_of(event)
    if not files:
        return f"went back to {basis} of recordpick"
    return f"chose {files[0][0]} as {basis}"


REPORTS_BY = EventKind(
    "reports_by",
    _describe_report_basis,
    undoable=True,
    apply=_apply_report_basis,
    kept=REPORT_BASES,
    version=3,
)


# Which QOF year the reports are of, and to which day they are counted


def decide_period(
    before: Mapping[ReportBasis, ChosenFiles], year: str, count_to: str
) -> Body | None:
    """Choose the QOF year ("" for that of the as-at date) and the day that is counted to.

    None: no change.
    """
    known = before.get("period")
    chosen = (year, count_to)
    if chosen == (known.files[0] if known is not None else _USUAL_PERIOD):
        return None
    return {"year": year, "count_to": count_to}


_USUAL_PERIOD = ("", "as-at")
_QOF_YEAR = re.compile(r"(20[0-9]{2}/[0-9]{2})?")
_COUNT_TO = ("as-at", "year-end")


def _period_of(event: Event) -> tuple[str, str]:
    year, count_to = event.text("year"), event.text("count_to")
    if _QOF_YEAR.fullmatch(year) is None or count_to not in _COUNT_TO:
        raise BrokenEventError(event.seq, "chooses a period that reports cannot have")
    return year, count_to


def _apply_period(decisions: Decisions, event: Event, log: Log) -> None:
    period = _period_of(event)
    REPORT_BASES.rows(decisions).drop("period", log)
    if period != _USUAL_PERIOD:
        chosen = ChosenFiles((period,), event.by, event.on)
        REPORT_BASES.rows(decisions).put("period", chosen, log)


def _period_in_words(period: tuple[str, str]) -> str:
    year, count_to = period
    of = f"QOF {year}" if year else "the QOF year of the as-at date"
    to = "the year's end" if count_to == "year-end" else "the as-at date"
    return f"{of}, counted to {to}"


REPORT_PERIOD = EventKind(
    "report_period",
    lambda event: f"chose reports of {_period_in_words(_period_of(event))}",
    undoable=True,
    apply=_apply_period,
    version=5,
)

"""Figures of the systems' own reports, and what recordpick's reports are counted by, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, get_args

from recordpick.selection.events import Person

System = Literal["current_system", "new_system"]
"""Whose report a figure is from: the system the practice has, or the one it moves to."""

FigureName: TypeAlias = tuple[str, ...]
"""The report (qof, target, capitation), what the figure is about, and which figure."""

FigureKey: TypeAlias = tuple[System, FigureName]

SYSTEMS: tuple[System, ...] = get_args(System)
SYSTEM_WORDS: dict[System, str] = {
    "current_system": "the current system",
    "new_system": "the new system",
}

ReportBasis = Literal["qof", "rules", "period"]
REPORT_BASIS_WORDS: dict[ReportBasis, str] = {
    "qof": "the QOF table",
    "rules": "the report rules",
    "period": "the QOF year and the day that is counted to",
}


@dataclass(frozen=True, slots=True)
class SystemFigure:
    """A figure of a system's own report. `source` is the file it was loaded from, "" if typed."""

    value: str
    by: Person
    on: datetime
    source: str = ""

    @property
    def number(self) -> float:
        """The value as a number."""
        return float(self.value)


@dataclass(frozen=True, slots=True)
class ChosenFiles:
    """A QOF table, report rules or a period of the reports that somebody chose.

    `files` has the name and text of each file, the main one first; of a period the QOF year ("" for
    that of the as-at date) and the word for the day that is counted to.
    """

    files: tuple[tuple[str, str], ...]
    by: Person
    on: datetime

    @property
    def name(self) -> str:
        """The name of the file that was chosen."""
        return self.files[0][0]


@dataclass(frozen=True, slots=True)
class NewFigures:
    """Figures of one system to be kept, and the file they are from ("" if typed).

    None as a value removes the figure. `sha256` is that of the file.
    """

    system: System
    figures: Mapping[FigureName, str | None]
    source: str = ""
    sha256: str = ""

"""The contract of every CSV in a hand-over pack: its columns, their types, words and meanings.

One place says it all: `datapackage.json` is written from it, and the documents are checked
against it. Types are those of Table Schema (Frictionless).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from recordpick.handover.criteria_report import CRITERIA_REPORT, STATES
from recordpick.handover.selection_list import SELECTION_LIST
from recordpick.reports.capitation import CAPITATION, CAPITATION_FIGURES
from recordpick.reports.figures import STATUS
from recordpick.reports.qof import QOF_FIGURES, QOF_REPORT
from recordpick.reports.targets import LOCAL_CODES, TARGET_REPORT

CONTRACT = "1.0"
"""The version of the contract: the second number grows with a column added at the end."""

FieldType = Literal["string", "integer", "number", "date"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its Table Schema type, what it means, and what its cells must be."""

    name: str
    type: FieldType
    meaning: str
    required: bool = False
    words: tuple[str, ...] = ()
    pattern: str = ""
    minimum: int | None = None
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV: what it is, its columns, what names a row, and what refers to another file."""

    file: str
    title: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    refers: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Columns whose cells must occur elsewhere: column -> (file, column)."""


@dataclass(frozen=True, slots=True)
class _About:
    meaning: str
    required: bool = False
    words: tuple[str, ...] = ()
    pattern: str = ""
    minimum: int | None = None
    unique: bool = False


def _type(kind: pl.DataType) -> FieldType:
    if kind == pl.Date:
        return "date"
    if kind.is_integer():
        return "integer"
    return "number" if kind.is_float() else "string"


def _fields(columns: dict[str, pl.DataType], about: dict[str, _About]) -> tuple[Field, ...]:
    """Put together what the frame says (names, types) and what is said of each column."""
    if set(columns) != set(about):
        raise AssertionError(f"columns without a meaning: {set(columns) ^ set(about)}")
    return tuple(
        Field(
            name,
            _type(kind),
            about[name].meaning,
            about[name].required,
            about[name].words,
            about[name].pattern,
            about[name].minimum,
            about[name].unique,
        )
        for name, kind in columns.items()
    )


_FILLED_IN = {
    "from_records": _About(
        "what recordpick counts in the practice's records; empty where it cannot", minimum=0
    ),
    "current_system": _About("the current system's own figure: the practice fills it in"),
    "new_system": _About("the new system's figure: the practice fills it in"),
    "difference": _About("new_system less current_system: the practice fills it in"),
    "checked_by": _About("who compared them: the practice fills it in"),
    "status": _About("whether from_records is given", required=True, words=tuple(STATUS)),
    "why_empty": _About("why from_records is empty, in a sentence"),
}

SELECTION = Table(
    "selection_list.csv",
    "The selected patients: one line a pick",
    _fields(
        SELECTION_LIST,
        {
            "list_id": _About(
                "names this list, the same on every line",
                required=True,
                pattern=r"RP-[A-Z2-7]{8}-[0-9]{2,}",
            ),
            "line": _About("counts the lines from 1", required=True, minimum=1, unique=True),
            "criterion_id": _About("the criterion's reference; empty for a random record"),
            "criterion_title": _About("the criterion's title, or Random record", required=True),
            "record_number": _About(
                "counts the patients from 1 in order of first appearance", required=True, minimum=1
            ),
            "patient_id": _About("the source system's number of the patient", required=True),
            "nhs_number": _About("ten digits; empty where there is none", pattern="'?[0-9]{10}"),
            "chosen_by": _About(
                "how the record was chosen",
                required=True,
                words=("rule", "staff", "supplier", "random"),
            ),
            "chosen_by_name": _About("the name of the person who chose", required=True),
            "chosen_on": _About("the day (UTC)", required=True),
            "ticket": _About("the place in the draw order; empty unless drawn", minimum=1),
        },
    ),
    key=("criterion_id", "patient_id"),
    refers={"criterion_id": ("criteria_report.csv", "criterion_id")},
)

CRITERIA = Table(
    "criteria_report.csv",
    "Every criterion of the pack: how many records were wanted, found and picked",
    _fields(
        CRITERIA_REPORT,
        {
            "criterion_id": _About(
                "the criterion's reference; empty in the row of the random records", unique=True
            ),
            "criterion_title": _About("the criterion's title, or Random record", required=True),
            "area": _About("the criterion's area"),
            "wanted": _About("how many records at most", required=True, minimum=0),
            "found": _About(
                "how many patients meet it, or were eligible for the draw; empty if unknown",
                minimum=0,
            ),
            "picked": _About("how many were picked", required=True, minimum=0),
            "state": _About("where it stands", required=True, words=tuple(STATES)),
            "closed_on": _About("when staff said that no more are to be found"),
            "why_not_answered": _About("why found is empty"),
            "cautions": _About("what may make found another number than the truth"),
        },
    ),
)

QOF = Table(
    "qof_report.csv",
    "QOF indicators: a row a figure, with room for both systems' own",
    _fields(
        QOF_REPORT,
        {
            "indicator": _About("the indicator's name", required=True),
            "group": _About("the indicator's group", required=True),
            "measures": _About("what it measures", required=True),
            "points_available": _About("points at most", required=True, minimum=0),
            "lower_threshold": _About("percent from which points are earned", required=True),
            "upper_threshold": _About("percent from which all points are earned", required=True),
            "figure": _About("which figure", required=True, words=tuple(QOF_FIGURES)),
            "unit": _About("of the figure", required=True, words=("patients", "percent", "points")),
            **_FILLED_IN,
        },
    ),
    key=("indicator", "figure"),
)

TARGETS = Table(
    "target_report.csv",
    "Cervical screening and childhood immunisation targets: a row a figure",
    _fields(
        TARGET_REPORT,
        {
            "target": _About("the target's name", required=True),
            "group": _About("the target's group", required=True),
            "figure": _About("which figure", required=True),
            "means": _About("what the figure counts", required=True),
            "unit": _About("of the figure", required=True, words=("patients", "percent")),
            **_FILLED_IN,
        },
    ),
    key=("target", "figure"),
)

CAPITATION_TABLE = Table(
    "capitation.csv",
    "The registered list by sex and age band of the global sum: a row a figure",
    _fields(
        CAPITATION,
        {
            "sex": _About("the sex", required=True, words=("M", "F", "unknown", "all")),
            "age_band": _About("whole years at the as-at date", required=True),
            "weight": _About("the weight of one patient; empty where there is none", minimum=0),
            "figure": _About("which figure", required=True, words=tuple(CAPITATION_FIGURES)),
            "means": _About("what the figure counts", required=True),
            **_FILLED_IN,
        },
    ),
    key=("sex", "age_band", "figure"),
)

LOCAL = Table(
    "local_codes.csv",
    "Codes that the practice or its system made up, and unmapped drugs",
    _fields(
        LOCAL_CODES,
        {
            "kind": _About("where it is used", required=True, words=("events", "medications")),
            "code": _About("the code; empty where the entries carry none"),
            "term": _About("its term; the commonest where there are several"),
            "patients": _About("patients with it", required=True, minimum=1),
            "entries": _About("entries with it", required=True, minimum=1),
            "last_used": _About("the date of the newest entry"),
            "remapped_to": _About("what it is in the new system: the supplier fills it in"),
        },
    ),
)

TABLES = (SELECTION, CRITERIA, QOF, TARGETS, CAPITATION_TABLE, LOCAL)
"""Every CSV of a pack, in the order in which README.txt names them."""

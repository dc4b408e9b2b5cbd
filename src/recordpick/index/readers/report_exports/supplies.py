"""Which columns of our tables an export of each kind can give, and from which of its own.

The reader itself (`entries.py`) decides for each file; this says what is possible, for whoever
advises what to export.
"""

from __future__ import annotations

from collections.abc import Mapping

from recordpick.index.readers.report_exports.vocabulary import Kind
from recordpick.schema import TABLES

NUMBERED = ""
"""Instead of a column of the export: the reader numbers the rows itself."""

_SPLIT: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "events": {"code_and_term": ("code", "term"), "value": ("value", "value_text", "unit")},
    "medications": {
        "code_and_term": ("code", "drug"),
        "name_dosage_quantity": ("drug", "dosage", "quantity", "unit"),
        "quantity": ("quantity", "unit"),
    },
}
"""Cells that hold several things: which columns they give."""

_FOLLOWS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "events": {
        "date": ("date_precision",),
        "term": ("is_degraded",),
        "problem_status": ("significance",),
        "ended_on": ("problem_status",),
    },
    "medications": {"ended_on": ("is_active",)},
    "appointments": {"date": ("start_time",)},
    "documents": {"file_name": ("file_type",)},
    "recalls": {"status": ("is_complete",)},
}
"""Columns that follow from others, where the export does not have them itself."""


def supplied_columns(kind: Kind) -> dict[str, str]:
    """Return each column of the kind's table that an export of it can give, with its source.

    The source is the role of a column of the export (a key of `kind.columns`): the one to ask for.
    """
    table = TABLES[kind.table]
    found = {"patient_id": "patient_id", table.row_id: NUMBERED}
    found |= dict.fromkeys(kind.fixed, NUMBERED)
    own = {role: role for role in kind.columns if role in table.names}
    for role in kind.columns:
        for name in _SPLIT.get(kind.table, {}).get(role, ()):
            own.setdefault(name, role)
    for role, follow in _FOLLOWS.get(kind.table, {}).items():
        for name in follow:
            if role in own:
                own.setdefault(name, role)
    if kind.fixed.get("kind") != "problem":
        for name in ("problem_status", "significance"):
            if own.get(name) not in kind.columns:
                own.pop(name, None)
    return found | {name: role for name, role in own.items() if name in table.names}

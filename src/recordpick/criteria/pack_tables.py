"""The pack's own tables: `[tables.NAME]` with a kind for each column."""

from __future__ import annotations

import re

from recordpick.criteria.codelists import is_safe_name
from recordpick.criteria.condition_tokens import RESERVED
from recordpick.criteria.toml_values import Values
from recordpick.criteria.wording import did_you_mean, listed, shown
from recordpick.tables import KIND_WORDS, TABLES, Kind

COLUMNS_AT_MOST = 300
_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_COLUMN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def own_tables(tables: Values) -> dict[str, dict[str, Kind]]:
    """Return the tables that a pack declares, without `patient_id`; problems are recorded."""
    found: dict[str, dict[str, Kind]] = {}
    for name in tables.items():
        if name in TABLES:
            tables.problem(f"'{name}' is one of recordpick's own tables and needs no entry.", name)
        elif not _TABLE_NAME.fullmatch(name) or not is_safe_name(name):
            tables.problem(
                f"'{shown(name)}' cannot be a table's name, which has up to 40 small letters, "
                "digits and '_' and begins with a letter.",
                name,
            )
        else:
            found[name] = _columns(tables.table(name))
    return found


def _columns(columns: Values) -> dict[str, Kind]:
    if len(columns.items()) > COLUMNS_AT_MOST:
        columns.problem(f"A table may have {COLUMNS_AT_MOST} columns.")
        return {}
    found: dict[str, Kind] = {}
    for name, kind in columns.items().items():
        problem = _problem_with(name, kind)
        if problem:
            columns.problem(problem, name)
        elif name != "patient_id":
            found[name] = kind
    return found


def _problem_with(name: str, kind: object) -> str:
    if not _COLUMN_NAME.fullmatch(name) or name.upper() in RESERVED:
        return (
            f"'{shown(name)}' cannot be a column's name, which has up to 63 letters without "
            "accents, digits and '_', and is not a word of the condition language."
        )
    if not isinstance(kind, str) or kind not in KIND_WORDS:
        guess = did_you_mean(kind, KIND_WORDS) if isinstance(kind, str) else ""
        return f"'{name}' is {shown(kind)}; a column is {listed(KIND_WORDS)}{guess or '.'}"
    if name == "patient_id" and kind != "text":
        return "patient_id is text in every table."
    return ""

"""The dates of patients that a pack defines: `[date.NAME]`, the latest or earliest of some rows.

They let a rule compare the day of one row with that of others: "the latest diagnosis is later than
the latest code for resolved", "within nine months of the diagnosis", "twice, a week apart".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from recordpick.criteria.conditions.ast import Column, Shift
from recordpick.criteria.conditions.lexer import RESERVED
from recordpick.criteria.conditions.typecheck import shift
from recordpick.criteria.pack import PatientDate
from recordpick.criteria.problems import did_you_mean, listed, shown
from recordpick.criteria.toml_values import Values
from recordpick.errors import UserError
from recordpick.schema import TABLES, Kind

if TYPE_CHECKING:
    from recordpick.criteria.toml_pack import RuleReader

DATES_AT_MOST = 500
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_KEYS = ("table", "codes", "where", "which", "column", "add")
_WHICH = ("latest", "earliest")


def read_dates(values: Values, rules: RuleReader) -> dict[str, PatientDate]:
    """Return the dates that a pack defines, and let its rules use them; problems are recorded.

    A definition may use the dates above it.
    """
    if len(values.items()) > DATES_AT_MOST:
        values.problem(f"A pack may define {DATES_AT_MOST} dates.")
        return {}
    for name in values.items():
        problem = _problem_with(name, rules.tables)
        if problem:
            values.problem(problem, name)
            continue
        found = _date(values.table(name), name, rules)
        if found is not None:
            rules.dates[name] = found
    return rules.dates


def _problem_with(name: str, tables: dict[str, dict[str, Kind]]) -> str:
    if not _NAME.fullmatch(name) or name.upper() in RESERVED:
        return (
            f"'{shown(name)}' cannot be a date's name, which has up to 60 small letters, digits "
            "and '_', begins with a letter, and is not a word of the condition language."
        )
    taken = [table for table, columns in TABLES.items() if columns.column(name)]
    taken += [table for table, columns in tables.items() if name in columns]
    if taken:
        return f"'{name}' is a column of {listed(taken, last='and')}: give the date another name."
    return ""


def _date(date: Values, name: str, rules: RuleReader) -> PatientDate | None:
    date.only(_KEYS, "a key of a date")
    which = date.raw_text("which")
    if which not in _WHICH:
        guess = "" if which is None else did_you_mean(which, _WHICH)
        date.problem(f"which must be 'latest' or 'earliest'{guess or '.'}", "which")
    rows = rules.rows_of(date, says=name.replace("_", " "), default_table="events")
    if rows.table == "patients":
        date.problem(
            "The dates in patients can be used in conditions as they are: name another table.",
            "table",
        )
        return None
    columns = rules.columns_of(rows.table)
    if columns is None or which not in _WHICH:
        return None
    own = TABLES.get(rows.table)
    column = date.raw_text("column") if date.has("column") else own.date if own else "date"
    if not column or columns.get(column) != "date":
        date.problem(
            f"'{shown(column)}' is not a column with dates in {rows.table}."
            if column
            else "column is missing: the column that has the day.",
            "column",
        )
        return None
    months, days = _moved(date, column)
    return PatientDate(name, rows, column, which == "latest", months, days)


def _moved(date: Values, column: str) -> tuple[int, int]:
    """Return the months and days by which a date is moved forward: `add = "3 years"`."""
    text = date.raw_text("add")
    if text is None:
        return 0, 0
    count, _, unit = text.strip().partition(" ")
    try:
        node = shift(Column(column, "date"), "+", count, unit.strip())
    except UserError as error:
        date.problem(f"In add: {error}", "add")
        return 0, 0
    assert isinstance(node, Shift)
    return node.months, node.days

"""Any condition, on any rows: our polars expression finds the rows that SQLite finds."""

from __future__ import annotations

import calendar
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from condition_strategies import AS_AT, COLUMNS, Pair, conditions, rows
from hypothesis import assume, given, settings

from examples import examples
from recordpick.criteria.conditions import parse_condition
from recordpick.errors import UserError

_POLARS = {
    "text": pl.String,
    "date": pl.Date,
    "integer": pl.Int64,
    "number": pl.Float64,
    "yes_no": pl.Boolean,
}


def shifted(day: str | None, months: int, days: int) -> str | None:
    """Move an ISO date by the calendar, to the last day where the month is shorter."""
    if day is None:
        return None
    start = date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    moved = date(year, month + 1, min(start.day, last)) + timedelta(days=days)
    return moved.isoformat()


@pytest.fixture(scope="module")
def sqlite() -> Iterator[sqlite3.Connection]:
    """An empty database whose LIKE minds capitals, and that knows more letters than ASCII's."""
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA case_sensitive_like = ON")
    connection.create_function("shifted", 3, shifted, deterministic=True)
    connection.create_function("lower", 1, lambda t: t and t.lower(), deterministic=True)
    connection.create_function("upper", 1, lambda t: t and t.upper(), deterministic=True)
    connection.execute(
        "CREATE TABLE it (t1 TEXT, t2 TEXT, d1 TEXT, d2 TEXT, i1 INTEGER, n1 REAL, b1, b2)"
    )
    yield connection
    connection.close()


def met_in_sqlite(
    sqlite: sqlite3.Connection, condition: str, table: list[dict[str, Any]]
) -> list[bool]:
    sqlite.execute("DELETE FROM it")
    sqlite.executemany(
        "INSERT INTO it VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            [
                value.isoformat() if isinstance(value, date) else value
                for value in map(row.get, COLUMNS)
            ]
            for row in table
        ],
    )
    return [
        bool(met)
        for (met,) in sqlite.execute(f"SELECT ({condition}) IS TRUE FROM it ORDER BY rowid")
    ]


@settings(max_examples=examples(300), deadline=None)
@given(pair=conditions, table=rows)
def test_polars_and_sqlite_agree(
    sqlite: sqlite3.Connection, pair: Pair, table: list[dict[str, Any]]
) -> None:
    """Three-valued logic, precedence, patterns, dates and arithmetic are the standard's."""
    ours, theirs = pair
    try:
        condition = parse_condition(ours, COLUMNS)
    except UserError as refused:
        assume("names no column" not in str(refused) and "nests too deep" not in str(refused))
        raise
    frame = pl.DataFrame(table, schema={name: _POLARS[kind] for name, kind in COLUMNS.items()})
    met = frame.select(condition.expression(AS_AT)).to_series().to_list()
    assert met_in_sqlite(sqlite, theirs, table) == met
    met_lazily = frame.lazy().filter(condition.expression(AS_AT)).collect()
    assert sum(met) == met_lazily.height

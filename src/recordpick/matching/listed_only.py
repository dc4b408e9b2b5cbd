"""Refuse to answer "nobody" from exports: they list only what their searches ask for.

Where no export has a single row that a rule counts, nobody knows whether there are none, or whether
such rows were not asked for: an export of current repeats has no past acute medicine. So the rule
cannot be answered then, whether it requires such rows or requires that there are none.
"""

from __future__ import annotations

import threading

import polars as pl

from recordpick.criteria.conditions import Condition
from recordpick.index.practice_index import PracticeIndex
from recordpick.schema import TABLES

_KEPT = 4096
_known: dict[tuple[object, ...], bool] = {}
_lock = threading.Lock()


def made_of(index: PracticeIndex, table: str) -> str:
    """Return the table of the index that a table is made of: itself, or events if it is derived.

    Report rules have tables of their own that are derived from events (reports/rules.py).
    """
    return table if table in TABLES or table in index.manifest.tables else "events"


def is_listed_only(index: PracticeIndex, table: str) -> bool:
    """Return whether the rows of a table are only those that exports of staff list."""
    return bool(_says(index, table))


def none_listed(
    index: PracticeIndex, table: str, condition: Condition | None, codes: frozenset[str] | None
) -> str:
    """Return why a rule over a table cannot be answered; empty if some row is counted by it.

    Empty too for tables that are not of exports.
    """
    says = _says(index, table)
    if not says or _has_row(index, table, condition, codes):
        return ""
    return f"no such row is known in {table}: {says}"


def _says(index: PracticeIndex, table: str) -> str:
    base = made_of(index, table)
    return next(
        (one.says for one in index.manifest.restrictions if one.table == base and not one.column),
        "",
    )


def _has_row(
    index: PracticeIndex, table: str, condition: Condition | None, codes: frozenset[str] | None
) -> bool:
    key = (index.folder, index.fingerprint, table, condition and condition.text, codes)
    if key not in _known:
        rows = index.scan(table)
        if codes is not None:
            rows = rows.filter(pl.col("code").is_in(list(codes)))
        if condition is not None:
            rows = rows.filter(condition.filter(index.manifest.as_at))
        found = rows.select(pl.len() > 0).collect(engine="streaming").item()
        with _lock:
            if len(_known) >= _KEPT:
                _known.clear()
            _known[key] = bool(found)
    return _known[key]

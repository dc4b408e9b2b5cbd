"""Matching the shipped pack: recordpick, DuckDB in two forms, pandas, and the floor.

The floor is reading only the columns needed, with polars, and doing nothing with them. Every
contender reads the same Parquet files again each time; the counts of all criteria must agree.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.pack_as_pandas import pandas_counts
from benchmarks.pack_as_sql import code_table, one_join, one_query, views
from benchmarks.practices import index_of
from benchmarks.timing import as_rows, turn_by_turn
from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Pack
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import match
from recordpick.resources import general_practice_pack


def run(patients: int, repeats: int, data: Path) -> dict[str, Any]:
    """Time every contender on a practice of that many patients."""
    index = index_of(patients, data)
    pack = read_pack(general_practice_pack())
    as_at = index.manifest.as_at
    contenders: dict[str, Callable[[], Any]] = {
        "recordpick": lambda: _ours(pack, index, as_at),
        "floor: read the columns": lambda: _floor(pack, index),
    }
    contenders |= _duckdb(pack, index, as_at)
    contenders["pandas"] = lambda: pandas_counts(pack, index, as_at)
    timed = turn_by_turn(contenders, repeats)
    rows = {name: summary.rows for name, summary in index.manifest.tables.items()}
    return {
        "work": "match",
        "patients": patients,
        "criteria": len(pack.criteria),
        "rows": rows,
        "times": as_rows(timed),
    }


def _ours(pack: Pack, index: PracticeIndex, as_at: date) -> list[int]:
    answers = match(pack, index, as_at).answers
    return [answers[criterion.id].matches for criterion in pack.criteria]


def needed_columns(pack: Pack) -> dict[str, set[str]]:
    """Return the columns, by table, that the pack's rules use."""
    needed: dict[str, set[str]] = {"patients": {"patient_id", "date_of_birth"}}
    for criterion in pack.criteria:
        if criterion.population:
            needed["patients"] |= criterion.population.columns
        for rule in (rule for step in criterion.steps for rule in step.rules):
            columns = needed.setdefault(rule.table, {"patient_id"})
            if rule.where:
                columns |= rule.where.columns
            columns |= {name for name in (rule.distinct, rule.per) if name}
            if rule.codes:
                columns.add("code")
    needed["patients"].discard("age")
    return needed


def _floor(pack: Pack, index: PracticeIndex) -> None:
    for table, columns in needed_columns(pack).items():
        pl.read_parquet(index.folder / f"{table}.parquet", columns=sorted(columns))


def _duckdb(pack: Pack, index: PracticeIndex, as_at: date) -> dict[str, Callable[[], Any]]:
    import duckdb

    database = duckdb.connect()
    for statement in views(index, as_at):
        database.execute(statement)
    statement, rows = code_table(pack)
    database.execute(statement)
    database.executemany("INSERT INTO codelists VALUES (?, ?)", rows)
    each = [one_query(criterion, as_at) for criterion in pack.criteria]
    together = one_join(pack, as_at)

    def by_itself() -> list[int]:
        return [database.execute(query).fetchone()[0] for query in each]

    def as_one() -> list[int]:
        return list(database.execute(together).fetchone())

    return {"DuckDB, a query a criterion": by_itself, "DuckDB, one join": as_one}

"""A condition looked for in a file, row group by row group, finds the rows that it finds in memory.

Files say of each row group the least and the greatest value of a column, and how many are missing;
polars leaves out the row groups that cannot meet the condition, and must leave out no other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from condition_strategies import AS_AT, COLUMNS, Pair, conditions, rows
from hypothesis import HealthCheck, assume, given, settings

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


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("conditions") / "rows.parquet"


@settings(
    max_examples=examples(120),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(pair=conditions, table=rows)
def test_no_row_group_is_left_out_that_meets_it(
    file: Path, pair: Pair, table: list[dict[str, Any]]
) -> None:
    """Whatever the condition, for each table cut into row groups of two rows."""
    try:
        condition = parse_condition(pair[0], COLUMNS)
    except UserError:
        assume(False)
    schema = {name: _POLARS[kind] for name, kind in COLUMNS.items()}
    frame = pl.DataFrame(table, schema=schema).with_row_index("row")
    frame.write_parquet(file, row_group_size=2, statistics=True)
    there = frame.filter(condition.expression(AS_AT))["row"].to_list()
    scan = pl.scan_parquet(file, glob=False).filter(condition.filter(AS_AT)).select("row")
    assert scan.collect(engine="streaming")["row"].to_list() == there
    assert scan.collect(engine="in-memory")["row"].to_list() == there

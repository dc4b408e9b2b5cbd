"""Two systems' records compared: faults found, wrong flags and seconds, beside other programs.

A made-up practice and its migration with planted faults of every kind, in tables. Only entries
(events) are judged, since every contender can compare those. The others are given what helps them:
patients joined by NHS number, and no fields that the migration writes another way (authors, terms,
days of entry). A fault is found if its row, field and result are named; a wrong flag is an entry
called changed, missing or additional without a fault. What recordpick says once for nearly all
entries is no flag.

datacompy needs another polars than recordpick: name a Python that has it (and pyarrow) in the
environment variable BENCH_DATACOMPY, and it runs as a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from recordpick.comparison.compare import compare_records
from recordpick.comparison.report import report_on
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex
from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.migration.fault_kinds import FAULT_KINDS
from recordpick.synthetic.migration.fault_plan import FaultPlan
from recordpick.synthetic.migration.migrate import migrate
from recordpick.synthetic.practice import make_practice

KEYS = ("nhs_number", "date", "code")
FIELDS = (
    "code",
    "date",
    "kind",
    "value",
    "value_text",
    "unit",
    "text",
    "problem_status",
    "significance",
    "ended_on",
    "is_confidential",
    "is_degraded",
)
FLAGS = {"result": pl.String, "old_id": pl.String, "new_id": pl.String, "field": pl.String}
"""What a contender says: a row for each field that differs, and for each entry on one side."""


def run(patients: int, data: Path) -> dict[str, Any]:
    """Compare a migration that rewrites as usual, and one that replaces every code."""
    rows = []
    for level in ("usual", "harsh"):
        old, new, truth = _practices(patients, level, data)
        sides = [_events(index) for index in (old, new)]
        contenders: dict[str, Callable[[], pl.DataFrame | None]] = {
            "recordpick": lambda old=old, new=new: _recordpick(old, new),
            "DuckDB, full outer join": lambda sides=sides: _duckdb(*sides),
            "greedy matcher, a patient at a time": lambda sides=sides: _greedy(*sides),
            "datacompy": lambda sides=sides: _datacompy(*sides, data),
        }
        for name, compare in contenders.items():
            began = time.perf_counter()
            flags = compare()
            took = time.perf_counter() - began
            if flags is not None:
                found, wrong = _judge(flags, truth, sides[1])
                rows.append(
                    {
                        "rewriting": level,
                        "contender": name,
                        "found, %": round(100 * found, 2),
                        "wrong flags in 1,000 entries": round(1000 * wrong / sides[0].height, 3),
                        "seconds": round(took, 2),
                    }
                )
    return {
        "work": "compare records",
        "patients": patients,
        "entries": sides[0].height,
        "faults": truth["fault"].n_unique(),
        "times": rows,
    }


def _practices(
    patients: int, level: str, data: Path
) -> tuple[PracticeIndex, PracticeIndex, pl.DataFrame]:
    """Make the practice and its migration; return both indexes and the faults of entries."""
    practice = make_practice(patients, 29)
    of_events = [name for name, kind in FAULT_KINDS.items() if kind.table == "events"]
    plan = FaultPlan(counts=dict.fromkeys(of_events, max(2, patients // 100)), seed=5)
    migrated = migrate(practice, "tables", plan, level=level)  # type: ignore[arg-type]
    indexes = []
    for name, one in ((f"old {level}", practice), (f"new {level}", migrated.practice)):
        folder, index = data / f"compare {name}", data / f"compare {name} index"
        write_tables(one, folder)
        indexes.append(build_index([folder], index, as_at=practice.as_at))
    truth = migrated.truth().filter(pl.col("table") == "events")
    judged = pl.col("field").is_null() | pl.col("field").is_in(FIELDS)
    return indexes[0], indexes[1], truth.filter(judged)


def _events(index: PracticeIndex) -> pl.DataFrame:
    """Return the entries with the NHS number of their patient; patients without one by number."""
    people = index.scan("patients").select("patient_id", "nhs_number")
    events = index.scan("events").select("patient_id", "event_id", *FIELDS)
    found = events.join(people, on="patient_id").filter(pl.col("nhs_number").is_not_null())
    return found.sort("nhs_number", "date", "event_id").collect()


def _recordpick(old: PracticeIndex, new: PracticeIndex) -> pl.DataFrame:
    report = report_on(compare_records(old, new))
    rows = pl.concat(report.differences())
    single = (pl.col("table") == "events") & pl.col("systematic").is_null()
    kept = pl.col("field").is_null() | pl.col("field").is_in(FIELDS)
    return rows.filter(single & kept).select(*FLAGS).filter(pl.col("result") != "unsure")


def _duckdb(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Join on patient, day and code, the n-th with the n-th."""
    import duckdb

    connection = duckdb.connect()
    for name, frame in (("old", old), ("new", new)):
        connection.register(f"{name}_frame", frame.to_arrow())
        connection.execute(
            f"create table {name} as select *, row_number() over (partition by nhs_number, date, "
            f"code order by value, text, event_id) as n from {name}_frame"
        )
    on = " and ".join(f"o.{key} is not distinct from w.{key}" for key in (*KEYS, "n"))
    differs = ", ".join(
        f"o.{name} is distinct from w.{name} as d_{name}" for name in FIELDS if name not in KEYS
    )
    found = connection.execute(
        f"select o.event_id as old_id, w.event_id as new_id, {differs} "
        f"from old o full outer join new w on {on}"
    ).to_arrow_table()
    joined = pl.DataFrame(found)
    return _flags(joined, [name for name in FIELDS if name not in KEYS])


def _flags(joined: pl.DataFrame, fields: list[str]) -> pl.DataFrame:
    """Return flags from joined rows with old_id, new_id and d_FIELD."""
    nothing = pl.lit(None, pl.String)
    parts = [
        joined.filter(pl.col("new_id").is_null()).select(
            result=pl.lit("missing"), old_id="old_id", new_id=nothing, field=nothing
        ),
        joined.filter(pl.col("old_id").is_null()).select(
            result=pl.lit("additional"), old_id=nothing, new_id="new_id", field=nothing
        ),
    ]
    both = joined.drop_nulls(["old_id", "new_id"])
    parts += [
        both.filter(pl.col(f"d_{name}")).select(
            result=pl.lit("changed"), old_id="old_id", new_id="new_id", field=pl.lit(name)
        )
        for name in fields
    ]
    return pl.concat(parts)


def _greedy(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Give each old entry the free new entry of its patient that has most in common with it.

    Days up to one apart are looked at; an entry needs two fields in common besides its kind.
    """
    free: dict[str, dict[int, list[tuple[Any, ...]]]] = defaultdict(lambda: defaultdict(list))
    columns = ["nhs_number", "event_id", *FIELDS]
    day = columns.index("date")
    for row in new.select(columns).with_columns(pl.col("date").cast(pl.Int32)).iter_rows():
        free[row[0]][row[day] or 0].append(row)
    flags: list[tuple[str, str | None, str | None, str | None]] = []
    for row in old.select(columns).with_columns(pl.col("date").cast(pl.Int32)).iter_rows():
        days = free[row[0]]
        best, most, where = None, 1, 0
        for near in (0, -1, 1):
            for other in days.get((row[day] or 0) + near, ()):
                common = sum(
                    a == b and a is not None for a, b in zip(row[2:], other[2:], strict=True)
                )
                if common > most:
                    best, most, where = other, common, (row[day] or 0) + near
        if best is None:
            flags.append(("missing", row[1], None, None))
            continue
        days[where].remove(best)
        flags += [
            ("changed", row[1], best[1], name)
            for name, a, b in zip(FIELDS, row[2:], best[2:], strict=True)
            if a != b
        ]
    left = (row for days in free.values() for rows in days.values() for row in rows)
    flags += [("additional", None, row[1], None) for row in left]
    return pl.DataFrame(flags, schema=FLAGS, orient="row")


_DATACOMPY = """
import sys
import pandas as pd
from datacompy import PandasCompare
old, new = (pd.read_parquet(path) for path in sys.argv[1:3])
found = PandasCompare(old, new, join_columns=["nhs_number", "date", "code"])
both = found.intersect_rows
fields = [name[: -len("_match")] for name in both.columns if name.endswith("_match")]
rows = pd.DataFrame({"old_id": both["event_id_df1"], "new_id": both["event_id_df2"]})
for name in fields:
    if not name.startswith("event_id"):
        rows["d_" + name] = ~both[name + "_match"].astype(bool)
one = found.df1_unq_rows.rename(columns={"event_id": "old_id"})[["old_id"]]
two = found.df2_unq_rows.rename(columns={"event_id": "new_id"})[["new_id"]]
pd.concat([rows, one, two]).to_parquet(sys.argv[3])
"""


def _datacompy(old: pl.DataFrame, new: pl.DataFrame, data: Path) -> pl.DataFrame | None:
    """Compare with datacompy in a Python of its own; None where there is none."""
    python = os.environ.get("BENCH_DATACOMPY")
    if not python:
        return None
    paths = [data / name for name in ("datacompy old", "datacompy new", "datacompy found")]
    for path, frame in zip(paths, (old, new), strict=False):
        frame.drop("patient_id").write_parquet(path)
    subprocess.run([python, "-c", _DATACOMPY, *map(str, paths)], check=True, capture_output=True)
    joined = pl.read_parquet(paths[2])
    fields = [name for name in FIELDS if name not in KEYS]
    filled = (pl.col(f"d_{name}").fill_null(value=False).cast(pl.Boolean) for name in fields)
    return _flags(joined.with_columns(filled), fields)


def _judge(flags: pl.DataFrame, truth: pl.DataFrame, new: pl.DataFrame) -> tuple[float, int]:
    """Return the share of faults whose rows are all named, and how many entries are wrong flags.

    Of equal doubles either may be the additional one.
    """
    content = pl.struct("nhs_number", *FIELDS).hash()
    contents = new.select(new_id="event_id", content=content)
    flags, truth = (
        one.with_columns(pl.col(name).fill_null("") for name in FLAGS)
        .join(contents, on="new_id", how="left")
        .with_columns(pl.col("content").fill_null(0))
        for one in (flags, truth)
    )
    named = []
    wrong = 0
    for result, keys in (
        ("changed", ["old_id", "new_id", "field"]),
        ("missing", ["old_id"]),
        ("additional", ["content"]),
    ):
        wanted = truth.filter(pl.col("result") == result)
        said = flags.filter(pl.col("result") == result)
        named.append(wanted.join(said, on=keys, how="semi").select("fault", "field", "old_id"))
        false = said.join(wanted, on=keys, how="anti")
        wrong += false.select("old_id", "new_id").unique().height
    hits = sum(one.height for one in named)
    return hits / truth.height if truth.height else 1.0, wrong

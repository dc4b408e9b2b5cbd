"""Who meets each criterion, and what each report counts, by SQL that knows nothing of recordpick.

The queries beside this file are written from the words of the criteria and of docs/reports.md, not
from the rules, and DuckDB reads the source tables itself.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
NAME = re.compile(r"^-- ([A-Z]{2,3}-?[0-9]{2,3}|[a-z_]+)$", re.MULTILINE)
AREAS = ("demographics", "problems", "medication", "workflow")
HAS_EDGES = "md5_number_lower(patient_id) % 2 = 0"  # half of the patients


@cache
def queries(*file_names: str) -> dict[str, str]:
    """Return the queries of SQL files by the name that stands in the line above each."""
    found: dict[str, str] = {}
    for file_name in file_names:
        _, *parts = NAME.split((HERE / f"{file_name}.sql").read_text(encoding="utf-8"))
        for name, query in zip(parts[::2], parts[1::2], strict=True):
            assert name not in found, name
            found[name] = query
    return found


def connect(
    folder: Path, as_at: dt.date, codelists: Path, where: str = "TRUE"
) -> duckdb.DuckDBPyConnection:
    """Return a connection that has the folder's tables, the codelists and the as-at date."""
    con = duckdb.connect(config={"threads": 2})
    for path in tables(folder):
        con.execute(
            f"CREATE TABLE {path.stem} AS SELECT * FROM read_parquet('{path}') WHERE {where}"
        )
    con.execute(f"CREATE MACRO as_at() AS DATE '{as_at}'")
    read_codelists(con, "codelist", codelists)
    con.execute(
        "CREATE MACRO says(entry, words) AS coalesce(regexp_matches(entry, words, 'i'), FALSE)"
    )
    con.execute("CREATE VIEW registered AS SELECT * FROM patients WHERE status = 'registered'")
    con.execute("CREATE VIEW gms_list AS SELECT * FROM registered WHERE registration = 'regular'")
    con.execute(
        "CREATE VIEW own_events AS FROM events WHERE kind IS DISTINCT FROM 'family_history'"
    )
    return con


def read_codelists(con: duckdb.DuckDBPyConnection, table: str, folder: Path) -> None:
    """Make a table (name, code) of a folder's codelists."""
    con.execute(
        f"CREATE OR REPLACE TABLE {table} AS SELECT parse_filename(filename, true) AS name, code "
        f"FROM read_csv('{folder}/*.csv', all_varchar = true, header = true, filename = true)"
    )


def tables(folder: Path) -> list[Path]:
    """Return the Parquet files of a practice."""
    return sorted(folder.glob("*.parquet"))


def patients_of(con: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    """Return the patient numbers that a query finds."""
    return {patient for (patient,) in con.execute(query).fetchall()}


def write_with_edges(folder: Path, out: Path, as_at: dt.date, codelists: Path) -> None:
    """Write the practice to a new folder, half of its patients changed by edges.sql."""
    out.mkdir()
    with connect(folder, as_at, codelists, HAS_EDGES) as con:
        con.execute((HERE / "edges.sql").read_text(encoding="utf-8"))
        for path in tables(folder):
            con.execute(
                f"COPY (FROM {path.stem} UNION ALL FROM read_parquet('{path}') "
                f"WHERE NOT ({HAS_EDGES})) TO '{out / path.name}' (FORMAT parquet)"
            )
    (out / "practice.toml").write_bytes((folder / "practice.toml").read_bytes())

"""Index an EMIS extract, and compare with bare copies of the same files by polars and DuckDB.

Each runs in its own process, alternately. A bare copy takes the values in the files as text; the
index also types and checks every value, joins patients, codes and dates to the entries, sorts, and
accounts for every row. All read the same files, those that the index reads, with every column as
text, and must have read the same number of rows from each.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import index_emis
from benchmarks.contenders import NOT_INSTALLED, version_of
from benchmarks.timing import DisagreeError

NAMES = {
    "index": "recordpick index",
    "polars": "polars, CSV to Parquet",
    "duckdb": "DuckDB, CSV to Parquet",
}


def run(patients: int, repeats: int, data: Path) -> dict[str, Any]:
    """Time every contender on an extract of that many patients, made if it does not exist."""
    extract = data / f"emis-extract-{patients}"
    if not extract.exists():
        index_emis.make(extract, patients)
    able = [name for name in NAMES if name != "duckdb" or version_of("duckdb")]
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in able}
    for _ in range(repeats):
        for name in able:
            runs[name].append(_in_own_process(name, extract, data))
    rows = _rows_read({name: found[0]["rows"] for name, found in runs.items()})
    polars = statistics.median(run["seconds"] for run in runs["polars"])
    processor = statistics.median(run["processor"] for run in runs["polars"])
    return {
        "work": "index an EMIS extract",
        "patients_of_the_extract": patients,
        "gib_of_csv": round(sum(f.stat().st_size for f in extract.glob("*.csv")) / 1024**3, 2),
        "rows_read": rows,
        "left_out": {} if "duckdb" in able else {NAMES["duckdb"]: NOT_INSTALLED},
        "times": [_row(name, found, polars, processor) for name, found in runs.items()],
    }


def _rows_read(rows: dict[str, dict[str, int]]) -> int:
    """Return how many rows the index read; raise DisagreeError if another read fewer or more."""
    for name, found in rows.items():
        for file, read in rows["index"].items():
            if found.get(file) != read:
                raise DisagreeError(f"{file}: {read} rows; {NAMES[name]}: {found.get(file)}")
    return sum(rows["index"].values())


def _row(name: str, runs: list[dict[str, Any]], polars: float, processor: float) -> dict[str, Any]:
    seconds = [run["seconds"] for run in runs]
    spent = statistics.median(run["processor"] for run in runs)
    middle = statistics.median(seconds)
    return {
        "contender": NAMES[name],
        "median_s": round(middle, 2),
        "spread_s": round((max(seconds) - min(seconds)) / 2, 2),
        "runs": len(runs),
        "ratio to polars": round(middle / polars, 2),
        "processor_s": round(spent, 2),
        "processor: ratio to polars": round(spent / processor, 2),
        "gib": round(max(run["gib"] for run in runs), 2),
    }


def _in_own_process(name: str, extract: Path, data: Path) -> dict[str, Any]:
    out = Path(tempfile.mkdtemp(dir=data))
    try:
        command = [sys.executable, "-m", "benchmarks.indexing", name, str(extract), str(out)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found
    finally:
        shutil.rmtree(out)


def _one(name: str, extract: Path, out: Path) -> dict[str, Any]:
    import polars as pl

    from recordpick.index.build.build_index import build_index
    from recordpick.index.practice_index import open_index

    start, spent = time.perf_counter(), time.process_time()
    if name == "polars":
        index_emis.bare(extract, out)
    elif name == "duckdb":
        _by_duckdb(extract, out)
    else:
        build_index([extract], out)
    found = {"seconds": time.perf_counter() - start, "processor": time.process_time() - spent}
    found["gib"] = index_emis.peak_memory()
    if name == "index":
        manifest = open_index(out).manifest
        rows = {Path(file.file).stem: file.rows_read for file in manifest.files}
    else:
        rows = {
            file.stem: pl.scan_parquet(file).select(pl.len()).collect().item()
            for file in out.glob("*.parquet")
        }
    return found | {"rows": rows}


def _by_duckdb(extract: Path, out: Path) -> None:
    import duckdb

    from recordpick.index.readers.emis.files import USED, files_of

    given = files_of(extract)
    with duckdb.connect() as database:
        for file in (name.path for table in USED for name in given.get(table, ())):
            read = f"read_csv({_quoted(file)}, all_varchar = true)"
            to = _quoted(out / f"{file.stem}.parquet")
            database.execute(f"COPY (FROM {read}) TO {to} (FORMAT parquet, COMPRESSION zstd)")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


if __name__ == "__main__":
    print(json.dumps(_one(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))

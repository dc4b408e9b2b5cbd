"""How time and memory of comparing two systems' records grow with the list.

One made-up practice as EMIS exports it, and after its migration to SystmOne, is indexed. Larger
practices are that one several times over: every copy has patients, NHS numbers, names, ids and free
text of its own, so that no entry has a partner outside its copy. Codes, terms and staff are the
same in all, as they are in a larger practice of one system. Each comparison runs in its own
process, with all that `recordpick compare-records` does: reading, checking, comparing, writing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.growth import peak_gib
from recordpick.index.build.build_index import build_index
from recordpick.index.manifest import TableSummary, write_manifest
from recordpick.index.practice_index import PracticeIndex, digest, open_index
from recordpick.synthetic.as_emis import write_emis
from recordpick.synthetic.as_systmone import write_systmone
from recordpick.synthetic.migration.fault_plan import FaultPlan
from recordpick.synthetic.migration.migrate import migrate
from recordpick.synthetic.practice import make_practice

SEED = 5
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def run(base: int, sizes: list[int], data: Path) -> dict[str, Any]:
    """Compare practices of these sizes, made of copies of one of `base` patients."""
    rows = []
    for patients in sizes:
        sides = [sized(side, base, patients, data) for side in ("old", "new")]
        found = _in_own_process(*sides)
        rows.append({"patients": patients, **found})
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    for row in rows:
        a_line = rows[0]["processor_s"] / rows[0]["rows"]
        row["beside_a_line"] = round(row["processor_s"] / row["rows"] / a_line, 2)
    return {"work": "compare growth", "base": base, "times": rows}


def sized(side: str, base: int, patients: int, data: Path) -> Path:
    """Return the folder of an index of that many patients, made if it does not exist."""
    first = data / f"compare-{side}-{base}"
    if not first.exists():
        _make(side, base, data, first)
    folder = data / f"compare-{side}-{patients}"
    if not folder.exists():
        copy_index(open_index(first), patients, folder)
    return folder


def _make(side: str, patients: int, data: Path, folder: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    practice = make_practice(patients, SEED)
    with tempfile.TemporaryDirectory(dir=data) as temporary:
        extract = Path(temporary) / "extract"
        if side == "old":
            write_emis(practice, extract)
        else:
            migrated = migrate(practice, "systmone", FaultPlan(), old_system="emis")
            write_systmone(migrated.practice, extract)
        build_index([extract], folder, as_at=practice.as_at)


def copy_index(index: PracticeIndex, patients: int, folder: Path) -> None:
    """Write an index with the patients of another as often as it takes to have that many."""
    # in the order of NHS numbers, so that a part of a copy has the same patients on both sides
    known = index.scan("patients").select("patient_id", "nhs_number").collect()
    people = known.sort("nhs_number", nulls_last=True)["patient_id"]
    copies = -(-patients // people.len())
    last = people.head(patients - (copies - 1) * people.len())
    folder.mkdir()
    tables = {}
    for name, summary in index.manifest.tables.items():
        path = folder / f"{name}.parquet"
        parts = list(_copies(index.scan(name), copies, last))
        pl.concat(parts).sink_parquet(path, row_group_size=100_000)
        rows = pl.scan_parquet(path).select(pl.len()).collect().item()
        tables[name] = TableSummary(rows, summary.columns, path.stat().st_size, digest(path))
    mark = f"{index.manifest.fingerprint}-{patients}"
    write_manifest(folder, replace(index.manifest, tables=tables, fingerprint=mark))


def _copies(table: pl.LazyFrame, copies: int, last: pl.Series) -> Iterator[pl.LazyFrame]:
    names = table.collect_schema().names()
    for number in range(copies):
        part = table
        if number == copies - 1:
            part = part.filter(pl.col("patient_id").is_in(last.implode()))
        if number:
            own = [pl.format("{}~{}", pl.lit(number), name).alias(name) for name in _ids(names)]
            if "nhs_number" in names:  # 900 to 998 are never issued either
                own.append(
                    pl.format("{}{}", pl.lit(999 - number), pl.col("nhs_number").str.slice(3))
                )
                own[-1] = own[-1].alias("nhs_number")
            own += [
                pl.format("{} {}", name, pl.lit(_LETTERS[number])).alias(name)
                for name in ("family_name", "text")
                if name in names
            ]
            part = part.with_columns(own)
        yield part


def _ids(names: list[str]) -> list[str]:
    return [name for name in names if name.endswith("_id")]


def _in_own_process(old: Path, new: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.comparing_growth", str(old), str(new)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def one(old: Path, new: Path) -> dict[str, Any]:
    """Compare two indexes and write everything; return rows, seconds and the peak memory."""
    from recordpick.comparison.compare import compare_records
    from recordpick.comparison.output import write_comparison
    from recordpick.comparison.report import report_on

    start, processor = time.perf_counter(), time.process_time()
    compared = compare_records(open_index(old), open_index(new))
    report = report_on(compared)
    with tempfile.TemporaryDirectory(dir=old.parent) as folder:
        write_comparison(Path(folder) / "out", report)
    both = [one.manifest.tables.values() for one in (compared.old, compared.new)]
    wrong = sum(
        counts[name]
        for counts in report.tables.values()
        for name in ("missing", "additional", "unsure")
    )
    return {
        "rows": sum(table.rows for tables in both for table in tables),
        "entries_without_a_certain_partner": wrong,
        "seconds": round(time.perf_counter() - start, 2),
        "processor_s": round(time.process_time() - processor, 2),
        "gib": round(peak_gib() or 0, 2),
    }


if __name__ == "__main__":
    from recordpick.polars_env import keep_memory

    keep_memory()
    print(json.dumps(one(Path(sys.argv[1]), Path(sys.argv[2]))))

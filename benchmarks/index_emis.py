"""Index an EMIS extract, and compare with a bare polars copy of the same files to Parquet.

    python benchmarks/index_emis.py --patients 5000 --times 3

Makes (or finds) a synthetic extract of that many patients, then times alternately, each in its own
process: `scan_csv(file).sink_parquet(...)`, with all columns as text, for every file that the index
reads, and `build_index`. Prints the medians, the processor time, the peak memory and the ratio. The
goal is 1.5 in under 6 GiB at 35,000 patients; run large sizes on a machine of your own. For the
page, and with DuckDB: indexing.py.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from recordpick.synthetic.practice import Practice


def bare(extract: Path, out: Path) -> None:
    import polars as pl

    from recordpick.index.readers.emis.files import USED, files_of

    for file in (name.path for table in USED for name in files_of(extract).get(table, ())):
        pl.scan_csv(file, infer_schema=False).sink_parquet(out / f"{file.stem}.parquet")


def index(extract: Path, out: Path) -> None:
    from recordpick.index.build.build_index import build_index

    build_index([extract], out)


def measured(what: str, extract: Path, out: Path) -> None:
    """Do one thing and print time and memory as JSON, for the parent process."""
    if what == "bare":
        import polars as pl  # noqa: F401 - the import is not what is measured
    else:
        from recordpick.polars_env import keep_memory

        keep_memory()  # as the command `recordpick index` does
        import recordpick.index.build.build_index  # noqa: F401 - the same
    start, spent = time.perf_counter(), time.process_time()
    {"bare": bare, "index": index}[what](extract, out)
    found = {
        "seconds": time.perf_counter() - start,
        "processor": time.process_time() - spent,
        "gib": peak_memory(),
    }
    print(json.dumps(found))


COPIES = {"events": 4, "medications": 3}
"""How often rows of the synthetic practice are repeated, so that a patient has as many as the
average of organisations of 35,000 patients: some 550 observations, 43 drug records, 37 slots."""

IDS = {"events": ("event_id", "parent_id", "header_id"), "medications": ("medication_id",)}


class Thicker:
    """A practice whose patients have more rows; the ids of each copy are distinct."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice

    def __getattr__(self, name: str) -> Any:
        return getattr(self.practice, name)

    def parts(self, table: str) -> Iterator[pl.DataFrame]:
        import polars as pl

        for part in self.practice.parts(table):
            copies = [
                part.with_columns(
                    (pl.col(name).cast(pl.UInt64) + copy * 10**15).cast(pl.String)
                    for name in IDS.get(table, ())
                )
                for copy in range(COPIES.get(table, 1))
            ]
            yield pl.concat(copies).sort("patient_id", maintain_order=True)


def peak_memory() -> float:
    """Return this process's peak memory in GiB; on Linux, without the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**3


def make(extract: Path, patients: int) -> None:
    from recordpick.synthetic.as_emis import write_emis
    from recordpick.synthetic.practice import make_practice

    start = time.perf_counter()
    extract.parent.mkdir(parents=True, exist_ok=True)
    write_emis(Thicker(make_practice(patients, seed=1)), extract)  # type: ignore[arg-type]
    print(f"made an extract of {patients:,} patients in {time.perf_counter() - start:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=5000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--one", nargs=3, metavar=("WHAT", "EXTRACT", "OUT"))
    options = parser.parse_args()
    if options.one:
        measured(options.one[0], Path(options.one[1]), Path(options.one[2]))
        return
    extract = options.folder / f"emis-extract-{options.patients}"
    if not extract.exists():
        make(extract, options.patients)
    size = sum(file.stat().st_size for file in extract.glob("*.csv")) / 1024**3
    print(f"{size:.2f} GiB of CSV")
    took: dict[str, list[dict[str, float]]] = {"bare": [], "index": []}
    for _ in range(options.times):
        for what, runs in took.items():
            out = Path(tempfile.mkdtemp(dir=options.folder))
            command = [sys.executable, __file__, "--one", what, str(extract), str(out)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            runs.append(json.loads(done.stdout.splitlines()[-1]))
            shutil.rmtree(out)
    for what, runs in took.items():
        seconds = statistics.median(run["seconds"] for run in runs)
        processor = statistics.median(run["processor"] for run in runs)
        gib = max(run["gib"] for run in runs)
        print(f"{what:6} {seconds:7.2f} s  {processor:7.2f} s processor  {gib:5.2f} GiB")
    for name in ("seconds", "processor"):
        middle = {what: statistics.median(run[name] for run in runs) for what, runs in took.items()}
        print(f"ratio of {name}: {middle['index'] / middle['bare']:.2f}")


if __name__ == "__main__":
    main()

"""`python -m benchmarks`: make the data, run every contender, write the page and the JSON.

    python -m pip install ".[bench]" && python -m benchmarks

It takes some 20 minutes on two quiet cores. `--only PART` measures one part (may be given several
times) and adds it to those measured before: the page is written from all of them, each with its
date. `--large` adds a practice of 1,000,000 patients (some 200 million rows) to the
growth, run once: an hour or more, 10 GiB of memory and 40 GB of disk. `--smoke` runs everything at
1,000 patients, once, and writes nothing: it checks that everything runs and the counts agree.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import (
    codelists,
    comparing,
    comparing_growth,
    drafting,
    growth,
    indexing,
    many_practices,
    matching,
    opening,
    start,
    suggest,
    table,
)
from benchmarks.results import PAGE, Parts, dated, keep

DOCS = Path(__file__).parents[1] / "docs"
MIDDLE, BIG = 15_000, 100_000


def parts(options: argparse.Namespace) -> dict[str, Callable[[], dict[str, Any]]]:
    """Return the measurements by name, in the order of the page."""
    data, repeats, smoke = options.data, options.repeats, options.smoke
    sizes = [1000] if smoke else [MIDDLE, BIG]
    growing = [1000] if smoke else [1000, 10_000, BIG]
    if options.large:
        growing.append(1_000_000)
    found: dict[str, Callable[[], dict[str, Any]]] = {}
    for size in sizes:
        found[f"match-{size}"] = lambda size=size: matching.run(size, repeats, data)
    found["draft"] = lambda: drafting.run(1000 if smoke else 3000, repeats, data)
    found["codelists"] = lambda: codelists.run(3000 if smoke else 900_000, repeats, data)
    found["start"] = lambda: start.run(repeats)
    found["ready"] = lambda: start.ready_to_pick(sizes[0], repeats, data)
    found["opening"] = lambda: opening.run(sizes[0], repeats, data)
    found["table"] = lambda: table.run(1000 if smoke else 100_000, repeats)
    found["index-emis"] = lambda: indexing.run(500 if smoke else 5000, repeats, data)
    for size in sizes:
        found[f"suggest-{size}"] = lambda size=size: suggest.run(size, range(1, repeats + 1))
    found["compare"] = lambda: comparing.run(150 if smoke else 1500, data)
    copied = [1000, 2000] if smoke else [MIDDLE, 2 * MIDDLE, BIG]
    found["compare-growth"] = lambda: comparing_growth.run(copied[0], copied, data)
    found["growth"] = lambda: growth.run(growing, repeats, data)
    found["practices"] = lambda: many_practices.run(2 if smoke else 4, sizes[0], repeats, data)
    return found


def main() -> int:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--smoke", action="store_true", help="1,000 patients, once, no page")
    parser.add_argument("--large", action="store_true", help="1,000,000 patients too")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each (default: 5)")
    parser.add_argument("--data", type=Path, help="where to keep the data (default: deleted)")
    parser.add_argument(
        "--out", type=Path, default=DOCS, help="where to write page and JSON (default: docs)"
    )
    parser.add_argument("--only", action="append", metavar="PART", help="only this part")
    options = parser.parse_args()
    if options.smoke:
        options.repeats = 1
    with tempfile.TemporaryDirectory() as temporary:
        options.data = (options.data or Path(temporary)).absolute()
        options.data.mkdir(parents=True, exist_ok=True)
        every = parts(options)
        unknown = sorted({*(options.only or ())} - {*every})
        if unknown:
            parser.error(f"there is no part {unknown[0]}; the parts are {', '.join(every)}")
        measured: Parts = {}
        # Growth first: the others use the data that it makes.
        for name in options.only or sorted(every, key=lambda name: name != "growth"):
            print(f"{name} …", file=sys.stderr, flush=True)
            began = time.perf_counter()
            measured[name] = dated(every[name](), time.perf_counter() - began)
            print(json.dumps(measured[name]["result"]), flush=True)
            if not options.smoke:  # part by part, so that an interrupted run keeps its results
                keep(options.out, {name: measured[name]}, list(every))
    for name, part in measured.items():
        print(f"{name}: {part['measuring_took_s']} s")
    if not options.smoke:
        print(f"written: {options.out / PAGE}")
    print("benchmarks: done, and all counts agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m benchmarks`: make the data, run everybody on it, write the page and the JSON.

    python -m pip install ".[bench]" && python -m benchmarks

`--smoke` runs everything at 1,000 patients, once, and writes nothing: does it run, do the counts
agree. `--large` adds a practice of 1,000,000 patients (some 200 million entries) to the growth.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import growth, many_practices, matching, start, suggest, table
from benchmarks.page import page
from benchmarks.timing import machine

ROOT = Path(__file__).parents[1]
REMARKS = Path(__file__).with_name("remarks.md")


def works(options: argparse.Namespace) -> dict[str, Callable[[], Any]]:
    """Give what is measured, by name."""
    data, repeats = options.data, options.repeats
    sizes = [1000] if options.smoke else [15_000, 100_000]
    growing = [1000] if options.smoke else [1000, 10_000, 100_000]
    if options.large:
        growing.append(1_000_000)
    found: dict[str, Callable[[], Any]] = {}
    for size in sizes:
        found[f"match-{size}"] = lambda size=size: matching.run(size, repeats, data)
    found["start"] = lambda: start.run(repeats)
    found["ready"] = lambda: start.ready_to_pick(sizes[0], repeats, data)
    found["table"] = lambda: table.run(1000 if options.smoke else 100_000, 1)
    for size in sizes:
        found[f"suggest-{size}"] = lambda size=size: _suggest(size, 1 if options.smoke else 5)
    found["growth"] = lambda: growth.run(growing, data)
    found["practices"] = lambda: many_practices.run(2 if options.smoke else 6, sizes[0], data)
    return found


def _suggest(patients: int, seeds: int) -> dict[str, Any]:
    found = suggest.run(patients, range(1, seeds + 1))
    rows = [
        {"what": name, "median": median(values), "least": min(values), "most": max(values)}
        for name, values in found.items()
    ]
    return {"work": "suggest", "patients": patients, "seeds": seeds, "times": rows}


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="1,000 patients, once, no page")
    parser.add_argument("--large", action="store_true", help="1,000,000 patients too")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--data", type=Path, help="where to keep the data (else thrown away)")
    parser.add_argument("--only", action="append", metavar="WORK", help="only this one")
    options = parser.parse_args()
    if options.smoke:
        options.repeats = 1
    with tempfile.TemporaryDirectory() as made:
        options.data = options.data or Path(made)
        results = []
        for name, work in works(options).items():
            if options.only and name not in options.only:
                continue
            print(f"{name} …", file=sys.stderr, flush=True)
            results.append(work())
            print(json.dumps(results[-1]), flush=True)
    if not options.smoke and not options.only:
        remarks = REMARKS.read_text(encoding="utf-8") if REMARKS.exists() else ""
        here = machine()
        text = page(results, here, remarks)
        (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8", newline="\n")
        told = json.dumps({"machine": here, "results": results}, indent=1)
        (ROOT / "docs" / "benchmarks.json").write_text(told + "\n", encoding="utf-8", newline="\n")
    print("benchmarks: done, and all counts agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())

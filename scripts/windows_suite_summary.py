"""Say what the runs of the test suite as Windows came to: counts, failures, reasons of skips.

    python scripts/windows_suite_summary.py FOLDER RUNS

FOLDER has the results of each run, as pytest writes them (JUnit XML). The exit code is 1 where a
test failed, or where fewer than RUNS runs wrote results: one was ended half-way.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET


@dataclass
class Results:
    """What one or several runs came to."""

    passed: int = 0
    seconds: float = 0
    failed: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, other: Results) -> None:
        """Add the results of another run."""
        self.passed += other.passed
        self.seconds += other.seconds
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        return (
            f"{self.passed:,} passed, {len(self.failed)} failed, {self.skipped.total()} skipped "
            f"in {self.seconds:,.0f} s"
        )


def read_results(path: Path) -> Results:
    """Read the results of a run."""
    results = Results()
    root = ET.parse(path).getroot()  # noqa: S314 - pytest has just written it
    for suite in root.iter("testsuite"):
        results.seconds += float(suite.get("time", "0"))
        for test in suite.iter("testcase"):
            skipped = test.find("skipped")
            if skipped is not None:
                results.skipped[reason_of(skipped)] += 1
            elif test.find("failure") is not None or test.find("error") is not None:
                results.failed.append(f"{test.get('classname')}::{test.get('name')}".lstrip(":"))
            else:
                results.passed += 1
    return results


def reason_of(skipped: ET.Element) -> str:
    """Return why a test was skipped, or a whole file, for which pytest has another form."""
    message = skipped.get("message", "")
    if message != "collection skipped":
        return message
    _, _, reason = ast.literal_eval(skipped.text or "('', 0, '')")
    return f"{reason.removeprefix('Skipped: ')} (a whole file)"


def main() -> int:
    """Print the figures; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("runs", type=int)
    options = parser.parse_args()
    total = Results()
    files = sorted(options.folder.glob("*.xml"))
    for path in files:
        results = read_results(path)
        print(f"{path.stem}: {results}")
        total.add(results)
    print(f"== all: {total}")
    for reason, count in total.skipped.most_common():
        print(f"skipped {count}: {reason}")
    for name in total.failed:
        print(f"FAILED {name}")
    if len(files) < options.runs:
        print(f"Of {options.runs} runs only {len(files)} came to their end.")
    return 1 if total.failed or len(files) < options.runs else 0


if __name__ == "__main__":
    sys.exit(main())

"""The hostile packs and conditions that are tried (tests/criteria) are as many as was asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CRITERIA = Path(__file__).resolve().parents[1] / "criteria"
sys.path.insert(0, str(CRITERIA))

from hostile_conditions import FAMILIES  # noqa: E402 - the folder's own helper

ASKED_FOR = {
    "functions that read": 50,
    "files as tables": 20,
    "subqueries and other tables": 50,
    "other functions": 50,
    "numbers": 20,
    "deep and long": 50,
}
PATTERNS = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
import polars as pl
from datetime import date
from recordpick.criteria.conditions import parse_condition
from recordpick.criteria.pack import columns_with, words_of
from recordpick.errors import UserError

columns, words = columns_with({}, "events"), words_of("events")
rows = pl.DataFrame({"term": ["a" * 2_000] * 2_000, "text": ["ab" * 1_000] * 2_000})
patterns = ["%a" * 200 + "b", "%" * 400 + "b", "_" * 400, "%_" * 200 + "b", "a%" * 300 + "c%",
            "(a+)+$", "[a-z]*%b", "%(a|a)*b%", "\\\\\\\\%", "%" + "ab" * 500 + "c"]
ran = refused = 0
for pattern in patterns:
    for column in ("term", "text"):
        for word in ("LIKE", "NOT LIKE"):
            try:
                asked = parse_condition(f"{column} {word} '{pattern}'", columns, words)
            except UserError:
                refused += 1
                continue
            rows.select(asked.expression(date(2026, 10, 1)))
            ran += 1
print(ran, refused)
"""


def test_at_least_three_hundred_hostile_spellings_are_tried() -> None:
    spellings = {text for family in FAMILIES.values() for text in family}
    assert len(spellings) >= 300
    assert {
        name: len(FAMILIES[name]) >= least for name, least in ASKED_FOR.items()
    } == dict.fromkeys(ASKED_FOR, True)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit of POSIX")
def test_patterns_made_to_take_for_ever_do_not() -> None:
    """Those that are let through run in linear time: 40 over 2,000 long texts in some seconds."""
    done = subprocess.run(
        [sys.executable, "-c", PATTERNS],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr[-1500:]
    ran, refused = map(int, done.stdout.split())
    assert ran + refused == 40
    assert ran > 0

"""Drafting: rules proposed for a sheet of 100 criteria in words, and how many patients each finds.

The sheet has what to find and the title of each of the 46 shipped criteria, and eight more. The
command runs as a process of its own, from its start to its end, as a person runs it; inside one
process, only proposing is timed, with nothing remembered from the run before.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.practices import index_of
from benchmarks.timing import as_rows, turn_by_turn
from recordpick.criteria.load import read_pack
from recordpick.criteria.templates import CriterionText, propose
from recordpick.criteria.templates.propose import _proposals
from recordpick.resources import general_practice_pack

MORE = (
    "Pts over 75 on more than eight rpts – check dose and review date",
    "Female aged 25 to 64 with no smear in the last 5 years",
    "T2DM with HbA1c > 58 in last year, not on metformin",
    "Child with 2 or 3 doses of MMR",
    "Routine referral to dermatology, still open",
    "Patient the receptionists know well",
    "Hypertensives with no BP in last 12/12",
    "AF but not anticoagulated",
)


def run(patients: int, repeats: int, data: Path) -> dict[str, Any]:
    """Time the command with an index of that many patients and without, and proposing alone."""
    index = index_of(patients, data)
    sheet = data / "hundred_criteria.csv"
    texts = _texts()
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Ref", "What to find"])
        writer.writerows((f"C{number:03}", text) for number, text in enumerate(texts, 1))
    contenders: dict[str, Callable[[], Any]] = {
        "the command, with the index": lambda: _command(sheet, "--index", str(index.folder)),
        "the command, without an index": lambda: _command(sheet),
        "proposing alone": lambda: _propose(texts),
    }
    timed = turn_by_turn(contenders, repeats, must_agree=False)
    return {
        "work": "draft",
        "patients": patients,
        "criteria": len(texts),
        "proposals": timed[-1].answer,
        "times": as_rows(timed),
    }


def _texts() -> list[str]:
    criteria = read_pack(general_practice_pack()).criteria
    texts = [*(one.find for one in criteria), *(one.title for one in criteria), *MORE]
    assert len(texts) == 100
    return texts


def _command(sheet: Path, *options: str) -> None:
    words = [sys.executable, "-m", "recordpick", "criteria", "draft", str(sheet), "--json"]
    subprocess.run([*words, *options], check=True, stdout=subprocess.DEVNULL)


def _propose(texts: list[str]) -> int:
    _proposals.cache_clear()
    return sum(len(propose(CriterionText("", "", text), date(2026, 10, 1))) for text in texts)

"""Every control of the hazard log names a test that is there and is run."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
LOG = TOP / "docs" / "clinical-safety" / "hazard-log.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
MATRIX = {
    "very high": (3, 4, 4, 5, 5),
    "high": (2, 3, 3, 4, 5),
    "medium": (2, 2, 3, 3, 4),
    "low": (1, 2, 2, 3, 4),
    "very low": (1, 1, 2, 2, 3),
}
SEVERITIES = ("minor", "significant", "considerable", "major", "catastrophic")
ASKED_FOR = (
    *("Wrong patient on the list", "Two patients confused", "answered wrongly", "left out"),
    *("biased", "stale index", "disclosed", "selection is lost", "mistaken for the system"),
)


def hazards() -> dict[str, str]:
    """Give each hazard's heading and text."""
    parts = re.split(r"^## (H\d\d .*)$", LOG.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@cache
def functions_of(path: str) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse((TOP / path).read_text(encoding="utf-8"))
    return {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_the_hazards_that_were_asked_for_are_there() -> None:
    headings = "\n".join(hazards())
    assert [what for what in ASKED_FOR if what not in headings] == []


@pytest.mark.parametrize("heading", hazards())
def test_each_hazard_says_everything(heading: str) -> None:
    """Hazard, causes, effect, risks by the matrix; each control with a test."""
    text = " ".join(hazards()[heading].split())
    for what in ("Hazard", "Causes", "Effect", "Initial risk", "Controls", "Residual risk"):
        assert f"**{what}**" in text
    rated = re.findall(r"risk\*\*: (\w+) × (very low|low|medium|high|very high) = (\d)", text)
    assert len(rated) == 2
    for severity, likelihood, product in rated:
        assert MATRIX[likelihood][SEVERITIES.index(severity)] == int(product)
    assert int(rated[1][2]) <= 2, "what is left is not acceptable"
    controls = re.split(r" - (?=[A-Z])", text.split("**Controls**")[1].split("- **Residual")[0])[1:]
    assert controls
    assert [control for control in controls if not NAMED.search(control)] == []


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED.findall(LOG.read_text("utf-8")))))
def test_each_control_has_a_test_that_is_run(path: str, name: str) -> None:
    """It is there, under a name that pytest collects, in each run, and is to pass."""
    assert name.startswith("test_")
    assert Path(path).name.startswith("test_")
    assert name in functions_of(path), f"{path} has no {name}"
    marks = [ast.unparse(mark) for mark in functions_of(path)[name].decorator_list]
    left_out = ("mark.skip", "mark.thorough")
    assert [mark for mark in marks if "xfail" in mark or mark.endswith(left_out)] == []
    skipped = [mark for mark in marks if "skip" in mark and not _for_a_system(mark)]
    assert skipped == []


def _for_a_system(mark: str) -> bool:
    """Tell whether a test is only skipped on systems that lack what it needs."""
    return "platform" in mark or "os.name" in mark


def test_the_readme_has_the_matrix_that_is_used() -> None:
    text = (LOG.parent / "README.md").read_text(encoding="utf-8")
    for likelihood, row in MATRIX.items():
        assert f"| {likelihood} | {' | '.join(map(str, row))} |" in text

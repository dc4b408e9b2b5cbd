"""The summary of the suite run as Windows: nothing that failed is left out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "windows_suite_summary.py"
SKIPPED = """
import pytest
pytest.skip("no pipes there", allow_module_level=True)
"""
MIXED = """
import pytest
@pytest.fixture
def broken():
    raise OSError
def test_passes(): pass
@pytest.mark.skip(reason="no file modes")
def test_skipped(): pass
"""
FAILING = "def test_fails(): assert False\n"
WITH_ERROR = "def test_has_an_error(broken): pass\n"


def summary(folder: Path, runs: int) -> tuple[int, list[str]]:
    words = [sys.executable, str(SCRIPT), str(folder), str(runs)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


def run(folder: Path, name: str, source: str) -> None:
    """Run a file of tests as the suite does, with results in XML."""
    (folder / f"test_{name}.py").write_text(source, encoding="utf-8")
    pytest_alone = (
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        "none.ini",
        "-p",
        "no:cacheprovider",
    )
    (folder / "none.ini").write_text("[pytest]\n", encoding="utf-8")
    subprocess.run(
        [*pytest_alone, f"--junit-xml={name}.xml", f"test_{name}.py"],
        cwd=folder,
        capture_output=True,
        check=False,
    )


def test_every_failure_is_named_and_every_skip_has_its_reason(tmp_path):
    """A whole file that is skipped has its reason as a single test has."""
    run(tmp_path, "skipped", SKIPPED)
    run(tmp_path, "mixed", MIXED)
    code, lines = summary(tmp_path, 2)
    assert code == 0
    assert "== all: 1 passed, 0 failed, 2 skipped" in "\n".join(lines)
    assert "skipped 1: no file modes" in lines
    assert "skipped 1: no pipes there (a whole file)" in lines

    run(tmp_path, "failing", MIXED + FAILING + WITH_ERROR)
    code, lines = summary(tmp_path, 3)
    assert code == 1
    assert lines[-2:] == [
        "FAILED test_failing::test_fails",
        "FAILED test_failing::test_has_an_error",
    ]


@pytest.mark.parametrize(("runs", "code"), [(1, 0), (2, 1)])
def test_a_run_that_was_ended_half_way_is_a_failure(tmp_path, runs, code):
    """A run that wrote no results has not passed."""
    run(tmp_path, "mixed", MIXED)
    returned, lines = summary(tmp_path, runs)
    assert returned == code
    assert ("only 1 came to their end" in lines[-1]) == bool(code)

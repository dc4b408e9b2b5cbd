"""The plugin that calls each test function once: none is left out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[1]
CASES = """
import pytest
@pytest.mark.parametrize("n", range(5))
def test_many(n): assert n == 0
def test_one(): pass
class TestOthers:
    @pytest.mark.parametrize("n", ["a[b", "c"])
    def test_many(self, n): assert n == "a[b"
"""


def test_each_function_is_called_once(tmp_path):
    """The first case of each, in classes too; the others are counted as deselected."""
    (tmp_path / "test_cases.py").write_text(CASES, encoding="utf-8")
    (tmp_path / "none.ini").write_text("[pytest]\n", encoding="utf-8")
    alone = ("-c", tmp_path / "none.ini", "-p", "no:cacheprovider", "-p", "scripts.one_case_each")
    words = [sys.executable, "-m", "pytest", *map(str, alone), str(tmp_path)]
    done = subprocess.run(words, cwd=TOP, capture_output=True, text=True, check=False)
    assert "3 passed, 5 deselected" in done.stdout, done.stdout

"""Ended at any moment: nothing half-done is taken for done, and what was left is taken away."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from recordpick.errors import UserError
from recordpick.index.practice_index import open_index
from recordpick.whole import whole_folder, write_new

HERE = Path(__file__).parent


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_commands_that_are_killed_leave_whole_things_or_none(tmp_path: Path) -> None:
    """Exporting, drawing and replacing an index, ended 15 times (docs: Tests, long runs)."""
    run = subprocess.run(
        [
            *(sys.executable, str(HERE / "kill_anything.py"), str(tmp_path), "15", "1"),
            *("export", "draw", "index-again"),
        ],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert run.returncode == 0, run.stderr
    assert "killed in all" in run.stdout


def _left_by_a_killed_program(folder: Path, ending: str, *, seconds_ago: float) -> Path:
    left = folder / f".out.abcd1234.{ending}"
    left.mkdir(mode=0o700)
    (left / "patients.parquet").write_bytes(b"unfinished")
    for path in (left / "patients.parquet", left):
        os.utime(path, (time.time() - seconds_ago,) * 2)
    return left


def test_what_a_killed_program_left_is_taken_away_after_an_hour(tmp_path: Path) -> None:
    """Patient data does not stay in hidden folders; what may be at work still is left alone."""
    old = _left_by_a_killed_program(tmp_path, "part", seconds_ago=4_000)
    older = old.rename(old.with_name(".out.zzzz9999.part"))
    new = _left_by_a_killed_program(tmp_path, "part", seconds_ago=60)
    others = [tmp_path / ".out.notes.part", tmp_path / ".other.abcd1234.part"]
    for other in others:
        other.mkdir()
        os.utime(other, (0, 0))
    with whole_folder(tmp_path / "out") as folder:
        write_new(folder / "a", b"1")
    assert not older.exists()
    assert new.exists()
    assert all(other.exists() for other in others)


def test_an_index_that_was_being_replaced_is_kept_while_there_is_no_other(tmp_path: Path) -> None:
    """Ended between the two renames, the earlier index is the only one there is."""
    earlier = _left_by_a_killed_program(tmp_path, "old", seconds_ago=4_000)
    with whole_folder(tmp_path / "out") as folder:
        write_new(folder / "a", b"1")
        assert earlier.exists()
    with whole_folder(tmp_path / "out", lambda _: None) as folder:
        write_new(folder / "a", b"2")
    assert not earlier.exists()


def test_an_unfinished_index_is_not_taken_for_one(tmp_path: Path) -> None:
    """The manifest is written last: a folder without it is no index."""
    pl.DataFrame({"patient_id": ["1"]}).write_parquet(tmp_path / "patients.parquet")
    with pytest.raises(UserError, match="is not a practice index"):
        open_index(tmp_path)

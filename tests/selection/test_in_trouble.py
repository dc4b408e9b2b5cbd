"""Killed, no room on the disk, no permission: nothing acknowledged is lost, and people see why."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from working_files import JO, START, new_file, worked_on

from recordpick.errors import UserError
from recordpick.selection.working_file import WorkingFile

LIMITS = pytest.mark.skipif(sys.platform == "win32", reason="needs a limit of POSIX")
MODES = pytest.mark.skipif(sys.platform == "win32", reason="needs file modes and users of POSIX")
NOBODY = 65534


@contextmanager
def files_no_longer_than(size):
    """A disk without room, as far as this program can tell."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def somebody_without_rights():
    """Root may write everywhere: be somebody else for a while."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if before == 0:
            os.seteuid(before)


def test_a_program_that_is_killed_loses_nothing_it_acknowledged(tmp_path):
    """Ended at any moment: the file opens, and has every change that was said to be in."""
    times = "5" if sys.platform == "win32" else "20"  # programs start slowly there
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("kill_it.py")), str(tmp_path), times],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert run.returncode == 0, run.stderr
    assert f"{times} killed" in run.stdout


@LIMITS
def test_no_room_for_a_change(file, path):
    """It is refused in words and not shown; what was there stays, and work goes on with room."""
    notes = iter(range(1_000))

    def note_until_it_is_full():
        while True:
            selection = file.note(f"P{next(notes)}", "x" * 2_000)
            assert selection is file.selection

    with (
        files_no_longer_than(path.stat().st_size + 20_000),
        pytest.raises(UserError, match=r"practice\.recordpick could not be used"),
    ):
        note_until_it_is_full()
    events = file.events
    assert len(events) == next(notes)
    assert len(file.selection.notes) == len(events) - 1
    file.note("P30", "after")
    with WorkingFile.open(path, read_only=True) as again:
        assert again.events[: len(events)] == events
        assert again.selection == file.selection


@LIMITS
def test_no_room_for_a_new_file(path):
    """Nothing is left of it."""
    with files_no_longer_than(2_000), pytest.raises(UserError, match="could not be"):
        new_file(path)
    assert list(path.parent.iterdir()) == []


@LIMITS
def test_no_room_for_the_copy_of_the_day(path):
    """People are warned, and can go on."""
    worked_on(path).close()
    with files_no_longer_than(2_000), WorkingFile.open(path, JO) as file:
        assert "copy of practice.recordpick could not be made" in file.warnings[0]
        assert not file.read_only
    assert [beside.name for beside in path.parent.iterdir()] == [path.name]


@MODES
def test_a_folder_that_cannot_be_written_to(path):
    """The file opens to be read only, and says that it is the folder."""
    worked_on(path).close()
    path.chmod(0o666)
    path.parent.parent.chmod(0o755)
    path.parent.chmod(0o555)
    try:
        with somebody_without_rights(), WorkingFile.open(path, JO) as file:
            assert file.read_only
            assert f"Nothing can be written in the folder {path.parent}" in file.why_read_only
            assert file.selection.picks
            with pytest.raises(UserError, match="cannot be changed"):
                file.pick("MED-04", ["P09"])
        with somebody_without_rights(), pytest.raises(UserError, match="you may not write there"):
            new_file(path.with_name("other.recordpick"))
    finally:
        path.parent.chmod(0o755)
    assert [beside.name for beside in path.parent.iterdir()] == [path.name]


@MODES
def test_a_file_that_can_only_be_read(path):
    """It opens to be read only, and says that it is the file."""
    worked_on(path).close()
    path.chmod(0o444)
    path.parent.parent.chmod(0o755)
    path.parent.chmod(0o777)
    with somebody_without_rights(), WorkingFile.open(path, JO) as file:
        assert file.read_only
        assert "practice.recordpick can only be read" in file.why_read_only
        assert file.selection.picks


@MODES
def test_a_file_that_may_not_even_be_read(path):
    """Is said to be so."""
    worked_on(path).close()
    path.parent.parent.chmod(0o755)
    path.parent.chmod(0o755)
    path.chmod(0)
    with somebody_without_rights(), pytest.raises(UserError, match=r"cannot be read: Permission"):
        WorkingFile.open(path, JO)


def test_what_a_program_left_unfinished_is_removed(path):
    """After an hour, so that nothing of a program at work is; copies hold patient data too."""
    worked_on(path).close()
    old = path.with_name(f".{path.name}.2026-10-05.backup.0123456789abcdef.part")
    new = path.with_name(f".{path.name}.lock.0123456789abcdef.part")
    for left in (old, new):
        left.write_bytes(b"unfinished")
    os.utime(old, (START.timestamp() - 4_000, START.timestamp() - 4_000))
    os.utime(new, (START.timestamp() - 10, START.timestamp() - 10))
    with WorkingFile.open(path, JO, now=lambda: START):
        assert not old.exists()
        assert new.exists()

"""A working file damaged, replaced or deleted while it is open; daily copies; saving elsewhere."""

from __future__ import annotations

import errno
import os
import sys
from datetime import UTC, datetime, timedelta

import pytest
from working_files import JO, SAM, START, filled, new_file, worked_on

from recordpick.errors import UserError
from recordpick.selection import backup, file_state
from recordpick.selection.backup import backups
from recordpick.selection.database_errors import (
    BusyError,
    NoFileLocksError,
    NotSavedError,
    as_user_error,
    has_file_locks,
)
from recordpick.selection.opening import DamagedFileError
from recordpick.selection.working_file import WorkingFile


def overwrite(path, at, content, *, keep_time=False):
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)
    if keep_time:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def pages(path):
    return range(0, path.stat().st_size, 4096)


@pytest.mark.parametrize("keep_time", [False, True])
@pytest.mark.parametrize("short", [True, False], ids=["a short file", "a long one"])
def test_no_change_goes_into_a_damaged_file(tmp_path, monkeypatch, keep_time, short):
    """Whichever page is overwritten, also where the time of change says nothing.

    Of a long file each tenth change finds what nothing else shows.
    """
    if not short:
        monkeypatch.setattr(file_state, "SHORT", 4096)
        monkeypatch.setattr(file_state, "WHOLE_EVERY", 1 if keep_time else 10)
    for number in range(6):
        path = tmp_path / f"{number}.recordpick"
        file = worked_on(path)
        at = pages(path)[number]
        overwrite(path, at, bytes(4096), keep_time=keep_time)
        content, held = path.read_bytes(), file.events
        with pytest.raises(NotSavedError, match="damaged") as error:
            file.note("P09", "after")
        assert error.value.at_risk
        assert file.events == held
        assert path.read_bytes() == content
        file.close()
        with WorkingFile.open(file.save_copy(tmp_path / f"{number}-copy.recordpick"), JO) as copy:
            assert copy.events == held


def test_a_file_whose_tables_are_gone_is_damaged_and_not_our_bug(file, path):
    """SQLite then reports that there is no such table."""
    file.pick("MED-04", ["P01"])
    content = bytearray(path.read_bytes())
    content[100:4096] = content[100:4096].replace(b"TABLE meta", b"TABLE mata")
    path.write_bytes(content)
    with pytest.raises(NotSavedError, match="was damaged while it was open"):
        file.note("P09", "after")


def test_bytes_that_hold_nothing_make_no_difference(file, path):
    """Something behind the end, or another time of change: the next change is saved."""
    with path.open("ab") as end:
        end.write(bytes(4096))
    file.pick("MED-04", ["P01"])
    os.utime(path, (1, 1))
    file.pick("MED-04", ["P02"])
    with WorkingFile.open(path, read_only=True) as again:
        assert again.events == file.events


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows does not let open files be replaced or deleted"
)
def test_a_file_that_is_gone_or_replaced_is_reported(file, path):
    """And what is held can be saved under the same name again."""
    file.pick("MED-04", ["P01"])
    content = path.read_bytes()
    path.unlink()
    with pytest.raises(NotSavedError, match="is not there any more, so nothing was saved") as error:
        file.pick("MED-04", ["P02"])
    assert error.value.at_risk
    path.write_bytes(content)
    with pytest.raises(NotSavedError, match="replaced by another file") as error:
        file.pick("MED-04", ["P02"])
    assert not error.value.at_risk, "all that is held is on the disk"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(NotSavedError, match="replaced by another file"):
        file.pick("MED-04", ["P02"])
    path.unlink()
    held = file.events
    file.close()
    file.save_copy(path)
    with WorkingFile.open(path, JO) as again:
        assert again.events == held


def test_a_copy_is_of_the_version_that_its_events_need(path):
    """A file with results of data checking is one of version 5: an older recordpick says so."""
    with new_file(path) as file:
        file.pick("DEM-01", ["P01"])
        file.import_results(filled("first check", "ab" * 32, {("DEM-01", "P01"): ("same",)}))
        copy = file.save_copy(path.with_name("copy.recordpick"))
        assert copy.read_bytes()[60:64] == path.read_bytes()[60:64] == (5).to_bytes(4, "big")
        with WorkingFile.open(copy, JO) as again:
            assert again.events == file.events
            assert again.selection == file.selection
        with pytest.raises(UserError, match="already exists: choose another name"):
            file.save_copy(path)


def test_what_is_sound_of_a_damaged_file_can_be_saved_as_a_whole_one(path):
    """Opened to save what is sound, it is saved as far as that; work goes on in the copy."""
    worked_on(path).close()
    with WorkingFile.open(path, read_only=True) as file:
        events = file.events
    content = path.read_bytes()
    path.write_bytes(content.replace(b"moved away", b"moved Away"))
    with pytest.raises(DamagedFileError):
        WorkingFile.open(path, JO)
    with WorkingFile.open(path, JO, salvage=True) as file:
        copy = file.save_copy(path.with_name("copy.recordpick"))
    with WorkingFile.open(copy, JO) as saved:
        assert 1 < len(saved.events) < len(events)
        assert saved.events == events[: len(saved.events)]
        saved.note("P09", "goes on")


def test_a_copy_is_made_before_the_first_change_of_each_day(path):
    """Also where the file stays open over midnight: as it was before the day's work."""
    now = [datetime(2026, 10, 6, 16, tzinfo=UTC)]
    new_file(path).close()
    with WorkingFile.open(path, JO, now=lambda: now[0]) as file:
        file.pick("MED-04", ["P01"])
        for day in range(3):
            before = path.read_bytes()
            file.note("P01", f"day {day}")
            file.note("P02", f"day {day}")
            copies = {copy.name for copy in backups(path)}
            today = f"{path.name}.{now[0].astimezone().date()}.backup"
            assert (today in copies) == (day > 0), "the first day the file was new"
            if day:
                assert (path.parent / today).read_bytes() == before
            now[0] += timedelta(days=1)
        assert len(backups(path)) == 2


def test_a_damaged_file_is_not_copied(path):
    """The copy of the day would be as damaged, and take the place of a sound one."""
    now = [START]
    worked_on(path).close()
    with WorkingFile.open(path, JO, now=lambda: now[0]) as file:
        file.note("P01", "first")
        now[0] += timedelta(days=1)
        overwrite(path, pages(path)[2], b"\xff" * 4096)
        copies = backups(path)
        with pytest.raises(NotSavedError, match="damaged while it was open"):
            file.note("P01", "second")
        assert backups(path) == copies


@pytest.mark.parametrize(
    "what",
    [
        "no room",
        pytest.param(
            "a link",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="links need rights there"),
        ),
    ],
)
def test_a_copy_that_cannot_be_made_is_reported_and_work_goes_on(path, monkeypatch, what):
    """There may be no room for it, or something else of its name."""

    def no_room(*_):
        raise OSError(errno.ENOSPC, "no room")

    now = [START]
    worked_on(path).close()
    with WorkingFile.open(path, JO, now=lambda: now[0]) as file:
        now[0] += timedelta(days=1)
        copy = path.with_name(f"{path.name}.{now[0].astimezone().date()}.backup")
        if what == "a link":
            copy.symlink_to("nowhere")
        else:
            monkeypatch.setattr(backup, "write_new", no_room)
        file.note("P01", "second")
        assert "copy of practice.recordpick could not be made" in file.warnings[0]
        assert file.selection.notes["P01"] == "second"


@pytest.mark.skipif(sys.platform == "win32", reason="the locks of files there never fail so")
def test_drives_without_file_locks_are_named_as_such(path, monkeypatch):
    """SQLite says that it is busy, or that locking fails: what helps is another drive."""
    import fcntl
    import sqlite3

    assert has_file_locks(path.parent)

    def no_locks(*_):
        raise OSError(errno.ENOLCK, "no locks here")

    def fails(code):
        error = sqlite3.OperationalError("locking protocol")
        error.sqlite_errorname = code
        with as_user_error(path):
            raise error

    with pytest.raises(BusyError):
        fails("SQLITE_BUSY")
    with pytest.raises(NoFileLocksError, match="on a drive without file locks"):
        fails("SQLITE_IOERR_LOCK")
    monkeypatch.setattr(fcntl, "lockf", no_locks)
    with pytest.raises(NoFileLocksError, match="Copy it to a disk of this computer"):
        fails("SQLITE_BUSY")
    assert list(path.parent.iterdir()) == []


def test_a_file_on_a_drive_without_file_locks_can_be_read(path, monkeypatch):
    """It opens to be read only, and says why; the other person's work is seen."""
    from recordpick.selection.store import Store

    worked_on(path).close()
    events = WorkingFile.open(path, read_only=True).events

    def cannot_lock(*_, **__):
        raise NoFileLocksError(f"{path} is on a drive without file locks")

    monkeypatch.setattr(Store, "open", cannot_lock)
    with WorkingFile.open(path, SAM) as file:
        assert file.read_only
        assert "without file locks" in file.why_read_only
        assert file.events == events

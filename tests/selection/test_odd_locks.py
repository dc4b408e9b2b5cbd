"""Locks of an earlier start of the computer, and what has a lock's name without being one."""

from __future__ import annotations

import json
import os
import sys

import psutil
import pytest
from working_files import JO, SAM, new_file

from recordpick.selection import lock as locks
from recordpick.selection.lock import Holder, computer_name, lock_path, read_lock
from recordpick.selection.working_file import WorkingFile

OTHER = psutil.Process().ppid()
"""A program that runs now: the one that started this. (`os.getppid` needs what Wine lacks.)"""
POSIX_ONLY = pytest.mark.skipif(sys.platform == "win32", reason="pipes and links are POSIX's")
LONG_AGO = "2001-01-01T08:00:00+00:00"


def leave_lock(path, **said):
    """Leave a lock of a program that runs now, unless it says otherwise."""
    lock = {
        "token": "0" * 32,
        "who": "Al Gone",
        "host": computer_name(),
        "pid": OTHER,
        "since": "2100-01-01T08:00:00+00:00",
        **said,
    }
    lock_path(path).write_text(json.dumps(lock), encoding="ascii")


def test_a_lock_of_before_the_last_start_is_stale_whatever_its_number(path):
    """The program that has the number now is another one."""
    new_file(path).close()
    assert psutil.pid_exists(OTHER)
    leave_lock(path)
    with WorkingFile.open(path, JO) as file:
        assert file.held_by.startswith("Al Gone")
    leave_lock(path, since=LONG_AGO)
    with WorkingFile.open(path, JO) as file:
        assert not file.read_only
        assert file.warnings == ()
    leave_lock(path, since=LONG_AGO, host="another")
    with WorkingFile.open(path, JO) as file:
        assert file.read_only, "nobody here knows when that computer was started"


def test_starts_are_compared_by_name_where_they_have_one(monkeypatch):
    """A clock that was put forward since makes no lock stale."""
    monkeypatch.setattr(locks, "boot_id", lambda: "this start")
    here = Holder("", "Al", computer_name(), OTHER, LONG_AGO, "this start")
    assert not here.is_stale
    assert Holder("", "Al", computer_name(), OTHER, "", "an earlier one").is_stale


def test_our_own_lock_names_this_start(file, path):
    """So that it is recognised after the next start."""
    assert read_lock(lock_path(path)).boot == locks.boot_id()
    assert json.loads(lock_path(path).read_text(encoding="ascii")).keys() >= {"token", "boot"}


@POSIX_ONLY
@pytest.mark.parametrize("kind", ["pipe", "link", "broken link", "folder", "device"])
def test_a_lock_that_is_not_a_file_holds_until_it_is_taken_over(path, kind):
    """It keeps nobody waiting; what a link leads to is not touched."""
    new_file(path).close()
    lock, other = lock_path(path), path.with_name("other")
    other.write_text("mine", encoding="utf-8")
    match kind:
        case "pipe":
            os.mkfifo(lock)
        case "folder":
            lock.mkdir()
        case _:
            lock.symlink_to({"link": other, "device": "/dev/zero"}.get(kind, "nowhere"))
    word = kind if kind in {"pipe", "folder"} else "link"
    with WorkingFile.open(path, JO) as file:
        assert file.read_only
        assert f"the lock is a {word}" in file.held_by
    with WorkingFile.open(path, JO, take_over=True) as file:
        file.pick("MED-04", ["P01"])
        assert f"the lock is a {word}" in file.taken_over
    assert other.read_text(encoding="utf-8") == "mine"
    assert not lock.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"since": "9999-12-31T23:59:59-14:00"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"since": "2026-10-05"},
        {"since": "now"},
        {"pid": 2**80},
        {"pid": 1e400},
        {"pid": "1"},
        {"who": "\ud800" * 5_000},
        {"who": None},
        {"boot": 7},
    ],
)
def test_a_lock_that_says_nonsense(path, said):
    """It neither crashes nor hangs, and holds until it is taken over, or is stale."""
    new_file(path).close()
    leave_lock(path, **said)
    with WorkingFile.open(path, JO) as file:
        assert len(file.held_by) < 300
        assert "9999" not in file.held_by
    with WorkingFile.open(path, JO, take_over=True) as file:
        file.pick("MED-04", ["P01"])


def test_taking_over_says_from_whom(file, path):
    """Who, where, since when; without anybody there it says nothing."""
    with WorkingFile.open(path, SAM, take_over=True) as second:
        assert second.taken_over.startswith(f"Taken over from {JO.name} on {computer_name()} since")
    file.close()
    with WorkingFile.open(path, SAM, take_over=True) as third:
        assert third.taken_over == ""

"""Two people and one file: one writes, the other reads and sees who has it and since when."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import threading

import pytest
from working_files import JO, SAM, new_file

from recordpick.errors import UserError
from recordpick.selection.lock import computer_name, lock_path
from recordpick.selection.working_file import WorkingFile


def leave_lock(path, **said):
    """Leave a lock as another program would."""
    lock = {
        "token": "0" * 32,
        "who": "Al Gone",
        "host": computer_name(),
        "pid": os.getpid(),
        "since": "2026-10-05T08:00:00+00:00",
        **said,
    }
    lock_path(path).write_text(json.dumps(lock), encoding="utf-8")


def number_of_a_program_that_ended():
    with subprocess.Popen([sys.executable, "-c", "pass"]) as program:
        program.wait()
    return program.pid


def test_the_second_reads_and_sees_who_has_the_file(file, path):
    """With the holder's name, computer and time; what the first did is there."""
    file.pick("MED-04", ["P01"])
    with WorkingFile.open(path, SAM) as second:
        assert second.read_only
        assert second.held_by.startswith(f"{JO.name} on {computer_name()} since 05 Oct 2026 ")
        assert second.selection == file.selection
        with pytest.raises(UserError, match=f"cannot be changed. {JO.name} on .* has this file"):
            second.pick("MED-04", ["P02"])
    file.pick("MED-04", ["P02"])


def test_the_second_sees_what_the_first_goes_on_to_do(file, path):
    """When they ask for it."""
    with WorkingFile.open(path, SAM) as second:
        file.pick("MED-04", ["P01"])
        assert second.selection.picks == ()
        assert second.refresh() == file.selection


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_one_file_by_two_names(file, path):
    """Whoever opens it by another name sees the same."""
    other = path.with_name("link.recordpick")
    other.symlink_to(path)
    with WorkingFile.open(other, SAM) as second:
        assert second.held_by.startswith(JO.name)
    assert file.pick("MED-04", ["P01"]).count("MED-04") == 1


def test_somebody_who_signs_in_later_is_named_too(path):
    """The app asks for the name after opening."""
    new_file(path).close()
    with WorkingFile.open(path) as first:
        first.sign_in(SAM)
        with WorkingFile.open(path, JO) as second:
            assert second.held_by.startswith(SAM.name)
        first.pick("MED-04", ["P01"])
    assert not lock_path(path).exists()


def test_a_drive_without_hard_links(path, monkeypatch):
    """Memory sticks and some network drives have none: files are made and locked all the same."""

    def no_links(*_):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    with new_file(path) as file, WorkingFile.open(path, SAM) as second:
        file.pick("MED-04", ["P01"])
        assert second.held_by.startswith(JO.name)
        with pytest.raises(UserError, match="already exists"):
            new_file(path)
    assert [beside.name for beside in path.parent.iterdir()] == [path.name]


def test_who_closes_the_file_leaves_it_to_others(file, path):
    """The lock goes with them."""
    file.close()
    assert not lock_path(path).exists()
    with WorkingFile.open(path, SAM) as second:
        assert not second.read_only


def test_a_lock_left_by_a_program_that_crashed_is_removed(path):
    """It is known by its number on this computer; also where the number is ours again."""
    new_file(path).close()
    for pid in (number_of_a_program_that_ended(), os.getpid()):
        leave_lock(path, pid=pid)
        with WorkingFile.open(path, JO) as file:
            assert not file.read_only


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"token": "1"}', b"\xff\xfe", b"[" * 100_000]
)
def test_a_lock_that_says_nothing_holds_until_it_is_taken_over(path, content):
    """Somebody may be at work: only a person can say that nobody is."""
    new_file(path).close()
    lock_path(path).write_bytes(content)
    with WorkingFile.open(path, JO) as file:
        assert file.read_only
        assert file.held_by == "somebody"
    with WorkingFile.open(path, JO, take_over=True) as file:
        assert not file.read_only


def test_a_lock_of_another_computer_holds_until_it_is_taken_over(path):
    """Nobody here can know whether that program still runs."""
    new_file(path).close()
    leave_lock(path, host="another", pid=1)
    with WorkingFile.open(path, JO) as file:
        assert file.held_by.startswith("Al Gone on another since 05 Oct 2026 ")
        assert file.read_only
    with WorkingFile.open(path, JO, take_over=True) as file:
        file.pick("MED-04", ["P01"])


def test_who_was_taken_over_writes_nothing_more(file, path):
    """They see by whom; the other goes on undisturbed, also when the first closes."""
    file.pick("MED-04", ["P01"])
    with WorkingFile.open(path, SAM, take_over=True) as second:
        with pytest.raises(UserError, match=f"{SAM.name} on .* has taken this working file over"):
            file.pick("MED-04", ["P02"])
        second.pick("MED-04", ["P03"])
        file.close()
        second.pick("MED-04", ["P04"])
    with WorkingFile.open(path, read_only=True) as last:
        assert [pick.patient_id for pick in last.selection.picks] == ["P01", "P03", "P04"]


def test_two_who_both_believe_to_hold_the_file(file, path):
    """Should the lock ever fail, the journal only grows at the end that was read."""
    ours = lock_path(path).read_bytes()
    with WorkingFile.open(path, SAM, take_over=True) as second:
        second.pick("MED-04", ["P01"])
        lock_path(path).write_bytes(ours)
        with pytest.raises(UserError, match="changed by somebody else in the meantime"):
            file.pick("MED-04", ["P02"])
    with WorkingFile.open(path, read_only=True) as last:
        assert [pick.patient_id for pick in last.selection.picks] == ["P01"]


def test_a_file_that_a_sync_program_replaces_while_open(file, path):
    """What would go into the file that was there is not said to be saved; Windows keeps it off."""
    copy = path.with_name("copy")
    shutil.copyfile(path, copy)
    if sys.platform == "win32":
        with pytest.raises(PermissionError):
            copy.replace(path)
        file.pick("MED-04", ["P01"])
        return
    copy.replace(path)
    with pytest.raises(UserError, match="replaced by another file, while it was open, so nothing"):
        file.pick("MED-04", ["P01"])
    with WorkingFile.open(path, read_only=True) as last:
        assert last.selection.picks == ()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not let open files be moved")
def test_a_folder_that_vanishes_and_comes_back(file, path):
    """A network drive that is gone for a while: nothing is saved until then, and work goes on."""
    away = path.parent.with_name("away")
    path.parent.rename(away)
    with pytest.raises(UserError, match="nothing was saved"):
        file.pick("MED-04", ["P01"])
    assert file.selection.picks == ()
    away.rename(path.parent)
    file.pick("MED-04", ["P02"])
    with WorkingFile.open(path, read_only=True) as last:
        assert [pick.patient_id for pick in last.selection.picks] == ["P02"]


def test_a_copy_made_while_the_file_is_open_is_whole(file, path):
    """As a backup program makes it between two changes."""
    file.pick("MED-04", ["P01"])
    copy = path.with_name("copy.recordpick")
    shutil.copyfile(path, copy)
    with WorkingFile.open(copy, SAM) as copied:
        assert copied.selection == file.selection
        assert not copied.read_only


def test_several_threads_may_pick(file):
    """The app picks from workers: nothing is lost, and no number is passed."""
    refused = []

    def pick(patient_id):
        try:
            file.pick("ALL-02", [patient_id])
        except UserError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=pick, args=[f"P{number:02d}"]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert file.selection.count("ALL-02") == 3
    assert len(refused) == 5

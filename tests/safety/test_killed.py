"""Ended at any moment: nothing half-done is taken for done, and what was left is taken away."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from examples import usually
from recordpick.atomic import atomic_folder, restore_interrupted, write_new
from recordpick.criteria.load import parse_pack
from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import open_index
from recordpick.selection.events import Person
from recordpick.selection.find_index import index_of
from recordpick.selection.working_file import WorkingFile

HERE = Path(__file__).parent
ENDED_BETWEEN_THE_RENAMES = """
import os, signal, sys
from pathlib import Path
from recordpick.atomic import atomic_folder, write_new

def watch(event, arguments):
    if event == "os.rename" and Path(str(arguments[1])) == out:
        print("between", flush=True)
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))  # Windows ends it at once

out = Path(sys.argv[1])
with atomic_folder(out, lambda _: None) as made:
    write_new(made / "unfinished", b"1")
    sys.addaudithook(watch)
"""
PACK = """
[pack]
title = "Everybody"
version = "1"

[[criterion]]
id = "ALL-01"
area = "Area"
title = "Everybody"
find = "Everybody."

[[criterion.rule]]
says = "a woman"
table = "patients"
where = "sex = 'F'"
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
@pytest.mark.parametrize("commands", usually(["export draw", "upgrade index-again"], "export draw"))
def test_commands_that_are_killed_leave_whole_things_or_none(commands: str, tmp_path: Path) -> None:
    """Each command ended twice or three times (docs: Tests, long runs)."""
    run = subprocess.run(
        [
            *(sys.executable, str(HERE / "kill_anything.py"), str(tmp_path), "5", "1"),
            *commands.split(),
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
    with atomic_folder(tmp_path / "out") as folder:
        write_new(folder / "a", b"1")
    assert not older.exists()
    assert new.exists()
    assert all(other.exists() for other in others)


def _index(folder: Path, patient_id: str) -> Path:
    """Make an index of one patient, by hand."""
    source = folder.with_name(f"source-{patient_id}")
    source.mkdir()
    pl.DataFrame({"patient_id": [patient_id]}).write_csv(source / "patients.csv")
    return build_index([source], folder, as_at=date(2026, 10, 1)).folder


def _killed_between_the_renames(out: Path) -> None:
    """Replace what is at `out` in a program that is ended when nothing stands there."""
    run = subprocess.run(
        [sys.executable, "-c", ENDED_BETWEEN_THE_RENAMES, str(out)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert run.returncode not in {0, 1}, run.stderr
    assert run.stdout == "between\n"
    assert not out.exists()


def test_an_index_that_was_being_replaced_is_put_back_by_who_opens_it(tmp_path: Path) -> None:
    """Ended between the two renames, the earlier index is whole beside its place."""
    out = _index(tmp_path / "index", "A")
    _killed_between_the_renames(out)
    assert open_index(out).scan("patients").collect()["patient_id"].to_list() == ["A"]
    assert list(tmp_path.glob(".*.old")) == []


def test_an_index_that_was_being_replaced_is_put_back_for_its_working_file(tmp_path: Path) -> None:
    """The working file says where its index was, and nobody need know what happened."""
    out = _index(tmp_path / "index", "A")
    pack = parse_pack({"pack.toml": PACK})
    path = tmp_path / "work.recordpick"
    kim = Person("Kim", "practice")
    WorkingFile.create(path, pack, open_index(out), date(2026, 10, 1), "A", kim).close()
    _killed_between_the_renames(out)
    with WorkingFile.open(path, kim) as file:
        assert index_of(file).folder == out


def test_what_was_being_replaced_stays_when_its_replacement_fails_too(tmp_path: Path) -> None:
    """It is put back before anything else is done, and the next index takes its place whole."""
    out = _index(tmp_path / "index", "A")
    _killed_between_the_renames(out)
    with pytest.raises(UserError, match="no such"):
        build_index([tmp_path / "nowhere"], out)
    assert (out / "index.json").is_file()
    assert _index(out, "B") == out
    assert open_index(out).scan("patients").collect()["patient_id"].to_list() == ["B"]
    assert list(tmp_path.glob(".*.old")) == []


def test_the_last_of_several_that_were_replaced_is_put_back(tmp_path: Path) -> None:
    """Whatever their names; and nothing of another's that only looks like it."""
    for name, text in (("zzzz9999", b"first"), ("aaaa0000", b"last")):
        earlier = tmp_path / f".out.{name}.old"
        earlier.mkdir()
        write_new(earlier / "a", text)
        os.utime(earlier)
        while time.time_ns() < earlier.stat().st_ctime_ns + 20_000_000:
            pass  # files know no finer time than that
    (tmp_path / ".outer.aaaa0000.old").mkdir()
    assert restore_interrupted(tmp_path / "out") == tmp_path / "out"
    assert (tmp_path / "out" / "a").read_bytes() == b"last"
    assert restore_interrupted(tmp_path / "out") is None
    assert restore_interrupted(tmp_path / "other") is None


def test_where_it_may_not_be_put_back_it_is_said_what_to_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder that can only be read."""
    earlier = _left_by_a_killed_program(tmp_path, "old", seconds_ago=10)

    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(UserError, match=f"lies beside it as {earlier.name}.*rename that"):
        open_index(tmp_path / "out")


def test_who_opens_amid_a_replacement_does_not_spoil_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put back at the very moment between the renames, it is replaced all the same."""
    out, rename, calls = tmp_path / "out", Path.rename, []
    out.mkdir()
    write_new(out / "a", b"1")

    def meddled(path: Path, target: Path) -> Path:
        calls.append(path)
        if len(calls) == 2:
            monkeypatch.setattr(Path, "rename", rename)
            restore_interrupted(out)
            monkeypatch.setattr(Path, "rename", meddled)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", meddled)
    with atomic_folder(out, lambda _: None) as folder:
        write_new(folder / "a", b"2")
    assert (out / "a").read_bytes() == b"2"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_unfinished_index_is_not_taken_for_one(tmp_path: Path) -> None:
    """The manifest is written last: a folder without it is no index."""
    pl.DataFrame({"patient_id": ["1"]}).write_parquet(tmp_path / "patients.parquet")
    with pytest.raises(UserError, match="is not a practice index"):
        open_index(tmp_path)


END_OF_A_FILE = "parquet: File out of specification: Invalid thrift: transport error"
"""What polars says where there was no room for the end of a Parquet file, and of one cut off."""


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_drive_that_says_late_that_it_is_full_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Network drives take what is written, and tell when it is to be on the disk."""

    def late(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    def make() -> None:
        with atomic_folder(tmp_path / "out") as folder:
            (folder / "a").write_bytes(b"1")
            monkeypatch.setattr(os, "fsync", late)

    with pytest.raises(UserError, match="could not be written"):
        make()
    assert list(tmp_path.iterdir()) == []


def test_a_drive_that_cannot_be_asked_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(descriptor: int) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "fsync", unknown)
    with atomic_folder(tmp_path / "out") as folder:
        (folder / "a").write_bytes(b"1")
    assert (tmp_path / "out" / "a").read_bytes() == b"1"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit of POSIX")
def test_no_room_for_the_end_of_a_table_is_reported_as_such(tmp_path: Path) -> None:
    """polars names no reason there: it is not the source that is blamed."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def make() -> None:
        with atomic_folder(tmp_path / "out"):
            resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, before[1]))
            raise pl.exceptions.ComputeError(END_OF_A_FILE)

    try:
        with pytest.raises(
            UserError, match="out could not be written: the disk cannot hold a file"
        ):
            make()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    with pytest.raises(pl.exceptions.ComputeError), atomic_folder(tmp_path / "out"):
        raise pl.exceptions.ComputeError(END_OF_A_FILE)
    assert list(tmp_path.iterdir()) == []


def test_a_drive_that_vanishes_amid_the_work_is_reported(tmp_path: Path) -> None:
    """With what is to be done, and without leaving anything where it was."""
    drive = tmp_path / "drive"
    drive.mkdir()

    def make() -> None:
        with atomic_folder(drive / "out") as folder:
            write_new(folder / "a", b"1")
            drive.rename(tmp_path / "gone")
            pl.LazyFrame({"a": [1]}).sink_parquet(folder / "b.parquet")

    with pytest.raises(
        UserError, match="there is no such folder: make it, check the drive, or choose another"
    ):
        make()
    assert not drive.exists()

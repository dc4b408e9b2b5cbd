"""What Windows does differently, tried on any system: errors with its numbers, names, renames.

The modules see an `os` whose name is "nt"; everything else of it is this system's own.
"""

from __future__ import annotations

import errno
import os
import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick import (
    atomic,
    file_names,
    os_errors,
    regular_files,
    spreadsheets,
    standard_streams,
)
from recordpick.criteria.toml_reading import read_toml
from recordpick.csvio.sniff import sniff
from recordpick.document_tables import kind_of_document
from recordpick.errors import UserError
from recordpick.index.manifest import MANIFEST
from recordpick.local_time import local_time
from recordpick.selection import lock
from recordpick.tui import file_picker


class WindowsOs:
    """The module `os` of this system, which says that it is Windows."""

    name = "nt"

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (atomic, file_names, os_errors, lock, file_picker):
        monkeypatch.setattr(module, "os", WindowsOs())
    monkeypatch.setattr(atomic.time, "sleep", lambda _: None)


class RefusedError(OSError):
    """An error as Windows raises it."""

    def __init__(self, winerror: int, number: int = errno.EACCES) -> None:
        super().__init__(number, "Permission denied")
        self.winerror = winerror


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (32, "another program has it open (Excel?)"),
        (33, "another program has it open (Excel?)"),
        (1224, "another program has it open (Excel?)"),
        (3, "there is no such folder"),
        (53, "the drive cannot be reached"),
        (21, "the drive cannot be reached"),
        (112, "there is no room left on the disk"),
        (39, "there is no room left on the disk"),
        (123, "Windows does not allow that name"),
        (206, "the path is too long for Windows"),
    ],
)
def test_errors_of_windows_are_said_by_its_own_numbers(windows, tmp_path, number, words):
    """Polars passes "(os error 32)" on: that is no errno there. Python's errors have both."""
    by_polars = atomic.as_system_error(RuntimeError(f"failed (os error {number})"), tmp_path)
    assert by_polars is not None
    for error in (by_polars, RefusedError(number)):
        assert words in os_errors.reason_of(error)
        assert words in str(os_errors.cannot_write(tmp_path / "list.csv", error))
        assert words in str(os_errors.cannot_read(tmp_path / "list.csv", error))


def test_without_permission_reading_and_writing_have_their_own_words(windows, tmp_path):
    """Nobody who only reads is told where to write."""
    error = RefusedError(5)
    assert "you may not write there" in str(os_errors.cannot_write(tmp_path / "list.csv", error))
    said = str(os_errors.cannot_read(tmp_path / "list.csv", error))
    assert said.endswith("you have no permission: ask for it.")


def test_what_python_does_not_tell_apart_is_said_as_both(windows, tmp_path):
    """Opening a file that Excel holds is "Permission denied", without a number of Windows."""
    error = PermissionError(errno.EACCES, "Permission denied")
    for said in (
        os_errors.cannot_read(tmp_path / "list.csv", error),
        os_errors.cannot_write(tmp_path / "list.csv", error),
    ):
        assert "another program has it open (Excel?): close it there and try again; or" in str(said)


def test_a_new_file_is_not_open_in_another_program(windows, tmp_path):
    """In a folder where they may not write, nobody is told to close Excel."""
    error = PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "new.recordpick"))
    for said in (os_errors.reason_of(error), os_errors.words_of(error)):
        assert "Excel" not in said
        assert "permission" in said
    (tmp_path / "new.recordpick").touch()
    assert "Excel" in os_errors.words_of(error)


class GoneDrive:
    """A path on a drive that is not there."""

    name, parts, anchor = "w.recordpick", ("Q:\\", "w.recordpick"), "Q:\\"

    def __str__(self) -> str:
        return "Q:\\w.recordpick"

    def absolute(self) -> GoneDrive:
        return self

    @staticmethod
    def is_dir() -> bool:
        return False


def test_a_drive_that_vanished_is_named(windows, tmp_path):
    """Nobody is told to make the folder Q: or to check the spelling of a file."""
    for check in (file_names.check_name, file_names.check_drive, regular_files.check_regular):
        with pytest.raises(UserError, match=r"the drive Q:.* cannot be reached"):
            check(GoneDrive())
    file_names.check_drive(tmp_path / "missing.csv")  # that is another sentence


@pytest.mark.parametrize("number", [2, 3, 5, 64, 121, 1167])
def test_a_drive_that_vanishes_during_a_command_is_said(windows, number):
    """Windows then says "no such folder", and what was begun could not be removed."""
    for error in (RefusedError(number), FileNotFoundError(errno.ENOENT, "No such file")):
        said = str(os_errors.cannot_write(GoneDrive(), error))
        assert "the drive cannot be reached" in said
        assert "An unfinished part may be left there" in said
        for other in (os_errors.cannot_create, os_errors.cannot_read):
            assert "the drive cannot be reached" in str(other(GoneDrive(), error))


@pytest.mark.parametrize("name", ["CON", "nul", "AUX.recordpick"])
def test_a_device_given_as_a_file_is_called_one(windows, tmp_path, name):
    """Reading from CON would wait for the keyboard."""
    with pytest.raises(UserError, match="is the name of a device of Windows"):
        regular_files.check_regular(tmp_path / name)


def test_no_part_of_a_path_may_be_a_device(windows, tmp_path):
    """CON\\pack cannot be made, whoever tries."""
    with pytest.raises(UserError, match="CON is the name of a device"):
        atomic.check_free(tmp_path / "CON" / "pack")


@pytest.mark.skipif(os.name == "nt", reason="Windows has numbers of its own")
def test_the_numbers_of_other_systems_stay_errno(tmp_path):
    """Elsewhere "(os error 28)" is the errno of a full disk, and 32 a broken pipe."""
    error = atomic.as_system_error(RuntimeError("failed (os error 28)"), tmp_path)
    assert error is not None
    assert error.errno == errno.ENOSPC
    assert os_errors.windows_number(error) is None


def test_a_folder_given_as_a_file_is_called_one(tmp_path):
    """Windows says "Permission denied" when a folder is opened as a file."""
    said = str(os_errors.cannot_read(tmp_path, RefusedError(5)))
    assert said == f"{tmp_path} is a folder: choose a file in it."


@pytest.mark.parametrize(
    "read",
    [sniff, spreadsheets.read_rows, kind_of_document, lambda path: read_toml(path, 1000)],
    ids=["CSV", "spreadsheet", "document", "TOML"],
)
def test_every_reader_calls_a_folder_one(windows, tmp_path, monkeypatch, read):
    """Nobody is told to close Excel, or to ask for permission, where they named a folder."""

    def refused(self: Path, *how: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(UserError, match="this is a folder, not a"):
        read(tmp_path)


@pytest.mark.parametrize("number", [32, None])
def test_a_file_in_a_folder_is_named_not_the_folder(windows, tmp_path, number):
    """A pack in which Excel holds the list is a folder, and that is not what is wrong."""
    (tmp_path / "list.csv").touch()
    error = PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "list.csv"))
    if number is not None:
        error.winerror = number
    said = str(os_errors.cannot_read(tmp_path, error))
    assert said.startswith(f"{tmp_path / 'list.csv'} cannot be read: another program has it open")


@pytest.mark.parametrize("number", [5, 32])
def test_a_folder_that_a_scanner_holds_for_a_moment_is_renamed(
    windows, tmp_path, monkeypatch, number
):
    """A virus scanner or OneDrive opens new files: the rename is tried again, and works."""
    refusals = [RefusedError(number), RefusedError(number)]
    rename = Path.rename

    def held(self: Path, target: Path) -> Path:
        if refusals and self.suffix == ".part":
            raise refusals.pop()
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", held)
    with atomic.atomic_folder(tmp_path / "pack") as folder:
        (folder / "list.csv").write_bytes(b"1")
    assert (tmp_path / "pack" / "list.csv").read_bytes() == b"1"
    assert refusals == []


def test_a_folder_that_stays_open_is_a_sentence_and_nothing_is_left(windows, tmp_path, monkeypatch):
    """After some two seconds a person is told which kind of program may have it open."""
    moments = iter(range(0, 1000, 1))
    monkeypatch.setattr(atomic.time, "monotonic", lambda: float(next(moments)))

    def held(self: Path, target: Path) -> Path:
        raise RefusedError(32)

    monkeypatch.setattr(Path, "rename", held)
    with pytest.raises(UserError, match="another program has it open"):  # noqa: SIM117
        with atomic.atomic_folder(tmp_path / "pack") as folder:
            (folder / "list.csv").write_bytes(b"1")
    assert list(tmp_path.iterdir()) == []


def test_other_errors_are_not_tried_again(windows, tmp_path, monkeypatch):
    """A full disk stays full: the message comes at once."""
    tries = []

    def full(self: Path, target: Path) -> Path:
        tries.append(target)
        raise RefusedError(112, errno.ENOSPC)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="Permission denied"):
        atomic.rename(tmp_path / "a", tmp_path / "b")
    assert len(tries) == 1


def test_new_folders_have_the_rights_of_their_folder(windows, tmp_path, monkeypatch):
    """Python's mkdtemp locks everybody else out on Windows: colleagues on a shared drive, too."""
    modes = []
    mkdir = Path.mkdir

    def seen(self: Path, mode: int = 0o777, **how: bool) -> None:
        modes.append(mode)
        mkdir(self, mode, **how)

    monkeypatch.setattr(Path, "mkdir", seen)
    monkeypatch.setattr(atomic.tempfile, "mkdtemp", None)
    with atomic.atomic_folder(tmp_path / "pack") as folder:
        assert atomic._leftovers(tmp_path / "pack", "part") == [folder]  # found if it is left over
    assert modes == [0o777]


def test_files_are_flushed_through_a_handle_that_may_write(windows, tmp_path, monkeypatch):
    """Windows flushes no other: what is said to be on the disk is there after a power cut."""
    flags = []
    opened = os.open

    def seen(path: Path, flag: int, *more: int) -> int:
        flags.append(flag)
        return opened(path, flag, *more)

    proxy = WindowsOs()
    proxy.open = seen
    monkeypatch.setattr(atomic, "os", proxy)
    (tmp_path / "list.csv").write_bytes(b"1")
    atomic.sync(tmp_path / "list.csv")
    atomic.sync(tmp_path)
    assert [flag & os.O_RDWR for flag in flags] == [os.O_RDWR]


def test_a_drive_without_links_gets_the_file_by_a_rename(windows, tmp_path, monkeypatch):
    """Some network drives refuse hard links with numbers of their own."""

    def refused(old: Path, new: Path) -> None:
        raise RefusedError(1, errno.EINVAL + 1000)

    proxy = WindowsOs()
    proxy.link = refused
    monkeypatch.setattr(atomic, "os", proxy)
    atomic.write_file(tmp_path / "list.csv", b"1")
    assert (tmp_path / "list.csv").read_bytes() == b"1"
    with pytest.raises(UserError, match="already exists"):
        atomic.write_file(tmp_path / "list.csv", b"2")


NAMES = [
    "CON",
    "nul.txt",
    "Com1",
    "LPT\u00b9.csv",
    "prn .csv",
    "new st:ream",
    "a?b",
    "list.",
    "list ",
]


@pytest.mark.parametrize("name", [*NAMES, 'say "hi"', "a|b", "tab\tin"])
def test_names_that_windows_takes_for_something_else_are_refused(windows, tmp_path, name):
    """CON is the console, and a stream is a file that nobody finds again."""
    for check in (atomic.check_new, atomic.check_free):
        with pytest.raises(UserError, match="Choose another name"):
            check(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["console", "com10", "Surgery é.recordpick", "a.b", ".x", "nullable"]
)
def test_ordinary_names_are_allowed(windows, tmp_path, name):
    """Only the names of devices are taken, not names that begin like one."""
    atomic.check_new(tmp_path / name)


def test_a_path_that_windows_cannot_open_is_refused_before_anything_is_written(windows, tmp_path):
    """Explorer and Excel cannot open it, wherever the limit was lifted for Python."""
    with pytest.raises(UserError, match="longer than 247 characters"):
        atomic.check_new(tmp_path / ("x" * 250))


@given(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=12))
def test_whatever_is_refused_has_a_reason_that_can_be_read(name):
    """The reason is one line without control characters."""
    why = file_names.why_not(name)
    assert why.isprintable()


def test_the_computers_name_is_asked_of_nobody(windows, monkeypatch):
    """Python would start another program for it, or ask the system's management service."""
    monkeypatch.setenv("COMPUTERNAME", "FRONT-DESK")
    monkeypatch.setattr("platform.node", None)
    assert lock.computer_name() == "FRONT-DESK"


class TooEarly(datetime):
    """A time that the system cannot convert, as Windows does before 1970."""

    def astimezone(self, tz: timezone | None = None) -> datetime:
        if tz is None:
            raise OSError(errno.EINVAL, "Invalid argument")
        return super().astimezone(tz)


def test_a_time_before_1970_is_shown_in_utc():
    """A lock with such a time was a crash report on Windows."""
    moment = TooEarly(1969, 12, 31, 23, 59, tzinfo=UTC)
    assert local_time(moment) == moment
    assert local_time(datetime(2026, 10, 1, tzinfo=UTC)) == datetime(2026, 10, 1, tzinfo=UTC)


def test_a_lock_from_before_1970_is_stale_not_a_crash(tmp_path, monkeypatch):
    """The start of the computer is compared without the system's clock functions."""
    monkeypatch.setattr(lock, "boot_id", lambda: "")
    early = datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=5))).isoformat()
    holder = lock.Holder("t" * 32, "Ann", lock.computer_name(), os.getpid() + 1, early, "")
    assert holder.is_stale
    assert "Ann" in holder.in_words


def test_the_drives_are_listed_at_the_top_of_one(windows, monkeypatch):
    """From C: people get to their shared drive without typing."""
    drives = {"C:\\": "C:", "S:\\": "S:", "U:\\": "U:"}

    class Drive:
        def __init__(self, name: str) -> None:
            self.drive = drives[name]

        def exists(self) -> bool:
            if self.drive == "U:":
                raise RefusedError(21)
            return True

    proxy = WindowsOs()
    proxy.listdrives = lambda: list(drives)
    monkeypatch.setattr(file_picker, "os", proxy)
    monkeypatch.setattr(file_picker, "Path", Drive)
    found = file_picker.other_drives(SimpleNamespace(drive="C:"))
    assert [drive.drive for drive in found] == ["S:"]


def test_the_manifest_has_the_same_bytes_everywhere(made_demo):
    """Line ends of Windows would give an index another digest."""
    assert b"\r" not in (made_demo / "index" / MANIFEST).read_bytes()


def test_a_closed_pipe_is_no_fault_of_the_command(monkeypatch):
    """`recordpick match … | more`, left early, ends without a word on Windows, too."""
    monkeypatch.setattr(standard_streams, "_READER_GONE", {errno.EPIPE, errno.EINVAL})
    streams = standard_streams.StandardStreams()
    streams.out = standard_streams.Output(None)
    streams.out.failed = OSError(errno.EINVAL, "Invalid argument")
    assert streams.why_not_printed() == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_elsewhere_new_folders_are_their_owners_only(tmp_path):
    """What inherits rights on Windows has a mode here."""
    with atomic.atomic_folder(tmp_path / "pack") as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

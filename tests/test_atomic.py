"""A folder of patient data appears whole, or not at all."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from recordpick import atomic
from recordpick.atomic import atomic_folder, replace_file, write_new
from recordpick.errors import UserError

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
not_root = pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="the administrator may write everywhere"
)


def _write(out: Path, **files: str) -> None:
    with atomic_folder(out) as folder:
        for name, content in files.items():
            write_new(folder / name, content.encode())


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_holds_what_was_written(tmp_path: Path) -> None:
    _write(tmp_path / "out", a="1", b="2")
    assert _names(tmp_path) == ["out"]
    assert (tmp_path / "out" / "a").read_text() == "1"


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    _write(tmp_path / "out", a="1")
    assert _names(tmp_path / "out") == ["a"]


@posix
def test_files_and_folder_are_their_owners_only(tmp_path: Path) -> None:
    _write(tmp_path / "out", a="1")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "out" / "a").stat().st_mode & 0o777 == 0o600


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("kept")
    with pytest.raises(UserError, match="is not empty: choose another folder"):
        _write(tmp_path / "out", a="1")
    assert _names(tmp_path / "out") == ["mine"]


def test_a_file_of_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("kept")
    with pytest.raises(UserError, match="is a file: choose another folder"):
        _write(tmp_path / "out", a="1")
    assert (tmp_path / "out").read_text() == "kept"


def test_the_folder_around_it_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no folder"):
        _write(tmp_path / "nowhere" / "out", a="1")


def test_something_put_there_meanwhile_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def work() -> None:
        with atomic_folder(out) as folder:
            write_new(folder / "a", b"1")
            out.mkdir()
            (out / "mine").write_text("kept")

    with pytest.raises(UserError, match="not empty"):
        work()
    assert _names(tmp_path) == ["out"]
    assert _names(out) == ["mine"]


def test_work_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    def work() -> None:
        with atomic_folder(tmp_path / "out") as folder:
            write_new(folder / "a", b"1")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert _names(tmp_path) == []


@posix
def test_a_disk_that_takes_no_more_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    """The system itself refuses the write here: the limit on file size stands for a full disk."""
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from recordpick.errors import UserError\n"
        "from recordpick.atomic import atomic_folder, replace_file, write_new\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    with atomic_folder(Path(sys.argv[1])) as folder:\n"
        "        write_new(folder / 'small', b'1')\n"
        "        write_new(folder / 'large', b'1' * 5000)\n"
        "except UserError as error:\n"
        "    print(error)\n"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
    ).stdout
    assert "could not be written" in printed
    assert "Nothing was left behind" in printed
    assert _names(tmp_path) == []


@not_root
def test_a_folder_that_may_not_be_written_to_is_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UserError, match="you may not write there"):
            _write(tmp_path / "out", a="1")
    finally:
        tmp_path.chmod(0o700)


def test_windows_does_not_change_the_bytes_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file opened there without O_BINARY gets a carriage return before each line feed."""
    monkeypatch.setattr(os, "O_BINARY", 0x8000, raising=False)
    assert runpy.run_path(atomic.__file__)["BINARY"] == 0x8000


@posix
def test_a_file_is_replaced_as_a_whole_and_keeps_its_rights(tmp_path: Path) -> None:
    """Through a link to it too; a system error leaves the old content, and nothing beside it."""
    path, link = tmp_path / "pack.toml", tmp_path / "link.toml"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    replace_file(link, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert link.is_symlink()
    assert _names(tmp_path) == ["link.toml", "pack.toml"]
    with pytest.raises(UserError, match="Nothing was left behind"):
        replace_file(tmp_path / "nowhere" / "pack.toml", b"new")

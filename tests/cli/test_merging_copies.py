"""`recordpick merge`: two copies into one file, on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from recordpick.cli.main import main
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile

JO = Person("Jo", "practice")


@pytest.fixture
def new_file(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A new working file over the demonstration's index."""
    file = tmp_path / "new.recordpick"
    assert main(["new", str(file), "--index", str(demo / "index")]) == 0
    capsys.readouterr()
    return file


@pytest.fixture
def copies(new_file: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A working file and a copy, in which other notes were made."""
    other = tmp_path / "other.recordpick"
    shutil.copyfile(new_file, other)
    for path, texts in ((new_file, ("mine", "ours")), (other, ("yours", ""))):
        with WorkingFile.open(path, JO) as file:
            file.note("1", texts[0])
            file.note("2", texts[1])
            file.note("3", "in both")
    return new_file, other


def merge(copies: tuple[Path, Path], out: Path, *more: str) -> int:
    return main(["merge", *map(str, copies), "--out", str(out), "--name", "Jo", *more])


def notes_of(path: Path) -> dict[str, str]:
    with WorkingFile.open(path, read_only=True) as file:
        return dict(file.selection.notes)


def test_without_a_decision_conflicts_are_listed_and_nothing_is_written(
    copies: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "both.recordpick"
    assert merge(copies, out) == 2
    said = capsys.readouterr()
    assert "note:1" in said.out
    assert "A  mine" in said.out
    assert "B  yours" in said.out
    assert "1 conflict is not decided, so nothing was written" in said.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("take", "kept"), [("A", "mine"), ("b", "yours"), ("note:1=B", "yours"), ("note:1=A", "mine")]
)
def test_what_was_decided_is_in_the_new_file(
    copies: tuple[Path, Path], tmp_path: Path, take: str, kept: str
) -> None:
    """Both copies stay as they are, and merging one of them again is nothing to do."""
    before = [path.read_bytes() for path in copies]
    out = tmp_path / "both.recordpick"
    assert merge(copies, out, "--take", take) == 0
    assert notes_of(out) == {"1": kept, "2": "ours", "3": "in both"}
    assert [path.read_bytes() for path in copies] == before
    again = tmp_path / "again.recordpick"
    assert merge((out, copies[1]), again) == 0
    assert not again.exists()


def test_the_list_for_programs(
    copies: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "both.recordpick"
    assert merge(copies, out, "--json") == 2
    printed = json.loads(capsys.readouterr().out)
    assert printed["written"] is None
    (conflict,) = printed["conflicts"]
    assert (conflict["name"], conflict["a"], conflict["b"]) == ("note:1", "mine", "yours")
    assert merge(copies, out, "--json", "--take", "A") == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["written"], printed["conflicts"][0]["decided"]) == (str(out), "A")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--take", "C"), "write A or B"),
        (("--take", "note:9=A"), "there is no conflict 'note:9'"),
        (("--take", "A", "--take", "B"), "cannot both apply to all"),
        (("--take", "note:1=A", "--take", "note:1=B"), "decided twice"),
    ],
)
def test_what_cannot_be_a_decision_is_refused(
    copies: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
    says: str,
) -> None:
    assert merge(copies, tmp_path / "both.recordpick", *more) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "both.recordpick").exists()


def test_what_cannot_be_merged_is_refused_in_a_sentence(
    copies: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A damaged file, one that is none, one that is not there, a name that is taken."""
    damaged = tmp_path / "damaged.recordpick"
    content = bytearray(copies[1].read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    damaged.write_bytes(content)
    text = tmp_path / "text.recordpick"
    text.write_text("none", encoding="utf-8")
    out = tmp_path / "both.recordpick"
    for bad in (damaged, text, tmp_path / "nowhere.recordpick", tmp_path):
        assert merge((copies[0], bad), out) == 2
        assert "recordpick: " in capsys.readouterr().err
    assert merge(copies, copies[0], "--take", "A") == 2
    assert "already exists" in capsys.readouterr().err
    assert not out.exists()

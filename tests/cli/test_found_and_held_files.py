"""The command line and files that are held, have a journal beside them, or name a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from attack.stale_journals import moments, with_super_journal
from recordpick.cli.main import main
from recordpick.selection.events import Person
from recordpick.selection.lock import lock_path
from recordpick.selection.working_file import WorkingFile
from small_journals import rewritten

FILE = "demonstration.recordpick"
BEA = Person("Bea Other", "practice")


def test_a_file_is_taken_over_only_when_asked_for(demo, capsys):
    """Without --take-over the sentence says who has it and what to add; with it, from whom."""
    path = demo / FILE
    words = ["draw", str(path), "--seed", "7", "--name", "Kim", "--records", "1"]
    with WorkingFile.open(path, BEA):
        assert main(words) == 2
        said = capsys.readouterr().err
        assert "Bea Other" in said
        assert "add --take-over" in said
        assert main([*words, "--take-over"]) == 0
        assert "Taken over from Bea Other on " in capsys.readouterr().err
    assert not lock_path(path).exists()


def test_a_forged_journal_deletes_nothing_and_is_left_alone(demo, tmp_path, capsys):
    """A command that only reads leaves file and journal as they are, and says that it did."""
    path, victim = demo / FILE, tmp_path / "victim.txt"
    victim.write_text("somebody's work", encoding="utf-8")
    journal = path.with_name(f"{FILE}-journal")
    journal.write_bytes(with_super_journal(moments(tmp_path)[0].journal, victim))
    before = {one.name: one.read_bytes() for one in demo.iterdir() if one.is_file()}
    assert main(["match", str(path)]) == 0
    assert f"{FILE}-journal beside {FILE}" in capsys.readouterr().err
    assert before == {one.name: one.read_bytes() for one in demo.iterdir() if one.is_file()}
    assert main(["draw", str(path), "--seed", "7", "--name", "Kim"]) == 0
    assert "It is kept" in capsys.readouterr().err or not journal.exists()
    assert victim.read_text(encoding="utf-8") == "somebody's work"


@pytest.mark.parametrize("name", ["elsewhere/index", "\\\\server\\share\\elsewhere"])
def test_a_folder_that_a_file_from_elsewhere_names_is_not_looked_at(demo, tmp_path, capsys, name):
    """The sentence says what to give; given once, it is known on this computer."""
    there = tmp_path / "elsewhere" / "index"
    there.parent.mkdir()
    shutil.move(demo / "index", there)
    named = str(tmp_path / name) if name.startswith("else") else name
    rewritten(demo / FILE, lambda event: {"folder": named} if event.seq == 1 else {})
    assert main(["match", str(demo / FILE)]) == 2
    said = capsys.readouterr().err
    assert "was not opened" in said
    assert named in said
    assert main(["match", str(demo / FILE), "--index", str(there)]) == 0
    known = 0 if Path(named) == there else 2
    assert main(["match", str(demo / FILE)]) == known


def test_an_index_below_the_files_own_folder_needs_no_asking(demo, capsys):
    """A folder that is sent or copied as a whole can be used where it is."""
    moved = demo.with_name("moved")
    demo.rename(moved)
    assert main(["match", str(moved / FILE)]) == 0

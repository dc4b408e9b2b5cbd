"""`recordpick export` writes the pack without a terminal, and asks before it writes names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import pyzipper

from recordpick.cli.main import main
from recordpick.handover.pack_contents import FILES
from recordpick.selection.working_file import WorkingFile


@pytest.fixture
def closed(file: WorkingFile) -> Path:
    file.close()
    return file.path


def _export(file: Path, out: Path, *more: str) -> int:
    return main(["export", str(file), "--out", str(out), "--name", "Aoife", *more])


def test_the_folder_is_written_and_its_files_are_named(
    closed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _export(closed, tmp_path / "out") == 0
    text = capsys.readouterr().out
    assert "5 lines written" in text
    assert all(name in text for name in FILES)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)


def test_the_passphrase_is_shown_and_opens_the_file(
    closed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _export(closed, tmp_path / "out", "--encrypt") == 0
    shown = re.findall(r"^Passphrase: (.+)$", capsys.readouterr().out, re.MULTILINE)
    assert len(shown) == 1
    with pyzipper.AESZipFile(tmp_path / "out.zip") as archive:
        archive.setpassword(shown[0].encode())
        assert archive.read("out/SHA256SUMS")


def test_names_are_not_written_where_nobody_can_be_asked(
    closed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _export(closed, tmp_path / "out", "--with", "names") == 2
    assert "add --yes if you want that" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert _export(closed, tmp_path / "out", "--with", "names", "--yes") == 0


def test_another_table_or_rules_that_are_not_there_are_a_sentence(
    closed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "qof_2030_31.csv"
    assert _export(closed, tmp_path / "out", "--qof", str(missing)) == 2
    assert "qof_2030_31.csv cannot be read" in capsys.readouterr().err
    assert _export(closed, tmp_path / "out", "--report-rules", str(tmp_path / "no.toml")) == 2
    assert "no.toml" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()

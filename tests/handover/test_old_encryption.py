"""A pack in a zip of the old encryption opens, and the verdict warns that it is weak."""

from __future__ import annotations

from pathlib import Path

import pytest
from zip_crypto import write_zip_crypto

from recordpick.cli.main import main
from recordpick.handover.export import export, export_encrypted
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.selection.working_file import WorkingFile
from recordpick.verify.open_pack import open_pack
from recordpick.verify.verify import verify


@pytest.fixture
def old(file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path) -> Path:
    """A sound pack, zipped with ZipCrypto."""
    out = export(file, index, tmp_path / "out", answers)
    contents = {f"out/{path.name}": path.read_bytes() for path in sorted(out.iterdir())}
    return write_zip_crypto(tmp_path / "old.zip", contents, b"secret")


def test_verify_says_that_the_encryption_is_the_old_one(old: Path) -> None:
    """The pack is right otherwise: a note, with what to ask for."""
    verdict = verify(open_pack(old, lambda: "secret"))
    assert verdict.is_sound
    assert verdict.encrypted
    (caution,) = [said for said in verdict.cautions if "ZipCrypto" in said]
    assert "AES-256" in caution


def test_the_page_of_the_command_has_it(old: Path, monkeypatch, capsys) -> None:
    """Where a person reads it."""
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.StringIO("secret\n"))
    assert main(["verify", str(old)]) == 0
    page = capsys.readouterr().out
    assert "note         Encryption: weak." in page
    assert "ZipCrypto" in page


def test_a_pack_that_recordpick_encrypts_has_no_such_note(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    """Nor has a folder."""
    out = tmp_path / "new.zip"
    passphrase = export_encrypted(file, index, out, answers)
    verdict = verify(open_pack(out, lambda: passphrase))
    assert verdict.is_sound
    assert not any("ZipCrypto" in said for said in verdict.cautions)
    folder = export(file, index, tmp_path / "folder", answers)
    assert verify(open_pack(folder, str)).cautions == verdict.cautions

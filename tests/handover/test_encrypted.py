"""A pack that travels is one file that only its passphrase opens."""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

import pytest
import pyzipper

from recordpick.errors import UserError
from recordpick.handover.encrypted import new_passphrase
from recordpick.handover.export import export_encrypted
from recordpick.handover.pack_contents import FILES
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.selection.working_file import WorkingFile


def _opened(path: Path, passphrase: str) -> dict[str, bytes]:
    with pyzipper.AESZipFile(path) as archive:
        archive.setpassword(passphrase.encode())
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_passphrase_opens_every_file_and_another_none(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    out = tmp_path / "hand-over.zip"
    passphrase = export_encrypted(file, index, out, answers)
    opened = _opened(out, passphrase)
    assert list(opened) == [f"hand-over/{name}" for name in FILES]
    assert b"9990000026" in opened["hand-over/selection_list.csv"]
    with pytest.raises(RuntimeError, match="Bad password"):
        _opened(out, new_passphrase())


def test_nothing_of_a_patient_can_be_read_without_it(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    out = tmp_path / "hand-over.zip"
    export_encrypted(file, index, out, answers)
    assert b"9990000026" not in out.read_bytes()
    with zipfile.ZipFile(out) as archive:
        for entry in archive.infolist():
            assert entry.flag_bits & 1
            # The field of AE encryption (0x9901): its strength 3 is AES-256.
            assert entry.extra[:2] == b"\x01\x99"
            assert entry.extra[8] == 3


def test_the_passphrase_is_written_nowhere(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    passphrase = export_encrypted(file, index, tmp_path / "hand-over.zip", answers)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert passphrase.encode() not in path.read_bytes()


def test_a_passphrase_is_long_random_and_has_no_letters_that_look_alike() -> None:
    made = {new_passphrase() for _ in range(200)}
    assert len(made) == 200
    assert all(
        re.fullmatch(r"([2-9A-HJKMNP-TV-Z]{5}-){4}[2-9A-HJKMNP-TV-Z]{5}", one) for one in made
    )


def test_an_encrypted_export_is_noted(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    export_encrypted(file, index, tmp_path / "hand-over.zip", answers)
    assert file.selection.exports[-1].path == str(tmp_path / "hand-over.zip")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_the_file_is_its_owners_only_and_alone(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    export_encrypted(file, index, folder / "hand-over.zip", answers)
    assert [path.name for path in folder.iterdir()] == ["hand-over.zip"]
    assert (folder / "hand-over.zip").stat().st_mode & 0o777 == 0o600


def test_a_name_that_is_taken_or_no_zip_is_refused(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    (tmp_path / "taken.zip").write_text("kept")
    for name, message in (
        ("taken.zip", "already exists: choose another name"),
        ("hand-over.7z", "ending in .zip"),
        ("nowhere/hand-over.zip", "there is no folder"),
    ):
        with pytest.raises(UserError, match=message):
            export_encrypted(file, index, tmp_path / name, answers)
    assert (tmp_path / "taken.zip").read_text() == "kept"
    assert file.selection.exports == ()


def test_a_file_that_may_not_be_changed_leaves_nothing(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    out = tmp_path / "hand-over.zip"
    with (
        WorkingFile.open(file.path, read_only=True) as read_only,
        pytest.raises(UserError),
    ):
        export_encrypted(read_only, index, out, answers)
    assert not out.exists()
    assert not list(tmp_path.glob(".hand-over*"))

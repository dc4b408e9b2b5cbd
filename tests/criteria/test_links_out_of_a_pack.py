"""A pack reads its codelists from its own folder: no link leads it to another file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from recordpick.criteria.load import read_pack
from recordpick.errors import UserError

if sys.platform == "win32":
    pytest.skip("links need a right of their own on Windows", allow_module_level=True)

PACK = """
[pack]
title = "Linked"
version = "1"

[[criterion]]
id = "A-1"
area = "Area"
title = "Title"
find = "Find."

[[criterion.rule]]
says = "a code"
table = "events"
codes = "{name}"
"""
CODES = "code,term\n38341003,Hypertension\n"
SECRET = "code,term\n9990000026,somebody\n"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack with a folder for its codelists, and a secret beside its own folder."""
    folder = tmp_path / "pack"
    (folder / "codelists").mkdir(parents=True)
    (tmp_path / "secret.csv").write_text(SECRET, encoding="utf-8")
    path = folder / "pack.toml"
    path.write_text(PACK.format(name="some"), encoding="utf-8")
    return path


def refused(pack: Path) -> str:
    with pytest.raises(UserError) as error:
        read_pack(pack)
    said = "\n".join(error.value.messages)
    assert "9990000026" not in said
    return said


@pytest.mark.parametrize("kind", ["absolute", "upwards", "elsewhere", "a folder", "a chain"])
def test_a_link_that_leads_out_is_refused(pack: Path, kind: str) -> None:
    """Of a file or of the whole folder, by one link or several; it says what to do instead."""
    lists = pack.parent / "codelists"
    link = lists / "some.csv"
    if kind == "absolute":
        link.symlink_to(pack.parents[1] / "secret.csv")
    elif kind == "upwards":
        link.symlink_to("../../secret.csv")
    elif kind == "elsewhere":
        link.symlink_to("/nowhere/at/all.csv")
    elif kind == "a chain":
        (lists / "next.csv").symlink_to("../../secret.csv")
        link.symlink_to("next.csv")
    else:
        lists.rmdir()
        lists.symlink_to(pack.parents[1])
        (pack.parents[1] / "some.csv").write_text(CODES, encoding="utf-8")
    said = refused(pack)
    assert "leads out of the folder" in said
    assert "put a copy of it there" in said


def test_links_that_go_round_are_refused(pack: Path) -> None:
    """And do not keep the program."""
    lists = pack.parent / "codelists"
    (lists / "some.csv").symlink_to("other.csv")
    (lists / "other.csv").symlink_to("some.csv")
    assert "is not followed" in refused(pack)


def test_nothing_outside_is_looked_at(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even whether it is there: of another computer's share that would send a password."""
    outside = str(pack.parents[1] / "secret.csv")
    (pack.parent / "codelists" / "some.csv").symlink_to(outside)
    looked: list[str] = []
    look = os.stat
    monkeypatch.setattr(os, "stat", lambda path, **more: looked.append(path) or look(path, **more))
    refused(pack)
    assert not any("some.csv" in str(path) or "secret" in str(path) for path in looked)


@pytest.mark.parametrize("inside", ["real.csv", "deeper/real.csv"])
def test_a_link_within_the_folder_is_followed(pack: Path, inside: str) -> None:
    """Nothing can be wrong with it."""
    lists = pack.parent / "codelists"
    (lists / inside).parent.mkdir(exist_ok=True)
    (lists / inside).write_text(CODES, encoding="utf-8")
    (lists / "some.csv").symlink_to(inside)
    assert read_pack(pack).codelists["some"].codes == ("38341003",)


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "\\\\\\\\server\\\\share\\\\x", "C:/x", "//server/share/x"]
)
def test_a_name_that_is_a_path_is_refused(pack: Path, name: str) -> None:
    """Upwards, absolute, or on another computer."""
    pack.write_text(PACK.format(name=name), encoding="utf-8")
    assert "cannot be a codelist's name" in refused(pack)

"""A zip from outside is checked before it is unpacked, and refused with a clear sentence."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
import pyzipper
from damaged_packs import verdict_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.errors import UserError
from recordpick.verify.open_pack import PackFiles, open_pack

PASSPHRASE = "ABCDE-FGHJK"


def opened(path: Path, passphrase: str = PASSPHRASE) -> PackFiles:
    return open_pack(path, lambda: passphrase)


def zipped(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def encrypted(path: Path, **contents: bytes) -> Path:
    with pyzipper.AESZipFile(
        path, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(PASSPHRASE.encode())
        for name, content in contents.items():
            archive.writestr(f"pack/{name}", content)
    return path


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = 0o120777 << 16
    return entry


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../README.txt",
            "/etc/passwd",
            "a/../../b",
            "C:/Windows/x",
            "..\\x",
            pytest.param(
                "a\\b", marks=pytest.mark.skipif(os.name == "nt", reason="Windows has a/b in it")
            ),
            "./a",
            "a//b",
        ),
        *("a/./b", "..", "pack/\x1b[2Jx", "pack/\u202etxt.exe"),
    ],
)
def test_a_name_that_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    entry = zipfile.ZipInfo("x")
    entry.filename = name
    path = zipped(tmp_path / "pack.zip", ("pack/README.txt", b""), (entry, b"x"))
    with pytest.raises(UserError, match=r"leads out of|cannot be printed"):
        opened(path)
    assert [one.name for one in tmp_path.rglob("*")] == ["pack.zip"]


def test_links(tmp_path: Path) -> None:
    path = zipped(tmp_path / "pack.zip", (link("pack/README.txt"), b"/etc/passwd"))
    with pytest.raises(UserError, match="is a link"):
        opened(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_appear_twice(tmp_path: Path) -> None:
    """On Windows, names that differ in capitals are the same file."""
    for second in ("pack/a.csv", "pack/A.CSV"):
        path = zipped(tmp_path / f"{second[5]}.zip", ("pack/a.csv", b"1"), (second, b"2"))
        with pytest.raises(UserError, match="twice"):
            opened(path)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """60 MB of nothing in 60 KB."""
    path = zipped(tmp_path / "pack.zip", ("pack/selection_list.csv", bytes(60 * 1024**2)))
    assert path.stat().st_size < 100_000
    with pytest.raises(UserError, match="more than 200 times its size"):
        opened(path)


def test_more_than_any_pack_holds(tmp_path: Path) -> None:
    many = zipped(tmp_path / "many.zip", *((f"pack/{number}", b"") for number in range(201)))
    with pytest.raises(UserError, match="more than 200 files"):
        opened(many)
    large = zipped(tmp_path / "large.zip", *((f"pack/{one}", bytes(900_000)) for one in range(190)))
    assert opened(large).contents["7"] == bytes(900_000)
    data = bytearray((large).read_bytes())
    # every file claims a size just below what alone would be refused: together they are too much
    at = 0
    for _ in range(190):
        at = data.index(b"PK\x01\x02", at + 4)
        struct.pack_into("<L", data, at + 20, 9_000)
        struct.pack_into("<L", data, at + 24, 1_800_000)
    large.write_bytes(data)
    with pytest.raises(UserError, match="more than 200 MB"):
        opened(large)


def test_a_table_of_contents_that_says_something_else(tmp_path: Path) -> None:
    """Sizes that are not those of what is unpacked."""
    content = zlib.compress(b"")
    path = zipped(tmp_path / "pack.zip", ("pack/a.csv", b"a" * 5000 + content))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    for size in (10, 4999, 9000):
        struct.pack_into("<L", data, at + 24, size)
        path.write_bytes(data)
        with pytest.raises(UserError, match="damaged"):
            opened(path)


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_ways_of_packing_that_take_memory_as_they_say(tmp_path: Path, way: int) -> None:
    with zipfile.ZipFile(tmp_path / "pack.zip", "w", way) as archive:
        archive.writestr("pack/README.txt", b"text")
    with pytest.raises(UserError, match="compressed in a way"):
        opened(tmp_path / "pack.zip")


def test_an_end_that_promises_millions_of_files(tmp_path: Path) -> None:
    path = zipped(tmp_path / "pack.zip", ("pack/README.txt", b""))
    data = bytearray(path.read_bytes())
    for where, what, says in (
        (10, struct.pack("<H", 60_000), "more than 200 files"),
        (12, struct.pack("<L", 2**31), "table of contents"),
    ):
        changed = bytearray(data)
        at = changed.rindex(b"PK\x05\x06") + where
        changed[at : at + len(what)] = what
        path.write_bytes(changed)
        with pytest.raises(UserError, match=says):
            opened(path)
    end = data.rindex(b"PK\x05\x06")
    locator = b"PK\x06\x07" + bytes(16)
    path.write_bytes(data[:end] + locator + data[end:])
    with pytest.raises(UserError, match="more than 200 files"):
        opened(path)


def test_a_wrong_passphrase_or_none(tmp_path: Path) -> None:
    path = encrypted(tmp_path / "pack.zip", **{"README.txt": b"text"})
    assert opened(path).contents == {"README.txt": b"text"}
    assert opened(path, f"  {PASSPHRASE.lower()}").encrypted
    for wrong in ("ABCDE-FGHJL", "", "é", "x" * 10_000):
        with pytest.raises(UserError, match="does not open with this passphrase"):
            opened(path, wrong)


def test_a_zip_that_nobody_encrypted_is_reported(tmp_path: Path) -> None:
    files = opened(zipped(tmp_path / "pack.zip", ("README.txt", b"text")), "never asked")
    assert (files.encrypted, files.contents) == (False, {"README.txt": b"text"})
    assert any("not encrypted" in one for one in verdict_of(tmp_path / "pack.zip").cautions)


def test_files_may_be_in_one_folder_or_in_none(tmp_path: Path) -> None:
    """And what is deeper, or next to it, is named."""
    assert opened(zipped(tmp_path / "a.zip", ("x/a", b"1"), ("x/b", b"2"))).contents == {
        "a": b"1",
        "b": b"2",
    }
    files = opened(
        zipped(tmp_path / "b.zip", ("x/a", b"1"), ("y/b", b"2"), ("c", b"3"), ("x/.DS_Store", b""))
    )
    assert (files.contents, len(files.problems)) == ({"c": b"3"}, 2)
    assert files.ignored == ("x/.DS_Store",)


@settings(
    max_examples=examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_damage_is_a_sentence_or_makes_no_difference(
    tmp_path: Path, data: st.DataObject
) -> None:
    """Cut short, or with some bytes changed, at any place, encrypted or not."""
    contents = {"README.txt": b"text " * 50, "selection_list.csv": bytes(range(256)) * 3}
    made = tmp_path / "whole.zip"
    if data.draw(st.booleans()):
        encrypted(made, **contents)
    else:
        zipped(made, *((f"pack/{name}", content) for name, content in contents.items()))
    content = bytearray(made.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[at] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))]
    path = tmp_path / "damaged.zip"
    path.write_bytes(content)
    try:
        files = opened(path)
    except UserError:
        return
    # Names and sizes may have been changed so that they fit; the content of a file never is.
    assert all(one in contents.values() for one in files.contents.values()) or not files.encrypted


@pytest.mark.parametrize("make", [encrypted, lambda path, **files: zipped(path, *files.items())])
@pytest.mark.parametrize("size", [0, 1, 100, 767, 769, 5000])
def test_a_file_is_not_cut_short_by_the_size_in_the_directory(tmp_path: Path, make, size) -> None:
    """Encryption does not protect the directory; a small file was read as far as it says."""
    path = make(tmp_path / "pack.zip", **{"selection_list.csv": bytes(range(256)) * 3})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02") + 24
    assert int.from_bytes(data[at : at + 4], "little") == 768
    data[at : at + 4] = size.to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(UserError, match="damaged or cut short"):
        opened(path)


def test_a_file_within_a_file_is_not_a_zip(tmp_path: Path) -> None:
    inner = io.BytesIO(b"PK but no more")
    (tmp_path / "pack.zip").write_bytes(inner.getvalue())
    with pytest.raises(UserError, match="not a complete zip"):
        opened(tmp_path / "pack.zip")

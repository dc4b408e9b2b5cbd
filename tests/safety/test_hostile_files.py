"""Files made to fill memory, disk or time are refused in words, within little of each.

Sizes are those at which a careless reader takes gigabytes; each file is read by a process that may
have two gigabytes of addresses and 20 seconds.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
import xlsxwriter

from recordpick.cli.main import main
from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.selection.working_file import WorkingFile
from recordpick.spreadsheets import read_rows

if sys.platform == "win32":
    pytest.skip("needs limits of POSIX", allow_module_level=True)

MEGABYTE = 1024**2


def read_all(asked: Sequence[tuple[str, Path]]) -> list[str]:
    """Read all of them in one process with little memory; give what was told of each."""
    words = [word for kind, path in asked for word in (kind, str(path))]
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("hostile_files.py")), *words],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def read(kind: str, path: Path) -> str:
    return read_all([(kind, path)])[0]


def repeated(path: Path, start: bytes, part: bytes, times: int, end: bytes = b"\n") -> None:
    with path.open("wb") as file:
        file.write(start)
        for _ in range(times):
            file.write(part)
        file.write(end)


CSVS: dict[str, tuple[Callable[[Path], None], str]] = {
    "10 million columns": (
        lambda path: repeated(path, b"patient_id", b"," * MEGABYTE, 10),
        "columns, and no list or table has more",
    ),
    "a row of 5 million values": (
        lambda path: repeated(path, b"patient_id\n1", b",x" * MEGABYTE, 5),
        "",
    ),
    "200 MB on one line": (
        lambda path: repeated(path, b"patient_id,family_name\n1,", b"x" * MEGABYTE, 200),
        "this line is longer than 16 MB",
    ),
    "200 MB of spaces": (
        lambda path: repeated(path, b"a", b" " * MEGABYTE, 200, b""),
        "this line is longer than 16 MB",
    ),
    "8 GB of nothing": (
        lambda path: (path.write_bytes(b"patient_id\n"), os.truncate(path, 8 * 1024**3))[0],
        "not a text file",
    ),
    "a million empty lines": (lambda path: repeated(path, b"", b"\n" * MEGABYTE, 10), "empty"),
}


@pytest.fixture(scope="module")
def reported_for_texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """What is told of each as a list of patients, and as a table of a source."""
    asked = []
    for make, _ in CSVS.values():
        folder = tmp_path_factory.mktemp("source")
        make(folder / "patients.csv")
        asked += [("source", folder / "patients.csv"), ("source", folder)]
    messages = read_all(asked)
    for _, path in asked[::2]:
        path.unlink()
    return dict(zip(CSVS, zip(messages[::2], messages[1::2], strict=True), strict=True))


@pytest.mark.parametrize("name", CSVS)
def test_a_text_file_that_fills_memory_is_refused(
    reported_for_texts: dict[str, tuple[str, str]], name: str
) -> None:
    """As a list of patients, and as a table of a source."""
    for messages in reported_for_texts[name]:
        assert messages
        assert CSVS[name][1] in messages


def test_a_quotation_mark_that_is_never_closed_costs_one_line(tmp_path: Path) -> None:
    """20,000 lines below it are read as lines, in little memory, and each of them is counted."""
    source = tmp_path / "source"
    source.mkdir()
    rows = b"".join(b"%d,x\n" % number for number in range(2, 20_001))
    repeated(source / "patients.csv", b'patient_id,family_name\n1,"x\n', rows, 1)
    assert read_all([("source", source), ("source", source / "patients.csv")]) == ["", ""]
    for number, path in enumerate((source, source / "patients.csv")):
        index = build_index([path], tmp_path / f"index {number}")
        (file,) = index.manifest.files
        assert (file.rows_read, file.rows_indexed, file.rows_rejected) == (20_000, 20_000, 0)
        assert any("line 2: a quotation mark" in note for note in index.manifest.notes)


def workbook(path: Path, change: Callable[[str, bytes], Iterable[bytes]]) -> Path:
    """Write a small workbook whose parts are changed by name."""
    plain = path.with_name("plain.xlsx")
    with xlsxwriter.Workbook(plain) as book:
        book.add_worksheet("Patients").write_row(0, 0, ["NHS number", "Name"])
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            with out.open(name, "w") as part:
                for piece in change(name, source.read(name)):
                    part.write(piece)
    return path


def in_sheet(*more: bytes, times: int = 1) -> Callable[[str, bytes], Iterable[bytes]]:
    def change(name: str, content: bytes) -> Iterable[bytes]:
        if not name.endswith("sheet1.xml"):
            yield content
            return
        head, tail = content.split(b"</sheetData>")
        yield head
        for _ in range(times):
            yield from more
        yield b"</sheetData>" + tail

    return change


def with_entity(entity: bytes) -> Callable[[str, bytes], Iterable[bytes]]:
    """Declare an entity and use it in a cell."""

    def change(name: str, content: bytes) -> Iterable[bytes]:
        if name.endswith("sheet1.xml"):
            declared = b"?>\n<!DOCTYPE worksheet [" + entity + b"]>"
            row = b'<row r="2"><c r="A2" t="inlineStr"><is><t>&x;</t></is></c></row></sheetData>'
            content = content.replace(b"?>", declared, 1).replace(b"</sheetData>", row)
        yield content

    return change


LAUGHS = b'<!ENTITY a0 "ha">' + b"".join(
    b'<!ENTITY a%d "' % n + b"&a%d;" % (n - 1) * 20 + b'">' for n in range(1, 10)
)
SHEETS: dict[str, tuple[Callable[[str, bytes], Iterable[bytes]], str]] = {
    "a cell in the far corner": (
        in_sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "spans 1,048,576 rows",
    ),
    "60 MB of spaces": (in_sheet(b" " * MEGABYTE, times=60), "times its size"),
    "6 million empty rows": (in_sheet(b'<row r="3"/>' * 100_000, times=60), "times its size"),
}
ENTITIES = {
    "a file": b'<!ENTITY x SYSTEM "file:///etc/passwd">',
    "the network": b'<!ENTITY x SYSTEM "http://127.0.0.1:9/x">',
    "a billion laughs": LAUGHS + b'<!ENTITY x "&a9;">',
}


@pytest.fixture(scope="module")
def reported_for_sheets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is told of each workbook."""
    folder = tmp_path_factory.mktemp("sheets")
    asked = [
        ("sheet", workbook(folder / f"{number}.xlsx", change))
        for number, (change, _) in enumerate(SHEETS.values())
    ]
    return dict(zip(SHEETS, read_all(asked), strict=True))


@pytest.mark.parametrize("name", SHEETS)
def test_a_workbook_that_fills_memory_is_refused(
    reported_for_sheets: dict[str, str], name: str
) -> None:
    """Nothing in it is unpacked without a limit."""
    assert SHEETS[name][1] in reported_for_sheets[name]


@pytest.mark.parametrize("name", ENTITIES)
def test_a_workbook_brings_in_nothing_from_outside_itself(tmp_path: Path, name: str) -> None:
    """Entities of XML are not followed: a cell that names one is damaged, or its plain name."""
    path = workbook(tmp_path / "list.xlsx", with_entity(ENTITIES[name]))
    with suppress(UserError):
        assert read_rows(path)[1] in (["", ""], ["&x;", ""], ["x", ""])


def test_a_workbook_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    """Its table of contents says 1 KB; 100 MB stand in it, and would as well be 8 GB."""
    honest = workbook(tmp_path / "honest.xlsx", in_sheet(b" " * MEGABYTE, times=100))
    content = bytearray(honest.read_bytes())
    with zipfile.ZipFile(honest) as archive:
        entry = next(one for one in archive.infolist() if one.filename.endswith("sheet1.xml"))
    true = entry.file_size.to_bytes(4, "little")
    lie = (1024).to_bytes(4, "little")
    assert content.count(true) >= 1
    path = tmp_path / "list.xlsx"
    path.write_bytes(bytes(content).replace(true, lie))
    assert read("sheet", path)


def test_8_gb_of_spaces_in_a_workbook_are_refused(tmp_path: Path) -> None:
    """In a file of 8 MB: the sizes that it says itself are enough to refuse it."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    part = squeeze.compress(b" " * 8 * MEGABYTE) + squeeze.flush(zlib.Z_FULL_FLUSH)
    path = workbook(tmp_path / "list.xlsx", in_sheet())
    packed = part * 1024 + zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    name = b"xl/worksheets/sheet2.xml"
    size = 8 * 1024**3
    extra = b"\x01\x00\x08\x00" + size.to_bytes(8, "little")
    content = path.read_bytes()
    directory = content.rindex(b"PK\x05\x06")
    start = int.from_bytes(content[directory + 16 : directory + 20], "little")
    header = b"\x2d\x00\x00\x00\x08\x00\x00\x00\x00\x00" + b"\x00" * 4
    header += len(packed).to_bytes(4, "little") + b"\xff" * 4
    header += len(name).to_bytes(2, "little") + len(extra).to_bytes(2, "little")
    local = b"PK\x03\x04" + header + name + extra + packed
    central = b"PK\x01\x02\x2d\x00" + header + b"\x00" * 10
    central += start.to_bytes(4, "little") + name + extra
    entries = int.from_bytes(content[directory + 10 : directory + 12], "little") + 1
    listing = content[start:directory] + central
    end = b"PK\x05\x06\x00\x00\x00\x00" + entries.to_bytes(2, "little") * 2
    end += len(listing).to_bytes(4, "little") + (start + len(local)).to_bytes(4, "little") + b"\0\0"
    path.write_bytes(content[:start] + local + listing + end)
    with zipfile.ZipFile(path) as archive:
        assert archive.infolist()[-1].file_size == size
    assert "unpacks to 8,192 MB" in read("sheet", path)


ENTRANCES = {
    "a list of patients": ("index", "FILE", "--out", "OUT"),
    "a table of a source": ("index", "FOLDER", "--out", "OUT"),
    "a mapping": ("index", "FOLDER", "--map", "FILE", "--out", "OUT"),
    "PCSE's list": ("clean-up", "INDEX", "--pcse", "FILE", "--out", "OUT"),
    "a criteria pack": ("criteria", "check", "FILE"),
    "an index": ("new", "NEW", "--index", "OTHER"),
    "a working file": ("issues", "progress", "FILE"),
    "a filled-in workbook": ("issues", "import", "WORK", "FILE", "--name", "Kim"),
    "figures": ("compare", "FILE", "FILE"),
    "a hand-over pack": ("verify", "FILE"),
    "several packs": ("receive", "FILE", "--out", "OUT.csv"),
    "an indicator table": ("export", "WORK", "--qof", "FILE", "--out", "OUT", "--name", "Kim"),
    "report rules": ("export", "WORK", "--report-rules", "FILE", "--out", "OUT", "--name", "Kim"),
    "a list for a criterion": ("pick", "WORK", "CRITERION", "FILE", "--show"),
}


@pytest.fixture(scope="module")
def entrances(tmp_path_factory: pytest.TempPathFactory, made_demo: Path) -> dict[str, Path | str]:
    """Where a pipe and a device stand under the names that files have."""
    top = tmp_path_factory.mktemp("entrances")
    (top / "folder").mkdir()
    (top / "folder" / "patients.csv").write_text("patient_id\n1\n", encoding="utf-8")
    os.mkfifo(top / "folder" / "events.csv")
    (top / "other").mkdir()
    (top / "other" / "index.json").symlink_to("/dev/zero")
    os.mkfifo(top / "pipe.csv")
    (top / "zero.csv").symlink_to("/dev/zero")
    work = made_demo / "demonstration.recordpick"
    with WorkingFile.open(work, read_only=True) as file:
        still_open = next(
            one.id for one in file.pack.criteria if one.id not in file.selection.closed
        )
    return {
        "FOLDER": top / "folder",
        "OTHER": top / "other",
        "INDEX": made_demo / "index",
        "WORK": work,
        "CRITERION": still_open,
    }


@pytest.mark.parametrize("file", ["pipe.csv", "zero.csv"])
@pytest.mark.parametrize("entrance", ENTRANCES)
def test_a_pipe_or_a_device_is_no_file(
    entrances: dict[str, Path | str],
    entrance: str,
    file: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One keeps a program waiting, the other never ends: neither is opened, at any entrance."""
    known = entrances | {
        "FILE": Path(entrances["FOLDER"]).parent / file,
        "OUT": tmp_path / "out",
        "OUT.csv": tmp_path / "out.csv",
        "NEW": tmp_path / "new.recordpick",
    }

    def waited(*_: object) -> None:
        raise AssertionError("it waits for what never comes")

    before = signal.signal(signal.SIGALRM, waited)
    signal.alarm(20)
    try:
        code = main([str(known.get(word, word)) for word in ENTRANCES[entrance]])
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert code == 2
    said = capsys.readouterr().err
    assert "pipe or a device" in said or "no such file" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["map.toml", "practice.toml", "index.json"])
def test_what_says_something_of_a_source_is_small(tmp_path: Path, name: str) -> None:
    """A file of 8 GB in its place is not read."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "patients.csv").write_text("patient_id\n1\n", encoding="utf-8")
    (source / name).touch()
    os.truncate(source / name, 8 * 1024**3)
    mapping = source / name if name == "map.toml" else None
    with pytest.raises(UserError, match="larger than .* the most allowed here"):
        build_index([source], tmp_path / "index", mapping=mapping)


def test_a_working_file_of_gigabytes_is_not_read(tmp_path: Path, made_demo: Path) -> None:
    """It would be copied before it is opened."""
    path = tmp_path / "work.recordpick"
    shutil.copyfile(made_demo / "demonstration.recordpick", path)
    os.truncate(path, 8 * 1024**3)
    with pytest.raises(UserError, match="larger than any working file"):
        WorkingFile.open(path, read_only=True)


def test_a_manifest_of_many_brackets_is_refused(tmp_path: Path) -> None:
    """Python's own JSON reader would run out of its stack."""
    (tmp_path / "index.json").write_text("[" * 200_000, encoding="utf-8")
    assert "manifest is damaged" in read("index", tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a program's own memory")
def test_any_number_of_damaged_rows_is_rejected_in_little_memory(tmp_path: Path) -> None:
    """They are on disk, each with its line, as they are found: ten times as many need no more."""
    done = subprocess.run(
        [
            *(sys.executable, str(Path(__file__).with_name("many_bad_rows.py")), str(tmp_path)),
            *("20000", "200000"),
        ],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    few, many = json.loads(done.stdout)
    assert (many["read"], many["rejected"], many["written"]) == (200_004, 200_000, 200_000)
    # held as they are read: 220 more; the page of what was read takes 30
    assert many["megabytes"] - few["megabytes"] < 170


def test_a_pack_of_100_mb_is_refused(tmp_path: Path) -> None:
    """In words, before it is parsed."""
    repeated(tmp_path / "pack.toml", b'[pack]\ntitle = "', b"x" * MEGABYTE, 100, b'"\n')
    assert read("pack", tmp_path / "pack.toml")

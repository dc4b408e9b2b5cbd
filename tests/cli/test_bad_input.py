"""Bad input gets one or two sentences and exit code 2: no traceback, nothing half-written."""

import importlib.util
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from examples import usually
from recordpick.cli.main import main

PATIENTS = "patient_id,family_name,date_of_birth,nhs_number,status\n"
GOOD = PATIENTS + "1,Ames,1950-02-01,9434765919,registered\n"

PACK = """
[pack]
title = "Pack"
supplier = "Supplier"
version = "1"

[[criterion]]
id = "A-1"
area = "Area"
title = "Title"
find = "Find."

[[criterion.rule]]
says = "old"
where = "age >= 75"
"""


def printed(capsys, *words) -> str:
    """Run a command that must fail; give what it says."""
    assert main([str(word) for word in words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("recordpick: ")
    assert "Traceback" not in captured.err
    return captured.err


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


SOURCES = {
    "missing": (None, "no such"),
    "empty": (b"", "empty"),
    "binary": (bytes(range(256)) * 20, ""),
    "database": (b"SQLite format 3\x00" + b"\0" * 100, "database"),
    "wrong delimiter": (GOOD.replace(",", "#").encode(), ""),
    "no column": (b"name,age\nAmes,7\n", ""),
    "two with one id": (
        (GOOD + "1,Baker,1960-01-01,,registered\n").encode(),
        "1",
    ),
    "header only": (PATIENTS.encode(), ""),
    "all spoilt": (
        (PATIENTS + "".join(f"{n},A,1950-01-01,9.43E+09,registered\n" for n in range(5))).encode(),
        "9.43E+09",
    ),
    "duplicate header": (b"patient_id,patient_id,status\n1,2,registered\n", "patient_id"),
}


@pytest.mark.parametrize(("content", "says"), SOURCES.values(), ids=SOURCES)
def test_a_patient_list_that_cannot_be_used(tmp_path, capsys, content, says):
    """The file is named, what is wrong with it is said, and no index is made."""
    source = tmp_path / "patients.csv"
    if content is not None:
        source.write_bytes(content)
    err = printed(capsys, "index", source, "--out", tmp_path / "index")
    assert "patients.csv" in err
    assert says in err
    assert not (tmp_path / "index").exists()


def test_a_folder_that_holds_no_tables(tmp_path, capsys):
    """An empty folder is not a source."""
    source = tmp_path / "source"
    source.mkdir()
    assert "source" in printed(capsys, "index", source, "--out", tmp_path / "index")


def test_what_cannot_be_read_is_kept_with_line_and_reason(tmp_path, capsys):
    """A date that does not exist, a spoilt NHS number, a row without a number: all are reported."""
    source = tmp_path / "patients.csv"
    source.write_text(
        GOOD
        + "2,Baker,1950-02-31,,registered\n3,Cole,1950-01-01,943 476 5919,registered\n"
        + "4,Dale,1950-01-01,9.43E+09,registered\n,Eve,1950-01-01,,registered\n",
        encoding="utf-8",
    )
    assert main(["index", str(source), "--out", str(tmp_path / "index")]) == 0
    rejected = (tmp_path / "index" / "rejected_rows.csv").read_text(encoding="utf-8")
    emptied = (tmp_path / "index" / "set_aside_values.csv").read_text(encoding="utf-8")
    assert "patient_id is missing" in rejected
    assert "1950-02-31" in emptied
    assert "9.43E+09" in emptied
    said = capsys.readouterr().err
    assert "1 value of date_of_birth was left empty: not a day of the calendar" in said
    assert "2 values were left empty because they could not be read" in said


def test_one_value_that_cannot_be_read_is_one_value_in_the_sentence(tmp_path, capsys):
    """The number decides the whole sentence: "it", not "they"."""
    source = tmp_path / "patients.csv"
    source.write_text(GOOD + "2,Baker,1950-02-31,,registered\n", encoding="utf-8")
    assert main(["index", str(source), "--out", str(tmp_path / "index")]) == 0
    said = capsys.readouterr().err
    assert "1 value was left empty because it could not be read" in said


PACKS = {
    "unknown key": (PACK.replace("says =", "say ="), "line 14"),
    "unknown table": (PACK + 'table = "wards"\n', "wards"),
    "unknown column": (PACK.replace("age", "shoe_size"), "shoe_size"),
    "unknown codelist": (PACK + 'table = "events"\ncodes = "gone"\n', "gone"),
    "unknown function": (PACK.replace("age >= 75", "sqrt(age) > 8"), "sqrt"),
    "reads a file": (
        PACK.replace("age >= 75", "age IN (SELECT x FROM read_csv('/etc/passwd'))"),
        "A-1",
    ),
    "other word": (PACK.replace("age >= 75", "status = 'regstered'"), "registered"),
    "duplicate id": (PACK + PACK[PACK.index("[[criterion]]") :], "A-1"),
    "no TOML": (PACK.replace("[pack]", "[pack"), "pack.toml"),
    "empty": ("", "pack.toml"),
}


@pytest.mark.parametrize(("text", "says"), PACKS.values(), ids=PACKS)
def test_a_pack_that_is_wrong(tmp_path, capsys, demo, text, says):
    """criteria check and new both refuse it, naming file and place."""
    pack = tmp_path / "pack.toml"
    pack.write_text(text, encoding="utf-8")
    assert says in printed(capsys, "criteria", "check", pack)
    file = tmp_path / "f.recordpick"
    assert "pack.toml" in printed(
        capsys, "new", file, "--index", demo / "index", "--criteria", pack
    )
    assert not file.exists()


def test_a_pack_that_is_right_passes(tmp_path, capsys):
    """The pack that the wrong ones were made of has nothing wrong with it."""
    pack = tmp_path / "pack.toml"
    pack.write_text(PACK, encoding="utf-8")
    assert main(["criteria", "check", str(pack)]) == 0


def other_programs(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t (a)")
        database.execute("PRAGMA application_id = 7")
    database.close()


def newer(path: Path, demo: Path) -> None:
    path.write_bytes((demo / "demonstration.recordpick").read_bytes())
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 999")
    database.commit()
    database.close()


@pytest.mark.parametrize("kind", ["missing", "empty", "folder", "text", "another's", "newer"])
def test_a_working_file_that_is_none(tmp_path, capsys, demo, kind):
    """No database, another program's, or a newer version's: told, and left as it is."""
    path = tmp_path / "x.recordpick"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "folder":
        path.mkdir()
    elif kind == "text":
        path.write_text("not a database", encoding="utf-8")
    elif kind == "another's":
        other_programs(path)
    elif kind == "newer":
        newer(path, demo)
    before = contents(tmp_path)
    for words in (["match", path], ["suggest", path], ["export", path, "--out", tmp_path / "o"]):
        assert "x.recordpick" in printed(capsys, *words)
    assert contents(tmp_path) == before


def test_an_index_that_is_none(tmp_path, capsys):
    """A folder without a manifest is no index."""
    (tmp_path / "i").mkdir()
    err = printed(capsys, "new", tmp_path / "f.recordpick", "--index", tmp_path / "i")
    assert str(tmp_path / "i") in err


@pytest.mark.parametrize(
    "words", [["match"], ["explain", "F", "NO-1", "1"], ["pick", "F", "NO", "L"]]
)
def test_what_is_named_must_be_there(capsys, demo, words):
    """Without a file, or with an unknown criterion, the command says what it needs."""
    given = [str(demo / "demonstration.recordpick") if word == "F" else word for word in words]
    printed(capsys, *given)


def test_a_day_that_is_none(capsys, demo):
    """--as-at takes a date."""
    assert "2026-10-01" in printed(
        capsys, "match", demo / "demonstration.recordpick", "--as-at", "1.10.26"
    )


WRITING = {
    "new": "new OUT --index demo/index --name Ann --role practice",
    "export": "export demo/demonstration.recordpick --out OUT --name Ann --role practice",
    "index": "index demo/practice --out OUT",
    "synthesise": "synthesise --patients 60 --out OUT",
    "truth": "synthesise --patients 60 --migrated-from 3 --out new --truth OUT",
    "demo": "demo --headless --patients 60 --out OUT",
    "clean-up": "clean-up demo/index --out OUT",
    "log": "issues log demo/demonstration.recordpick --out OUT",
    "sheets": "issues sheets demo/demonstration.recordpick --out OUT",
    "copy": "issues copy demo/demonstration.recordpick --for AB --out OUT --name Ann",
    "sign-off": "issues sign-off demo/demonstration.recordpick --out OUT",
    "record": "record demo/demonstration.recordpick SY00001 --out OUT",
    "codelists": "codelists cover demo/index --out OUT",
    "reports": "reports demo/demonstration.recordpick --out OUT",
    "merge": "merge demo/demonstration.recordpick demo/demonstration.recordpick --out OUT",
}


@pytest.mark.parametrize("words", WRITING.values(), ids=WRITING)
def test_a_file_where_a_folder_is_needed(tmp_path, capsys, demo, monkeypatch, words):
    """Nothing can be written below a file: that is a sentence, and nothing is left behind."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a file").write_bytes(b"1")
    before = sorted(path for path in tmp_path.rglob("*"))
    printed_last(capsys, *(word.replace("OUT", "a file/deeper/x.csv") for word in words.split()))
    assert sorted(path for path in tmp_path.rglob("*")) == before


def printed_last(capsys, *words: str) -> str:
    """Run a command that must fail, perhaps after it has said something; return the last line."""
    assert main(list(words)) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("recordpick: ")
    return last


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write to every folder"
)
def test_a_folder_that_cannot_be_written_to(tmp_path, capsys, demo):
    """Nothing can be made there, and that is said."""
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    file = demo / "demonstration.recordpick"
    assert "locked" in printed(capsys, "export", file, "--out", locked / "out")
    assert "locked" in printed(capsys, "new", locked / "f.recordpick", "--index", demo / "index")


def test_no_passphrase_is_shown_where_nothing_can_be_written(tmp_path, capsys, demo, monkeypatch):
    """Somebody would write it down, and there is no file that it opens."""

    def refused(path, content):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("recordpick.atomic.write_new", refused)
    file, out = demo / "demonstration.recordpick", tmp_path / "pack.zip"
    assert main(["export", str(file), "--encrypt", "--out", str(out), "--name", "Pat"]) == 2
    said = capsys.readouterr()
    assert "Passphrase" not in said.out + said.err
    assert said.err.splitlines()[-1].startswith(f"recordpick: {out} could not be written: ")


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
from recordpick.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(
    importlib.util.find_spec("resource") is None, reason="needs a limit on file sizes"
)
@pytest.mark.parametrize("what", usually(["index", "export", "synthesise", "new"], "export", "new"))
def test_a_disk_that_is_full(tmp_path, demo, what):
    """Where a file cannot be written whole, a sentence is said and nothing is left behind."""
    out = tmp_path / "out"
    file = demo / "demonstration.recordpick"
    assert main(["suggest", str(file)]) == 0
    words = {
        "index": ["index", demo / "practice", "--out", out],
        "export": ["export", file, "--out", out],
        "synthesise": ["synthesise", "--patients", "200", "--out", out],
        "new": ["new", out, "--index", demo / "index"],
    }[what]
    done = subprocess.run(
        [sys.executable, "-c", FULL, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert list(tmp_path.glob("out*")) == []

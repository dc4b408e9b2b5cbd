"""Data checking from the command line: the workbook and back, the log, the page, the supplier."""

from __future__ import annotations

import csv
import io
import sys

import openpyxl
import polars as pl
import pytest

from recordpick.cli.main import main

HEADINGS = 5


@pytest.fixture
def file(demo):
    return demo / "demonstration.recordpick"


@pytest.fixture
def run(capsys):
    """Give a command's exit code, what it printed and what it said beside it."""

    def run(*words):
        capsys.readouterr()
        code = main([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def pack(file, tmp_path, run):
    """A small selection, handed over."""
    for words in (["suggest", file, "--criterion", "MED-04"], ["draw", file, "--records", "4"]):
        assert run(*words)[0] == 0
    assert run("export", file, "--out", tmp_path / "pack")[0] == 0
    return tmp_path / "pack"


def filled(pack, out, results, phase="first check"):
    """Fill in the first rows of sheets: results by sheet."""
    book = openpyxl.load_workbook(pack / "tick_sheets.xlsx")
    book["Start"]["B7"] = phase
    for sheet, given in results.items():
        headings = [cell.value for cell in book[sheet][HEADINGS]]
        for row, result in enumerate(given, start=HEADINGS + 1):
            book[sheet].cell(row, headings.index("Result") + 1).value = result
            if result != "same":
                book[sheet].cell(row, headings.index("What differs") + 1).value = "dose"
    book.save(out)
    return out


def test_the_round_trip_of_the_workbook(file, pack, tmp_path, run):
    """Filled in, taken in, logged, rechecked, signed: and the same workbook again is nothing."""
    first = filled(pack, tmp_path / "1.xlsx", {"MED-04": ["same", "different"], "Random": ["same"]})
    code, out, _ = run("issues", "import", file, first, "--show")
    assert (code, "3 new results" in out, "--show" in out) == (0, True, True)
    code, out, err = run("issues", "import", file, first, "--name", "Jo")
    assert (code, "3 new results" in out, err) == (0, True, "")
    assert "nothing changes" in run("issues", "import", file, first)[1]

    log = tmp_path / "log.csv"
    assert run("issues", "log", file, "--out", log)[0] == 0
    rows = list(csv.DictReader(io.StringIO(log.read_bytes().decode())))
    assert [(row["issue"], row["status"], row["criterion_id"]) for row in rows] == [
        ("1", "open", "MED-04")
    ]
    code, out, _ = run("issues", "progress", file)
    assert "the issue is open (1)" in out
    assert "first check" in out

    again = filled(pack, tmp_path / "2.xlsx", {"MED-04": ["same", "same"]})
    code, out, err = run("issues", "import", file, again, "--phase", "recheck")
    assert (code, "imported as recheck" in err) == (0, True)
    assert "No issue is open" in run("issues", "progress", file)[1]
    page = tmp_path / "sign.txt"
    assert run("issues", "sign-off", file, "--out", page)[0] == 0
    assert "1 issue: 0 open, 1 resolved" in page.read_text(encoding="utf-8")


def test_at_go_live_there_are_further_random_records(file, pack, tmp_path, run):
    """The same records, and the next tickets: a new list of the same working file."""
    first = filled(pack, tmp_path / "1.xlsx", {"MED-04": ["different"]})
    assert run("issues", "import", file, first)[0] == 0
    assert run("draw", file, "--more", "3")[0] == 0
    assert run("export", file, "--out", tmp_path / "live")[0] == 0
    live = filled(
        tmp_path / "live",
        tmp_path / "2.xlsx",
        {"MED-04": ["same"], "Random": ["same"] * 7},
        "go-live",
    )
    code, out, err = run("issues", "import", file, live)
    assert (code, "8 new results" in out, err) == (0, True, "")
    assert run("verify", tmp_path / "live", "--index", file.with_name("index"))[0] == 0


def test_rows_that_cannot_be_taken_in_are_named_and_give_1(file, pack, tmp_path, run):
    book = openpyxl.load_workbook(filled(pack, tmp_path / "1.xlsx", {"MED-04": ["same", "same"]}))
    book["MED-04"]["C6"] = "99999999"
    book.save(tmp_path / "1.xlsx")
    code, out, err = run("issues", "import", file, tmp_path / "1.xlsx")
    assert (code, "1 new results" in out) == (1, True)
    assert "Sheet MED-04, row 6" in err


def test_what_cannot_be_used_is_a_sentence_and_gives_2(file, pack, tmp_path, run):
    (tmp_path / "taken.csv").write_text("mine", encoding="utf-8")
    (tmp_path / "text.xlsx").write_text("text", encoding="utf-8")
    for words in (
        ["issues", "import", file, tmp_path / "none.xlsx"],
        ["issues", "import", file, tmp_path / "text.xlsx"],
        ["issues", "import", tmp_path / "none.recordpick", pack / "tick_sheets.xlsx"],
        ["issues", "log", file, "--out", tmp_path / "taken.csv"],
        ["issues", "log", file, "--out", tmp_path / "no" / "log.csv"],
        ["issues", "sign-off", file, "--out", tmp_path / "taken.csv"],
        ["issues", "progress", pack / "README.txt"],
        ["verify", tmp_path / "none"],
        ["verify", pack / "README.txt"],
        ["verify", pack, "--index", pack],
        ["receive", pack, "--out", tmp_path / "all.xlsx"],
        ["receive", pack, "--out", tmp_path / "taken.csv"],
    ):
        code, out, err = run(*words)
        assert (code, out) == (2, ""), words
        assert err.startswith("recordpick: "), words
        assert "Traceback" not in err
    assert (tmp_path / "taken.csv").read_text(encoding="utf-8") == "mine"


def test_progress_before_anything_was_checked(file, run):
    code, out, _ = run("issues", "progress", file)
    assert (code, "Nothing is checked yet" in out) == (0, True)


def test_the_supplier_verifies_and_receives(file, pack, tmp_path, run):
    code, out, _ = run("verify", pack, "--index", file.with_name("index"))
    assert (code, "The pack is right" in out) == (0, True)
    for name in ("all.csv", "all.parquet"):
        assert run("receive", pack, "--out", tmp_path / name)[0] == 0
    table = pl.read_parquet(tmp_path / "all.parquet")
    lines = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_bytes().decode())))
    assert [line["patient_id"] for line in lines] == table["patient_id"].to_list()

    content = (pack / "selection_list.csv").read_bytes()
    (pack / "selection_list.csv").write_bytes(content[:-40])
    code, out, _ = run("verify", pack)
    assert (code, "NOT right" in out, "is cut short" in out) == (1, True, True)
    code, out, err = run("receive", pack, "--out", tmp_path / "more.csv")
    assert (code, out, "is not right" in err) == (2, "", True)
    assert not (tmp_path / "more.csv").exists()


def test_a_passphrase_is_piped_in_and_a_wrong_one_is_a_sentence(
    file, pack, tmp_path, run, monkeypatch
):
    out = tmp_path / "pack.zip"
    printed = run("export", file, "--out", out, "--encrypt")[1]
    passphrase = printed.split("Passphrase: ")[1].split()[0]
    for given, code in ((passphrase, 0), ("WRONG", 2), ("", 2)):
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{given}\n"))
        assert run("verify", out)[0] == code

"""Checking from the command line: what is next, one result, copies, transcripts, who is right."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "data_checking"))
from checked_files import make_handed_over

from recordpick.cli.main import main
from recordpick.data_checking.issued_lists import list_ids
from recordpick.selection.working_file import WorkingFile


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_handed_over(tmp_path_factory.mktemp("checked") / "made")


@pytest.fixture
def path(made, tmp_path):
    target = tmp_path / "ours.recordpick"
    shutil.copyfile(made, target)
    return target


@pytest.fixture
def run(capsys):
    """Run a command; return its exit code, what it printed and what it said beside it."""

    def run(*words):
        capsys.readouterr()
        code = main([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def results_in(path):
    with WorkingFile.open(path, read_only=True) as file:
        return {key[1:]: one.entry.outcome for key, one in file.selection.results.items()}


def test_a_record_is_checked_line_by_line(path, run):
    """next says who it is, what to compare and look at; set says what is left."""
    code, out, _ = run("issues", "next", path, "--by", "AB")
    assert code == 0
    for line in (
        "First check: 11 lines left",
        "Name: O'Brien, Bea",
        "NHS number: 9990000026",
        "Patient number: P01",
        "A-1: A name with an apostrophe",
        "  Compare: Spelling of the name",
    ):
        assert line in out.splitlines()
    assert "family name O'Brien" in out
    code, out, err = run("issues", "set", path, "P01", "a-1", "same", "--by", "AB")
    assert (code, err) == (0, "")
    assert "Saved: checked A-1 of P01: same (first check).\nLeft of record 1: A-2." in out
    assert "Nothing changed" in run("issues", "set", path, "P01", "A-1", "same", "--by", "AB")[1]
    words = ("different", "--differs", "born 1934", "--severity", "high", "--by", "AB")
    assert "Record 1 is finished." in run("issues", "set", path, "999 000 0026", "A-2", *words)[1]
    code, out, _ = run("issues", "next", path, "--json")
    shown = json.loads(out)
    assert (shown["left"], shown["record"]["patient"]) == (9, "P07")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["P01", "A-3", "same"], "Patient P01 has no line for A-3 in the first check. It has: A-1"),
        (["P23", "A-1", "same"], "Patient P23 has no line in the first check"),
        (["P01", "A-1", "same", "--differs", "x"], "has nothing that differs"),
        (["P01", "A-1", "same", "--area", "Medication"], "A-1 is not a random record"),
        (["P14", "random", "same", "--area", "Feet"], "is not an area of a random record"),
        (["P01", "Z-9", "same"], "no criterion Z-9"),
    ],
)
def test_what_cannot_be_set_is_said_and_nothing_changes(path, run, words, says):
    code, out, err = run("issues", "set", path, *words)
    assert (code, out) == (2, "")
    assert says in err
    assert results_in(path) == {}


def test_copies_come_back_and_a_disagreement_is_decided(path, run):
    """The copy is beside the file; both results are named; one is taken with a reason."""
    code, out, _ = run("issues", "copy", path, "--for", "CD", "--records", "1")
    assert (code, "2 lines in 1 record of the first check for CD" in out) == (0, True)
    copy = path.with_name("ours-CD.recordpick")
    assert run("issues", "set", copy, "P01", "A-1", "not_there")[::2] == (0, "")
    assert run("issues", "set", path, "P01", "A-1", "same", "--by", "AB")[0] == 0
    assert "CD's checking copy of this file" in run("issues", "progress", path)[2]
    code, out, err = run("issues", "import", path, copy, "--show")
    assert (code, "1 new result." in out, "CD says 'not there'" in err) == (0, True, True)
    assert results_in(path) == {("A-1", "P01"): "same"}
    assert run("issues", "import", path, copy)[0] == 0
    assert results_in(path) == {}
    code, out, _ = run("issues", "resolve", path)
    assert out.splitlines() == ["first check: A-1, patient P01", "  AB: same", "  CD: not there"]
    assert len(json.loads(run("issues", "resolve", path, "--json")[1])["disagreements"]) == 1
    code, _, err = run("issues", "resolve", path, "P01", "A-1", "--take", "CD")
    assert (code, "reason" in err) == (2, True)
    words = ("--take", "cd", "--reason", "both looked again")
    assert run("issues", "resolve", path, "P01", "A-1", *words)[0] == 0
    assert results_in(path) == {("A-1", "P01"): "not there"}
    assert "Nobody disagrees" in run("issues", "resolve", path)[1]
    assert run("pick", copy, "A-1", "P19")[0] == 2
    assert run("issues", "import", path, copy, "--phase", "recheck")[0] == 2


def test_a_line_about_which_people_disagree_does_not_hold_the_next_record_up(path, run):
    """It comes last, with who says what: it waits for whoever decides, not for a result."""
    for by, result in (("AB", "same"), ("CD", "not_there")):
        assert run("issues", "set", path, "P01", "A-1", result, "--by", by)[0] == 0
        assert run("issues", "set", path, "P01", "A-2", "same", "--by", by)[0] == 0
    assert "Patient number: P07" in run("issues", "next", path)[1]
    for _ in range(20):
        shown = json.loads(run("issues", "next", path, "--json")[1])
        if shown["left"] == 1:
            break
        record = shown["record"]
        for line in record["lines"]:
            words = (record["patient"], line["criterion"] or "random", "same", "--by", "AB")
            assert run("issues", "set", path, *words)[0] == 0
    out = run("issues", "next", path)[1]
    assert "  People disagree: AB same, CD not there. Choose one: recordpick issues resolve" in out


def test_results_typed_from_printed_sheets_are_imported_like_a_workbook(path, run, tmp_path):
    """A row that contradicts the list is named with its line, and the others are imported."""
    listed = run("issues", "next", path, "--json")[1]
    number = json.loads(listed)["record"]["lines"][0]["line"]
    typed = tmp_path / "typed.csv"
    text = (
        f"List;{_list_name(path)}\nPhase;first check\n\nLine;Patient no.;Result;What differs;"
        f"Initials\n{number};P01;different;spelling;EF\n{number};P07;same;;EF\n"
    )
    typed.write_text(text, encoding="cp1252")
    code, out, err = run("issues", "import", path, typed)
    assert (code, "1 new results" in out) == (1, True)
    assert "Sheet Transcript, row 6: line" in err
    assert results_in(path) == {("A-1", "P01"): "different"}
    typed.write_text("a,b\n1,2\n", encoding="utf-8")
    code, _, err = run("issues", "import", path, typed)
    assert (code, "has no row with the headings Line, Patient no. and Result" in err) == (2, True)


def _list_name(path):
    with WorkingFile.open(path, read_only=True) as file:
        return list_ids(file)[-1]

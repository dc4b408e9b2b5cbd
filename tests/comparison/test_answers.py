"""Answers to what repeats: in the files, on the command line, and in the app's report."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import polars as pl
import pytest
from thirty_people import PEOPLE, entries

from recordpick.cli.main import main
from recordpick.comparison.answers import key_of, with_answers
from recordpick.comparison.compare import compare_records
from recordpick.comparison.contract import TRANSFORMATIONS
from recordpick.comparison.output import write_comparison
from recordpick.comparison.report import report_on
from recordpick.criteria.load import parse_pack
from recordpick.index.build.build_index import build_index
from recordpick.selection.events import Person
from recordpick.selection.repeated import AnsweredRepeated
from recordpick.selection.working_file import WorkingFile
from recordpick.verify.comparison import verify_comparison

from small_practice import AS_AT, small_index

AUTHORS = {"old": "Dr Edward Cross", "new": "CROSS, Edward (Dr)"}
JO = Person("Jo Bloggs", "practice")
ON = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
PACK = """
[pack]
title = "Pack"
supplier = "Example"
version = "1"
records_per_criterion = 1
random_records = 1

[[criterion]]
id = "A-01"
area = "Area"
title = "Title"
find = "Patients."
compare = ["Everything"]
records = 1
"""
GOLDEN = """\
line,table,field,change,detail,entries,patients,of_entries,exceptions,values,severity,proposal,example_1,example_2,example_3,example_4,example_5,answer,answered_by,answered_on
1,events,recorded_by,translated,,30,30,30,0,1,none,accept,"Dr Edward Cross → CROSS, Edward (Dr): 30",,,,,look,Jo Bloggs,2026-10-05
2,events,unit,emptied,,30,30,30,0,1,high,look,kg → (empty): 30,,,,,,,
"""  # noqa: E501 - the lines of the file


def side(name):
    """Return the entries of one side: an author written another way, and a unit that is lost."""
    unit = "kg" if name == "old" else None
    return entries(value=float, unit=unit, recorded_by=AUTHORS[name])


@pytest.fixture
def report():
    """Compare both sides."""
    old, new = (small_index(patients=PEOPLE, events=side(name)) for name in ("old", "new"))
    return report_on(compare_records(old, new))


def answers(report, line, answer, entries=30):
    """Return one answer, given when the line had so many entries."""
    prints = (one.manifest.fingerprint for one in (report.compared.old, report.compared.new))
    key = key_of(*prints, report.lines.row(line - 1, named=True))
    return {key: AnsweredRepeated(answer, entries, JO, ON)}


def test_answers_are_columns_at_the_end_of_the_transformations(report, tmp_path):
    """The columns, their order and the words in them are what the supplier relies on."""
    answered = with_answers(report, answers(report, 1, "look"))
    write_comparison(tmp_path / "out", answered)
    text = (tmp_path / "out" / TRANSFORMATIONS.file).read_bytes().decode("utf-8")
    assert text == GOLDEN.replace("\n", "\r\n")
    assert all(check.is_sound for check in verify_comparison(tmp_path / "out"))


def test_what_is_to_be_looked_at_is_listed(report):
    """A line without a limit is left out of the differences, until somebody asks to look."""
    fields = [row["field"] for part in report.differences() for row in part.to_dicts()]
    assert "recorded_by" not in fields
    looked = with_answers(report, answers(report, 1, "look"))
    fields = [row["field"] for part in looked.differences() for row in part.to_dicts()]
    assert fields.count("recorded_by") == 30
    assert (looked.left_out, report.left_out) == (0, 30)


def test_what_a_person_accepts_stays_in_the_counts(report):
    """Accepting a lost unit does not make its area acceptable: the limits were agreed before."""
    accepted = with_answers(report, answers(report, 2, "accept"))
    assert accepted.areas == report.areas
    assert accepted.answered == {"accept": 1, "look": 0, "proposed": 1}
    assert report.answered == {"accept": 0, "look": 1, "proposed": 1}


def test_an_answer_about_fewer_entries_does_not_count_for_more(report):
    """Accepted when it was about the selected patients' entries: nobody has seen the others."""
    few = with_answers(report, answers(report, 1, "accept", entries=29))
    assert few.lines["answer"].to_list() == [None, None]
    many = with_answers(report, answers(report, 1, "accept", entries=31))
    assert many.lines["answer"].to_list() == ["accept", None]


def test_folders_of_the_first_contract_are_still_verified(report, tmp_path):
    """A comparison written before answers were kept has fewer columns, and is sound."""
    folder = tmp_path / "out"
    write_comparison(folder, report)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    package["version"] = "1.0"
    path = folder / TRANSFORMATIONS.file
    rows = path.read_bytes().replace(b",answer,answered_by,answered_on", b"")
    path.write_bytes(rows.replace(b",,,\r\n", b"\r\n"))
    import hashlib

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for one in package["resources"]:
        if one["path"] == TRANSFORMATIONS.file:
            one["hash"] = f"sha256:{digest}"
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert [one.problems for one in verify_comparison(folder)] == [()] * 4


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Two indexes on the disk, a working file, and the comparison that a command wrote."""
    monkeypatch.chdir(tmp_path)
    indexes = []
    for name in ("old", "new"):
        folder = tmp_path / f"{name} tables"
        folder.mkdir()
        pl.DataFrame(PEOPLE).write_parquet(folder / "patients.parquet")
        pl.DataFrame(side(name)).write_parquet(folder / "events.parquet")
        indexes.append(build_index([folder], tmp_path / name, as_at=AS_AT))
    path = tmp_path / "our.recordpick"
    WorkingFile.create(path, parse_pack({"p.toml": PACK}), indexes[0], AS_AT, "Surgery", JO).close()
    assert main(["compare-records", "old", "new", "--out", "out", "--file", str(path)]) == 0
    return path


def run(capsys, *words, code=0):
    """Run `issues repeated` and return what it printed."""
    capsys.readouterr()
    assert main(["issues", "repeated", "our.recordpick", "out", *words]) == code
    return capsys.readouterr()


@pytest.mark.usefixtures("made")
def test_answers_are_given_listed_and_taken_back_by_command(capsys):
    """By the line's number; the next comparison has them; undo knows them."""
    assert "proposed: accept" in run(capsys).out
    said = run(capsys, "1", "look", "--name", "Jo Bloggs").out
    assert said == (
        "Saved: wants to look at the repeated difference events, recorded by: translated.\n"
    )
    assert "Nothing changed" in run(capsys, "1", "look", "--name", "Jo Bloggs").out
    rows = json.loads(run(capsys, "--json").out)["repeated"]
    assert [(one["answer"], one["answered_by"]) for one in rows] == [
        ("look", "Jo Bloggs"),
        (None, None),
    ]
    assert main(["compare-records", "old", "new", "--out", "2", "--file", "our.recordpick"]) == 0
    assert "2 to look at" in capsys.readouterr().out
    run(capsys, "1", "none", "--name", "Jo Bloggs")
    assert main(["undo", "our.recordpick", "--name", "Jo Bloggs"]) == 0
    assert json.loads(run(capsys, "--json").out)["repeated"][0]["answer"] == "look"


def test_what_cannot_be_answered_is_said(made, capsys, tmp_path):
    """A line that is not there, no answer, no comparison, a changed file, another practice's."""
    assert "has no line 9: it has 1 to 2." in run(capsys, "9", "accept", code=2).err
    assert "Answer the line as well" in run(capsys, "1", code=2).err
    assert main(["issues", "repeated", str(made), "old"]) == 2
    assert "is not a comparison of records" in capsys.readouterr().err
    assert main(["compare-records", "new", "old", "--out", "back"]) == 0
    assert main(["issues", "repeated", str(made), "back", "1", "look", "--name", "Jo"]) == 2
    assert "not those that the working file was made with" in capsys.readouterr().err
    path = tmp_path / "out" / TRANSFORMATIONS.file
    path.write_bytes(path.read_bytes().replace(b"kg", b"lb"))
    assert "transformations.csv was changed" in run(capsys, code=2).err

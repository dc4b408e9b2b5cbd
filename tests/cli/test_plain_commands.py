"""The work of the app by commands: what each prints, keeps and refuses."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from recordpick.cli import output
from recordpick.cli.completion import SHELLS
from recordpick.cli.main import COMMANDS, main
from recordpick.cli.pick import _is_list
from recordpick.index.manifest import read_manifest, write_manifest
from recordpick.index.practice_index import open_index
from recordpick.progress import silent
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile

KIM = ("--name", "Kim")


@pytest.fixture
def path(made_demo, tmp_path):
    """A copy of the demonstration's working file, in which nothing is picked."""
    folder = shutil.copytree(made_demo, tmp_path / "demo")
    return (folder / "demonstration.recordpick").rename(folder / "our.recordpick")


@pytest.fixture
def cli(path, made_demo, capsys):
    """Run a command on the file; return its exit code, its result and its messages."""

    def run(command, *words, index=False):
        where = ("--index", str(made_demo / "index")) if index else ()
        code = main([command, str(path), *words, *where])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture(scope="module")
def identities(made_demo):
    """Return patient number, date of birth and NHS number of ten patients."""
    patients = pl.scan_parquet(made_demo / "index" / "patients.parquet")
    rows = patients.select("patient_id", "date_of_birth", "nhs_number").drop_nulls().head(10)
    return list(rows.collect().iter_rows())


@pytest.fixture(scope="module")
def people(identities):
    """Return patient and NHS number of ten patients."""
    return [(patient, number) for patient, _, number in identities]


def selection_of(path):
    with WorkingFile.open(path, read_only=True) as file:
        return file.selection


def picked(path, criterion_id):
    return [pick.patient_id for pick in selection_of(path).of(criterion_id)]


def test_patients_are_picked_by_either_number_and_removed(cli, path, people):
    """An id counts in any case; a pick says whom and for what; the file has it at once."""
    (first, _), (second, number), *_ = people
    code, out, _ = cli("pick", "dem-04", first, number, *KIM)
    assert (code, picked(path, "DEM-04")) == (0, [first, second])
    assert out == "Picked 2 records for DEM-04 (2 of 20 picked).\n"
    code, out, _ = cli("unpick", "Dem-04", first, *KIM)
    assert (code, picked(path, "DEM-04")) == (0, [second])
    assert out == f"Removed {first} from DEM-04 (1 of 20 picked).\n"
    assert cli("unpick", "DEM-04", first, *KIM)[2] == (
        f"recordpick: {first} is not picked for DEM-04.\n"
    )
    assert cli("unpick", "random", first, *KIM)[0] == 2


def test_who_does_not_meet_the_rules_is_picked_with_a_message(cli, path, people):
    """As in the app: staff may know better, but are told, so that a slip is noticed."""
    patients = [patient for patient, _ in people]
    code, _, err = cli("pick", "MED-01", *patients[:3], *KIM)
    assert code == 0
    assert err.count("does not meet MED-01 by its rules") == 3
    assert len(picked(path, "MED-01")) == 3
    code, out, _ = cli("pick", "MED-01", patients[4], "--show")
    assert (code, out) == (0, f"{patients[4]}\n")
    assert len(picked(path, "MED-01")) == 3


def test_one_unknown_number_and_nobody_is_picked(cli, path, people):
    """Every unknown number has its sentence, and no similar one is suggested."""
    code, out, err = cli("pick", "DEM-04", people[0][0], "77777777", "88888888", *KIM)
    assert (code, out, picked(path, "DEM-04")) == (2, "", [])
    assert "77777777" in err
    assert "88888888" in err
    assert "Did you mean" not in err


def test_numbers_and_notes_can_be_typed(cli, path, people, monkeypatch):
    """With - they come from standard input, and are in no command that a shell keeps."""
    import io

    typed = "\n".join(patient for patient, _ in people[:2])
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n\nnot read\n"))
    assert cli("pick", "DEM-04", "-", *KIM)[0] == 0
    assert picked(path, "DEM-04") == [patient for patient, _ in people[:2]]
    monkeypatch.setattr("sys.stdin", io.StringIO("Ask first.\nThen check.\n"))
    assert cli("note", people[0][0], "-", *KIM)[0] == 0
    assert selection_of(path).notes == {people[0][0]: "Ask first.\nThen check."}


def test_notes_are_kept_and_removed(cli, path, people):
    """A note needs a text or --remove; both say about whom, by number."""
    patient = people[0][0]
    assert cli("note", patient, "Ask first", *KIM)[1].startswith(f"Noted about {patient}.")
    assert cli("note", patient, *KIM)[0] == 2
    assert cli("note", patient, "text", "--remove", *KIM)[0] == 2
    assert cli("note", patient, "  ", *KIM)[0] == 2
    assert cli("note", patient, "--remove", *KIM)[1] == f"Removed the note about {patient}.\n"
    assert selection_of(path).notes == {}
    assert cli("note", patient, "--remove", *KIM)[0] == 2


def test_a_criterion_is_closed_and_reopened(cli, path, people):
    """Nobody can be picked for it meanwhile; the reason is kept and is in the history."""
    code, out, _ = cli("close", "dem-12", "--reason", "Nobody else", *KIM)
    assert (code, out) == (0, "Closed DEM-12 with 0 of 20 picked.\n")
    assert selection_of(path).closed["DEM-12"].reason == "Nobody else"
    code, _, err = cli("pick", "DEM-12", people[0][0], *KIM)
    assert code == 2
    assert "DEM-12 is closed: reopen it first." in err
    assert cli("close", "DEM-12", "--reason", "Again", *KIM)[0] == 2
    assert "closed DEM-12 (Nobody else)" in cli("history")[1]
    code, out, _ = cli("reopen", "DEM-12", *KIM)
    assert (code, out) == (0, "Reopened DEM-12 (0 of 20 picked).\n")
    assert cli("reopen", "DEM-12", *KIM)[0] == 2


def test_undo_and_redo_say_what(cli, path, people):
    """Each is one decision; where there is none the message says so and the file stays as it is."""
    assert cli("undo", *KIM) == (2, "", "recordpick: There is nothing to undo.\n")
    assert cli("redo", *KIM) == (2, "", "recordpick: There is nothing to do again.\n")
    cli("pick", "DEM-04", people[0][0], *KIM)
    assert cli("undo", *KIM)[1] == f"Undone: picked {people[0][0]} for DEM-04.\n"
    assert picked(path, "DEM-04") == []
    assert cli("redo", *KIM)[1] == f"Done again: picked {people[0][0]} for DEM-04.\n"
    assert picked(path, "DEM-04") == [people[0][0]]


def test_the_history_marks_what_was_undone(cli, people):
    """Each event has number, time, person and words; reasons and what was undone are with it."""
    cli("pick", "DEM-04", people[0][0], *KIM)
    cli("undo", *KIM)
    events = json.loads(cli("history", "--json")[1])
    assert [(one["event"], one["kind"], one["undone"]) for one in events] == [
        (1, "created", False),
        (2, "picked", True),
        (3, "undone", False),
    ]
    assert events[2]["what"] == f"undid event 2: picked {people[0][0]} for DEM-04"
    assert events[1]["by"] == "Kim"
    assert [one["event"] for one in json.loads(cli("history", "--last", "1", "--json")[1])] == [3]
    assert "Nothing was done since 31 Dec 2150." in cli("history", "--since", "31/12/2150")[1]
    assert cli("history", "--since", "2150-12-31")[1] == "Nothing was done since 31 Dec 2150.\n"
    code, _, err = cli("history", "--since", "31/02/2026")
    assert code == 2
    assert "01/10/2026 (the day first) or 2026-10-01" in err
    assert cli("history", "--last", "0")[0] == 2


def test_picks_are_listed_without_names_unless_asked(cli, path, people, made_demo):
    """By criterion or by record; names only with --names; the notes are beside."""
    patient, number = people[0]
    names = pl.read_parquet(made_demo / "index" / "patients.parquet")
    surname = names.filter(pl.col("patient_id") == patient)["family_name"][0]
    assert cli("picks")[1] == "Nothing is picked yet.\n"
    cli("pick", "DEM-04", patient, *KIM)
    cli("pick", "MED-02", patient, *KIM)
    cli("note", patient, "Ask\nfirst", *KIM)
    _, out, _ = cli("picks")
    assert surname not in out
    assert number not in out
    assert "Ask / first" in out
    assert "2 picks, 1 record to open." in out
    _, out, _ = cli("picks", "--names", "--by-record")
    assert surname in out
    assert number in out
    assert "DEM-04, MED-02" in out
    (row,) = json.loads(cli("picks", "--criterion", "med-02", "--json")[1])
    assert (row["criterion"], row["patient"], row["by"], row["note"], row["ticket"]) == (
        *("MED-02", patient, "Kim", "Ask\nfirst", None),
    )
    assert "name" not in row
    assert cli("picks", "--criterion", "random", "--json")[1] == "[]\n"


def test_a_random_record_is_replaced_by_the_next_of_the_draw(cli, path):
    """The reason is needed; nobody else can be replaced."""
    cli("draw", "--seed", "7", "--records", "3", *KIM)
    before = picked(path, None)
    code, out, _ = cli("replace", before[1], "--reason", "Left yesterday", *KIM)
    (new,) = set(picked(path, None)) - set(before)
    assert code == 0
    assert (
        out
        == f"Replaced the random record {before[1]} by {new}, number 4 in the order of the draw.\n"
    )
    assert cli("replace", before[1], "--reason", "Again", *KIM)[0] == 2
    assert cli("replace", before[0], "--reason", " ", *KIM)[0] == 2
    assert f"in place of {before[1]}: Left yesterday" in cli("picks", "--criterion", "random")[1]


def test_status_leads_through_the_work(cli, path):
    """From the first pick to the hand-over: found, wanted, picked, closed, and what comes next."""
    first = json.loads(cli("status", "--json")[1])
    assert first["next"].startswith(f"recordpick suggest {path}")
    one = next(row for row in first["criteria"] if row["id"] == "DEM-12")
    assert (one["wanted"], one["picked"], one["closed"]) == (20, 0, False)
    assert one["found"] == one["left"] < 20
    assert one["to_do"] == f"pick the {one['found']} left, then close it"
    cli("suggest", *KIM)
    status = json.loads(cli("status", "--json")[1])
    exhausted = [row for row in status["criteria"] if row["picked"] < 20]
    assert exhausted
    assert status["next"] == f"recordpick close {path} --exhausted"
    assert status["to_close"] == [row["id"] for row in exhausted]
    assert status["possible"] == sum(row["picked"] for row in status["criteria"])
    assert f"Would close {len(exhausted)} criteria; 0" in cli("close", "--exhausted", "--show")[1]
    assert f"Closed {len(exhausted)} criteria; 0" in cli("close", "--exhausted", *KIM)[1]
    with WorkingFile.open(path, read_only=True) as file:
        reasons = {name: closed.reason for name, closed in file.selection.closed.items()}
    assert list(reasons) == [row["id"] for row in exhausted]
    found = {row["id"]: row["found"] for row in exhausted}
    assert all(str(found[name] or "No") in reason for name, reason in reasons.items())
    cli("undo", *KIM)  # all of them are one change
    cli("redo", *KIM)
    _, out, _ = cli("status")
    assert f"{46 - len(exhausted)} of 46 criteria full, {len(exhausted)} closed, 0 to" in out
    assert "Checklist: 3 of 6 done" in out
    assert out.endswith(f"Next: recordpick draw {path}\n")
    cli("draw", "--seed", "7", *KIM)
    assert cli("status")[1].endswith(f"Next: recordpick export {path} --out DIR\n")
    assert cli("hand-over", "--how", "by hand", *KIM)[0] == 2  # nothing was exported
    with WorkingFile.open(path, Person("Kim", "practice")) as file:
        file.record_export(path, "ab" * 32, list_id="RP-TESTTEST-01")
    assert "future" in cli("hand-over", "--how", "by hand", "--on", "1/1/2150", *KIM)[2]
    too_early = cli("hand-over", "--how", "by hand", "--on", "1/1/1999", *KIM)[2]
    assert "cannot have been handed over on 01 Jan 1999" in too_early
    assert "List 1 (RP-TESTTEST-01)" in cli("hand-over", "--how", "by NHSmail", *KIM)[1]
    steps = json.loads(cli("status", "--json")[1])["checklist"]
    assert [step["done"] for step in steps] == [True] * 6
    cli("note", "10001", "Seen", *KIM)
    steps = {step["step"]: step for step in json.loads(cli("status", "--json")[1])["checklist"]}
    assert steps["export"]["to_do"] == "1 change since: export again"


def test_a_criterion_whose_patients_are_not_all_picked_is_not_closed_with_the_others(cli, path):
    """Closing all that are exhausted leaves out those with patients found and not picked."""
    _, out, _ = cli("close", "--exhausted", "--show")
    assert re.search(r"DEM-12 .* 0  not ready: \d found patients are not picked", out)
    assert cli("close", "DEM-12", "--exhausted", *KIM)[0] == 2
    assert cli("close", *KIM)[0] == 2
    assert cli("close", "DEM-12", *KIM)[0] == 2
    assert "Closed 0 criteria" in cli("close", "--exhausted", *KIM)[1].replace("nobody", "")


def test_a_record_is_taken_out_of_everything_as_one_change(cli, path, people, tmp_path):
    """`all` names every criterion; one undo brings all back; the page to print has it by record."""
    patient = people[0][0]
    for criterion in ("DEM-04", "MED-02"):
        cli("pick", criterion, patient, *KIM)
    out = tmp_path / "page.html"
    assert cli("picks", "--page", str(out))[0] == 0
    assert patient in out.read_text("utf-8")
    assert people[0][1] not in out.read_text("utf-8")
    assert cli("picks", "--page", str(out), "--names")[0] == 2  # nothing is overwritten
    _, said, _ = cli("unpick", "all", patient, *KIM)
    assert said == f"Removed {patient} from 2 criteria: DEM-04, MED-02.\n"
    assert cli("picks")[1] == "Nothing is picked yet.\n"
    assert cli("unpick", "all", patient, *KIM)[0] == 2
    cli("undo", *KIM)
    assert len(json.loads(cli("picks", "--json")[1])) == 2


def test_status_says_what_is_not_known(identities, index_of_list, tmp_path, capsys):
    """A criterion that the records cannot answer is not one that nobody meets."""
    file = tmp_path / "list.recordpick"
    assert main(["new", str(file), "--index", str(index_of_list(identities)), *KIM]) == 0
    capsys.readouterr()
    assert main(["status", str(file), "--json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["criteria"]}
    assert rows["MED-01"]["found"] is None
    assert rows["MED-01"]["why_not_known"]
    assert rows["MED-01"]["to_do"] == "pick by number or from a list, or close it"
    assert main(["status", str(file)]) == 0
    assert "not known" in capsys.readouterr().out


def test_what_is_unknown_is_answered_with_what_is_similar(cli, capsys):
    """Ids, commands, choices and options; the exit code is 2 and nothing is changed."""
    code, _, err = cli("pick", "MED-99", "1", *KIM)
    assert code == 2
    assert err.startswith("recordpick: The pack has no criterion MED-99. Did you mean MED-")
    for words, meant in (
        (["statsu", "our.recordpick"], "status"),
        (["issues", "progres", "our.recordpick"], "progress"),
        (["picks", "our.recordpick", "--criteron", "X"], "--criterion"),
        (["suggest", "our.recordpick", "--by", "fewst"], "fewest"),
    ):
        with pytest.raises(SystemExit) as left:
            main(words)
        assert left.value.code == 2
        assert f"Did you mean {meant}?" in capsys.readouterr().err
    assert main(["statsu"]) == 2
    assert "Did you mean status?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("pick", "DEM-04", "1"),
        ("unpick", "DEM-04", "1"),
        ("note", "1", "text"),
        ("close", "DEM-04", "--reason", "None"),
        ("reopen", "DEM-04"),
        ("undo",),
        ("redo",),
        ("replace", "1", "--reason", "Left"),
    ],
    ids=lambda words: words[0],
)
def test_a_file_that_somebody_else_has_open_is_left_alone(cli, path, words):
    """The message says who has it and what to do; reading goes on working."""
    before = path.read_bytes()
    with WorkingFile.open(path, Person("Bea Other", "practice")):
        code, out, err = cli(words[0], *words[1:], *KIM)
    assert (code, out) == (2, "")
    assert "Bea Other" in err
    assert "add --take-over" in err
    assert path.read_bytes() == before


def test_a_full_criterion_takes_no_more(cli, path, made_demo):
    """All those named are picked or nobody is; the message says how much room there is."""
    patients = pl.read_parquet(made_demo / "index" / "patients.parquet")["patient_id"].to_list()
    with WorkingFile.open(path, Person("Kim", "practice")) as file:
        file.pick("DEM-04", patients[:19])
    code, _, err = cli("pick", "DEM-04", *patients[19:21], *KIM)
    assert code == 2
    assert "room for 1 more record" in err
    assert cli("pick", "DEM-04", patients[19], *KIM)[0] == 0
    code, _, err = cli("pick", "DEM-04", patients[20], *KIM)
    assert code == 2
    assert "already has its 20 records: remove one first" in err


def test_a_list_is_distinguished_from_a_number(tmp_path, monkeypatch):
    """By its ending or a folder in its name; a file named as a number is still a number."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").touch()
    (tmp_path / "100482").touch()
    assert _is_list(["missing.csv"])
    assert _is_list(["lists/MED-04"])
    assert _is_list(["mine"])
    assert not _is_list(["100482"])
    assert not _is_list(["A-77"])
    assert not _is_list(["-"])


@pytest.fixture
def index_of_list(tmp_path, capsys):
    """Make an index of a list with these patients, dates of birth and NHS numbers."""

    def make(rows):
        people = tmp_path / "list.csv"
        lines = [f"{patient},{born:%d/%m/%Y},{number}" for patient, born, number in rows]
        header = "Patient ID,Date of Birth,NHS Number"
        people.write_text("\n".join([header, *lines]), encoding="utf-8")
        words = ["--dates", "day-first", "--registered", "--as-at", "02/11/2026"]
        assert main(["index", str(people), "--out", str(tmp_path / "newer"), *words]) == 0
        capsys.readouterr()
        return tmp_path / "newer"

    return make


def test_a_newer_extract_is_used_and_unsupported_picks_are_listed(
    cli, path, identities, index_of_list
):
    """Every pick stays; whoever is not in the newer records is named by number, for people."""
    gone, stays = identities[0][0], identities[1][0]
    cli("pick", "DEM-04", gone, stays, *KIM)
    newer = str(index_of_list(identities[1:]))
    code, out, _ = cli("rematch", "--index", newer, *KIM)
    assert code == 0
    assert f"now uses {newer}: 9 patients, as at 02 Nov 2026." in out
    assert f"DEM-04: {gone} is not in this index." in out
    assert "Look at 1 pick:" in out
    assert picked(path, "DEM-04") == [gone, stays]
    assert cli("unpick", "DEM-04", gone, *KIM)[0] == 0
    code, out, _ = cli("rematch", "--index", newer, "--as-at", "2026-11-02", *KIM)
    assert "already uses" in out
    assert "It supports every pick." in out
    assert cli("undo", *KIM)[1] == f"Undone: removed {gone} from DEM-04.\n"


def test_another_practice_is_refused(cli, path, identities, index_of_list):
    """Numbers that are other people's would make every pick theirs: nothing is changed."""
    other = [(patient, born + timedelta(days=400), number) for patient, born, number in identities]
    before = path.read_bytes()
    code, _, err = cli("rematch", "--index", str(index_of_list(other)), *KIM)
    assert code == 2
    assert "so the numbers are other people's" in err
    assert path.read_bytes() == before


def test_an_index_with_another_ods_code_is_warned_about(cli, path, identities, index_of_list):
    """Numbers of patients may be the same by chance; where no code is known nothing is said."""
    newer = index_of_list(identities)
    with WorkingFile.open(path, read_only=True) as file:
        pack, as_at = file.pack, file.as_at
    path.unlink()
    index, person = open_index(newer), Person("Kim", "practice")
    WorkingFile.create(path, pack, index, as_at, "Ours", person, ods_code="A81001").close()
    for code, warns in (("A81001", False), ("", False), ("B82002", True)):
        write_manifest(newer, replace(read_manifest(newer), ods_code=code))
        done, _, err = cli("rematch", "--index", str(newer), *KIM)
        assert done == 0
        assert ("ODS code B82002, and our.recordpick of A81001" in err) == warns


def test_a_table_fits_the_terminal(monkeypatch, capsys):
    """Cells continue on further lines, and every word is there; elsewhere a row is one line."""
    rows = [("id", "title", "n"), ("DEM-01", "Name with a hyphen, apostrophe or accent", "24")]
    for width in (26, 40, 60, None):
        monkeypatch.setattr(output, "terminal_width", lambda width=width: width)
        output.print_table(rows, right=frozenset({2}))
        lines = capsys.readouterr().out.splitlines()
        assert all(len(line) <= (width or 200) for line in lines)
        words = " ".join(lines).split()
        assert set(words) >= {"Name", "hyphen,", "apostrophe", "accent"}
    assert len(lines) == 2


def test_progress_can_be_switched_off(monkeypatch):
    """A screen reader would read each state of the bar; the result is the same without it."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with output.progress_on_stderr() as progress:
        assert progress is not silent
    monkeypatch.setenv("RECORDPICK_PROGRESS", "off")
    with output.progress_on_stderr() as progress:
        assert progress is silent


def test_every_command_of_the_work_has_a_module():
    """The commands of the app's decisions are all there."""
    wanted = {"status", "picks", "pick", "unpick", "note", "close", "reopen", "undo", "redo"}
    assert wanted | {"replace", "history", "rematch"} <= set(COMMANDS)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_can_complete_the_commands(shell, capsys):
    """The script has every command, and nothing about any patient or working file."""
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(name in script for name in COMMANDS)


@pytest.mark.parametrize(
    "words",
    [
        ("new",),
        ("status",),
        ("find", "10007"),
        ("explain", "pro-01", "10007"),
        ("reports explain", "DM036"),
        ("history",),
        ("picks", "--names"),
    ],
    ids=lambda words: words[0],
)
def test_people_read_dates_with_the_month_in_letters(path, made_demo, tmp_path, capsys, words):
    """05 Apr 1951 is read in one way only; programs get another form with --json."""
    command, *rest = words
    where = ["--index", str(made_demo / "index")]
    if command == "new":
        main(["new", str(tmp_path / "a.recordpick"), "--as-at", "31/01/2027", *where, *KIM])
    elif command in {"status", "history", "picks"}:
        main([*command.split(), str(path), *rest])
    else:
        main([*command.split(), str(path), *rest, *where])
    printed = capsys.readouterr()
    assert printed.out
    assert not re.search(r"\b\d{4}-\d\d-\d\d\b", printed.out + printed.err)

"""The commands, one after the other, as a person would give them."""

import csv
import json

import pytest

from recordpick.cli.main import main


@pytest.fixture
def file(demo):
    """The demonstration's working file."""
    return demo / "demonstration.recordpick"


def test_from_a_made_up_practice_to_a_selection_list(tmp_path, capsys):
    """synthesise, index, new, suggest, draw, export: each does its part without a terminal."""
    practice, index, file, out = (tmp_path / name for name in ("p", "i", "f.recordpick", "out"))
    for words in (
        ["synthesise", "--patients", "150", "--seed", "5", "--out", practice],
        ["index", practice, "--out", index],
        ["new", file, "--index", index, "--name", "Pat Smith"],
        ["suggest", file, "--name", "Pat Smith"],
        ["draw", file, "--seed", "dice 3 5 2 6", "--records", "7"],
        ["export", file, "--out", out],
    ):
        assert main([str(word) for word in words]) == 0, capsys.readouterr().err
    with (out / "selection_list.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert sum(line["chosen_by"] == "random" for line in lines) == 7
    assert {line["chosen_by"] for line in lines} == {"rule", "random"}
    assert (out / "qof_report.csv").exists()
    assert (out / "target_report.csv").exists()


def test_match_prints_every_criterion_with_the_number_left(file, capsys):
    """Each criterion of the pack has a line."""
    assert main(["match", str(file)]) == 0
    out = capsys.readouterr().out
    assert main(["match", str(file), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    for criterion in printed["criteria"]:
        assert criterion["criterion_id"] in out
        assert criterion["matches"] == len(criterion["patients"])


def test_match_shows_the_patients_of_one_criterion(file, capsys):
    """--criterion gives the patients with their evidence, and explain agrees."""
    main(["match", str(file), "--json"])
    criteria = json.loads(capsys.readouterr().out)["criteria"]
    one = next(criterion for criterion in criteria if criterion["matches"] > 0)
    assert main(["match", str(file), "--criterion", one["criterion_id"]]) == 0
    out = capsys.readouterr().out
    assert all(patient in out for patient in one["patients"])
    patient = one["patients"][0]
    assert main(["explain", str(file), one["criterion_id"], patient]) == 0
    assert f"{patient} meets {one['criterion_id']}" in capsys.readouterr().out


def test_a_draw_can_be_drawn_again_elsewhere(demo, tmp_path, capsys):
    """The same seed and the same index give the same records, in another working file."""
    drawn = []
    for name in ("a", "b"):
        file = tmp_path / f"{name}.recordpick"
        assert main(["new", str(file), "--index", str(demo / "index")]) == 0
        capsys.readouterr()
        assert main(["draw", str(file), "--seed", "42"]) == 0
        drawn.append(capsys.readouterr().out)
    assert drawn[0] == drawn[1]


def test_another_seed_needs_a_reason(file, capsys):
    """A redraw is recorded, never silent."""
    assert main(["draw", str(file), "--seed", "42"]) == 0
    assert main(["draw", str(file), "--seed", "43"]) == 2
    assert main(["draw", str(file), "--seed", "43", "--reason", "the first was a trial"]) == 0


def test_suggesting_to_see_picks_nothing(file, capsys):
    """--show changes nothing: the same can be suggested again."""
    assert main(["suggest", str(file), "--show"]) == 0
    first = capsys.readouterr().out
    assert main(["suggest", str(file), "--show"]) == 0
    assert capsys.readouterr().out == first


def test_picking_from_a_list_of_numbers(file, tmp_path, capsys):
    """Numbers of a list that staff exported are found in the index and picked."""
    main(["match", str(file), "--json"])
    criteria = json.loads(capsys.readouterr().out)["criteria"]
    one = next(criterion for criterion in criteria if criterion["matches"] > 2)
    wanted = one["patients"][:2]
    listed = tmp_path / "list.csv"
    listed.write_text("\n".join(["Patient ID", *wanted, "no such"]), encoding="utf-8")
    assert main(["pick", str(file), one["criterion_id"], str(listed)]) == 0
    printed = capsys.readouterr()
    assert "2 picked" in printed.out
    assert "no such" in printed.err


def test_export_writes_over_nothing(file, tmp_path, capsys):
    """A folder with something in it is left as it is."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    assert main(["export", str(file), "--out", str(out)]) == 2
    assert [path.name for path in out.iterdir()] == ["mine.txt"]
    assert "empty" in capsys.readouterr().err


def test_new_writes_over_nothing(demo, file, capsys):
    """A working file that is there is never replaced."""
    before = file.read_bytes()
    assert main(["new", str(file), "--index", str(demo / "index")]) == 2
    assert file.read_bytes() == before


def test_the_index_of_another_practice_is_refused(file, tmp_path, capsys):
    """Picks are never shown beside another practice's patients."""
    other, index = tmp_path / "other", tmp_path / "other-index"
    main(["synthesise", "--patients", "50", "--seed", "9", "--out", str(other)])
    main(["index", str(other), "--out", str(index)])
    capsys.readouterr()
    assert main(["match", str(file), "--index", str(index)]) == 2
    assert "another practice index" in capsys.readouterr().err


def test_the_app_says_that_it_needs_a_terminal(file, capsys):
    """Without a terminal there is a sentence, not a traceback."""
    assert main([str(file)]) == 2
    assert "terminal" in capsys.readouterr().err


def test_demo_without_a_terminal_does_what_headless_does(tmp_path, capsys, monkeypatch):
    """It makes, matches, picks, draws and writes the pack of files."""
    out = tmp_path / "made"
    assert main(["demo", "--out", str(out), "--patients", "120"]) == 0
    assert (out / "hand-over" / "selection_list.csv").exists()
    assert main(["demo", "--headless", "--out", str(out)]) == 2


def test_picking_from_a_folder_of_lists_named_after_criteria(file, tmp_path, capsys):
    """Each list is of the criterion its name begins with; what is no list is told."""
    main(["match", str(file), "--json"])
    criteria = json.loads(capsys.readouterr().out)["criteria"]
    wanted = {one["criterion_id"]: one["patients"][:2] for one in criteria if one["matches"] > 2}
    lists = tmp_path / "lists"
    lists.mkdir()
    for number, (criterion_id, patients) in enumerate(wanted.items()):
        name = f"{criterion_id.lower()} our list.csv" if number % 2 else f"{criterion_id}.csv"
        (lists / name).write_text("\n".join(["Patient ID", *patients]), encoding="utf-8")
    (lists / "notes.docx").write_text("x", encoding="utf-8")
    (lists / "MED-041.csv").write_text("Patient ID\n1\n", encoding="utf-8")
    assert main(["pick", str(file), "--folder", str(lists)]) == 0
    printed = capsys.readouterr()
    assert printed.out.count("2 picked") == len(wanted)
    assert "notes.docx" in printed.err
    assert "MED-041.csv" in printed.err


@pytest.mark.parametrize(
    "words", [["--folder", "nowhere"], ["DEM-01"], [], ["DEM-01", "x.csv", "--folder", "."]]
)
def test_picking_needs_a_list(file, words, capsys):
    """No such folder, or no list: a sentence."""
    assert main(["pick", str(file), *words]) == 2
    assert capsys.readouterr().err.startswith("recordpick: ")


def test_another_day_than_the_extracts_is_reported_for_what_it_is(demo, tmp_path, capsys):
    """Ages are calculated for that day; who is registered is as in the extract."""
    words = ["new", "--index", str(demo / "index")]
    assert main([*words, str(tmp_path / "a.recordpick")]) == 0
    assert "only ages" not in capsys.readouterr().err
    assert main([*words, str(tmp_path / "b.recordpick"), "--as-at", "2027-01-31"]) == 0
    assert "only ages and periods are calculated as at 31 Jan 2027" in capsys.readouterr().err


def test_demonstration_codelists_on_real_records_are_reported(demo, tmp_path, capsys):
    """With some well-known codes in them they find some patients, as if they were whole."""
    words = ["new", "--index"]
    assert main([*words, str(demo / "index"), str(tmp_path / "made-up.recordpick")]) == 0
    assert "for demonstration" not in capsys.readouterr().err
    source = tmp_path / "patients.csv"
    source.write_text("patient_id,family_name\n1,A\n", encoding="utf-8")
    index = tmp_path / "index"
    assert main(["index", str(source), "--out", str(index)]) == 0
    capsys.readouterr()
    assert main([*words, str(index), str(tmp_path / "real.recordpick")]) == 0
    assert "own for demonstration" in capsys.readouterr().err

"""Suggesting and drawing from the command line: each way, more at go-live, by strata."""

from __future__ import annotations

import pytest

from examples import usually
from recordpick.cli.main import main
from recordpick.selection.working_file import WorkingFile


@pytest.fixture
def new_file(demo, tmp_path, capsys):
    """A new working file over the demonstration's index: nothing is picked in it."""
    file = tmp_path / "new.recordpick"
    assert main(["new", str(file), "--index", str(demo / "index")]) == 0
    capsys.readouterr()
    return file


def selection_of(file):
    with WorkingFile.open(file, read_only=True) as opened:
        return opened.selection


@pytest.mark.parametrize(
    ("way", "name"),
    usually(
        [
            ("fewest", "fewest records"),
            ("balanced", "balanced"),
            ("spread", "spread"),
            ("ticket", "ticket"),
        ],
        *(("fewest", "fewest records"), ("balanced", "balanced")),
    ),
)
def test_each_way_picks_what_it_showed(new_file, capsys, way, name):
    """--show lists the picks and what every way costs; without it, the same are picked."""
    assert main(["suggest", str(new_file), "--by", way, "--show"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert "instead of" in shown[0]
    costs = [line for line in shown if "\t" not in line][2:-1]
    assert [line.split("  ")[0] for line in costs if "within" not in line.split("  ")[0]] == [
        *("fewest records", "balanced", "spread", "ticket")
    ]
    assert sum("proven" in line for line in costs) >= 5
    pairs = {tuple(line.split("\t")) for line in shown if "\t" in line}
    assert selection_of(new_file).picks == ()

    assert main(["suggest", str(new_file), "--by", way]) == 0
    picks = selection_of(new_file).picks
    assert {(pick.criterion_id, pick.patient_id) for pick in picks} == pairs
    assert {pick.note for pick in picks} == {f"suggested: {name}"}


def test_the_fewest_are_fewer(new_file, capsys):
    """Fewest is what is suggested by default, and says what the criteria lack."""
    assert main(["suggest", str(new_file)]) == 0
    out = capsys.readouterr().out
    assert "proven smallest" in out
    assert "nobody else meets it" in out
    selection = selection_of(new_file)
    assert len(selection.patient_ids) < len(selection.picks) / 2
    assert main(["suggest", str(new_file)]) == 0
    assert "nothing to suggest" in capsys.readouterr().out


def test_another_tolerance_can_be_asked_for(new_file, capsys):
    """--within needs --by balanced and a percentage that some choice keeps; undo is one step."""
    assert main(["suggest", str(new_file), "--within", "7"]) == 2
    assert main(["suggest", str(new_file), "--by", "balanced", "--within", "0"]) == 2
    capsys.readouterr()
    only = ["--criterion", "DEM-07"]
    assert main(["suggest", str(new_file), "--by", "balanced", "--within", "5", *only]) == 2
    assert "No choice within 5% of your list's shares" in capsys.readouterr().err
    assert main(["suggest", str(new_file), "--by", "balanced", "--within", "10"]) == 0
    assert "Picked by balanced within 10%: " in capsys.readouterr().out
    assert selection_of(new_file).picks
    assert main(["undo", str(new_file)]) == 0
    assert selection_of(new_file).picks == ()


def test_one_criterion_only(new_file, capsys):
    """--criterion limits the suggestion; an unknown one is refused."""
    assert main(["suggest", str(new_file), "--criterion", "MED-01"]) == 0
    assert {pick.criterion_id for pick in selection_of(new_file).picks} == {"MED-01"}
    assert main(["suggest", str(new_file), "--criterion", "XXX"]) == 2


def test_more_records_are_the_next_tickets(new_file, capsys):
    """--more goes on with the draw; it needs one, and keeps to its seed."""
    assert main(["draw", str(new_file), "--more", "2"]) == 2
    assert main(["draw", str(new_file), "--seed", "42", "--records", "5"]) == 0
    first = capsys.readouterr().out
    assert "If none of 5 random records (out of " in first
    assert main(["draw", str(new_file), "--more", "2", "--seed", "43"]) == 2
    assert main(["draw", str(new_file), "--more", "0"]) == 2
    assert main(["draw", str(new_file), "--more", "2"]) == 0
    assert [pick.ticket for pick in selection_of(new_file).random()] == [1, 2, 3, 4, 5, 6, 7]


def test_a_draw_by_strata_goes_on_by_strata(new_file, capsys):
    """--strata is said once; the working file knows it afterwards."""
    assert main(["draw", str(new_file), "--seed", "42", "--records", "9", "--strata"]) == 0
    assert " of " in capsys.readouterr().out
    assert main(["draw", str(new_file), "--more", "3"]) == 0
    draws = selection_of(new_file).draws
    assert [sum(one.drawn for one in draw.strata) for draw in draws] == [9, 3]

"""How long checking takes: before the export, and as soon as the first results show it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from working_files import JO, new_file

from recordpick.cli.main import main
from recordpick.data_checking.time_needed import Pace, learned_pace, pace_of, time_needed
from recordpick.errors import UserError
from recordpick.selection.kinds.pace import pace_in
from recordpick.selection.results import Entry, Result
from recordpick.selection.working_file import WorkingFile

BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)
LINES = st.lists(
    st.tuples(st.sampled_from(["A-1", "A-2", None]), st.sampled_from("pqrst")), unique=True
)


@given(LINES)
def test_a_record_is_opened_once_and_each_line_takes_its_time(lines):
    """Records × opening + lines × line + random records × theirs; nothing is counted twice."""
    found = time_needed(lines, Pace(100, 10, 1))
    patients = {patient for _, patient in lines}
    random = [line for line in lines if line[0] is None]
    assert (found.records, found.lines) == (len(patients), len(lines))
    assert found.seconds == 100 * len(patients) + 10 * (len(lines) - len(random)) + len(random)


def test_the_usual_list_takes_what_practices_report():
    """46 criteria of 20 records each: 3 to 5 days of staff time in a phase."""
    lines = [(f"C-{n % 46}", str(n % 250)) for n in range(819)]
    lines += [(None, f"r{n}") for n in range(20)]
    found = time_needed(lines, Pace())
    assert 3 <= found.person_days <= 5
    assert found.in_words == "about 35 hours (4½ days of one person)"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "no time"),
        (1800, "less than an hour"),
        (3700, "about 1 hour"),
        (8 * 3600, "about 8 hours (1 day of one person)"),
        (75 * 3600, "about 75 hours (10 days of one person)"),
    ],
)
def test_a_time_is_said_as_people_say_it(seconds, words):
    assert time_needed([("A-1", "p")], Pace(seconds, 0, 0)).in_words == words


def results(times, initials="AB"):
    """Give results of three lines a record, `times` seconds after one another."""
    found, on = [], BEGIN
    for number, seconds in enumerate(times):
        on += timedelta(seconds=seconds)
        entry = Entry(f"C-{number % 3}", f"p{number // 3}", 1, 1, "same", initials=initials)
        found.append(Result(entry, "first check", "RP", JO, on))
    return found


def test_the_pace_is_learned_from_the_first_records():
    """Each record 5 minutes to open and 30 seconds a line; the pause for lunch is left out."""
    times = [330, 30, 30] * 12
    times[15] = 3600
    pace = learned_pace(results(times))
    assert pace is not None
    assert (pace.record, pace.line, pace.source) == (300, 30, "learned")


def test_two_people_who_check_at_once_are_not_mixed():
    """Each one's results follow each other, whoever else saved in between."""
    times = [330, 30, 30] * 12
    assert learned_pace([*results(times), *results(times, "CD")]) == learned_pace(results(times))


def test_too_few_results_and_those_of_a_workbook_teach_nothing():
    """All results of a workbook have the time of its import."""
    assert learned_pace(results([330, 30, 30] * 3)) is None
    assert learned_pace(results([0] * 300)) is None


def test_a_pace_that_is_set_counts_is_undone_and_survives(tmp_path):
    """It is a decision like any other: in the file, with who and when, taken back by undo."""
    path = tmp_path / "a.recordpick"
    with new_file(path) as file:
        file.set_pace((180, 30, 600))
        file.set_pace((180, 30, 600))
        events = len(file.events)
        file.set_pace((60, 30, 600))
        file.undo()
        assert len(file.events) == events + 2
        for wrong in ((-1, 1, 1), (0, 0, 0), (10**6, 1, 1)):
            with pytest.raises(UserError, match="0 to 240 minutes"):
                file.set_pace(wrong)
    with WorkingFile.open(path, JO) as file:
        assert pace_of(file.selection) == Pace(180, 30, 600, "set")
        assert pace_in(file.selection.kept).by == JO
        file.set_pace(None)
        assert pace_of(file.selection) == Pace()


def test_the_command_sets_shows_and_forgets(tmp_path, capsys):
    """Only what is named changes; a time that cannot be is a sentence."""
    path = tmp_path / "a.recordpick"
    new_file(path).close()
    command = ["issues", "pace", str(path)]
    assert main([*command, "--line", "0.5", "--name", "Jo"]) == 0
    assert "4 min to open a record, 0.5 min for a line" in capsys.readouterr().out
    for wrong in (["--line", "nan"], ["--random", "999"], ["--learn", "--line", "1"]):
        assert main([*command, *wrong]) == 2
        assert capsys.readouterr().err.startswith("recordpick: ")
    assert main([*command, "--json"]) == 0
    read = json.loads(capsys.readouterr().out)
    assert (read["minutes"]["line"], read["minutes_from"]) == (0.5, "set")
    assert [one["phase"] for one in read["phases"]] == ["first check", "recheck", "go-live"]
    assert read["phases"][1]["whole"] is None
    assert main([*command, "--learn"]) == 0
    assert "recordpick's estimate" in capsys.readouterr().out

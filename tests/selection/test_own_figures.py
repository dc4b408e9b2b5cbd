"""Figures of the systems' own reports are kept as picks are: undoable, with who and when."""

from __future__ import annotations

import sqlite3

import pytest
from working_files import JO, SAM, filled, worked_on

from recordpick.errors import UserError
from recordpick.selection.events import BrokenEventError, next_event
from recordpick.selection.figures import NewFigures
from recordpick.selection.history import replay
from recordpick.selection.working_file import WorkingFile

REGISTER = ("qof", "AF006", "register")
BAND = ("capitation", "F", "5 to 14", "patients")
TABLE = [("qof_2026_27.csv", "indicator,group\r\n")]


def given(figures, system="current_system", source="", sha256=""):
    return NewFigures(system, figures, source, sha256)


def values(file, system="current_system"):
    figures = file.selection.figures.items()
    return {name: one.value for (whose, name), one in figures if whose == system}


def version(path):
    connection = sqlite3.connect(path)
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return found


def test_figures_are_there_at_the_next_opening_with_who_gave_them_and_from_where(path):
    with worked_on(path) as file:
        file.keep_figures(given({REGISTER: "290", BAND: "12"}, source="qof.csv", sha256="ab" * 32))
        file.sign_in(SAM)
        file.keep_figures(given({REGISTER: "288.5"}, "new_system"))
    with WorkingFile.open(path, JO) as file:
        assert values(file) == {REGISTER: "290", BAND: "12"}
        assert values(file, "new_system") == {REGISTER: "288.5"}
        one = file.selection.figures["current_system", REGISTER]
        other = file.selection.figures["new_system", REGISTER]
        assert (one.source, one.by, one.number) == ("qof.csv", JO, 290.0)
        assert (other.source, other.by) == ("", SAM)
        assert one.on < other.on


def test_undo_and_redo_describe_what_they_change(file):
    file.keep_figures(given({REGISTER: "290", BAND: "12"}, source="qof.csv"))
    assert file.selection.can_undo == "loaded 2 figures of the current system from qof.csv"
    file.keep_figures(given({REGISTER: "291"}))
    assert file.selection.can_undo == "typed AF006 register of the current system"
    file.keep_figures(given({BAND: None}))
    assert file.selection.can_undo == "removed F 5 to 14 patients of the current system"
    file.undo()
    file.undo()
    assert values(file) == {REGISTER: "290", BAND: "12"}
    assert file.selection.can_redo == "typed AF006 register of the current system"
    file.redo()
    file.redo()
    assert values(file) == {REGISTER: "291"}


def test_only_what_is_new_is_written(file):
    file.keep_figures(given({REGISTER: "290"}))
    events = len(file.events)
    file.keep_figures(given({REGISTER: "290", BAND: None}))
    assert len(file.events) == events
    file.keep_figures(given({REGISTER: "290", BAND: "12"}))
    assert file.events[-1].body["figures"] == [[[*BAND], "12"]]


@pytest.mark.parametrize("value", ["", "-1", "1,234", "1e3", "nan", "12.", "٣", "9" * 13])
def test_a_text_that_is_not_a_figure_is_never_kept(file, value):
    with pytest.raises(UserError, match="is not a figure"):
        file.keep_figures(given({REGISTER: value}))
    assert values(file) == {}


@pytest.mark.parametrize(
    "name", [("AF006", "register"), ("qof", "", "register"), ("qof", "A\x1b[31m", "register")]
)
def test_a_text_that_cannot_name_a_figure_is_never_kept(file, name):
    with pytest.raises(UserError, match="is not a figure"):
        file.keep_figures(given({name: "1"}))


def test_what_the_reports_are_counted_by_is_kept_whole(path):
    with worked_on(path) as file:
        file.count_reports_by("qof", TABLE)
        assert file.selection.can_undo == "chose qof_2026_27.csv as the QOF table"
        file.count_reports_by("rules", [("own.toml", "[pack]"), ("codelists/af.csv", "code\r\n")])
    with WorkingFile.open(path, JO) as file:
        chosen = file.selection.reports_by
        assert chosen["qof"].files == tuple(TABLE)
        assert (chosen["rules"].name, len(chosen["rules"].files)) == ("own.toml", 2)
        events = len(file.events)
        file.count_reports_by("qof", TABLE)
        assert len(file.events) == events
        file.count_reports_by("qof", ())
        assert file.selection.can_undo == "went back to the QOF table of recordpick"
        assert set(file.selection.reports_by) == {"rules"}
        assert set(file.undo().reports_by) == {"qof", "rules"}


def test_codelists_of_any_size_are_kept(path):
    """SQLite locks the whole file when more is written than it keeps in memory (2 MB)."""
    of_a_year = [
        ("rules.toml", "[pack]"),
        *((f"codelists/{number}.csv", "code,term\n" * 50_000) for number in range(12)),
    ]
    worked_on(path).close()
    assert version(path) == 1
    with WorkingFile.open(path, JO) as file:
        file.count_reports_by("rules", of_a_year)
        file.count_reports_by("qof", TABLE)
    assert version(path) == 3
    with WorkingFile.open(path, JO) as file:
        assert file.selection.reports_by["rules"].files == tuple(of_a_year)


def test_a_file_of_an_older_format_opens_and_grows_with_the_first_figure(path):
    """A copy as it was is kept; results of data checking then make it one of a later version."""
    worked_on(path).close()
    assert version(path) == 1
    with WorkingFile.open(path, JO) as file:
        before = path.read_bytes()
        picks = file.selection.picks
        file.keep_figures(given({REGISTER: "290"}))
        assert version(path) == 3
        file.import_results(filled("recheck", "b" * 64, {("MED-04", "P01"): ("same",)}))
    assert version(path) == 5
    kept = path.with_name(f"{path.name}.version-1.backup")
    assert kept.read_bytes() == before
    with WorkingFile.open(path, JO) as file:
        assert file.selection.picks == picks
        assert values(file) == {REGISTER: "290"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("figures", {"system": "other", "source": "", "sha256": "", "figures": []}),
        ("figures", {"system": "new_system", "source": "", "figures": [[["qof", "A"], "1"]]}),
        ("figures", {"system": "new_system", "source": "", "figures": [[[*REGISTER], "-1"]]}),
        ("figures", {"system": "new_system", "source": "", "figures": [[[*REGISTER], 1]]}),
        ("figures", {"system": "new_system", "source": "", "figures": [[[1, 2, 3], "1"]]}),
        ("reports_by", {"what": "other", "files": []}),
        ("reports_by", {"what": "qof", "files": [["name"]]}),
    ],
)
def test_an_event_that_recordpick_would_not_write_is_broken(file, kind, body):
    event = next_event(file.events[-1], file.events[-1].on, JO, kind, body)
    with pytest.raises(BrokenEventError):
        replay([*file.events, event])

"""What a hand-made list leaves open is asked of whoever sits at the terminal."""

import io
import sys
from datetime import date

import pytest

from recordpick.cli.main import main
from recordpick.index.manifest import read_manifest

LIST = "NHS Number,Date of Birth\n9434765919,01/02/1980\n"


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def indexed(tmp_path, monkeypatch):
    """Index the list with these options while a person types that; give code and what was told."""

    def run(*options, typed=None):
        listed = tmp_path / "list.csv"
        listed.write_text(LIST, encoding="utf-8")
        reported = io.StringIO()
        if typed is not None:
            reported = Terminal()
            monkeypatch.setattr(sys, "stdin", Terminal(typed))
        monkeypatch.setattr(sys, "stderr", reported)
        code = main(["index", str(listed), "--out", str(tmp_path / "index"), *options])
        return code, reported.getvalue()

    return run


def test_both_questions_are_asked_and_the_answers_hold(indexed, tmp_path):
    """The way the dates are read and that everyone is registered; then the day of the export."""
    code, reported = indexed(typed="n\nperhaps\ny\n1/10/26\n01/10/2026\n")
    assert code == 0
    assert "Is 01/02/1980 1 February 1980, or 2 January 1980?" in reported
    assert "Is everyone on this list registered" in reported
    assert "Date of Birth was read as month/day/year, as answered" in reported
    assert "everyone was read as registered, as answered" in reported
    assert "On which day was this export made?" in reported
    assert reported.count("Type the day as in 01/10/2026") == 2  # 26 is not a year
    assert read_manifest(tmp_path / "index").as_at == date(2026, 10, 1)
    assert read_manifest(tmp_path / "index").as_at_from == "given"


def test_what_options_say_is_not_asked(indexed):
    """So that a script can say it."""
    code, reported = indexed(
        "--dates", "day-first", "--registered", "--as-at", "2026-10-01", typed=""
    )
    assert code == 0
    assert "Is " not in reported
    assert "Date of Birth was read as day/month/year, as answered" in reported


def test_an_unanswered_question_makes_no_index(indexed, tmp_path):
    """The person went away."""
    code, reported = indexed(typed="y\n")
    assert code == 2
    assert "the question was not answered" in reported
    assert not (tmp_path / "index").exists()


def test_where_nobody_sits_at_a_terminal_the_note_says_what_was_assumed(indexed):
    """Day first, which no date proves; who is registered stays unknown."""
    code, reported = indexed()
    assert code == 0
    assert "Date of Birth was read as day/month/year, which no date in it proves" in reported
    assert "no column says who is registered" in reported
    assert "Warning: No source gives the date of its records, so today" in reported

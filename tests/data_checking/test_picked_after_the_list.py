"""Records that were picked after the list was handed over do not stop the checking that goes on."""

from __future__ import annotations

import polars as pl
import pytest
from checked_files import START, TODAY

from recordpick.data_checking.keep_result import keep_entry, make_entry
from recordpick.data_checking.phase_lines import current_phase, phase_lines
from recordpick.data_checking.sign_off import SourceLimits, sign_off_text
from recordpick.errors import UserError

FIRST = "first check"


def judge(file, criterion_id, patient_id):
    lines = phase_lines(file, FIRST)
    line = lines.line(criterion_id, patient_id)
    keep_entry(file, lines, make_entry(line, "same", "AB", TODAY))


def test_a_phase_that_has_begun_goes_on_with_a_note(file):
    """One that has not asks for an export first, so that the supplier has them, too."""
    judge(file, "A-1", "P01")
    before = phase_lines(file, FIRST).lines
    file.pick("B-1", ["P03"])
    lines = phase_lines(file, FIRST)
    assert lines.lines == before
    (note,) = lines.notes
    assert note.startswith("1 pick or random record is not on the list RP-")
    judge(file, "A-2", "P01")
    assert current_phase(file) == FIRST
    with pytest.raises(UserError, match="1 pick or random record is not on the list .*export"):
        phase_lines(file, "go-live")


def test_the_page_that_is_signed_says_that_they_were_not_checked(file):
    judge(file, "A-1", "P01")
    file.pick("B-1", ["P03"])
    page = " ".join(sign_off_text(file, SourceLimits(), START).decode().split())
    assert "1 pick or random record was added since, and not checked in any phase above." in page
    assert "Go-live: not begun." in page
    file.record_export(file.path.parent / "again", "cd" * 32)
    page = " ".join(sign_off_text(file, SourceLimits(), START).decode().split())
    assert "1 pick or random record was added since" in page
    judge(file, "B-1", "P03")
    page = " ".join(sign_off_text(file, SourceLimits(), START).decode().split())
    assert "added since" not in page
    assert "First check: no result for 10 lines" in page


def test_a_phase_that_is_done_is_not_begun_again_by_a_newer_list(file):
    """Further random records are drawn for go-live: the first check does not wait for them."""
    for line in phase_lines(file, FIRST).lines:
        judge(file, line.criterion_id, line.patient_id)
    assert current_phase(file) == "go-live"
    file.draw(pl.Series([f"P{number:02d}" for number in range(24)]), 2)
    file.record_export(file.path.parent / "again", "cd" * 32)
    assert current_phase(file) == "go-live"
    assert len(phase_lines(file, "go-live").lines) == 13
    judge(file, None, [pick.patient_id for pick in file.selection.random()][-1])
    assert current_phase(file) == FIRST, "whoever begins with them there has to finish them"

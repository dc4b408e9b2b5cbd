"""Why a patient meets a criterion or not: rules that hold and rules that do not look different."""

from __future__ import annotations

import pytest
from driving import app_on, using
from tiny import make_tiny

from recordpick.tui.themes import THEMES
from recordpick.tui.widgets.criteria_list import CriteriaList
from recordpick.tui.widgets.record_view import RecordView


async def shown_for(user, criterion_id: str, patient_id: str) -> list[tuple[str, str]]:
    """Go to a patient of the whole list; give the lines on why, with what they are painted as."""
    user.screen.query_one(CriteriaList).go_to(criterion_id)
    await user.settled()
    if user.screen.patients.scope != "whole":
        await user.press("w")
    assert user.screen.table.go_to(patient_id)
    await user.settled()
    lines = user.screen.query_one(RecordView)._lines
    start = next(n for n, line in enumerate(lines) if line[1].strip() == f"Why {criterion_id}")
    end = next(n for n, line in enumerate(lines) if line[1].strip() == "About the patient")
    return lines[start + 1 : end]


@pytest.fixture
def tiny(tmp_path):
    """A small practice, and criteria that ask for two blood pressures or an age."""
    return make_tiny(tmp_path / "tiny")


async def test_a_rule_that_counts_too_few_rows_is_not_shown_as_one_that_holds(tiny):
    """One blood pressure, where two are asked for: its row is shown, with × and as missing."""
    async with using(app_on(tiny)) as user:
        lines = await shown_for(user, "B-1", "P01")
        assert lines[0][1].strip() == "× two blood pressures"
        assert {sort for sort, _ in lines} == {"missing"}
        assert not any("√" in text for _, text in lines)
        entries = [
            sort
            for sort, text in user.screen.query_one(RecordView)._lines
            if "Blood pressure" in text
        ]
        assert "evidence" not in entries


async def test_a_rule_that_holds_is_shown_as_evidence(tiny):
    """Two blood pressures: √, and its rows are marked in the record."""
    async with using(app_on(tiny)) as user:
        lines = await shown_for(user, "B-1", "P02")
        assert lines[0][1].strip() == "√ two blood pressures"
        assert {sort for sort, _ in lines} == {"evidence"}
        assert "»" in user.screen.query_one(RecordView).text


async def test_who_meets_nothing_of_it(tiny):
    """A rule over the patient that does not hold: one line with ×."""
    async with using(app_on(tiny)) as user:
        (line,) = await shown_for(user, "A-2", "P20")
        assert line == ("missing", line[1])
        assert line[1].strip() == "× Does not hold: aged 90 or over"


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
async def test_the_two_have_different_colours_in_every_theme(tiny, theme):
    """And different signs, where there are no colours."""
    async with using(app_on(tiny)) as user:
        user.app.theme = theme
        await user.settled()
        view = user.screen.query_one(RecordView)
        styles = [
            view.get_component_rich_style(f"record--{sort}") for sort in ("evidence", "missing")
        ]
        assert styles[0].color != styles[1].color

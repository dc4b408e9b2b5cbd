"""Who is in a figure, and why: groups that add up, and rules that say what they leave."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from examples import usually
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.reports.explanation import explain_indicator, explain_patient
from recordpick.reports.practice_reports import CountedBy, count, counted_by
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile

FILE = "demonstration.recordpick"
SOME = ["AF008", "CS005", "DM036", "HYP010", "VI001"]


@pytest.fixture(scope="module")
def practice(made_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple:
    """The demonstration's records, and what its reports are counted by."""
    copy = tmp_path_factory.mktemp("explained") / FILE
    copy.write_bytes((made_demo / FILE).read_bytes())
    with WorkingFile.open(copy, Person("Kim", "practice")) as file:
        by = counted_by(file.selection, file.as_at)
    return open_index(made_demo / "index"), by


@pytest.mark.parametrize("name", SOME)
def test_every_patient_of_a_denominator_is_in_one_group(
    practice: tuple[PracticeIndex, CountedBy], name: str
) -> None:
    explained = explain_indicator(*practice, name.lower())
    groups = {group: set(patients) for group, patients in explained.groups.items()}
    number = {one.figure: one.patients for one in explained.sets}
    in_it = [groups[one] for one in ("to_do", "not_done", "done", "left_out") if one in groups]
    assert sum(map(len, in_it)) == len(set().union(*in_it)) == number["denominator"]
    assert len(groups["done"]) == number["numerator"]
    assert not groups.get("not_in_denominator", set()) & set().union(*in_it)
    for one in explained.sets:
        assert one.steps
        assert one.steps == tuple(sorted(one.steps, key=lambda step: -step.left))


def test_the_figures_are_those_of_the_reports(
    practice: tuple[PracticeIndex, CountedBy],
) -> None:
    index, by = practice
    figures = count(index, by.period.as_at, by).figures
    for name, report in (("CS005", "target"), ("VI001", "target"), ("DM036", "qof")):
        sets = {one.figure: one.patients for one in explain_indicator(index, by, name).sets}
        named = {"denominator": "eligible", "numerator": "in_date"} if name == "CS005" else {}
        for figure, patients in sets.items():
            reported = (report, name, named.get(figure, figure))
            if reported in figures:
                assert figures[reported] == patients, reported
    assert ("target", "CS005", "never_screened") in figures


@pytest.mark.parametrize("name", usually(["CS005", "HYP010"], "HYP010"))
def test_a_patient_is_explained_as_the_indicator_has_it(
    practice: tuple[PracticeIndex, CountedBy], name: str
) -> None:
    explained = explain_indicator(*practice, name)
    for group, is_done in (("done", True), ("to_do", False)):
        why = explain_patient(*practice, name, explained.groups[group][0])
        assert why.sets["denominator"].meets
        assert why.sets["numerator"].meets is is_done


def test_an_indicator_that_there_is_not_is_refused(
    practice: tuple[PracticeIndex, CountedBy],
) -> None:
    with pytest.raises(UserError, match="has no indicator 'HYP01O'.*HYP010"):
        explain_indicator(*practice, "HYP01O")


def test_the_command_says_it_in_words_and_as_json(
    demo: Path, run_command: Callable[..., tuple[int, str, str]]
) -> None:
    file = str(demo / FILE)
    code, out, _ = run_command("reports", "explain", file, "cs005")
    assert code == 0
    assert "QOF 2026/27, as at 1 October 2026." in out
    assert "denominator: " in out
    explained = json.loads(run_command("reports", "explain", file, "CS005", "--json")[1])
    assert set(explained) == {"indicator", "measures", "period", "cautions", "sets", "groups"}
    patient = explained["groups"]["to_do"][0]
    code, out, _ = run_command("reports", "explain", file, "CS005", patient)
    assert "numerator: NO" in out
    assert "dates that the rules use" in out
    why = json.loads(run_command("reports", "explain", file, "CS005", patient, "--json")[1])
    assert why["sets"]["numerator"]["meets"] is False
    assert set(why) == {"patient", "sets", "dates"}

"""Proposals judged by the patients they find: the shipped prose, and criteria in other people's words."""

from __future__ import annotations

from pathlib import Path

import pytest
from draft_collections import Judged, collection, judge, shipped

from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex
from recordpick.synthetic.practice import make_practice
from recordpick.synthetic.extract_writing import write_tables


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> PracticeIndex:
    """Return the index of a made-up practice that has patients for nearly all of them."""
    folder: Path = tmp_path_factory.mktemp("practice")
    write_tables(make_practice(700, 11), folder / "tables")
    return build_index([folder / "tables"], folder / "index")


def right(judged: list[Judged], *, answerable: bool) -> tuple[int, int]:
    """Return how many of the answerable, or the unanswerable, are right in first place, of how many."""
    asked = [one for one in judged if bool(one.expected.steps) is answerable]
    return sum(one.is_right for one in asked), len(asked)


def wrong(judged: list[Judged]) -> list[str]:
    """Return the texts of those that are wrong, for the message of a test that fails."""
    return [one.expected.text for one in judged if not one.is_right]


def test_the_shipped_criteria_are_found_by_their_own_prose(index: PracticeIndex) -> None:
    """At least 44 of the 46 find the same patients in first place."""
    judged = judge(shipped(), index)

    assert right(judged, answerable=True)[0] >= 44, wrong(judged)


@pytest.mark.parametrize("name", ["development.toml", "held_out.toml"])
def test_other_peoples_words_find_the_right_patients(name: str, index: PracticeIndex) -> None:
    """At least nine of ten in first place, and at least nine of ten unanswerable ones by hand."""
    judged = judge(collection(name), index)

    found, of = right(judged, answerable=True)
    assert found >= 0.9 * of, wrong(judged)
    by_hand, unanswerable = right(judged, answerable=False)
    assert by_hand >= 0.9 * unanswerable, wrong(judged)

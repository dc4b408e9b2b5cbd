"""Proposals judged by the patients they find: the shipped prose, and other people's words."""

from __future__ import annotations

from pathlib import Path

import pytest
from draft_collections import Judged, collection, judge, shipped

from recordpick.index.practice_index import PracticeIndex, open_index


@pytest.fixture(scope="module")
def index(made_demo: Path) -> PracticeIndex:
    """Return the index of the made-up practice."""
    return open_index(made_demo / "index")


COLLECTIONS = ("development.toml", "held_out.toml", *(f"held_out_{n}.toml" for n in range(2, 10)))


def right(judged: list[Judged], *, answerable: bool) -> tuple[int, int]:
    """Return how many of the answerable, or else the unanswerable, are right, of how many."""
    asked = [one for one in judged if bool(one.expected.steps) is answerable]
    return sum(one.is_right for one in asked), len(asked)


def wrong(judged: list[Judged]) -> list[str]:
    """Return the texts of those that are wrong, for the message of a test that fails."""
    return [one.expected.text for one in judged if not one.is_right]


def test_the_shipped_criteria_are_found_by_their_own_prose(index: PracticeIndex) -> None:
    """At least 44 of the 46 find the same patients in first place."""
    judged = judge(shipped(), index, 1)

    assert right(judged, answerable=True)[0] >= 44, wrong(judged)


def test_other_peoples_words_find_the_right_patients(index: PracticeIndex) -> None:
    """At least nine of ten in first place, and at least nine of ten unanswerable ones by hand.

    A third of the collections is judged each time, so that the test stays quick; the page on
    templates has the figures for all.
    """
    every = [one for name in COLLECTIONS for one in collection(name)]
    judged = judge(every[::3], index, 1)

    found, of = right(judged, answerable=True)
    assert found >= 0.9 * of, wrong(judged)
    by_hand, unanswerable = right(judged, answerable=False)
    assert by_hand >= 0.9 * unanswerable, wrong(judged)

"""The kinds of the shipped criteria against SQL that was written from their words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from made_practices import SEEDS, Opinions
from second_opinion import patients_of, queries

from recordpick.criteria.load import read_pack
from recordpick.resources import general_practice_pack

KINDS = queries("kinds")


def name_of(says: str) -> str:
    """Return the name of a kind's query: its words with underscores."""
    return re.sub("[^a-z]+", "_", says.casefold()).strip("_")


def test_every_kind_has_a_second_opinion() -> None:
    """A kind that is added to the pack needs its query, written from its words."""
    pack = read_pack(general_practice_pack())
    named = [name_of(kind.says) for criterion in pack.criteria for kind in criterion.kinds]
    assert len(named) == len(set(named))
    assert set(named) == set(KINDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_patients_are_of_a_kind(seed: int, opinions: Callable[[int], Opinions]) -> None:
    """Of a practice half of whose patients are on the edge of some criterion."""
    both = opinions(seed)
    wrong = {}
    for criterion_id, answer in both.answers.items():
        for kind in answer["kinds"]:
            expected = patients_of(both.con, KINDS[name_of(kind["says"])])
            expected &= set(answer["patients"])
            found = set(kind["patients"])
            assert kind["found"] == len(found)
            if found != expected:
                wrong[criterion_id, kind["says"]] = (found - expected, expected - found)
    assert wrong == {}
    kinds = [kind for answer in both.answers.values() for kind in answer["kinds"]]
    assert sum(kind["found"] > 0 for kind in kinds) > len(KINDS) / 2, "nobody proves nothing"

"""The shipped criteria against SQL that was written from their words, over the source tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from made_practices import (
    AS_AT,
    CODELISTS,
    SEEDS,
    Opinions,
    make_format,
    make_full_tables,
    read_answers,
)
from second_opinion import AREAS, connect, patients_of, queries

from examples import usually
from recordpick.criteria.load import read_pack
from recordpick.resources import general_practice_pack

CRITERIA = queries(*AREAS)


def test_every_criterion_has_a_second_opinion() -> None:
    """A criterion that is added to the pack needs its query, written from its words."""
    pack = read_pack(general_practice_pack())
    assert set(CRITERIA) == {criterion.id for criterion in pack.criteria}


@pytest.mark.parametrize("criterion_id", CRITERIA)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_patients_meet_a_criterion(
    seed: int, criterion_id: str, opinions: Callable[[int], Opinions]
) -> None:
    """Of a practice half of whose patients are on the edge of some criterion."""
    both = opinions(seed)
    answer = both.answers[criterion_id]
    found, expected = set(answer["patients"]), patients_of(both.con, CRITERIA[criterion_id])

    assert answer["answered"]
    assert_same(found, expected, criterion_id)
    assert found, "a query that finds nobody proves nothing"


@pytest.fixture(scope="session")
def formats(made_once: Callable[..., Path]) -> Callable[[str], Path]:
    """Give what makes a folder with the practice as a system exports it, and the answers."""
    return lambda form: made_once(f"{form} answers", lambda folder: make_format(folder, form))


@pytest.fixture(scope="session")
def full_tables(made_once: Callable[..., Path]) -> duckdb.DuckDBPyConnection:
    """Give a connection to the same practice's full tables."""
    return connect(made_once("full tables", make_full_tables) / "tables", AS_AT[11], CODELISTS)


@pytest.mark.parametrize(
    ("form", "least"), usually([("emis", 36), ("systmone", 22), ("vision", 22)], ("emis", 36))
)
def test_what_is_answered_from_an_extract_without_caution_is_right(
    form: str,
    least: int,
    formats: Callable[[str], Path],
    full_tables: duckdb.DuckDBPyConnection,
) -> None:
    """The patients are those that SQL finds in the practice's full tables."""
    folder, con = formats(form), full_tables
    answers = read_answers(folder / "answers.json")
    sure = [id_ for id_, answer in answers.items() if answer["answered"] and not answer["cautions"]]

    for criterion_id in sure:
        expected = patients_of(con, CRITERIA[criterion_id])
        assert_same(set(answers[criterion_id]["patients"]), expected, f"{form}: {criterion_id}")
    assert len(sure) >= least


def assert_same(found: set[str], expected: set[str], criterion_id: str) -> None:
    """Fail with the patients whom only one side finds."""
    assert found == expected, (
        f"{criterion_id}: only recordpick finds {sorted(found - expected)}, "
        f"only SQL finds {sorted(expected - found)}"
    )

"""The random draw's order, checked against Rivest's published examples and plain Python."""

from __future__ import annotations

import hashlib
import string

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.picking.tickets import SEED_DIGITS, draw_order, new_seed, ticket_numbers

PRINTABLE = st.characters(exclude_categories=["C", "Z"], include_characters=" ")
IDS = st.lists(st.text(PRINTABLE, max_size=12), max_size=30)
SEEDS = st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable())


def plain_ticket(patient_id: str, seed: str) -> str:
    """Calculate a ticket number by the rule of docs/random-draw.md, as briefly as possible."""
    seed_hash = hashlib.sha256(seed.encode()).hexdigest()
    number = int(hashlib.sha256((seed_hash + patient_id).encode()).hexdigest(), 16)
    return "0." + f"{number:064d}"[::-1]


def numbers(ids: list[str], seed: str) -> list[str]:
    return ticket_numbers(pl.Series(ids, dtype=pl.String), seed).to_list()


def drawn(ids: list[str], seed: str) -> list[str]:
    return draw_order(pl.Series(ids, dtype=pl.String), seed)["patient_id"].to_list()


def test_first_fraction_of_the_published_docstring():
    """`first_fraction('AB-130', '01382438112797316654')`."""
    assert numbers(["AB-130"], "01382438112797316654") == [
        "0.26299714122838008416507544297546663599715395525154425586041245287750224561854"
    ]


def test_ticket_heap_of_the_published_docstring():
    """`make_ticket_heap(['dog', 'cat', 'fish', 'goat'], 'xy()134!g2n')`."""
    assert numbers(["dog", "cat", "fish", "goat"], "xy()134!g2n") == [
        "0.33886035615681875183111698317327684455682722683976874746986356932751818935066",
        "0.24866413894129579898796850445568128508290132707747976039848637531569373309555",
        "0.74685932088827950509145941729789143204056041958068799542050396198792954500593",
        "0.49599842072022713663423753308080171636735689997237236247068925068573448764387",
    ]


def test_sample_without_replacement_of_the_published_docstring():
    """`sampler(['A-1' … 'B-3'], with_replacement=False, take=4, seed=314159)`."""
    ids = ["A-1", "A-2", "A-3", "B-1", "B-2", "B-3"]
    assert drawn(ids, "314159")[:4] == ["B-2", "B-3", "A-3", "A-2"]


def test_sample_with_ticket_numbers_of_the_published_docstring():
    """`sampler(['ab-1', 'ab-2', 'cd-1', 'ef-3'], seed=314159)`, shown with nine digits."""
    order = draw_order(pl.Series(["ab-1", "ab-2", "cd-1", "ef-3"]), "314159")
    assert [number[:11] for number in order["ticket_number"]] == [
        "0.317685817",
        "0.832984519",
        "0.909803926",
        "0.923154904",
    ]
    assert order["patient_id"].to_list() == ["cd-1", "ef-3", "ab-1", "ab-2"]
    assert order["place"].to_list() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("seed", "ids", "expected"),
    [
        ("31", ["a", "b", "c", "d"], ["b", "a", "d", "c"]),
        ("77", ["a", "b", "c", "d"], ["b", "d", "c", "a"]),
        (
            "41",
            [str(number) for number in range(100)],
            ["73", "51", "17", "58", "38", "42", "39", "20", "11", "67"],
        ),
        ("52", ["a", "b", "c", "d", "e"], ["d", "b", "e", "a", "c"]),
    ],
)
def test_usage_examples_of_the_published_package(seed, ids, expected):
    """The shuffles, the sample and its continuation in Rivest's USAGE_EXAMPLES."""
    assert drawn(ids, seed)[: len(expected)] == expected


@given(IDS, SEEDS)
def test_a_ticket_is_what_plain_python_calculates_from_seed_and_id(ids, seed):
    """Anyone can calculate a ticket number again, whatever the id and the seed."""
    assert numbers(ids, seed) == [plain_ticket(patient_id, seed) for patient_id in ids]


@given(IDS, SEEDS, st.randoms())
def test_the_order_does_not_depend_on_the_order_of_rows(ids, seed, random):
    """The same patients and seed give the same draw, however they are listed, each once."""
    shuffled = list(ids)
    random.shuffle(shuffled)
    expected = sorted(set(ids), key=lambda patient_id: (plain_ticket(patient_id, seed), patient_id))
    assert drawn(shuffled, seed) == expected


@given(IDS, IDS, SEEDS)
def test_a_change_in_the_list_moves_nobody_past_another(ids, others, seed):
    """Patients who stay on the list keep their order among themselves (consistent sampling)."""
    staying = set(ids) & set(others)
    before = [patient_id for patient_id in drawn(ids, seed) if patient_id in staying]
    after = [patient_id for patient_id in drawn(others, seed) if patient_id in staying]
    assert before == after


def test_nobody_to_draw_from_gives_an_empty_order():
    """An empty list has the same columns."""
    order = draw_order(pl.Series([], dtype=pl.String), "1")
    assert order.schema == {
        "patient_id": pl.String,
        "ticket_number": pl.String,
        "place": pl.UInt32,
    }
    assert order.is_empty()


def test_a_seed_made_by_the_system_has_twenty_digits():
    """It is different each time."""
    seeds = {new_seed() for _ in range(50)}
    assert len(seeds) == 50
    assert all(len(seed) == SEED_DIGITS and set(seed) <= set(string.digits) for seed in seeds)

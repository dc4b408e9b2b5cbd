"""Conditions over numbered texts find the rows that they find when each row is looked at."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from condition_strategies import AS_AT, COLUMNS, Pair, conditions, rows
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.criteria.conditions import parse_condition
from recordpick.criteria.pack import Rule
from recordpick.errors import UserError
from recordpick.matching import match, shared_texts
from recordpick.matching.shared_texts import SharedTexts

from small_practice import criterion, small_index
from small_practice import pack as make_pack

_POLARS = {
    "text": pl.String,
    "date": pl.Date,
    "integer": pl.Int64,
    "number": pl.Float64,
    "yes_no": pl.Boolean,
}


@pytest.fixture(autouse=True, scope="module")
def _always():
    """Texts are shared from the first LIKE on, and also where there is none."""
    before = shared_texts.MANY_LIKES
    shared_texts.MANY_LIKES = 0
    yield
    shared_texts.MANY_LIKES = before


@settings(max_examples=examples(200))
@given(pairs=st.lists(conditions, min_size=1, max_size=4), table=rows)
def test_the_same_rows_are_found(pairs: list[Pair], table: list[dict[str, Any]]) -> None:
    """Any conditions together, with values that are not known, over one column or several."""
    try:
        asked = [parse_condition(ours, COLUMNS) for ours, _ in pairs]
    except UserError:
        assume(False)  # what the language refuses is tried elsewhere
    frame = pl.DataFrame(table, schema={name: _POLARS[kind] for name, kind in COLUMNS.items()})
    frame = frame.with_row_index("row")
    shared = SharedTexts.of(frame.lazy(), [one.node for one in asked], ["row"], AS_AT)
    assert shared is not None
    for one in asked:
        found = shared.rows.filter(shared.condition(one.node)).select("row").collect()
        expected = frame.filter(one.filter(AS_AT)).select("row")
        assert sorted(found["row"]) == sorted(expected["row"])


TERMS = ["Asthma", "asthma review", "Asthma: _100%", None, "", "Hypertension"]
WHERES = [
    "LOWER(term) LIKE '%asthma%'",
    "term LIKE 'Asthma_ !_100!%' ESCAPE '!'",
    "NOT term LIKE '%a%'",
    "term IS NULL",
    "term LIKE '%a%' AND date >= :as_at - INTERVAL '1 year'",
    "term LIKE '%r%' OR code = '1'",
    "NOT (term LIKE '%r%' OR code LIKE '2%')",
    "COALESCE(term, 'none') LIKE 'n%'",
]


@pytest.mark.parametrize("grouping", [{}, {"per": "code"}, {"distinct": "term"}])
def test_a_pack_is_answered_alike(grouping: dict[str, str], monkeypatch) -> None:
    """Whatever is counted: rows, distinct values, the most of a group."""
    events = [
        {"patient_id": f"P{n % 7}", "term": TERMS[n % 6], "code": str(n % 4), "date": day}
        for n, day in enumerate([date(2026, 9, 1), date(2024, 9, 1), None] * 20)
    ]
    index = small_index(
        patients=[{"patient_id": f"P{n}", "status": "registered"} for n in range(8)],
        events=events,
    )
    pack = make_pack(
        *(
            criterion(
                Rule(where, "events", where=where, at_least=2, **grouping), criterion_id=f"C-{n}"
            )
            for n, where in enumerate(WHERES)
        )
    )
    shared = match(pack, index, date(2026, 10, 1))
    monkeypatch.setattr(shared_texts, "MANY_LIKES", 1_000)
    alone = match(pack, index, date(2026, 10, 1))
    assert shared.found.equals(alone.found)
    assert shared.answers == alone.answers
    assert shared.found.height > 0


def test_free_text_is_not_numbered(monkeypatch) -> None:
    """Where there are too many different texts, each row is looked at, and found all the same."""
    monkeypatch.setattr(shared_texts, "MOST_ANSWERS", 1)
    frame = pl.DataFrame({"t1": ["a", "b", None, "ab"], "row": [0, 1, 2, 3]})
    asked = parse_condition("t1 LIKE '%a%'", COLUMNS)
    shared = SharedTexts.of(frame.lazy(), [asked.node], ["row"], AS_AT)
    assert shared is not None
    assert not shared.texts
    found = shared.rows.filter(shared.condition(asked.node)).collect()
    assert found["row"].to_list() == [0, 3]

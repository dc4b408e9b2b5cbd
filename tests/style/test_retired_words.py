"""Names that need a glossary of our own do not come back."""

from __future__ import annotations

import pytest
from retired_words import MODULES, NAMES, WORDS, identifiers_in, retired_in, uses

RETIRED = {retired.name: retired for retired in (*WORDS, *NAMES, *MODULES)}


def test_no_retired_name_is_used() -> None:
    """A newcomer reads standard terms only; the message names the term to use instead."""
    found = [
        f"{name}: use {RETIRED[name].use} ({RETIRED[name].why}); {'; '.join(places[:5])}"
        for name, places in uses().items()
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("told_rows = 1", {"told"}),
        ("class TellTold: pass", {"told"}),
        ("def _by_rule(): pass", {"by_rule"}),
        ("from x import Quick", {"Quick"}),
        ("quick = 'told aside' # told", set()),
        ("toldest = untolded = 1", set()),
        ("place = file.tell()", set()),
    ],
)
def test_identifiers_are_checked_and_prose_is_not(source: str, expected: set[str]) -> None:
    """A word within a name is found; in a string, a comment or a longer word it is not."""
    found: set[str] = set()
    for _, identifier in identifiers_in(source):
        found |= retired_in(identifier)
    assert found == expected

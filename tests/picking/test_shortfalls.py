"""Shortfalls: which criteria lack records, and how each is described."""

from __future__ import annotations

from recordpick.picking.shortfalls import shortfalls
from small_selection import SoFar, matches_of, pack_of

MEETS = {
    "FULL": ["P1", "P2"],
    "OPEN": ["P1", "P2", "P3"],
    "FEW": ["P1", "P2"],
    "ALL": ["P1"],
    "SHUT": ["P1", "P2"],
    "NOBODY": [],
    "UNKNOWN": [],
    "BY-HAND": [],
}
WANTED = {
    "FULL": 2,
    "OPEN": 2,
    "FEW": 5,
    "ALL": 3,
    "SHUT": 2,
    "NOBODY": 2,
    "UNKNOWN": 2,
    "BY-HAND": 1,
}
SELECTION = SoFar(
    {
        "FULL": ["P1", "P2"],
        "OPEN": ["P1"],
        "FEW": ["P1"],
        "ALL": ["P1"],
        "SHUT": ["P2"],
        "BY-HAND": ["P9"],
    },
    {"SHUT": "The other one moved away."},
)


def test_the_progress_of_every_criterion_is_described():
    """Full, short with and without a reason, met by nobody, not answerable."""
    found = shortfalls(matches_of(MEETS, ["UNKNOWN", "BY-HAND"]), pack_of(WANTED), SELECTION)

    assert {row.criterion_id: (row.state, row.in_words) for row in found} == {
        "FULL": ("full", "2 of 2 picked."),
        "OPEN": ("short_without_reason", "1 of 2 picked: 2 others meet it, pick 1 more."),
        "FEW": (
            "short_without_reason",
            "1 of 5 picked: only 1 other meets it. Pick them, then close it with a reason.",
        ),
        "ALL": (
            "short_without_reason",
            "1 of 3 picked: nobody else meets it. Close it with a reason.",
        ),
        "SHUT": ("short_with_reason", "1 of 2 picked. Closed: The other one moved away."),
        "NOBODY": ("nobody", "0 of 2 picked: nobody meets it."),
        "UNKNOWN": ("unanswered", "0 of 2 picked. The index has no sex."),
        "BY-HAND": ("full", "1 of 1 picked."),
    }
    assert [row.criterion_id for row in found] == list(MEETS)
    assert [row.missing for row in found] == [0, 1, 4, 2, 1, 2, 2, 0]
    assert [row.left for row in found] == [0, 2, 1, 0, 1, 0, 0, 0]


def test_a_criterion_nobody_meets_that_was_closed_shows_the_reason():
    """The reason that a person gave says more than the count."""
    selection = SoFar({}, {"NOBODY": "We have no such patients."})

    (row,) = shortfalls(matches_of({"NOBODY": []}), pack_of({"NOBODY": 2}), selection)

    assert row.state == "short_with_reason"
    assert row.in_words == "0 of 2 picked. Closed: We have no such patients."

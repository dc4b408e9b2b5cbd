"""Which patients are listed: those of the criterion, of its area, of the whole list …

Each list has its words for the line of counts, and what is said when people go to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from recordpick.tui.view_models import CriterionLine

Scope = Literal["matches", "picked", "not_picked", "whole", "area", "most"]
"""Who is listed: those who meet the criterion, of these only the picked or the others, everybody,
those who meet any criterion of the area, those who meet the most criteria that need records."""

ONLY_SOME: frozenset[Scope] = frozenset({"picked", "not_picked"})
"""Lists that leave out some of the patients who meet the criterion."""
OWN_ORDER: frozenset[Scope] = frozenset({"most", "area"})
"""Lists of patients by several criteria, which begin in an order of their own."""

LABELS: dict[Scope, str] = {
    "matches": "",
    "picked": " · only picked",
    "not_picked": " · only not picked",
    "whole": " · whole list",
    "area": " · whole area",
    "most": " · most useful",
}
"""What is said of a list beside the number of its patients."""

STILL_MATCHING = "The criteria are still being matched: wait a moment."
_SPACE_SHOWS = "Space shows which criteria a patient meets."

MESSAGES: dict[Scope, str] = {
    "matches": "",
    "picked": "Only the picked. The full stop shows only the others, then everybody.",
    "not_picked": "Only those who are not picked. The full stop shows everybody again.",
    "whole": "Whole list: Space picks here too.",
    "area": _SPACE_SHOWS,
    "most": _SPACE_SHOWS,
}
"""What is said when people go to a list."""


def why_not_listed(scope: Scope, criterion: CriterionLine, *, is_matched: bool) -> str:
    """Return why a list cannot be shown at this criterion; "" where it can.

    `is_matched`: whether it is known who meets every criterion.
    """
    if criterion.is_all_picked:
        return "Choose a criterion first: here is everything that is picked."
    if scope in OWN_ORDER and not is_matched:
        return STILL_MATCHING
    if scope == "area" and criterion.id is None:
        return "The random records do not belong to an area: choose a criterion."
    return ""

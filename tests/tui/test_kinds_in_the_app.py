"""Some of each, and suggestions, in the app: kinds above and in the list, the trade-off."""

from __future__ import annotations

from dataclasses import replace

import pytest
from driving import LARGE, app_on, using

from recordpick.picking.patient_kinds import KindProgress
from recordpick.tui.flows.suggest import curve, rows_of
from recordpick.tui.view_models import Offer, kinds_head

FILE = "demonstration.recordpick"


async def test_the_list_has_a_kind_and_the_head_what_each_kind_has(demo):
    """Picking changes what is above; a criterion that takes anybody has neither."""
    async with using(app_on(demo / FILE), LARGE) as user:
        assert "some of each: a hyphen 0 of at least 5 !" in user.part("#head")
        await user.press("down")
        assert "some of each" not in user.part("#head")
        assert " Kind " not in user.text
        await user.press("down", "down", "down", "enter")
        assert " Kind " in user.text
        assert "verified 0 of at least 5 ! · not verified 0 of at least 5 !" in user.part("#head")
        frame = user.screen.session.candidates("DEM-05", whole=False)
        assert set(frame["kind"]) == {"verified", "not verified"}
        kind = frame.filter(frame["patient_id"] == user.screen.table.patient_id)["kind"][0]
        await user.press("space")
        assert f"{kind} 1 of at least 5 !" in user.part("#head")


@pytest.mark.parametrize(
    ("kinds", "places", "says"),
    [
        (
            (KindProgress("verified", 5, 533, 10), KindProgress("not verified", 5, 212, 2)),
            8,
            "some of each: verified 10 √ · not verified 2 of at least 5 !",
        ),
        (
            (KindProgress("verified", 5, 533, 16), KindProgress("not verified", 5, 212, 2)),
            2,
            (
                "some of each: verified 16 √ · not verified 2 of at least 5 ! · 2 places left, "
                "3 not verified still needed"
            ),
        ),
        (
            (KindProgress("old", 5, 2, 2), KindProgress("new", 5, None, None, "no column")),
            0,
            "some of each: old 2 √ · new ? not known",
        ),
    ],
)
def test_what_each_kind_has_is_said_with_marks(kinds, places, says):
    """No more is asked for than was found; what is not known is a question mark, not 0."""
    assert str(kinds_head(kinds, places)) == says


def test_the_curve_has_a_digit_for_each_row():
    """Fewest is left and high, spread right; a point in the place of another is beside it."""
    few = Offer("fewest records", 255, "", "", (), 31, 0.21, "", None, "fewest")
    balanced = Offer("balanced", 256, "", "", (), 31, 0.21, "", 5, "balanced")
    spread = Offer("spread", 805, "", "", (), 67, 0.011, "", None, "spread")
    ticket = Offer("ticket", 605, "", "", (), 54, None, "", None, "ticket")
    rows = rows_of([few, balanced, spread, ticket])

    assert [row.within for row in rows] == [None, 10, 7, 5, 3, 2, None, None]
    assert [row.digit for row in rows] == list("12345678")
    assert [row.title for row in rows if row.title] == ["Fewest", "Balanced", "Spread", "Ticket"]
    nearest = rows_of([few, replace(balanced, within=7), spread, ticket])
    assert [row.within for row in nearest] == [None, 10, 7, None, None]
    assert rows[1].text(80).endswith("within 10%: …")
    lines = curve(rows, 40, 5)
    assert lines[0] == f"    21% │14{' ' * 38}"
    assert lines[4] == f"     2% │{' ' * 39}7"
    assert lines[-1].split() == ["255", "records", "to", "open", "805"]
    assert curve(rows[:2], 40, 5) == []

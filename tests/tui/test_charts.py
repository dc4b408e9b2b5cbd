"""The pictures: what their numbers say, that bars stand beside them, in any size and colours."""

import pytest
from driving import SMALL, app_on, using

from recordpick.picking.assurance import assurance, curve
from recordpick.tui import chart_data as charts
from recordpick.tui.chart_data import Band, ChartData
from recordpick.tui.screens.charts import Plot
from recordpick.tui.view_models import CriterionLine

FILE = "demonstration.recordpick"
BANDS = (Band("65+", {"F": 10, "M": 5, "I": 1}, {"F": 3}), Band("0–64", {"M": 4}, {"F": 1, "M": 4}))


def data(**changes):
    served = ((0, 3), (2, 5))
    known = {"bands": BANDS, "in_list": 20, "in_selection": 8, "served": served, "drawn": None}
    return ChartData(**{**known, "curve": curve(1000), "line": curve(1000), **changes})


def line(picked, wanted, **changes):
    known = {"id": "A-1", "area": "One", "title": "Title", "find": "", "compare": (), "matches": 7}
    return CriterionLine(
        **{**known, "picked": picked, "wanted": wanted, "state": "open", **changes}
    )


def test_the_pyramid_says_and_draws_the_same_shares():
    """Women to the left, men to the right; the list in one row, the selection in the next."""
    picture = charts.ages(data(), is_tall=False)
    assert picture.numbers[0].split() == ["65+", "50.0%", "37.5%", "25.0%", "0.0%"]
    assert [(bar.row, bar.start, bar.end) for bar in picture.bars[:2]] == [
        (0, -0.5, 0.25),
        (1, -0.375, 0.0),
    ]
    assert picture.numbers[2].split()[0] == "0–64"
    assert "Not shown: 1 of neither sex" in picture.below[-1]
    high = charts.ages(data(), is_tall=True)
    assert [bar.row for bar in high.bars] == [0, 1, 3, 4]
    assert high.bars[0].sign != high.bars[1].sign  # no meaning by colour alone


def test_how_full_has_a_bar_in_the_row_of_each_criterion():
    """Under the name of its area; a full one has no rest."""
    lines = [line(5, 20), line(20, 20, id="A-2"), line(0, 20, id="B-1", area="Two")]
    picture = charts.fullness(lines, 60)
    assert [text.split()[:1] for text in picture.numbers] == [
        ["One:"],
        ["A-1"],
        ["A-2"],
        [],
        ["Two:"],
        ["B-1"],
    ]
    bars = [(bar.row, bar.start, bar.end, bar.shade) for bar in picture.bars]
    assert bars == [
        (1, 0.25, 1.0, "all"),
        (1, 0.0, 0.25, "ours"),
        (2, 0.0, 1.0, "ours"),
        (5, 0.0, 1.0, "all"),
    ]
    assert "5/20       7" in picture.numbers[1]


def test_overlap_counts_records_and_picks():
    """One record for several criteria is one row further down."""
    picture = charts.overlap(data())
    assert [text.split() for text in picture.numbers] == [
        ["random", "only", "3"],
        ["2", "criteria", "5"],
    ]
    assert [bar.end for bar in picture.bars] == [3.0, 5.0]
    assert picture.below[-1] == "10 picks in 8 records to open."


@pytest.mark.parametrize(
    ("most", "ticks"),
    [(1, "0 1"), (4, "0 1 2 3 4"), (62, "0 20 40 60"), (4000, "0 1,000 2,000 3,000 4,000")],
)
def test_the_axis_has_round_numbers(most, ticks):
    """And none beyond the longest bar."""
    picture = charts.overlap(data(served=((1, most),)))
    assert " ".join(words for _, words in picture.ticks) == ticks


def test_the_curve_marks_what_is_drawn():
    """The same point in the numbers and in the picture."""
    picture = charts.assurance_curve(data(drawn=assurance(1000, 25)), 80)
    assert picture.curve.here == (25.0, assurance(1000, 25).share)
    (row,) = [text for text in picture.numbers if text.startswith("●")]
    assert row.split()[1] == "25"
    assert picture.curve.points[0][0] < picture.curve.points[-1][0] == picture.ends[1]


@pytest.mark.parametrize("size", [SMALL, (60, 16)])
async def test_bars_stand_in_the_row_of_their_numbers(demo, size):
    """Whatever the size, also after it has changed."""
    async with using(app_on(demo / FILE), size) as user:
        await user.press("s", "enter", "enter", "v", "2")
        rows = [text for text in user.text.splitlines() if "DEM-0" in text]
        assert rows
        for row in rows:
            full, wanted = (
                int(part) for part in row.split("/")[0].split()[-1:] + row.split("/")[1].split()[:1]
            )
            assert ("═" in row) == bool(full)
            assert ("─" in row) == (full < wanted)
        await user.pilot.resize_terminal(90, 28)
        await user.settled()
        assert "20/20" in user.text
        assert "═" in user.text


async def test_an_empty_selection_says_so_and_draws_nothing(demo):
    """No axis without anything on it."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("v")
        assert "Nothing is picked yet" in user.text
        assert not user.screen.query_one(Plot).display
        await user.press("f1")
        assert user.title == "The charts"
        await user.press("escape")
        await user.pilot.click("#chart-title", offset=(10, 0))
        await user.settled()
        assert "0/20" in user.text


async def test_the_pictures_take_the_colours_of_the_app(demo):
    """Also when they change while a picture stands there."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("s", "enter", "enter", "v", "3")
        plot = user.screen.query_one(Plot)
        seen = set()
        for _ in range(4):
            seen.add(plot._colour("ours"))
            drawn = {str(span.style) for span in plot.render().spans}
            colour = "#{:02x}{:02x}{:02x}".format(*plot._colour("ours"))
            assert any(colour in style for style in drawn)
            await user.press("ctrl+t")
        assert len(seen) == 4


def test_no_word_of_the_data_reaches_the_library():
    """What a pack calls a criterion is in the numbers beside, made visible, never drawn."""
    picture = charts.fullness([line(1, 2, id="X\x1b[31m", title="[red]Y\u202e")], 60)
    assert "\x1b" not in "".join(picture.numbers)
    assert all(isinstance(words, str) and words.endswith("%") for _, words in picture.ticks)
    assert {bar.sign for bar in picture.bars} <= {"═", "─"}


def test_the_library_is_loaded_with_the_first_picture_only():
    """No other screen waits for it."""
    import subprocess
    import sys

    modules = "recordpick.tui.screens.picking, recordpick.tui.app"
    code = f"import sys, {modules}; print('plotext' in sys.modules)"
    run = [sys.executable, "-c", code]
    output = subprocess.run(run, capture_output=True, text=True, check=True)
    assert output.stdout.strip() == "False"

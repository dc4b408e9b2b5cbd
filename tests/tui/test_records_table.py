"""The records table never shows one patient and acts on another."""

import asyncio
import datetime as dt

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App

from examples import examples
from recordpick.tui.widgets.records_render import GUTTER, Column, Marks
from recordpick.tui.widgets.records_table import HEADING, RecordsTable

COLUMNS = (
    Column("patient_id", "Number", most=8),
    Column("name", "Name", most=20),
    Column("date_of_birth", "Born", least=11),
)
FAMILIES = ("Ng", "Smith", "O\u2019Brien", "Łukasz", "漢字", "Zoë", "[b]Bold", "x\u202ey", "")


def practice(size: int, first: int = 0) -> pl.DataFrame:
    numbers = range(first, first + size)
    return pl.DataFrame(
        {
            "patient_id": [f"P{n}" for n in numbers],
            "name": [f"{FAMILIES[n % len(FAMILIES)]}, A{n % 7}" for n in numbers],
            "date_of_birth": [dt.date(1930, 1, 1) + dt.timedelta(days=n * 37) for n in numbers],
        },
        schema={"patient_id": pl.String, "name": pl.String, "date_of_birth": pl.Date},
    )


class Watched(RecordsTable):
    """Keeps what Textual had it paint, line by line: what a person sees."""

    def __init__(self, **settings):
        super().__init__(COLUMNS, **settings)
        self.seen = {}

    def render_line(self, y):
        strip = super().render_line(y)
        self.seen[y] = strip.text
        return strip


class Bench(App[None]):
    CSS = "Watched { height: 12; }"

    def __init__(self, table):
        super().__init__()
        self.table = table
        self.chosen = []

    def compose(self):
        yield self.table

    def on_records_table_patient_chosen(self, message):
        self.chosen.append(message.patient_ids)
        here = self.table.marks.here ^ set(message.patient_ids)
        self.table.show_marks(Marks(here=frozenset(here)))

    async def settled(self, pilot):
        await self.workers.wait_for_complete()
        await pilot.pause()

    def seen_rows(self):
        table = self.table
        last = table.scrollable_content_region.height
        return [table.seen[y] for y in range(HEADING, last) if y in table.seen]

    def seen_under_cursor(self):
        return [row for row in self.seen_rows() if row.startswith("►")]


def patient_of(painted: str) -> str:
    return painted[GUTTER:].split(maxsplit=1)[0]


DOINGS = st.lists(
    st.one_of(
        st.tuples(
            st.just("filter"), st.sampled_from(["", "s", "smith", "zoe", "a1 ng", "o'b", "q"])
        ),
        st.tuples(
            st.just("press"),
            st.sampled_from(
                [
                    "down",
                    "up",
                    "pagedown",
                    "end",
                    "home",
                    "x",
                    "shift+pagedown",
                    "shift+end",
                    "ctrl+a",
                    "space",
                ]
            ),
        ),
        st.tuples(st.just("scroll"), st.integers(0, 60)),
        st.tuples(st.just("load"), st.integers(0, 40)),
        st.tuples(st.just("mask"), st.booleans()),
        st.tuples(st.just("click"), st.integers(0, 14)),
    ),
    min_size=3,
    max_size=14,
)


async def do(app, pilot, doing, value):
    table = app.table
    if doing == "filter":
        table.filter(value)
    elif doing == "press":
        await pilot.press(value)
    elif doing == "scroll":
        table.scroll_to(y=value, animate=False)
    elif doing == "load":
        table.load(practice(60, first=value))
    elif doing == "mask":
        table.masks = value
    elif doing == "click":
        await pilot.click(table, offset=(4, value % table.size.height))


async def drive(doings, many):
    table = Watched(many=many)
    app = Bench(table)
    async with app.run_test(size=(50, 16)) as pilot:
        table.load(practice(60))
        table.focus()
        await app.settled(pilot)
        for doing, value in doings:
            await do(app, pilot, doing, value)
            await app.settled(pilot)
            await check(app, pilot)


async def check(app, pilot):
    table = app.table
    for row in app.seen_rows():
        if row.strip() and not row.lstrip().startswith("No patient"):
            patient = patient_of(row)
            assert (row[2] == "●") == (patient in table.marks.here)
            assert (row[1] == "x") == (patient in table.selected)
    under = app.seen_under_cursor()
    assert len(under) <= 1
    selected = table.selected
    before = len(app.chosen)
    await pilot.press("space")
    await app.settled(pilot)
    acted = app.chosen[before:]
    if not under:
        assert acted == []  # nobody is under the cursor on the screen: the key does nothing
    elif selected:
        assert [set(patients) for patients in acted] == [selected]
    else:
        assert acted == [(patient_of(under[0]),)]


@settings(max_examples=examples(5), deadline=None)
@given(DOINGS)
def test_the_patient_on_the_screen_is_the_patient_picked(doings):
    """Whatever was filtered, sorted, picked or scrolled before."""
    asyncio.run(drive(doings, many=20_000))


@settings(max_examples=examples(3), deadline=None)
@given(DOINGS)
def test_the_same_holds_when_rows_are_put_in_order_in_a_thread(doings):
    """As they are in a large practice."""
    asyncio.run(drive(doings, many=0))


async def test_the_cursor_stays_with_its_patient():
    """Sorting, filtering and newly picked patients do not move the cursor to somebody else."""
    table = Watched()
    app = Bench(table)
    async with app.run_test(size=(50, 16)) as pilot:
        table.load(practice(60))
        table.focus()
        await pilot.press("down", "down", "down", "down")
        assert table.patient_id == "P4"
        await pilot.press("2", "2")
        table.filter("a4")
        table.load(practice(30))
        await app.settled(pilot)
        assert table.patient_id == "P4"
        assert [patient_of(row) for row in app.seen_under_cursor()] == ["P4"]


async def test_a_late_answer_never_replaces_a_newer_one():
    """Typing goes on while a large list is being searched: the last word counts."""
    table = Watched(many=0)
    app = Bench(table)
    async with app.run_test(size=(50, 16)) as pilot:
        table.load(practice(200))
        for query in ("s", "sm", "smi", "smith", "smith, a3"):
            table.filter(query)
        await app.settled(pilot)
        await app.settled(pilot)
        shown = app.table._view.patients(0, 300)
        wanted = practice(200).filter(pl.col("name") == "Smith, A3")["patient_id"].to_list()
        assert shown == wanted


async def test_a_key_waits_until_the_new_patient_was_painted():
    """The row under the cursor has just gone: space picks nobody until the next one is seen."""
    table = Watched()
    app = Bench(table)
    async with app.run_test(size=(50, 16)) as pilot:
        table.load(practice(60))
        table.focus()
        await app.settled(pilot)
        table.filter("smith")
        table.action_choose()
        await app.settled(pilot)
        assert app.chosen == []
        await pilot.press("space")
        assert app.chosen == [("P1",)]


async def test_a_cursor_out_of_sight_is_brought_back_before_a_key_acts():
    """After a turn of the mouse wheel, space first shows whom it would pick."""
    table = Watched()
    app = Bench(table)
    async with app.run_test(size=(50, 16)) as pilot:
        table.load(practice(60))
        table.focus()
        await app.settled(pilot)
        table.scroll_to(y=40, animate=False)
        await app.settled(pilot)
        await pilot.press("space")
        await app.settled(pilot)
        assert app.chosen == []
        assert len(app.seen_under_cursor()) == 1


async def test_an_empty_list_says_what_to_do():
    """No row matches: the table says so and how to get back."""
    table = Watched()
    app = Bench(table)
    async with app.run_test(size=(60, 16)) as pilot:
        table.load(practice(9))
        table.filter("nobody")
        await app.settled(pilot)
        assert "Esc clears the filter" in table.seen[1]
        await pilot.press("space", "enter", "x", "end")
        assert app.chosen == []


async def test_the_mask_hides_names_at_once():
    """Privacy: private columns become dots, the rest stays."""
    table = Watched()
    app = Bench(table)
    async with app.run_test(size=(60, 16)) as pilot:
        table.load(practice(9), columns=(COLUMNS[0], Column("name", "Name", private=True)))
        table.masks = True
        await app.settled(pilot)
        assert "Smith" not in " ".join(app.seen_rows())
        assert "••••••" in app.seen_rows()[1]

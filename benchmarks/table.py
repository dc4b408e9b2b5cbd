"""100,000 rows on the screen: mounting, from key to painted frame, filtering.

Each table is alone in a headless app of 120 by 40. "Mount" is from asking for the rows to the
painted screen; "key" is from a press of the down or page-down key to the next frame, rendered as
for a terminal: Textual itself paints at most 60 frames a second, which is 8 ms of it on average. As
the app does, loaded objects are frozen out of garbage collection first, for all tables.
"Filter" is from asking for the rows of some names until only they are shown; the other two tables
cannot filter, so polars selects the rows, and the table gets those instead of the others.
"""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import polars as pl
from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import DataTable

from benchmarks.contenders import NOT_INSTALLED, version_of
from benchmarks.timing import DisagreeError
from recordpick.tui.garbage_collection import freeze_loaded_objects
from recordpick.tui.widgets.records_render import Column
from recordpick.tui.widgets.records_table import RecordsTable

SIZE = (120, 40)
KEYS = 200
SOUGHT = "name97"
FAST = "textual-fastdatatable"


def frame(rows: int) -> pl.DataFrame:
    """Return rows of eight columns."""
    number = pl.int_range(rows)
    return pl.select(
        patient_id=pl.format("{}", number),
        name=pl.format("Name{}, Given{}", number % 977, number % 313),
        born=pl.date(1930, 1, 1) + pl.duration(days=number % 30000),
        sex=pl.when(number % 2 == 0).then(pl.lit("F")).otherwise(pl.lit("M")),
        status=pl.lit("registered"),
        usual_gp=pl.format("Dr {}", number % 12),
        postcode=pl.format("XN{} {}AA", number % 20, number % 9),
        entries=(number % 900).cast(pl.String),
    )


class Alone(App[None]):
    """An app with one table."""

    def __init__(self, table: Widget) -> None:
        super().__init__()
        self.table = table

        self.painted = asyncio.Event()

    def compose(self) -> Any:
        yield self.table

    def _display(self, screen: Any, renderable: Any) -> None:
        """Render each frame, which a headless app leaves out, and signal that it is done."""
        super()._display(screen, renderable)
        if renderable is not None:
            if hasattr(renderable, "render_segments"):
                renderable.render_segments(self.console)
            self.painted.set()

    async def press(self, key: str) -> float | None:
        """Press a key as a terminal would; return the seconds to the next frame, None without."""
        self.painted.clear()
        event = events.Key(key, None)
        event.set_sender(self)
        start = time.perf_counter()
        self.post_message(event)
        try:
            await asyncio.wait_for(self.painted.wait(), 1)
        except TimeoutError:
            return None
        return time.perf_counter() - start


Fill = Callable[[Any, pl.DataFrame], None]


async def _settle(app: App[None], pilot: Pilot[None]) -> None:
    await app.workers.wait_for_complete()
    await pilot.pause()


async def _measure(
    make: Callable[[], Widget],
    fill: Fill,
    rows: pl.DataFrame,
    find: Callable[[Any], None],
    shown: Callable[[Any], int],
) -> dict[str, Any]:
    app = Alone(make())
    async with app.run_test(size=SIZE) as pilot:
        app.table.focus()
        await pilot.pause()
        start = time.perf_counter()
        fill(app.table, rows)
        await _settle(app, pilot)
        mounted = time.perf_counter() - start
        freeze_loaded_objects()
        keys = []
        for number in range(KEYS):
            seconds = await app.press("pagedown" if number % 4 == 3 else "down")
            await pilot.pause()
            if seconds is None:
                break
            keys.append(seconds)
        start = time.perf_counter()
        find(app.table)
        await _settle(app, pilot)
        filtered = time.perf_counter() - start
        left = shown(app.table)
    ordered = sorted(keys) or [math.nan]
    return {
        "mount_s": mounted,
        "keys_painted": len(keys),
        "key_ms": 1000 * statistics.median(ordered),
        "key_99_ms": 1000 * ordered[int(0.99 * (len(ordered) - 1))],
        "filter_s": filtered,
        "left": left,
    }


def _ours() -> RecordsTable:
    names = ("patient_id", "name", "born", "sex", "status", "usual_gp", "postcode", "entries")
    return RecordsTable(tuple(Column(name, name.title(), most=20) for name in names))


def _fill_textuals(table: DataTable[str], rows: pl.DataFrame) -> None:
    table.add_columns(*rows.columns)
    _add_rows(table, rows)


def _add_rows(table: DataTable[str], rows: pl.DataFrame) -> None:
    table.add_rows([str(cell) for cell in row] for row in rows.iter_rows())


def _found(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that the filter keeps."""
    return rows.filter(pl.col("name").str.to_lowercase().str.contains(SOUGHT, literal=True))


def _contenders(data: pl.DataFrame) -> dict[str, Callable[[], Awaitable[dict[str, Any]]]]:
    def filter_textuals(table: DataTable[str]) -> None:
        table.clear()
        _add_rows(table, _found(data))

    found: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
        "recordpick's table": lambda: _measure(
            _ours,
            lambda table, it: table.load(it),
            data,
            lambda table: table.filter(SOUGHT),
            lambda table: table.shown,
        ),
        "Textual's DataTable": lambda: _measure(
            lambda: DataTable(cursor_type="row"),
            _fill_textuals,
            data,
            filter_textuals,
            lambda table: table.row_count,
        ),
    }
    if version_of(FAST):
        found[FAST] = lambda: _fast(data)
    return found


async def _fast(data: pl.DataFrame) -> dict[str, Any]:
    from textual_fastdatatable import ArrowBackend
    from textual_fastdatatable import DataTable as Fast

    def fill(table: Any, rows: pl.DataFrame) -> None:
        table.backend = ArrowBackend(rows.to_arrow())

    return await _measure(
        lambda: Fast(backend=ArrowBackend(data.head(0).to_arrow()), cursor_type="row"),
        fill,
        data,
        lambda table: fill(table, _found(data)),
        lambda table: table.row_count,
    )


def run(rows: int, repeats: int) -> dict[str, Any]:
    """Measure ours, Textual's own, and textual-fastdatatable where it is installed."""
    data = frame(rows)
    contenders = _contenders(data)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
    for _ in range(repeats):
        for name, measure in contenders.items():
            found[name].append(asyncio.run(measure()))
    left = {name: runs[0].pop("left") for name, runs in found.items()}
    if len({*left.values(), _found(data).height}) > 1:
        raise DisagreeError(f"rows left after filtering: {left}")
    return {
        "work": "table",
        "rows": rows,
        "rows_found": _found(data).height,
        "left_out": {} if FAST in contenders else {FAST: NOT_INSTALLED},
        "times": [
            {
                "contender": name,
                "runs": len(runs),
                **{
                    key: round(statistics.median(run[key] for run in runs), 4)
                    for key, value in runs[0].items()
                    if not math.isnan(value)
                },
                "mount_spread_s": round(_spread([run["mount_s"] for run in runs]), 4),
                "mount_ratio": round(
                    statistics.median(run["mount_s"] for run in runs)
                    / statistics.median(run["mount_s"] for run in found["recordpick's table"]),
                    1,
                ),
            }
            for name, runs in found.items()
        ],
    }


def _spread(values: list[float]) -> float:
    return (max(values) - min(values)) / 2

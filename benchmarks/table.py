"""100,000 rows on the screen: mounting, from key to painted frame, filtering.

Each table stands alone in a headless app of 120 by 40. "Mount" is from asking for the rows to the
painted screen; "key" is one press of the down key until everything it caused is painted.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import polars as pl
from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import DataTable

from recordpick.tui.columns import Column
from recordpick.tui.records_table import RecordsTable

SIZE = (120, 40)
KEYS = 100


def frame(rows: int) -> pl.DataFrame:
    """Make rows of eight columns."""
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
    """One table."""

    def __init__(self, table: Widget) -> None:
        super().__init__()
        self.table = table

    def compose(self) -> Any:
        yield self.table


Fill = Callable[[Any, pl.DataFrame], None]


async def _settle(app: App[None], pilot: Pilot[None]) -> None:
    await app.workers.wait_for_complete()
    await pilot.pause()


async def _measure(
    make: Callable[[], Widget],
    fill: Fill,
    rows: pl.DataFrame,
    find: Callable[[Any], None] | None,
) -> dict[str, Any]:
    app = Alone(make())
    async with app.run_test(size=SIZE) as pilot:
        app.table.focus()
        await pilot.pause()
        start = time.perf_counter()
        fill(app.table, rows)
        await pilot.pause()
        mounted = time.perf_counter() - start
        await _settle(app, pilot)
        keys = []
        for _ in range(KEYS):
            start = time.perf_counter()
            await pilot.press("down")
            keys.append(time.perf_counter() - start)
        filtered = None
        if find is not None:
            start = time.perf_counter()
            find(app.table)
            await _settle(app, pilot)
            filtered = time.perf_counter() - start
    ordered = sorted(keys)
    return {
        "mount_s": mounted,
        "key_ms": 1000 * statistics.median(keys),
        "key_99_ms": 1000 * ordered[int(0.99 * (len(ordered) - 1))],
        "filter_s": filtered,
    }


def _ours() -> RecordsTable:
    names = ("patient_id", "name", "born", "sex", "status", "usual_gp", "postcode", "entries")
    return RecordsTable(tuple(Column(name, name.title(), most=20) for name in names))


def _fill_textuals(table: DataTable[str], rows: pl.DataFrame) -> None:
    table.add_columns(*rows.columns)
    table.add_rows([str(cell) for cell in row] for row in rows.iter_rows())


def run(rows: int, repeats: int) -> dict[str, Any]:
    """Measure ours, Textual's own, and textual-fastdatatable where it is installed."""
    data = frame(rows)
    contenders: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
        "recordpick's table": lambda: _measure(
            _ours, lambda table, it: table.load(it), data, lambda table: table.filter("name97")
        ),
        "Textual's DataTable": lambda: _measure(
            lambda: DataTable(cursor_type="row"), _fill_textuals, data, None
        ),
    }
    try:
        from textual_fastdatatable import ArrowBackend
        from textual_fastdatatable import DataTable as Fast
    except ImportError:
        left_out = "textual-fastdatatable is not installed here, or not beside this polars"
    else:
        left_out = ""
        arrow = data.to_arrow()
        contenders["textual-fastdatatable"] = lambda: _measure(
            lambda: Fast(backend=ArrowBackend(arrow)), lambda *_: None, data, None
        )
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
    for _ in range(repeats):
        for name, measure in contenders.items():
            found[name].append(asyncio.run(measure()))
    return {
        "work": "table",
        "rows": rows,
        "left_out": left_out,
        "times": [
            {
                "contender": name,
                "runs": len(runs),
                **{
                    key: None
                    if runs[0][key] is None
                    else round(statistics.median(run[key] for run in runs), 4)
                    for key in runs[0]
                },
            }
            for name, runs in found.items()
        ],
    }

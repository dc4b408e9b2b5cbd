"""The same entry in several exports of one kind: counted once.

Two rows are the same entry where they are one patient's and agree in every column that both exports
have, among them a day and what the entry is. Rows that come several times in one export stay: a
record may have an entry twice.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.index.manifest import Conflated
from recordpick.index.readers.report_exports.entries import Entries
from recordpick.index.readers.report_exports.grid import LINE
from recordpick.index.readers.report_exports.identity import BORN, PATIENT
from recordpick.schema import TABLES

_WHAT = ("term", "code", "drug", "title", "file_name", "kind", "ubrn", "status", "slot_type")
_AGAIN, _FILE = "__again", "__file"


def without_repeated(every: Sequence[Entries]) -> tuple[Conflated, ...]:
    """Take rows out of later exports that an earlier one of the same kind has too.

    What only the later one says of such a row goes to the earlier row. Return a caution for exports
    whose rows cannot be compared.
    """
    by_kind: dict[tuple[str, str], list[Entries]] = {}
    for one in every:
        kind = one.group.kind
        by_kind.setdefault((kind.name, one.group.name if kind.is_rest else ""), []).append(one)
    cautions: list[Conflated] = []
    for same_kind in by_kind.values():
        by_columns: dict[tuple[str, ...], list[Entries]] = {}
        for one in same_kind:
            by_columns.setdefault(tuple(one.columns), []).append(one)
        for same_columns in by_columns.values():
            _of_same_columns(same_columns)
        for number, later in enumerate(same_kind):
            for earlier in same_kind[:number]:
                if earlier.columns != later.columns and earlier.grid is not later.grid:
                    cautions += _of_other_columns(earlier, later)
    return tuple(dict.fromkeys(cautions))


def _of_same_columns(same_kind: Sequence[Entries]) -> None:
    """Compare exports of the same columns all at once: each has its own rows, in order."""
    if len(same_kind) < 2:
        return
    keys = [PATIENT, *same_kind[0].columns]
    frames = [
        one.frame.select(ROW, *keys, pl.lit(number).alias(_FILE))
        for number, one in enumerate(same_kind)
    ]
    rows = pl.concat(frames).with_columns(pl.int_range(pl.len()).over([_FILE, *keys]).alias(_AGAIN))
    later = rows.filter(~pl.struct(*keys, _AGAIN).is_first_distinct()).select(_FILE, ROW)
    for number, one in enumerate(same_kind):
        gone = later.filter(pl.col(_FILE) == number)[ROW]
        if len(gone):
            one.repeated += len(gone)
            one.frame = one.frame.filter(~pl.col(ROW).is_in(gone.implode()))


def _of_other_columns(earlier: Entries, later: Entries) -> list[Conflated]:
    """Compare two exports by the columns that both have; a caution where these are too few."""
    common = [name for name in earlier.columns if name in later.columns]
    if earlier.frame.is_empty() or later.frame.is_empty():
        return []
    if not _can_compare(later.group.kind.table, common):
        return [_not_compared(earlier, later)]
    keys = [PATIENT, *common]
    again = pl.int_range(pl.len()).over(keys).alias(_AGAIN)
    more = [name for name in later.columns if name not in earlier.columns]
    second = later.frame.with_columns(again)
    both = earlier.frame.with_columns(again).join(
        second.select(*keys, _AGAIN, *more, pl.col(ROW).alias(_FILE)),
        on=[*keys, _AGAIN],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    gone = both[_FILE].drop_nulls()
    if len(gone):
        later.repeated += len(gone)
        later.frame = later.frame.filter(~pl.col(ROW).is_in(gone.implode()))
        columns = {*earlier.columns, *more}
        names = [name for name in TABLES[earlier.group.kind.table].names if name in columns]
        earlier.frame = both.select(ROW, LINE, PATIENT, BORN, *names)
    return []


def _can_compare(table: str, common: Sequence[str]) -> bool:
    has_day = any(
        column.kind == "date" and column.name in common for column in TABLES[table].columns
    )
    return has_day and any(name in common for name in _WHAT)


def _not_compared(earlier: Entries, later: Entries) -> Conflated:
    return Conflated(
        later.group.kind.table,
        "",
        "",
        "",
        f"{earlier.grid.name} and {later.grid.name} have too few columns in common to tell which "
        f"of their {later.group.kind.says} are the same, so some may be counted twice",
        always=False,
    )

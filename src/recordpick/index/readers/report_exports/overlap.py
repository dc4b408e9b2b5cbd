"""The same entry in several exports of one kind: counted once.

Two rows are the same entry where they are one patient's and agree in every column that both exports
have, among them a day and what the entry is. Rows that come several times in one export stay: a record
may have an entry twice.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recordpick.index.manifest import Conflated
from recordpick.index.readers.report_exports.entries import Entries
from recordpick.index.readers.report_exports.grid import LINE
from recordpick.index.readers.report_exports.identity import BORN, PATIENT
from recordpick.index.parts import ROW
from recordpick.tables import TABLES

_WHAT = ("term", "code", "drug", "title", "file_name", "kind", "ubrn", "status", "slot_type")
_AGAIN, _AT = "__again", "__at"


def without_repeated(every: Sequence[Entries]) -> tuple[Conflated, ...]:
    """Take rows out of later exports that an earlier one of the same kind has too.

    What only the later one says of such a row goes to the earlier row. Return a caution for exports
    whose rows cannot be compared.
    """
    cautions: list[Conflated] = []
    for number, later in enumerate(every):
        for earlier in every[:number]:
            if _kind(earlier) != _kind(later) or earlier.grid is later.grid:
                continue
            common = [name for name in earlier.columns if name in later.columns]
            if not _can_compare(later.group.kind.table, common):
                if earlier.frame.height and later.frame.height:
                    cautions.append(_not_compared(earlier, later))
                continue
            _take_out(earlier, later, common)
    return tuple(dict.fromkeys(cautions))


def _kind(entries: Entries) -> tuple[str, str]:
    return entries.group.kind.name, entries.group.name if entries.group.kind.is_rest else ""


def _can_compare(table: str, common: Sequence[str]) -> bool:
    has_day = any(
        column.kind == "date" and column.name in common for column in TABLES[table].columns
    )
    return has_day and any(name in common for name in _WHAT)


def _take_out(earlier: Entries, later: Entries, common: Sequence[str]) -> None:
    keys = [PATIENT, *common]
    again = pl.int_range(pl.len()).over(keys).alias(_AGAIN)
    first = earlier.frame.with_columns(again)
    more = [name for name in later.columns if name not in earlier.columns]
    second = later.frame.with_columns(again).with_row_index(_AT)
    on = [*keys, _AGAIN]
    both = first.join(
        second.select(*on, _AT, *more), on=on, how="left", nulls_equal=True, maintain_order="left"
    )
    same = both[_AT].drop_nulls()
    if same.is_empty():
        return
    later.repeated += len(same)
    later.frame = second.filter(~pl.col(_AT).is_in(same.implode())).drop(_AT, _AGAIN)
    table = TABLES[earlier.group.kind.table]
    columns = [*earlier.columns, *more]
    order = [ROW, LINE, PATIENT, BORN, *(name for name in table.names if name in columns)]
    earlier.frame = both.select(dict.fromkeys(order))


def _not_compared(earlier: Entries, later: Entries) -> Conflated:
    return Conflated(
        later.group.kind.table,
        "",
        "",
        "",
        f"{earlier.grid.name} and {later.grid.name} have too few columns in common to tell which of "
        f"their {later.group.kind.says} are the same, so some may be counted twice",
        always=False,
    )

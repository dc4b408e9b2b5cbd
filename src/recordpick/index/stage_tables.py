"""Staging the parts of each table in the order of their dependencies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import polars as pl

from recordpick.errors import UserError
from recordpick.index.conform import NOT_A_PATIENT
from recordpick.index.misfits import find_repeated
from recordpick.index.not_patients import not_patients
from recordpick.index.parts import PATIENT, ROW, Part, Source
from recordpick.index.staging import OddLinesError, Staged, stage
from recordpick.index.tables_made import TableMade
from recordpick.index.unreadable_columns import without_unreadable
from recordpick.index.workroom import Workroom
from recordpick.tables import TABLES

BeforeReading = Callable[[Part], None]
"""Called with each part before it is read."""


def parts_by_table(read: Sequence[Source]) -> dict[str, list[Part]]:
    """Return the parts of all sources by table: patients first, then in schema order."""
    tables: dict[str, list[Part]] = {}
    for number, source in enumerate(read):
        for part in source.parts:
            tables.setdefault(part.table, []).append(replace(part, source=number))
    if "patients" not in tables:
        raise UserError("No source contains any patients: an index cannot be made without them.")
    order = [*TABLES, *sorted(set(tables) - set(TABLES))]
    return {name: tables[name] for name in order if name in tables}


def stage_table(
    name: str,
    parts: Sequence[Part],
    tables: Mapping[str, TableMade],
    workroom: Workroom,
    before_reading: BeforeReading,
) -> TableMade:
    """Stage the parts of a table; `tables` are the earlier ones, with integrity checks done."""
    table = TableMade(name)
    providers = [part for part in parts if part.feeds and not part.takes]
    others = [part for part in parts if part not in providers]
    for part in providers:
        before_reading(part)
        table.add(_staged(part, table, tables, workroom))
    find_repeated(table, range(len(providers)))
    for part in others:
        before_reading(part)
        table.add(_staged(part, table, tables, workroom))
    if name == "patients":
        for number in range(len(table.staged)):
            _reject_not_patients(table, number)
    is_alone = len(table.staged) == 1
    table.staged = [without_unreadable(staged, is_alone=is_alone) for staged in table.staged]
    return table


def _reject_not_patients(table: TableMade, number: int) -> None:
    """Reject totals, page footers and repeated headers in a file of patients."""
    staged = table.staged[number]
    if PATIENT in staged.part.made:
        return
    identity = ("nhs_number", "date_of_birth", "family_name", "given_name")
    known = [name for name in identity if name in staged.conformed.kinds]
    rows = table.part(number).select(ROW, PATIENT, *known).collect()
    header = staged.part.raw.collect_schema().names()
    found = not_patients(rows.drop(ROW), header)
    table.reject(number, rows.filter(found), NOT_A_PATIENT)


def _staged(
    part: Part, table: TableMade, tables: Mapping[str, TableMade], workroom: Workroom
) -> Staged:
    """Stage a part with what it requires; with the strict reader if its lines need that."""
    final = part
    if part.finish is not None:
        final = part.finish(part, _required(part, table, tables))
    try:
        return stage(final, f"{table.name}.{len(table.staged)}", workroom)
    except OddLinesError:
        assert part.again is not None
        return _staged(replace(part.again(), source=part.source), table, tables, workroom)


def _required(
    part: Part, table: TableMade, tables: Mapping[str, TableMade]
) -> dict[str, pl.LazyFrame]:
    """Return the row sets that the part requires, as far as they exist."""
    provided = {staged.part.feeds for staged in table.staged if staged.part.feeds}
    rows = {name: table.provided(name) for name in part.takes if name in provided}
    return rows | {name: tables[name].rows() for name in part.takes if name in tables}

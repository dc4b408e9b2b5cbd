"""What the sources of an index cannot supply: words, and columns that only some of them have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from recordpick.index.build.table_builder import TableBuilder
from recordpick.index.manifest import Conflated, Gap, Restriction
from recordpick.index.source import PATIENT, Source

RESTRICTED = ("status", "registration")
"""Columns by which exports are often restricted, to the patients registered now."""


def conflated_words(read: Sequence[Source]) -> tuple[Conflated, ...]:
    """Return the words that any source does not distinguish, each once."""
    return tuple(dict.fromkeys(one for source in read for one in source.conflated))


def restrictions_on(read: Sequence[Source], patients: Path) -> tuple[Restriction, ...]:
    """Return the columns in which the patients, or another table's rows, have one word only.

    A source's restriction stays certain only if it is the only source. Where no source gives a
    reason, all patients may truly have that word, or the others may have been left out of the
    export: that is not certain.
    """
    found: list[Restriction] = [
        one if len(read) == 1 else replace(one, always=False)
        for source in read
        for one in source.restrictions
        if one.table != "patients"
    ]
    for column in RESTRICTED:
        stated = [
            one
            for source in read
            for one in source.restrictions
            if (one.table, one.column) == ("patients", column)
        ]
        words = _words_in(patients, column)
        if len(words) != 1:
            found += [replace(one, always=False) for one in stated if words]
        elif stated:
            found += stated
        else:
            says = (
                f"every patient in the index is {words[0]}, and patients who are not may have been "
                "left out of the export"
            )
            found.append(Restriction("patients", column, words[0], says, always=False))
    return tuple(dict.fromkeys(found))


def _words_in(patients: Path, column: str) -> list[str]:
    """Return the distinct words in a column of the patients, none if it is not supplied."""
    frame = pl.scan_parquet(patients, glob=False)
    if column not in frame.collect_schema():
        return []
    return (
        frame.select(pl.col(column).cast(pl.String).drop_nulls().unique())
        .collect()[column]
        .to_list()
    )


def gaps(
    read: Sequence[Source], sources: Sequence[Path], tables: Mapping[str, TableBuilder]
) -> tuple[Gap, ...]:
    """Return the tables and columns that some of several sources have and others do not.

    `tables` are built from the sources; `sources` are in the same order as `read`. For a table that
    a source does not have at all, `column` is "" and `rows` are patients.
    """
    found = [gap for source in read for gap in source.gaps]
    if len(read) > 1:
        builder = tables["patients"]
        for name, table in tables.items():
            have = _columns_by_source(table)
            for number, source in enumerate(sources):
                found += [
                    Gap(name, column, source.name, rows)
                    for column, rows in _gaps_of(number, table, have, builder)
                ]
    return tuple(dict.fromkeys(found))


def _columns_by_source(table: TableBuilder) -> dict[int, set[str]]:
    columns: dict[int, set[str]] = {}
    for staged in table.staged:
        columns.setdefault(staged.part.source, set()).update(staged.cast.kinds)
    return columns


def _gaps_of(
    number: int, table: TableBuilder, have: Mapping[int, set[str]], builder: TableBuilder
) -> Iterator[tuple[str, int]]:
    """Yield the columns that a source does not supply, with the number of rows or patients."""
    if number not in have:
        rows = _count(_without(_rows_of(builder, {number}), _rows_of(builder, set(have))))
        if rows:
            yield "", rows
        return
    lacking = sorted(set(table.kinds) - have[number] - {PATIENT, table.row_id})
    own = _rows_of(table, {number})
    all_own = _count(own) if lacking and table is not builder else 0
    for column in lacking:
        rows = all_own
        if table is builder:
            supplied_by = {source for source, columns in have.items() if column in columns}
            rows = _count(_without(own, _rows_of(builder, supplied_by)))
        if rows:
            yield column, rows


def _rows_of(table: TableBuilder, sources: set[int]) -> pl.LazyFrame:
    """Return the patient_id of the rows of these sources."""
    none = pl.LazyFrame(schema={PATIENT: pl.String})
    parts = [
        table.part(k).select(PATIENT)
        for k, staged in enumerate(table.staged)
        if staged.part.source in sources
    ]
    return pl.concat([none, *parts])


def _without(rows: pl.LazyFrame, others: pl.LazyFrame) -> pl.LazyFrame:
    return rows.join(others, on=PATIENT, how="anti")


def _count(rows: pl.LazyFrame) -> int:
    return int(rows.select(pl.len()).collect(engine="streaming").item())

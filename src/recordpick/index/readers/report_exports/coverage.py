"""What an index of report exports does not know: a report lists only what its search asks for.

So no table of such an index is complete, however many rows it has. Whoever asks it gets a caution
that names the exports; whoever asks for rows of which no export has a single one gets no answer
(matching/listed_only.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from recordpick.index.manifest import Conflated, Gap, Restriction
from recordpick.index.readers.report_exports.entries import Entries
from recordpick.index.readers.report_exports.identity import BORN, PATIENT
from recordpick.schema import TABLES

_NAMED = 6
_YOUNGEST = 10
"""Years by which the ages in an export must differ from those on the list to be worth saying."""
_OF_RESULTS = frozenset({"value", "unit", "range_low", "range_high", "is_abnormal"})
"""Columns of events that only entries with results have."""
_FOR_OTHER_REASONS = frozenset({"unit", "value_text"})
"""Columns that may be missing in one export for another reason than that it was not asked for."""


def restrictions_of(every: Sequence[Entries]) -> tuple[Restriction, ...]:
    """Return, for each table, that its rows are only those which exports list."""
    return tuple(
        Restriction(table, "", "", f"an export lists only what its search asks for, and {files}")
        for table, files in ((table, _files_of(entries)) for table, entries in _by_table(every))
    )


def _files_of(entries: Sequence[Entries]) -> str:
    names = list(dict.fromkeys(one.grid.name for one in entries))
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more} {'lists' if len(names) == 1 else 'list'} none"


def cautions_of(
    every: Sequence[Entries], patients: pl.DataFrame, as_at: date
) -> tuple[Conflated, ...]:
    """Return a caution for each table, and for exports that list one of several entries."""
    found = []
    for table, entries in _by_table(every):
        each = "; ".join(_describe(one, patients, as_at) for one in entries[:_NAMED])
        if len(entries) > _NAMED:
            each += f"; and {len(entries) - _NAMED:,} more"
        says = (
            f"only what staff exported is known here, and not what their searches left out: {each}"
        )
        found.append(Conflated(table, "", "", "", says, always=False))
        found += [
            Conflated(
                table,
                "",
                "",
                "",
                f"{one.grid.name} lists only one of each patient's entries ({one.lists_only_one}), "
                "so others are not counted",
                always=False,
            )
            for one in entries
            if one.lists_only_one
        ]
    return tuple(dict.fromkeys(found))


def gaps_of(every: Sequence[Entries]) -> Iterator[Gap]:
    """Yield the columns that one export of a table has and another of its kind could have."""
    for table, entries in _by_table(every):
        supplied = {name for one in entries for name in one.columns}
        for one in entries:
            could = {*one.group.kind.columns}
            if table == "events" and not one.group.kind.is_rest:
                could -= _OF_RESULTS
            could |= {"kind", "date_precision"} & supplied
            for name in sorted((supplied & could) - {*one.columns} - _FOR_OTHER_REASONS):
                yield Gap(table, name, one.grid.name, one.frame.height)


def _describe(entries: Entries, patients: pl.DataFrame, as_at: date) -> str:
    """Return what an export holds: `A.csv (problems of 212 of 300 patients, aged 65 to 98)`."""
    frame, table = entries.frame, TABLES[entries.group.kind.table]
    whose = frame[PATIENT].n_unique()
    said = [f"{entries.group.kind.says} of {whose:,} of {patients.height:,} patients"]
    if ages := _ages(frame, patients, as_at):
        said.append(ages)
    for column in table.columns:
        if column.name in frame.columns and (column.words or column.kind == "yes_no"):
            if column.name in {"kind", "is_degraded", "date_precision"}:
                continue
            words = frame[column.name].drop_nulls().unique()
            if len(words) == 1 and frame.height > 1:
                said.append(f"all {_word(column.name, str(words[0]))}")
    name = entries.grid.name
    if entries.group.name:
        name = f"{name}, {entries.group.name}"
    return f"{name} ({', '.join(said)})"


def _word(column: str, word: str) -> str:
    if column == "is_active":
        return "current" if word == "yes" else "past"
    return f"{column.replace('_', ' ')} {word}".replace("_", " ")


def _ages(frame: pl.DataFrame, patients: pl.DataFrame, as_at: date) -> str:
    """Return the ages of the patients of an export where they are not those of the list."""
    listed, there = patients["born"].drop_nulls(), frame[BORN].drop_nulls()
    if listed.is_empty() or there.is_empty():
        return ""
    young, old = _age(there.max(), as_at), _age(there.min(), as_at)
    if (
        young - _age(listed.max(), as_at) < _YOUNGEST
        and _age(listed.min(), as_at) - old < _YOUNGEST
    ):
        return ""
    return f"aged {young}" if young == old else f"aged {young} to {old}"


def _age(born: object, as_at: date) -> int:
    assert isinstance(born, date)
    return as_at.year - born.year - ((as_at.month, as_at.day) < (born.month, born.day))


def _by_table(every: Sequence[Entries]) -> Iterator[tuple[str, list[Entries]]]:
    found: dict[str, list[Entries]] = {}
    for one in every:
        found.setdefault(one.group.kind.table, []).append(one)
    yield from found.items()

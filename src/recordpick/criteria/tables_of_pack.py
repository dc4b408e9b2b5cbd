"""Which tables and columns a pack's rules may ask about: recordpick's own, and the pack's."""

from __future__ import annotations

from recordpick.criteria.pack import Pack
from recordpick.tables import TABLES, Kind


def columns_of(pack: Pack, table: str) -> dict[str, Kind]:
    """Give the columns of a table with their kinds; KeyError if the pack knows no such table."""
    return columns_with(pack.tables, table)


def columns_with(extra: dict[str, dict[str, Kind]], table: str) -> dict[str, Kind]:
    """Give the columns of one of recordpick's tables, or of `extra`; KeyError if there is none."""
    if table in TABLES:
        return {column.name: column.kind for column in TABLES[table].columns}
    return {"patient_id": "text", **extra[table]}


def words_of(table: str) -> dict[str, tuple[str, ...]]:
    """Give the closed vocabularies of a table's columns; none for a table of the pack's own."""
    if table not in TABLES:
        return {}
    return {column.name: column.words for column in TABLES[table].columns if column.words}

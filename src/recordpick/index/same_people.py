"""Record linkage: patients of a later source who are in an earlier one under another number.

A list of NHS numbers beside a system's extract must not create a second patient. So a row of a
later source whose number is new, but whose NHS number is that of exactly one known patient, is that
patient, and so are all rows of its number in that source. If several patients have the NHS number,
it is unknown whose row it is: it is rejected.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from recordpick.index.conform import NHS_NUMBER, UNSURE
from recordpick.index.parts import PATIENT, ROW
from recordpick.index.tables_made import TableMade

OTHER = "__other"
Aliases = dict[int, pl.DataFrame]
"""By source number: patient_id there, and OTHER, the patient_id in the index."""

_IDS = {PATIENT: pl.String, NHS_NUMBER: pl.String}


def join_same_people(people: TableMade) -> Aliases:
    """Find such patients, and assign their known number to their rows in `people`."""
    sources = sorted({staged.part.source for staged in people.staged})
    known = pl.DataFrame(schema=_IDS)
    aliases: Aliases = {}
    for source in sources:
        numbers = [n for n, staged in enumerate(people.staged) if staged.part.source == source]
        rows = pl.concat([_ids(people, number) for number in numbers])
        if source != sources[0]:
            new = rows.join(known, on=PATIENT, how="anti").drop_nulls(NHS_NUMBER)
            same = new.join(known, on=NHS_NUMBER, how="inner", suffix=" known")
            is_unique = pl.len().over(NHS_NUMBER) == 1
            sure = same.filter(is_unique)
            unsure = same.filter(~is_unique)
            aliases[source] = sure.select(PATIENT, pl.col(f"{PATIENT} known").alias(OTHER))
            for number in numbers:
                of_part = people.part(number).select(ROW, PATIENT).collect()
                people.reject(number, of_part.join(unsure, on=PATIENT, how="semi"), UNSURE)
                staged = people.staged[number]
                people.staged[number] = replace(staged, aliases=aliases[source])
            rows = rows.join(same, on=PATIENT, how="anti")
        known = pl.concat([known, rows]).unique(PATIENT, keep="first", maintain_order=True)
    return aliases


def _ids(people: TableMade, number: int) -> pl.DataFrame:
    """Return patient_id and NHS number of a part's patients; null if it has no such column."""
    rows = people.part(number)
    if NHS_NUMBER not in people.staged[number].conformed.kinds:
        rows = rows.with_columns(pl.lit(None, pl.String).alias(NHS_NUMBER))
    return rows.select(*_IDS).collect()

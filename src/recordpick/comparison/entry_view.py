"""Entries of a comparison for reading: lists of those that differ, and one beside its partner."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.comparison.differences import as_text
from recordpick.comparison.judgement import AREA, Judged
from recordpick.comparison.report import ComparisonReport, one_line_each
from recordpick.comparison.rows import PAIR, ROW
from recordpick.comparison.rules import Field

MOST_LISTED = 2_000
"""Entries that one list shows: the files have them all."""

NOT_SUPPLIED = "?"
"""What a system does not supply: nothing is known of it."""


@dataclass(frozen=True)
class EntryList:
    """Entries that differ, one row each, and how many are not in the list.

    `rows` has the columns of `one_line_each`. `more` are beyond `MOST_LISTED`; `withheld` are of
    random records, which people check without seeing the comparison.
    """

    rows: pl.DataFrame
    more: int
    withheld: int


@dataclass(frozen=True)
class FieldBeside:
    """One field of an entry in both systems; `mark` is same, differs, or not compared."""

    name: str
    old: str
    new: str
    mark: str


def entries_of_area(
    report: ComparisonReport, area: str, withheld: frozenset[str] = frozenset()
) -> EntryList:
    """Return the entries of an area that differ by themselves, the worst first.

    `withheld` are old patient numbers whose entries are counted, not shown.
    """
    one = next(one for one in report.judged for found in one.areas if found.name == area)
    number = next(place for place, found in enumerate(one.areas) if found.name == area)
    rows = one.differences.filter((pl.col(AREA) == number) & pl.col("line").is_null())
    return _listed(report, one, rows, withheld)


def entries_of_line(
    report: ComparisonReport, line: int, withheld: frozenset[str] = frozenset()
) -> EntryList:
    """Return the entries that a line of the transformations says once."""
    one = _table_of(report, line)
    return _listed(report, one, one.differences.filter(pl.col("line") == line), withheld)


def exceptions_of_line(
    report: ComparisonReport, line: int, withheld: frozenset[str] = frozenset()
) -> EntryList:
    """Return the entries that differ in a line's field otherwise than any line says."""
    one = _table_of(report, line)
    field = report.lines.row(line - 1, named=True)["field"]
    single = pl.col("line").is_null() & (pl.col("field").cast(pl.String) == field)
    return _listed(report, one, one.differences.filter(single), withheld)


def _table_of(report: ComparisonReport, line: int) -> Judged:
    table = report.lines.row(line - 1, named=True)["table"]
    return next(one for one in report.judged if one.table.rules.name == table)


def _listed(
    report: ComparisonReport, one: Judged, rows: pl.DataFrame, withheld: frozenset[str]
) -> EntryList:
    """Return one row an entry, the worst first, then by patient."""
    entry = [PAIR, ROW, "r_new"]
    order = rows.group_by(entry, maintain_order=True).agg(pl.col("severity").min())
    people = report.compared.patients.everybody
    hidden = people.filter(pl.col("patient_id").is_in(list(withheld)))[PAIR]
    number = order.height
    order = order.filter(~pl.col(PAIR).is_in(hidden.implode()))
    shown = order.sort("severity", *entry, nulls_last=True).head(MOST_LISTED)
    kept = rows.join(shown.select(entry), on=entry, how="semi", nulls_equal=True)
    kept = kept.sort(entry, nulls_last=True, maintain_order=True)
    listed = (
        one_line_each(one, kept, people)
        .sort("severity", *entry, nulls_last=True)
        .with_columns(pl.col("severity").cast(pl.String))
    )
    return EntryList(listed, order.height - shown.height, number - order.height)


def beside(
    report: ComparisonReport, table: str, r: int | None, r_new: int | None
) -> list[FieldBeside]:
    """Return each field of an entry with both systems' values, in the order of the rules.

    A field that one system does not have, or that a rule about formats took out, is not compared.
    """
    one = next(one for one in report.judged if one.table.rules.name == table)
    encoded = one.table.encoded
    assert encoded is not None
    differing: set[str] = set()
    if r is not None and r_new is not None:
        here = (pl.col(ROW) == r) & (pl.col("r_new") == r_new)
        differing = set(one.table.fields.filter(here)["field"].cast(pl.String).to_list())
    both = {field.name for field in encoded.fields}
    found = []
    rows = [
        None if row is None else side.raw.one(row)
        for side, row in ((encoded.old, r), (encoded.new, r_new))
    ]
    for field in encoded.rules.fields:
        values = [_text_of(row, field) for row in rows]
        if set(values) <= {"", NOT_SUPPLIED}:
            continue
        if field.name in differing:
            mark = "differs"
        elif field.name in both and (values[0] == values[1] or (field.is_link and all(values))):
            mark = "same"
        else:
            mark = "not compared" if r is not None and r_new is not None else ""
        found.append(FieldBeside(field.name, values[0], values[1], mark))
    return found


def _text_of(row: pl.DataFrame | None, field: Field) -> str:
    """Return a field of one row as people read it; "" where there is no row, or it is empty."""
    if row is None:
        return ""
    if field.name not in row.columns:
        return NOT_SUPPLIED
    return as_text(row[field.name], field)[0] or ""


def patient_line(report: ComparisonReport, p: int) -> dict[str, str]:
    """Return who a patient is: name, born, sex, NHS number, both patient numbers; "" if unknown."""
    one = next(one for one in report.judged if one.table.rules.name == "patients")
    encoded = one.table.encoded
    assert encoded is not None
    people = report.compared.patients.everybody.row(p, named=True)
    known: dict[str, str] = {
        "old": people["patient_id"] or "",
        "new": people["new_patient_id"] or "",
    }
    for side in (encoded.new, encoded.old):  # the old system's words count
        row = side.raw.frame().filter(pl.col(PAIR) == p)
        for name in ("family_name", "given_name", "title", "date_of_birth", "sex", "nhs_number"):
            if row.height and name in row.columns and row[name][0] is not None:
                known[name] = str(row[name][0])
    return known

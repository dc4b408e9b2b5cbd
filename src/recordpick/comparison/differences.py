"""What differs between paired rows: one row a field, after what the formats themselves do.

A field that either side does not have is never looked at here: it is *not compared*, not equal.
A fold takes a difference out only by a rule with a reason, and what it took is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.comparison.contacts import UNKNOWN, Contacts, first_equal, have_doubles
from recordpick.comparison.encode import EncodedTable
from recordpick.comparison.folds import applies, explained
from recordpick.comparison.rows import PAIR, ROW
from recordpick.comparison.rules import Field, Fold, TableRules
from recordpick.index.practice_index import PracticeIndex


def fields_schema(table: TableRules) -> dict[str, pl.DataType]:
    """Return the columns of differing fields of paired rows: the values stay in the sides' rows."""
    names = pl.Enum([field.name for field in table.fields])
    return {PAIR: pl.UInt32(), ROW: pl.UInt32(), "r_new": pl.UInt32(), "field": names}


@dataclass(frozen=True)
class Folded:
    """How many differences a fold took out of a field, and why."""

    table: str
    field: str
    number: int
    reason: str


def differing_fields(
    table: EncodedTable,
    pairs: pl.DataFrame,
    indexes: tuple[PracticeIndex, PracticeIndex],
    folds: tuple[Fold, ...],
    contacts: Contacts | None = None,
) -> tuple[pl.DataFrame, tuple[Folded, ...]]:
    """Return the fields that differ (columns as in `fields_schema`), and what folds took out.

    `contacts` are the consultations of both sides, where both have them.
    """
    schema = fields_schema(table.rules)
    found, folded = [pl.DataFrame(schema=schema)], []
    for field in table.fields:
        if field.how == "consultation":
            assert contacts is not None  # both sides have consultations, or nobody has the field
            differs, unknown = _moved(table, pairs, field, contacts)
            folded += [Folded(table.rules.name, field.name, unknown, UNKNOWN)] * bool(unknown)
        else:
            differs = _differing(table, pairs, field)
        if not differs.height:
            continue
        for fold in folds:
            if fold.field != field.name or not differs.height or not applies(fold, indexes):
                continue
            kept = differs.filter(~explained(fold, table, differs, indexes))
            if kept.height < differs.height:
                number = differs.height - kept.height
                folded.append(Folded(table.rules.name, field.name, number, fold.reason))
            differs = kept
        found.append(differs.with_columns(field=pl.lit(field.name, dtype=schema["field"])))
    return pl.concat(found), tuple(folded)


def _differing(table: EncodedTable, pairs: pl.DataFrame, field: Field) -> pl.DataFrame:
    """Return p, r and r_new of the pairs whose values of a field differ; empty equals empty."""
    rows = pairs.select(PAIR, ROW, "r_new")
    if field.how == "link":
        a, b = _linked(table, pairs, field)
    else:
        a = table.old.keys[field.name].gather(rows[ROW])
        b = table.new.keys[field.name].gather(rows["r_new"])
    return rows.filter(a.ne_missing(b))


def _moved(
    table: EncodedTable, pairs: pl.DataFrame, field: Field, contacts: Contacts
) -> tuple[pl.DataFrame, int]:
    """Return the pairs that are in different consultations, and how many nobody can tell."""
    rows = pairs.select(PAIR, ROW, "r_new")
    old, new = (
        side.raw.gather(field.name, rows[at])
        for side, at in ((table.old, ROW), (table.new, "r_new"))
    )
    found = contacts.compare(rows[PAIR], old, new)
    moved = rows.filter(found["moved"])
    is_double = have_doubles(table.old.keys, moved[ROW]) | have_doubles(
        table.new.keys, moved["r_new"]
    )
    differ = pl.concat([rows.filter(found["dropped"]), moved.filter(~is_double)]).sort(ROW)
    return differ, int(found["unknown"].sum()) + int(is_double.sum())


def _linked(table: EncodedTable, pairs: pl.DataFrame, field: Field) -> tuple[pl.Series, pl.Series]:
    """Return for each pair the partner of the old row's link, and the new row's link.

    Both are rows of the new side, of wholly equal ones the first: which of them is meant says
    nothing. A link to a row without a partner, or to no row, is -1.
    """
    ids = table.rules.id
    rows_of = [
        side.raw[ids].alias("id").to_frame().with_row_index("target").unique("id", keep="first")
        for side in (table.old, table.new)
    ]
    partner = pairs.select(target=ROW, partner="r_new")
    values = [
        side.raw.gather(field.name, pairs[column]).alias("id").to_frame()
        for side, column in ((table.old, ROW), (table.new, "r_new"))
    ]
    old = values[0].join(rows_of[0], on="id", how="left", maintain_order="left")
    old = old.join(partner, on="target", how="left", maintain_order="left")
    new = values[1].join(rows_of[1], on="id", how="left", maintain_order="left")
    first = first_equal(table.new.keys)
    a = old.select(_link(first.gather(old["partner"]).alias("t"), "id"))["link"]
    b = new.select(_link(first.gather(new["target"]).alias("t"), "id"))["link"]
    return a, b


def _link(target: pl.Series, name: str) -> pl.Expr:
    found = pl.lit(target).cast(pl.Int64).fill_null(-1)
    return pl.when(pl.col(name).is_not_null()).then(found).alias("link")


def values_of(table: EncodedTable, rows: pl.DataFrame, field: Field) -> tuple[pl.Series, pl.Series]:
    """Return a field's values of pairs of rows (r, r_new), as people read them."""
    old = as_text(table.old.raw.gather(field.name, rows[ROW]), field)
    new = as_text(table.new.raw.gather(field.name, rows["r_new"]), field)
    return old.alias("old_value"), new.alias("new_value")


def as_text(values: pl.Series, field: Field) -> pl.Series:
    """Return values as people read them: dates YYYY-MM-DD, numbers without trailing zeros."""
    if field.how == "yes_no":
        shown = pl.when(pl.col("v")).then(pl.lit("yes")).when(~pl.col("v")).then(pl.lit("no"))
        return values.alias("v").to_frame().select(shown)["literal"]
    if field.how == "date":
        return values.dt.to_string("%Y-%m-%d")
    if field.how == "number":
        text = values.cast(pl.String)
        return text.str.replace(r"\.0$", "")
    return values.cast(pl.String)

"""Differences that nearly all entries with a value share: named once, with counts and examples.

A line says what happens (values translated, emptied, one value for all …), never that it is right:
a difference that everybody has may still be a loss. Differences that only some entries with that
value have stay single, and are the exceptions of the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.comparison.compare import ComparedTable
from recordpick.comparison.differences import values_of
from recordpick.comparison.rows import PAIR, ROW
from recordpick.comparison.rules import Field

SHARED_BY = 0.95
"""A difference is systematic from this share of the entries with the value on."""
FEWEST_PATIENTS = 5
"""… and from this number of patients on, or all, if fewer are compared …"""
FEWEST_ENTRIES = 20
"""… and then it takes so many entries, too: a single entry of a single patient proves nothing."""
WIDELY = 0.5
"""A term that few patients have counts as rewritten where this share of all terms is."""
EXAMPLES = 5

CHANGES = {
    "translated": "each value becomes one other value",
    "one value": "very few values take the place of many",
    "rewritten": "nearly every value is written another way",
    "emptied": "values are empty in the new system",
    "filled": "empty values are filled in the new system",
    "days": "dates move by the same number of days",
    "factor": "numbers are multiplied by the same factor",
}
"""The words of `change`."""

LINES = {
    "line": pl.UInt32(),
    "table": pl.String(),
    "field": pl.String(),
    "change": pl.String(),
    "detail": pl.String(),
    "entries": pl.UInt32(),
    "patients": pl.UInt32(),
    "of_entries": pl.UInt32(),
    "exceptions": pl.UInt32(),
    "values": pl.UInt32(),
    "examples": pl.List(pl.String()),
}

_FEW_VALUES = 10


@dataclass(frozen=True, slots=True)
class Enough:
    """From how many patients and entries on a difference may be said once."""

    patients: int
    entries: int

    @classmethod
    def of(cls, compared: int) -> Enough:
        """Return the numbers for so many patients compared."""
        few = compared < FEWEST_PATIENTS
        return cls(min(FEWEST_PATIENTS, max(compared, 1)), FEWEST_ENTRIES if few else 1)

    def holds(self, patients: str, entries: str) -> pl.Expr:
        """Return whether these columns have enough of both."""
        return (pl.col(patients) >= self.patients) & (pl.col(entries) >= self.entries)

    def are(self, rows: pl.DataFrame) -> bool:
        """Return whether rows, with the patients' `p`, are enough."""
        return rows.height >= self.entries and rows[PAIR].n_unique() >= self.patients


def find_transformations(
    tables: Sequence[ComparedTable], patients: int
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """Return the lines (`LINES`), the largest first, and each table's fields with `line`.

    `patients` are those compared; `line` is null for a single difference.
    """
    enough = Enough.of(patients)
    lines: list[pl.DataFrame] = []
    marked: dict[str, list[pl.DataFrame]] = {}
    for table in tables:
        if table.encoded is None or not table.fields.height:
            continue
        parts = table.fields.partition_by("field", maintain_order=True)
        for part in parts:
            named, rows = _lines_of_field(table, part, len(lines), enough)
            lines.append(named)
            table.encoded.old.raw.forget()
            table.encoded.new.raw.forget()
            marked.setdefault(table.rules.name, []).append(rows)
    if not lines:
        return pl.DataFrame(schema=LINES), {}
    order = ["entries", "table", "field", "change", "detail"]
    found = (
        pl.concat(lines)
        .sort(order, descending=[True, False, False, False, False])
        .with_row_index("line", offset=1)
    )
    numbers = found.select("part", "place", pl.col("line").cast(pl.UInt32))
    with_lines = {
        name: pl.concat(
            rows.join(numbers, on=["part", "place"], how="left", maintain_order="left").drop(
                "part", "place"
            )
            for rows in parts
        )
        for name, parts in marked.items()
    }
    return found.select(pl.col(name).cast(dtype) for name, dtype in LINES.items()), with_lines


def _lines_of_field(
    table: ComparedTable, rows: pl.DataFrame, part: int, enough: Enough
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the lines of one field, and its rows with the line's `part` and `place`."""
    changed = _with_change(table, rows, enough)
    keys = ["change", "detail"]
    systematic = changed.drop_nulls("change")
    examples = (
        systematic.group_by(*keys, "old_value", "new_value")
        .agg(n=pl.len())
        .sort([*keys, "n", "old_value", "new_value"], descending=[False, False, True, False, False])
        .group_by(keys, maintain_order=True)
        .agg(values=pl.len(), examples=_example().head(EXAMPLES))
    )
    lines = (
        systematic.group_by(keys)
        .agg(entries=pl.len(), patients=pl.col(PAIR).n_unique(), of_entries=pl.col("of").max())
        .join(examples, on=keys)
        .sort(keys)
        .with_row_index("place")
        .with_columns(
            part=pl.lit(part, pl.UInt32),
            table=pl.lit(table.rules.name),
            field=pl.lit(str(rows["field"][0])),
            exceptions=pl.lit(changed.height - systematic.height, pl.UInt32),
        )
    )
    marked = rows.with_columns(
        part=pl.lit(part, pl.UInt32),
        place=changed.join(
            lines.select(*keys, "place"), on=keys, how="left", maintain_order="left"
        )["place"],
    )
    return lines, marked


def _example() -> pl.Expr:
    return pl.format(
        "{} → {}: {}",
        pl.col("old_value").fill_null("(empty)"),
        pl.col("new_value").fill_null("(empty)"),
        pl.col("n"),
    )


def _with_change(table: ComparedTable, rows: pl.DataFrame, enough: Enough) -> pl.DataFrame:
    """Return the differences of one field with both values, and `change`, `detail` and `of`.

    These are null where a difference is single.
    """
    assert table.encoded is not None
    field = table.rules.field(rows["field"][0])
    values = _all_values(table, field)
    filled = values.filter(pl.col("a").is_not_null())
    both = filled.filter(pl.col("b").is_not_null())
    rows = rows.with_columns(
        *values_of(table.encoded, rows, field),
        change=pl.lit(None, pl.String),
        detail=pl.lit(None, pl.String),
        of=pl.lit(None, pl.UInt32),
    )
    if not field.is_link:
        rows = _mark_translated(rows, values, enough)
    rows = _mark_shared(rows, table, filled, "emptied", pl.col("new_value").is_null(), enough)
    empty = values.filter(pl.col("a").is_null())
    rows = _mark_shared(rows, table, empty, "filled", pl.col("old_value").is_null(), enough)
    if field.how == "date":
        rows = _mark_days(rows, both.height, enough)
    if field.how == "number":
        rows = _mark_factor(rows, table, both.height, enough)
    if not field.is_link:
        share = SHARED_BY if both["given"].is_null().all() else WIDELY
        rows = _mark_rewritten(rows, both, share, enough)
    return rows


def _all_values(table: ComparedTable, field: Field) -> pl.DataFrame:
    """Return p, r and both values as text (a, b) of all pairs of rows.

    `given` is what a value depends on: of a term or drug the code in the new system, else null.
    """
    encoded = table.encoded
    assert encoded is not None
    pairs = table.entries.select(PAIR, ROW, "r_new").drop_nulls([ROW, "r_new"])
    a, b = values_of(encoded, pairs, field)
    if field.is_link:  # an id says nothing: only whether there is a link
        a, b = (one.is_not_null().replace_strict({True: "linked", False: None}) for one in (a, b))
    given = pl.lit(None, pl.String)
    if field.name in table.rules.code[1:] and "code" in encoded.new.raw.columns:
        given = pl.lit(encoded.new.raw.gather("code", pairs["r_new"]))
    return pairs.select(PAIR, ROW).with_columns(a=a, b=b, given=given)


def _set(
    rows: pl.DataFrame, where: pl.Expr, change: str, detail: pl.Expr, of: pl.Expr
) -> pl.DataFrame:
    free = where & pl.col("change").is_null()
    return rows.with_columns(
        change=pl.when(free).then(pl.lit(change)).otherwise(pl.col("change")),
        detail=pl.when(free).then(detail).otherwise(pl.col("detail")),
        of=pl.when(free).then(of.cast(pl.UInt32)).otherwise(pl.col("of")),
    )


def _mark_translated(rows: pl.DataFrame, values: pl.DataFrame, enough: Enough) -> pl.DataFrame:
    """Mark values that become one other value nearly always; a term by the code it came to."""
    given = ["a", "given"]
    counts = (
        values.drop_nulls(["a", "b"])
        .group_by(*given, "b")
        .agg(n=pl.len(), patients=pl.col(PAIR).n_unique())
    )
    counts = counts.with_columns(of=pl.col("n").sum().over(given))
    many = enough.holds("patients", "n")
    usual = counts.filter(many & (pl.col("n") >= SHARED_BY * pl.col("of")))
    most = counts.filter(many & (pl.col("n") * 2 > pl.col("of")))
    differs = pl.col("a") != pl.col("b")
    follow = int(most.filter(differs)["n"].sum())
    if follow >= SHARED_BY * int(counts.filter(differs)["n"].sum()):
        usual = most  # the field as a whole is translated: faults are exceptions of a value's line
    usual = usual.select("given", old_value="a", new_value="b", of_value="of")
    keys = ["old_value", "new_value", "given"]
    rows = rows.join(values.select(ROW, "given"), on=ROW, how="left", maintain_order="left")
    rows = rows.join(usual, on=keys, how="left", maintain_order="left", nulls_equal=True)
    total = usual.join(rows.select(keys).unique(), on=keys, nulls_equal=True)
    of = pl.lit(total["of_value"].sum() if total.height else 0)
    rows = _set(rows, pl.col("of_value").is_not_null(), "translated", pl.lit(""), of)
    return rows.drop("of_value", "given")


def _mark_shared(
    rows: pl.DataFrame,
    table: ComparedTable,
    base: pl.DataFrame,
    change: str,
    where: pl.Expr,
    enough: Enough,
) -> pl.DataFrame:
    """Mark a change that nearly all entries have, or nearly all of one kind."""
    hits = rows.filter(where)
    if not hits.height or not base.height:
        return rows
    if hits.height >= SHARED_BY * base.height and enough.are(hits):
        return _set(rows, where, change, pl.lit(""), pl.lit(base.height))
    assert table.encoded is not None
    raw = table.encoded.old.raw
    for group in table.rules.groups:
        if group not in raw.columns:
            continue
        of = base.with_columns(g=raw.gather(group, base[ROW])).group_by("g").agg(of_g=pl.len())
        rows = rows.with_columns(g=raw.gather(group, rows[ROW]))
        shares = (
            rows.filter(where)
            .group_by("g")
            .agg(n=pl.len(), patients=pl.col(PAIR).n_unique())
            .join(of, on="g")
            .filter((pl.col("n") >= SHARED_BY * pl.col("of_g")) & enough.holds("patients", "n"))
        )
        rows = rows.join(shares.select("g", "of_g"), on="g", how="left", maintain_order="left")
        is_shared = where & pl.col("of_g").is_not_null()
        rows = _set(rows, is_shared, change, pl.col("g"), pl.col("of_g")).drop("g", "of_g")
    return rows


def _mark_days(rows: pl.DataFrame, of: int, enough: Enough) -> pl.DataFrame:
    """Mark dates that all move by the same number of days."""
    days = (pl.col("new_value").str.to_date() - pl.col("old_value").str.to_date()).dt.total_days()
    counts = rows.select(days=days).drop_nulls()["days"].value_counts(sort=True)
    if not counts.height or counts["count"][0] < SHARED_BY * of or not enough.are(rows):
        return rows
    usual = counts["days"][0]
    return _set(
        rows, (days == usual).fill_null(value=False), "days", pl.lit(f"{usual:+d}"), pl.lit(of)
    )


def _mark_factor(rows: pl.DataFrame, table: ComparedTable, of: int, enough: Enough) -> pl.DataFrame:
    """Mark numbers that are all multiplied by the same factor, for each code by itself."""
    assert table.encoded is not None
    raw = table.encoded.old.raw
    code = next((name for name in table.rules.code if name in raw.columns), None)
    if code is None:
        return rows
    name = str(rows["field"][0])
    factor = (pl.col("new_value").cast(pl.Float64) / pl.col("old_value").cast(pl.Float64)).round(6)
    pairs = table.entries.drop_nulls([ROW, "r_new"])
    totals = (
        pl.DataFrame({"g": raw.gather(code, pairs[ROW]), "v": raw.gather(name, pairs[ROW])})
        .drop_nulls()
        .group_by("g")
        .agg(of_g=pl.len())
    )
    rows = rows.with_columns(g=raw.gather(code, rows[ROW]), f=factor)
    usual = (
        rows.drop_nulls(["g", "f"])
        .group_by("g", "f")
        .agg(n=pl.len(), patients=pl.col(PAIR).n_unique())
        .join(totals, on="g")
        .filter((pl.col("n") >= SHARED_BY * pl.col("of_g")) & enough.holds("patients", "n"))
    )
    rows = rows.join(
        usual.select("g", "f", "of_g"), on=["g", "f"], how="left", maintain_order="left"
    )
    total = pl.lit(usual["of_g"].sum() if usual.height else of)
    rows = _set(rows, pl.col("of_g").is_not_null(), "factor", pl.format("×{}", "f"), total)
    return rows.drop("g", "f", "of_g")


def _mark_rewritten(
    rows: pl.DataFrame, both: pl.DataFrame, share: float, enough: Enough
) -> pl.DataFrame:
    """Mark what is left of a field of which `share` of the values are others in the new system."""
    filled = pl.col("old_value").is_not_null() & pl.col("new_value").is_not_null()
    changed = rows.filter(filled)
    seen = both.group_by(old_value="a").agg(_patients=pl.col(PAIR).n_unique(), _n=pl.len())
    rare = seen.filter(~enough.holds("_patients", "_n"))["old_value"]
    if changed.height < share * both.height or not enough.are(changed):
        return rows
    few = changed["new_value"].n_unique() <= _FEW_VALUES < changed["old_value"].n_unique()
    change = "one value" if few else "rewritten"
    # of a value that many have, what it usually becomes is known: anything else is an exception
    where = filled if few else filled & pl.col("old_value").is_in(rare.implode())
    return _set(rows, where, change, pl.lit(""), pl.lit(both.height))

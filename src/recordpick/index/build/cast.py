"""Casting a part's columns to the types and vocabularies of the schema, without losing a row.

Nothing raises and nothing disappears: each row is returned with the number of the first check that
it failed (`BAD`, null for a good row), and the caller keeps failed rows with their reason. A check
is cheap on good rows; which check failed, and its message, are only found for rows that need it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.date_parsing import ERRORS
from recordpick.errors import UserError
from recordpick.identifiers import ERROR
from recordpick.index import values as nhs_numbers
from recordpick.index.date_columns import reasons_of
from recordpick.index.fast_cast import (
    EMPTIED,
    MISSING,
    FastCast,
    NotNull,
    cast_together,
    fast_cast,
    staged_type,
)
from recordpick.index.patient_numbers import DAMAGED
from recordpick.index.readers.not_patients import why_not
from recordpick.index.source import DELETED, DETAIL_OF, HAS_PARENT, VERSION, SourcePart
from recordpick.index.values import (
    IDENTIFIERS,
    ISO,
    date_in_words,
    from_text,
    from_typed,
    is_text,
    kind_of,
    trimmed,
)
from recordpick.schema import KIND_WORDS, TABLES, Column, Kind

BAD = "__bad"
"""Why a row is rejected (UInt16: UNFIT and those below), null for a valid row."""

EMPTIED_FLAG = "__aside"
"""True where a value was emptied because it cannot be read or cannot be right."""

MISSING_VALUE = 59_999
"""A required value is missing: `reasons` finds out which, for the few rows affected."""

ORPHAN, DUPLICATE, NO_PARENT, UNSURE, NOT_A_PATIENT = 60_000, 60_001, 60_002, 60_003, 60_004
"""Checks between rows.

The patient is unknown; the row's id occurred before; its parent row is missing; its NHS number
belongs to several patients of another source; it is a total or another line that is not a patient.
"""

NHS_NUMBER = "nhs_number"
_TECHNICAL = (VERSION, DETAIL_OF, HAS_PARENT)


@dataclass(frozen=True)
class CastPart:
    """`frame`: ROW, BAD, DELETED, EMPTIED_FLAG, then the table's columns; `kinds` of those.

    Dictionary-encoded columns (`SourcePart.lookups`) are there as indexes; closed vocabularies are
    Enums.
    """

    frame: pl.LazyFrame
    kinds: dict[str, Kind]
    checks: tuple[tuple[Column, str, pl.Expr], ...]
    """What can fail: the column, its date format, and where it fails (in terms of `texts`).

    A row without a required value is rejected; any other value that fails is emptied.
    """
    texts: dict[str, pl.Expr]
    """The part's text columns, trimmed; empty texts must then become null (`_trimmed`)."""
    unknown: tuple[str, ...]
    """Columns of the file that the table does not have; they are left out."""
    unreadable: tuple[str, ...] = ()
    """Messages about columns that are left out because none of their values can be read."""
    technical: tuple[str, ...] = ()
    """VERSION, DETAIL_OF, HAS_PARENT, if the part has them, beside the table's columns."""


def columns_of_part(part: SourcePart, schema: pl.Schema) -> tuple[list[Column], tuple[str, ...]]:
    """Return the table's columns that the part has, and the names of unknown columns."""
    index_columns = {each.index_column for each in part.lookups}
    present = [name for name in schema if name not in {ROW, DELETED, *_TECHNICAL, *index_columns}]
    table = TABLES.get(part.table)
    if table is not None:
        known = [column for column in table.columns if not column.derived]
        columns = [column for column in known if column.name in present]
        _check_required(part, known, present)
        derived = {column.name for column in table.columns if column.derived}
        names = {column.name for column in known} | derived
        return columns, tuple(name for name in present if name not in names)
    columns = []
    for name in present:
        kind = part.kinds.get(name) or kind_of(schema[name])
        if kind is None:
            raise UserError(
                f"{part.file}: column {name} holds {schema[name]}, which no table can hold. "
                "Leave it out, or write it as text."
            )
        columns.append(Column(name, kind, "", required=name == "patient_id"))
    if "patient_id" not in present:
        raise UserError(f"{part.file}: column patient_id is missing: every table needs it.")
    return columns, ()


def _check_required(part: SourcePart, known: list[Column], present: list[str]) -> None:
    missing = [column.name for column in known if column.required and column.name not in present]
    if missing:
        found = ", ".join(present[:12]) + (" …" if len(present) > 12 else "")
        raise UserError(
            f"{part.file}: column {missing[0]} is missing, which table {part.table} needs. "
            f"The columns found are: {found or 'none'}."
        )


def cast_part(part: SourcePart) -> CastPart:
    """Return the part with its columns cast; UserError if a column cannot be what it should."""
    schema = part.frame.collect_schema()
    encoded = {name: dtype for each in part.lookups for name, dtype in each.table.schema.items()}
    columns, unknown = columns_of_part(part, pl.Schema(schema | encoded))
    texts: dict[str, pl.Expr] = {}
    values: dict[str, pl.Expr | FastCast] = {}
    checks: list[tuple[Column, str, pl.Expr]] = []
    required: list[NotNull] = []
    emptied_numbers = pl.lit(value=False)
    for column in columns:
        if column.name in encoded:
            continue
        name, dtype = column.name, schema[column.name]
        written = part.date_formats.get(name, ISO)
        source = pl.col(name)
        strict = _value(part, column, dtype, written)
        value: pl.Expr | FastCast
        if name in part.precleaned:
            value = source.cast(staged_type(column)) if column.words else source
            if column.required and dtype == pl.String:
                texts[name] = source
        elif is_text(dtype):
            texts[name] = source.cast(pl.String).str.strip_chars()
            value = _from_text(part, column, dtype, written)
        else:
            value = strict.cast(staged_type(column))
        if part.table == "patients" and name == NHS_NUMBER:
            tidied = nhs_numbers.tidy(_alone(value))
            value = pl.when(nhs_numbers.is_valid(tidied)).then(tidied)
            emptied_numbers = (
                trimmed(source.cast(pl.String)).is_not_null() & pl.col(_typed(name)).is_null()
            )
        elif column.required or (name not in part.precleaned and _can_fail(part, column, dtype)):
            missing = pl.lit(column.required)
            tried = source if name in part.precleaned else strict
            checks.append((column, written, tried.is_null() & (missing | source.is_not_null())))
            result = name if isinstance(value, FastCast) else pl.col(_typed(name))
            required.append(NotNull(result, None if column.required else source))
        values[name] = value
    deleted = pl.col(DELETED) if DELETED in schema else pl.lit(value=False)
    technical = tuple(name for name in _TECHNICAL if name in schema)
    kinds = {column.name: column.kind for column in columns}
    fast = {name: value for name, value in values.items() if isinstance(value, FastCast)}
    plain = {_typed(name): value for name, value in values.items() if isinstance(value, pl.Expr)}
    # Each value is cast once, in a step of its own; the checks then use the result.
    rows = part.frame.with_columns(**plain)
    unfit = emptied = pl.lit(value=False)
    if fast or required:
        rows = rows.with_columns(cast_together(fast, required).alias(_CAST))
    if required:
        unfit, emptied = _cast(MISSING), _cast(EMPTIED)
    frame = rows.select(
        pl.col(ROW),
        pl.when(unfit).then(pl.lit(MISSING_VALUE, pl.UInt16)).alias(BAD),
        deleted.fill_null(value=False).alias(DELETED),
        (emptied_numbers.fill_null(value=False) | emptied).alias(EMPTIED_FLAG),
        *technical,
        *(each.index_column for each in part.lookups),
        *(
            (_cast(name) if name in fast else pl.col(_typed(name))).alias(name)
            for name in kinds
            if name not in encoded
        ),
    )
    return CastPart(frame, kinds, tuple(checks), texts, unknown, technical=technical)


def _trimmed(rows: pl.LazyFrame, texts: dict[str, pl.Expr]) -> pl.LazyFrame:
    """Trim texts, as `trimmed` does; in two steps, because polars would trim twice."""
    something = [pl.when(pl.col(name) != "").then(name).alias(name) for name in texts]
    return rows.with_columns(**texts).with_columns(something)


def _typed(name: str) -> str:
    return f"__typed {name}"


_CAST = "__cast"


def _cast(name: str) -> pl.Expr:
    """Return one of the columns that are cast at once."""
    return pl.col(_CAST).struct.field(name)


def _alone(value: pl.Expr | FastCast) -> pl.Expr:
    return value.alone() if isinstance(value, FastCast) else value


def _value(part: SourcePart, column: Column, dtype: pl.DataType, written: str) -> pl.Expr:
    """Return the cast of a column (of `texts`) to its kind."""
    source = pl.col(column.name)
    if is_text(dtype):
        value = from_text(source, column, written)
        return _without_errors(value) if _may_be_error(part, column, dtype) else value
    typed = from_typed(source, column.kind, dtype)
    if typed is None:
        raise UserError(
            f"{part.file}: column {column.name} holds {dtype}, "
            f"but should hold {KIND_WORDS[column.kind]}."
        )
    return from_text(typed, column) if column.words else typed


def _may_be_error(part: SourcePart, column: Column, dtype: pl.DataType) -> bool:
    """Return whether a text may be a formula's error: patients come in spreadsheets."""
    is_free_text = column.kind == "text" and not column.words and is_text(dtype)
    return is_free_text and part.table == "patients" and column.name not in part.precleaned


def _without_errors(text: pl.Expr) -> pl.Expr:
    return pl.when(~text.cast(pl.String).str.contains(ERROR)).then(text)


def _from_text(
    part: SourcePart, column: Column, dtype: pl.DataType, written: str
) -> FastCast | pl.Expr:
    """Return the same cast for text as it is in the file, fast."""
    value = fast_cast(pl.col(column.name).cast(pl.String), column, written)
    return _without_errors(_alone(value)) if _may_be_error(part, column, dtype) else value


def _can_fail(part: SourcePart, column: Column, dtype: pl.DataType) -> bool:
    """Return whether any value of this type can be wrong in this column: most text cannot."""
    if _may_be_error(part, column, dtype):
        return True
    if column.required or column.words or column.name in IDENTIFIERS:
        return True
    return column.kind != "text" or dtype != pl.String


def reasons(cast: CastPart, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return ROW and `reason` of rejected rows: `rows` is the part's own frame with BAD added.

    If a row fails several checks, the reason is that of the first.
    """
    names = rows.collect_schema().names()
    rows = _trimmed(rows, cast.texts)
    first = [
        pl.when(failed).then(pl.lit(number, pl.UInt16))
        for number, (column, _, failed) in enumerate(cast.checks)
        if column.required
    ]
    rows = rows.with_columns(
        pl.when(pl.col(BAD) == MISSING_VALUE)
        .then(pl.coalesce(*first, pl.col(BAD)))
        .otherwise(BAD)
        .alias(BAD)
    )
    reason: Any = pl.when(pl.col(BAD) == ORPHAN).then(
        pl.format('there is no patient "{}" in this index', pl.col("patient_id"))
    )
    row_id = row_id_among(names)
    reason = reason.when(pl.col(BAD) == DUPLICATE).then(
        pl.format('{} "{}" is already on an earlier row', pl.lit(row_id), pl.col(row_id))
    )
    reason = reason.when(pl.col(BAD) == NO_PARENT).then(
        pl.format('{} "{}", which this row belongs to, is missing', pl.lit(row_id), pl.col(row_id))
    )
    reason = reason.when(pl.col(BAD) == NOT_A_PATIENT).then(
        why_not(pl.col("patient_id").cast(pl.String))
    )
    if NHS_NUMBER in names:
        reason = reason.when(pl.col(BAD) == UNSURE).then(
            pl.format(
                "NHS number {} belongs to several patients, so it is unknown whose row this is",
                pl.col(NHS_NUMBER),
            )
        )
    for number, (column, written, _) in enumerate(cast.checks):
        if not column.required:
            continue
        value = pl.col(column.name).cast(pl.String)
        wrong = pl.format(
            '{} "{}" {}', pl.lit(column.name), value, pl.lit(_is_wrong(column, written))
        )
        missing = pl.lit(f"{column.name} is missing")
        # Signs alone, such as a lone quotation mark, are not a damaged identifier.
        is_missing = value.is_null() | ~value.str.contains(r"[\p{L}\p{N}]")
        wrong = pl.when(is_missing).then(missing).otherwise(wrong)
        reason = reason.when(pl.col(BAD) == number).then(wrong)
    return rows.select(ROW, reason.alias("reason"))


def values_emptied(cast: CastPart, rows: pl.LazyFrame) -> pl.DataFrame:
    """Return the values that were emptied in these rows of the part's own frame, with reasons.

    Columns: ROW, `column`, `value` (as read), `reason`; sorted by ROW, then in schema order.
    """
    wanted = [check for check in cast.checks if not check[0].required]
    has_number = NHS_NUMBER in cast.kinds and NHS_NUMBER in rows.collect_schema().names()
    tried = {f"__failed {column.name}": failed for column, _, failed in wanted}
    names = [column.name for column, _, _ in wanted] + [NHS_NUMBER] * has_number
    read = _trimmed(rows, {**cast.texts}).select(ROW, *dict.fromkeys(names), **tried)
    held = read.collect(engine="streaming").sort(ROW)
    found = [_no_values()]
    for column, written, _ in wanted:
        texts = held.filter(pl.col(f"__failed {column.name}")).select(
            ROW, value=pl.col(column.name).cast(pl.String)
        )
        reasons = _why_emptied(texts["value"], column, written)
        found.append(_named_values(texts, column.name, reasons))
    if has_number:
        value = pl.col(NHS_NUMBER).cast(pl.String)
        tidied = nhs_numbers.tidy(value)
        texts = held.filter(value.is_not_null() & ~nhs_numbers.is_valid(tidied)).select(
            ROW, value=value
        )
        reasons = texts.select(nhs_numbers.why_not(pl.col("value"))).to_series()
        found.append(_named_values(texts, NHS_NUMBER, reasons))
    return pl.concat(found).sort(ROW, maintain_order=True)


def _no_values() -> pl.DataFrame:
    return pl.DataFrame(
        schema={ROW: pl.UInt32, "column": pl.String, "value": pl.String, "reason": pl.String}
    )


def _named_values(texts: pl.DataFrame, column: str, reasons: pl.Series) -> pl.DataFrame:
    return texts.select(
        pl.col(ROW).cast(pl.UInt32),
        pl.lit(column).alias("column"),
        "value",
        reasons.alias("reason"),
    )


def _why_emptied(texts: pl.Series, column: Column, written: str) -> pl.Series:
    if column.kind == "date":
        return reasons_of(texts, written)
    is_error = texts.str.to_lowercase().is_in(list(ERRORS))
    other = DAMAGED if column.name in IDENTIFIERS else f"not {_expected(column, written)}"
    return pl.select(
        pl.when(is_error)
        .then(pl.lit("an error of a spreadsheet's formula"))
        .otherwise(pl.lit(other))
    ).to_series()


def row_id_among(names: list[str]) -> str:
    """Return the id column among these names; patient_id if there is no other."""
    ids = [table.row_id for table in TABLES.values() if table.row_id in names]
    others = [name for name in ids if name != "patient_id"]
    return others[0] if others else "patient_id"


def _is_wrong(column: Column, written: str) -> str:
    """Return what is wrong with an odd value, as a clause that follows it."""
    if column.name in IDENTIFIERS:
        return f"was {DAMAGED}"
    return f"is not {_expected(column, written)}"


def _expected(column: Column, written: str) -> str:
    if column.words:
        return "one of " + ", ".join(column.words)
    if column.kind == "date":
        return (
            "a date such as 2026-01-31"
            if written == ISO
            else f"a date written as {date_in_words(written)}"
        )
    return KIND_WORDS[column.kind]

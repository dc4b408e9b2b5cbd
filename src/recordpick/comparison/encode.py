"""Both sides' rows of one table as numbers, so that equal values have equal numbers.

Text becomes the rank of its canonical form among the texts of both sides, dates become days and
yes or no 1 or 0: keys are then quick to join, and equal means equal by the field's own rule. The
ranks do not depend on which side is called old.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import polars as pl

from recordpick.comparison.rows import PAIR, ROW, Rows, read_rows
from recordpick.comparison.rules import Field, TableRules, comparison_rules
from recordpick.index.practice_index import PracticeIndex


@dataclass(frozen=True)
class Side:
    """One side's rows of a table.

    `raw` has the columns of the index, a row for each entry of a patient who is in both, in the
    order of patients and ids; `keys` has p (the pair of patients), r (the row of `raw`) and each
    field that both sides have, encoded.
    """

    raw: Rows
    keys: pl.DataFrame


@dataclass(frozen=True)
class EncodedTable:
    """A table of both sides; `fields` are those that both have, `absent` those that one has not."""

    rules: TableRules
    old: Side
    new: Side
    fields: tuple[Field, ...]
    absent: tuple[tuple[Field, str], ...]

    def slim(self) -> EncodedTable:
        """Return the table without the keys that are only needed to find partners.

        What is left finds partners by day and content (`code_map`), and compares the words of codes
        (`judgement`). Columns that were read are freed.
        """
        rules = self.rules
        kept = [PAIR, ROW, rules.day, *rules.code, *rules.content]
        for side in (self.old, self.new):
            side.raw.forget()
        old, new = (
            Side(side.raw, side.keys.select(name for name in side.keys.columns if name in kept))
            for side in (self.old, self.new)
        )
        return replace(self, old=old, new=new)


def encode_table(
    rules: TableRules,
    old: PracticeIndex,
    new: PracticeIndex,
    pairs: pl.DataFrame,
    *,
    few: bool = False,
) -> EncodedTable:
    """Read a table that both indexes have, and encode the fields that both have.

    `few` says that the pairs are a small part of the patients.
    """
    held = [old.columns(rules.name), new.columns(rules.name)]
    can = [
        [field for field in rules.fields if _can_say(index, columns, field)]
        for index, columns in zip((old, new), held, strict=True)
    ]
    fields = tuple(field for field in rules.fields if all(field in one for one in can))
    absent = tuple(
        (field, "old" if field not in can[0] else "new")
        for field in rules.fields
        if field not in fields and any(field.name in one for one in held)
    )
    raw_old = _rows(old, rules, pairs.select(PAIR, "patient_id").drop_nulls(), few=few)
    there = pairs.select(PAIR, patient_id="new_patient_id").drop_nulls()
    raw_new = _rows(new, rules, there, few=few)
    keys_old, keys_new = encode(raw_old, raw_new, keyed(fields))
    return EncodedTable(
        rules,
        Side(raw_old, keys_old),
        Side(raw_new, keys_new),
        fields,
        absent,
    )


def keyed(fields: Sequence[Field]) -> list[Field]:
    """Return the fields by which rows find their partners: all but links to consultations."""
    return [field for field in fields if field.how != "consultation"]


def _can_say(index: PracticeIndex, columns: Collection[str], field: Field) -> bool:
    """Return whether an index has a field; a link to consultations needs these, too."""
    there = field.how != "consultation" or index.has("consultations")
    return there and field.name in columns


def _rows(index: PracticeIndex, rules: TableRules, pairs: pl.DataFrame, *, few: bool) -> Rows:
    """Return the rows of patients who are in both, in the order of patients and ids."""
    wanted = [
        *(field.name for field in rules.fields),
        *(fold.column for fold in comparison_rules().folds_of(rules.name) if fold.column),
    ]
    held = index.columns(rules.name)
    columns = [name for name in wanted if name in held]
    return read_rows(index, rules.name, columns, rules.id, pairs, few=few)


def encode(old: Rows, new: Rows, fields: Sequence[Field]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return p, r and the encoded fields of both sides' rows."""
    frames = [frame.frame(PAIR).with_row_index(ROW) for frame in (old, new)]
    for field in fields:
        encoded = _encode_field(old[field.name], new[field.name], field)
        frames = [
            frame.with_columns(column.alias(field.name))
            for frame, column in zip(frames, encoded, strict=True)
        ]
    return frames[0], frames[1]


def _encode_field(old: pl.Series, new: pl.Series, field: Field) -> tuple[pl.Series, pl.Series]:
    if field.how == "number":
        return old.cast(pl.Float64), new.cast(pl.Float64)
    if field.how == "date":
        return old.cast(pl.Int32), new.cast(pl.Int32)
    if field.how == "yes_no":
        return old.cast(pl.UInt8), new.cast(pl.UInt8)
    if field.how == "link":
        # replaced by whether it is filled until rows are paired: an id says nothing by itself
        return old.is_not_null().cast(pl.UInt8), new.is_not_null().cast(pl.UInt8)
    return _encode_text(old, new, field)


def _encode_text(old: pl.Series, new: pl.Series, field: Field) -> tuple[pl.Series, pl.Series]:
    texts = pl.concat([old.unique(), new.unique()]).unique().drop_nulls().alias("text")
    ranks = texts.to_frame().with_columns(
        rank=canonical(pl.col("text"), field.how).rank("dense").cast(pl.UInt32)
    )
    found = [
        side.alias("text").to_frame().join(ranks, on="text", how="left", maintain_order="left")
        for side in (old, new)
    ]
    return found[0]["rank"], found[1]["rank"]


def canonical(text: pl.Expr, how: str) -> pl.Expr:
    """Return the form of a text in which equal means equal by the field's rule; empty is null."""
    if how == "digits":
        shown = text.str.replace_all(r"[^0-9]", "")
    elif how == "letters":
        shown = text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}@.]", "")
    elif how == "wording":
        shown = text.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    else:
        shown = text.str.strip_chars()
    return pl.when(shown.str.len_bytes() > 0).then(shown)

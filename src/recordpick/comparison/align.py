"""Entries of two systems aligned as a multiset, without common ids.

Falling strictness: wholly equal rows first, the n-th with the n-th (their number decides), then
keys that fewer and fewer fields make up, pairing only what is single on both sides. What is left of
a patient's day is scored; a row is paired with its best partner where that is mutual. Partners that
are equally good, and not equal to each other, are *unsure*. Nothing depends on the order of rows,
or on which side is called old.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from recordpick.comparison.code_classes import (
    learn_classes,
    learn_words,
    single_pairs,
    with_class,
    with_words,
)
from recordpick.comparison.encode import EncodedTable, keyed
from recordpick.comparison.rows import PAIR, ROW, blocks
from recordpick.comparison.rules import CODE_CLASS, Field, TableRules
from recordpick.comparison.scoring import STRONG, WEAK, TextsOf, pair_by_score

PAIRS = {
    "p": pl.UInt32(),
    "r": pl.UInt32(),
    "r_new": pl.UInt32(),
    "stage": pl.String(),
    "unsure": pl.Boolean(),
}
"""Columns of aligned pairs: the patients' pair, the row of each side, how it was found."""


class _Rest:
    """The rows of both sides that have no partner yet, and the pairs found."""

    def __init__(self, old: pl.DataFrame, new: pl.DataFrame) -> None:
        self.old, self.new = old, new
        self.found: list[pl.DataFrame] = []

    def take(self, pairs: pl.DataFrame, stage: str) -> None:
        """Add pairs (r, r_new, perhaps unsure) and remove their rows from what is left."""
        if not pairs.height:
            return
        if "unsure" not in pairs.columns:
            pairs = pairs.with_columns(unsure=pl.lit(value=False))
        pairs = pairs.with_columns(stage=pl.lit(stage)).select(ROW, "r_new", "stage", "unsure")
        self.found.append(pairs)
        self.old = self.old.join(pairs.select(ROW), on=ROW, how="anti", maintain_order="left")
        self.new = self.new.join(pairs.select(r="r_new"), on=ROW, how="anti", maintain_order="left")

    def pairs(self) -> pl.DataFrame:
        """Return r and r_new of the pairs found so far."""
        nothing = pl.DataFrame(schema={ROW: pl.UInt32, "r_new": pl.UInt32})
        return pl.concat([nothing, *(one.select(ROW, "r_new") for one in self.found)])

    @property
    def is_done(self) -> bool:
        """Whether one side has no row left."""
        return not self.old.height or not self.new.height


def align_entries(table: EncodedTable) -> pl.DataFrame:
    """Return the pairs of a table's rows, columns as in `PAIRS`, in the order of the old rows."""
    names = [field.name for field in keyed(table.fields)]
    old, new = table.old.keys, table.new.keys
    parts = []
    for block in blocks(old, new):
        parts.append(_Rest(*block))
        parts[-1].take(_equal_rows(*block, [PAIR, *names]), "equal")
    if not all(rest.is_done for rest in parts):
        _pair_by_keys(parts, table, old, new)
    found = [pairs for rest in parts for pairs in rest.found]
    if not found:
        return pl.DataFrame(schema=PAIRS)
    pairs = pl.concat(found)
    pairs = pairs.with_columns(old[PAIR].gather(pairs[ROW]).alias(PAIR))
    return pairs.select(list(PAIRS)).sort(ROW)


def _pair_by_keys(
    parts: Sequence[_Rest], table: EncodedTable, old: pl.DataFrame, new: pl.DataFrame
) -> None:
    """Pair what is not wholly equal: by keys, by score within a day, and without the day.

    What codes and words stand for is learned from all patients, then used block by block.
    """
    rules, names = table.rules, [field.name for field in keyed(table.fields)]
    code = next((name for name in rules.code if name in names), "")
    if code and rules.day in names:
        content = [name for name in rules.content if name in names]
        classes = learn_classes(old, new, code, rules.day, content)
        for rest in parts:
            rest.old, rest.new = (with_class(side, code, classes) for side in (rest.old, rest.new))
    known = {*names, *([CODE_CLASS] if code and rules.day in names else [])}
    for rest in parts:
        moved = rules.moved if {*rules.moved, rules.day} <= known else ()
        for stage in _usable(rules.stages, known):
            if moved and not set(stage) & set(rules.content):
                rest.take(_moved_a_day(rest, rules), f"next day: {' '.join(moved)}")
                moved = ()
            keys = [PAIR, *stage]
            rest.take(single_pairs(*_with_filled(rest, stage, rules), keys), " ".join(stage))
    if all(rest.is_done for rest in parts):
        return
    pairs = pl.concat(rest.pairs() for rest in parts)
    words = learn_words(old, new, pairs, table.fields)
    for rest in parts:
        rest.old, rest.new = (with_words(side, words) for side in (rest.old, rest.new))
    _pair_by_score([rest for rest in parts if not rest.is_done], table, known)


def _moved_a_day(rest: _Rest, rules: TableRules) -> pl.DataFrame:
    """Return the pairs of rows of neighbouring days that are the only ones of what they say.

    Such as daily results that all moved by a day: the same result of the next day is more likely
    the same entry than another result of the same day.
    """
    old, new = _all_filled(rest, [*rules.moved, rules.day])
    keys = [PAIR, rules.day, *rules.moved]
    days = pl.col(rules.day)
    pairs = pl.concat(single_pairs(old.with_columns(days + by), new, keys) for by in (1, -1))
    return pairs.unique(ROW, keep="none").unique("r_new", keep="none")


def _pair_by_score(parts: Sequence[_Rest], table: EncodedTable, known: set[str]) -> None:
    """Pair the rows that are left: by what they have in common, and without the day."""
    rules, names = table.rules, [field.name for field in keyed(table.fields)]
    scored = _scored_fields(table.fields, known, rules.day)
    block, words = [PAIR, rules.day], _words(table)
    if rules.day in names:
        pairs = pair_by_score(_sides(parts), scored, block, STRONG, words)
        _take_all(parts, pairs, "day")
        pairs = pair_by_score(
            _sides(parts), scored, [PAIR], STRONG, words, days=rules.day, code=CODE_CLASS
        )
        _take_all(parts, pairs, "next day")
    for rest in parts:
        for stage in _usable(rules.near, known):
            pairs = single_pairs(*_all_filled(rest, stage), [PAIR, *stage])
            rest.take(_plausible(pairs, rest, rules, stage, names), f"no day: {' '.join(stage)}")
    if rules.day in names:
        pairs = pair_by_score(_sides(parts), scored, block, WEAK, words, named=True)
        _take_all(parts, pairs, "left of the day")


def _sides(parts: Sequence[_Rest]) -> list[tuple[pl.DataFrame, pl.DataFrame]]:
    return [(rest.old, rest.new) for rest in parts if not rest.is_done]


def _take_all(parts: Sequence[_Rest], pairs: pl.DataFrame, stage: str) -> None:
    """Add pairs of rows to the parts that the rows are in."""
    for rest in parts:
        rest.take(pairs.join(rest.old.select(ROW), on=ROW, how="semi"), stage)


def _words(table: EncodedTable) -> list[tuple[TextsOf, TextsOf]]:
    """Return what gives the texts of either side's rows, of each column that is read as words.

    That is what names an entry, and what says much about it, such as free text.
    """
    wording = [field for field in table.fields if field.how == "wording"]
    names = [field.name for field in wording if field.name in table.rules.code][:1]
    names += [
        field.name for field in wording if field.weight >= _TELLING and field.name not in names
    ]
    return [
        (partial(table.old.raw.gather, name), partial(table.new.raw.gather, name)) for name in names
    ]


def _equal_rows(old: pl.DataFrame, new: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Return r and r_new of wholly equal rows, the n-th with the n-th in the order of their ids."""
    sides = [
        side.lazy()
        .select(
            PAIR,
            ROW,
            key=pl.struct(keys).hash(),
        )
        .with_columns(nth=pl.int_range(pl.len()).over(PAIR, "key"))
        for side in (old, new)
    ]
    return (
        sides[0]
        .join(sides[1], on=[PAIR, "key", "nth"], suffix="_new")
        .select(ROW, "r_new")
        .collect()
    )


def _usable(stages: Sequence[Sequence[str]], known: set[str]) -> list[tuple[str, ...]]:
    """Return the stages' keys as far as both sides have them, each once."""
    kept = (tuple(name for name in stage if name in known) for stage in stages)
    return list(dict.fromkeys(stage for stage in kept if stage))


def _with_filled(
    rest: _Rest, stage: Sequence[str], rules: TableRules
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows whose key says more than the day: some other part of it is filled."""
    others = [name for name in stage if name != rules.day]
    filled = pl.any_horizontal(pl.col(name).is_not_null() for name in others) if others else True
    return rest.old.filter(filled), rest.new.filter(filled)


def _all_filled(rest: _Rest, stage: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    return rest.old.drop_nulls(list(stage)), rest.new.drop_nulls(list(stage))


def _scored_fields(fields: Sequence[Field], known: set[str], day: str) -> list[Field]:
    """Return the fields that say something about two rows of a day, with the code's class."""
    scored = [field for field in fields if field.weight and field.name != day]
    if CODE_CLASS in known:
        scored.append(Field(CODE_CLASS, "exact", 6))
    return scored


_PLACEHOLDERS = (-25567, 0)
"""1900-01-01 and 1970-01-01, as days since 1970: dates that stand for none."""
_SAME_YEAR = 400
_ALONE_ENOUGH = 3
_TELLING = 4
"""The weight from which a field's words say which entry it is; an author's do not."""


def _plausible(
    pairs: pl.DataFrame, rest: _Rest, rules: TableRules, stage: Sequence[str], names: Sequence[str]
) -> pl.DataFrame:
    """Return the pairs that may be one entry with another day.

    A key of three parts or more is enough; otherwise one of the days must be missing or stand for
    none, or both be within about a year.
    """
    if len(stage) >= _ALONE_ENOUGH or rules.day not in names or not pairs.height:
        return pairs
    both = pairs.join(rest.old.select(ROW, a=rules.day), on=ROW).join(
        rest.new.select(b=rules.day, r_new=ROW), on="r_new"
    )
    a, b = pl.col("a"), pl.col("b")
    none = a.is_null() | b.is_null() | a.is_in(_PLACEHOLDERS) | b.is_in(_PLACEHOLDERS)
    return both.filter(none | ((a - b).abs() <= _SAME_YEAR)).select(ROW, "r_new")

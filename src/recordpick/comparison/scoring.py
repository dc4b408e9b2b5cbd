"""Rows of one day paired by how much they have in common.

Every old row of a block is held beside every new one; equal fields count by their weight, numbers
that are close and dates a day apart for a part of it. A pair that is the best for both rows, and
better than any other, is taken; then the rest is looked at again. Where several partners are
equally good, the words that their texts have in common decide; where these do not either, the n-th
is paired with the n-th, as *unsure* unless the partners are equal anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import polars as pl

from recordpick.comparison.rows import ROW
from recordpick.comparison.rules import Field

TextsOf: TypeAlias = "Callable[[pl.Series], pl.Series]"
"""What returns the texts of rows."""
Words: TypeAlias = "Sequence[tuple[TextsOf, TextsOf]]"
"""The texts of each column of words, of the old rows and of the new ones."""
MOST_IN_A_BLOCK = 20_000
"""Old rows times new rows of one block: above that, only keys pair them."""
STRONG, WEAK = 600, 100
"""What a pair needs in common, in hundredths of weight: such as the code or a result; anything."""
WORDS = 300
"""What all words of a text in common add: enough to decide between partners equal otherwise."""
_FEW_WORDS = WORDS // 5
"""Below this, words that two texts have in common say nothing: such as "the" and "with"."""
_CONTENT = "whole"
_PAIRS = {ROW: pl.UInt32(), "r_new": pl.UInt32(), "unsure": pl.Boolean()}


def pair_by_score(  # noqa: PLR0913 - all but six are keyword-only
    blocks: Sequence[tuple[pl.DataFrame, pl.DataFrame]],
    fields: Sequence[Field],
    block: Sequence[str],
    least: int,
    words: Words = (),
    *,
    days: str = "",
    code: str = "",
    named: bool = False,
) -> pl.DataFrame:
    """Return r, r_new and unsure of the pairs within blocks of equal keys that score `least`.

    With `days` and `code`, rows of the same code on neighbouring days are held side by side.
    `words` decide where partners are equally good; with `named`, they count from the beginning.
    Blocks of patients have no influence on each other: they are given so that not all rows have to
    be held side by side at once.
    """
    found, left = [pl.DataFrame(schema=_PAIRS)], []
    for old, new in blocks:
        if days and code not in old.columns:
            continue
        edges = _candidates(old, new, fields, block, least, days, code)
        if named and edges.height:
            more = _words_in_common(edges, words, 0)
            edges = edges.with_columns(score=pl.col("score") + more)
        clear, rest = _clear_pairs(edges)
        found.append(clear)
        left.append(rest)
    if left:
        found.append(_tied_pairs(pl.concat(left), words))
    return pl.concat(found)


def _words_in_common(edges: pl.DataFrame, words: Words, fewest: int) -> pl.Series:
    """Return for each edge up to `WORDS` for the share of words that both texts have.

    That of each column of texts, added; one that is less than `fewest` counts as 0.
    """
    total = pl.Series([0], dtype=pl.Int32).new_from_index(0, edges.height)
    for old, new in words:
        both = pl.DataFrame({"a": old(edges[ROW]), "b": new(edges["r_new"])})
        split = [
            pl.col(name).str.to_lowercase().str.extract_all(r"[\p{L}\p{N}]+") for name in ("a", "b")
        ]
        share = split[0].list.set_intersection(split[1]).list.len() / (
            split[0].list.set_union(split[1]).list.len()
        )
        more = (WORDS * share).fill_nan(0).floor().cast(pl.Int32)
        texts = both.drop_nulls().unique().with_columns(more=more)
        texts = texts.filter(pl.col("more") >= fewest)
        total += both.join(texts, on=["a", "b"], how="left", maintain_order="left")[
            "more"
        ].fill_null(0)
    return total


def _candidates(
    old: pl.DataFrame,
    new: pl.DataFrame,
    fields: Sequence[Field],
    block: Sequence[str],
    least: int,
    days: str,
    code: str,
) -> pl.DataFrame:
    """Return r, r_new, score and the hash of each row's content."""
    names = [field.name for field in fields]
    keys = [*block, code] if days else list(block)
    sides = [
        side.select(*dict.fromkeys((*keys, *([days] if days else ()), ROW, *names))).with_columns(
            pl.struct(names).hash().alias(_CONTENT)
        )
        for side in (old, new)
    ]
    counts = [side.group_by(keys).agg(pl.len().alias("n")) for side in sides]
    small = (
        counts[0]
        .join(counts[1], on=keys, suffix="_new", nulls_equal=True)
        .filter(pl.col("n").cast(pl.Int64) * pl.col("n_new") <= MOST_IN_A_BLOCK)
    )
    sides = [side.join(small, on=keys, how="semi", nulls_equal=True) for side in sides]
    joined = (
        sides[0]
        .lazy()
        .join(
            sides[1].lazy().with_columns(pl.col(key).alias(f"{key}_new") for key in keys),
            on=keys,
            suffix="_new",
            nulls_equal=True,
        )
    )
    if days:
        joined = joined.filter((pl.col(days) - pl.col(f"{days}_new")).abs() == 1)
    score = pl.sum_horizontal(_points(field) for field in fields).alias("score")
    return (
        joined.select(ROW, "r_new", score, _CONTENT, f"{_CONTENT}_new")
        .filter(pl.col("score") >= least)
        .collect()
    )


def _points(field: Field) -> pl.Expr:
    """Return hundredths: what an equal field adds; nothing where either is empty."""
    a, b = pl.col(field.name), pl.col(f"{field.name}_new")
    full = pl.lit(100 * field.weight, pl.Int32)
    part = pl.lit(0, pl.Int32)
    if field.how == "number":
        larger = pl.max_horizontal(a.abs(), b.abs())
        near = (50 * field.weight * (1 - (a - b).abs() / larger)).floor().cast(pl.Int32)
        part = pl.when(larger > 0).then(pl.max_horizontal(near, part)).otherwise(part)
    if field.how == "date":
        part = pl.when((a - b).abs() <= 1).then(full // 2).otherwise(part)
    return pl.when(a == b).then(full).otherwise(part).fill_null(0)


def _clear_pairs(edges: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the pairs that are clearly best for both, round by round, and the edges left."""
    found = [pl.DataFrame(schema=_PAIRS)]
    while edges.height:
        taken = _clear(_mutual_best(edges))
        if not taken.height:
            break
        found.append(taken)
        edges = _without(edges, taken)
    return pl.concat(found), edges


def _tied_pairs(edges: pl.DataFrame, words: Words) -> pl.DataFrame:
    """Return the pairs of edges none of which is clearly best: by words, then in their order.

    What one patient's rows are paired with has no influence on another's.
    """
    found = [pl.DataFrame(schema=_PAIRS)]
    if words and edges.height:
        edges = edges.with_columns(more=_words_in_common(edges, words, _FEW_WORDS))
    while edges.height:
        best = _mutual_best(edges)
        taken = _clear(best)
        if not taken.height and words:
            worded = best.with_columns(score=pl.col("score") + pl.col("more"))
            best = _mutual_best(worded)
            taken = _clear(best)
        if not taken.height:
            taken = _ties(best)
        if not taken.height:
            break
        found.append(taken)
        edges = _without(edges, taken)
    return pl.concat(found)


def _clear(best: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs that are better than any other of both rows."""
    clear = best.filter((pl.col("k") == 1) & (pl.col("k_new") == 1))
    return clear.select(ROW, "r_new", unsure=pl.lit(value=False))


def _without(edges: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Return the edges of rows that have no partner yet."""
    return edges.join(taken, on=ROW, how="anti").join(taken, on="r_new", how="anti")


def _mutual_best(edges: pl.DataFrame) -> pl.DataFrame:
    """Return the edges that are best for both rows; k and k_new say how many such a row has."""
    score = pl.col("score")
    return edges.filter(
        (score == score.max().over(ROW)) & (score == score.max().over("r_new"))
    ).with_columns(k=pl.len().over(ROW), k_new=pl.len().over("r_new"))


def _ties(best: pl.DataFrame) -> pl.DataFrame:
    """Return the n-th paired with the n-th among equally good partners."""
    partners = pl.col(f"{_CONTENT}_new").n_unique().over(ROW)
    others = pl.col(_CONTENT).n_unique().over("r_new")
    k, k_new = pl.col("k"), pl.col("k_new")
    # k partners of an old row, k_new of a new one: where one side is all alike and as many, which
    # is paired with which changes nothing
    unsure = ((partners > 1) & ((others > 1) | (k_new < k))) | (
        (others > 1) & ((partners > 1) | (k < k_new))
    )
    # the lowest of each row's partners, where that is mutual: the n-th with the n-th
    ranked = best.with_columns(
        unsure=unsure,
        place=pl.col("r_new").rank("dense").over(ROW),
        place_new=pl.col(ROW).rank("dense").over("r_new"),
    )
    level = ranked.filter(pl.col("place") == pl.col("place_new"))
    level = level.filter(
        (pl.col("place") == pl.col("place").min().over(ROW))
        & (pl.col("place") == pl.col("place").min().over("r_new"))
    )
    return (
        level.unique(ROW, keep="none").unique("r_new", keep="none").select(ROW, "r_new", "unsure")
    )

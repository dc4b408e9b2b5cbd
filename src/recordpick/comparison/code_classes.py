"""Codes of both sides that stand for the same thing, learned from the entries themselves.

Evidence are pairs of rows found without the code: the only rows of both sides with that value on
that day, or the only rows of that day. Codes are then joined into classes, the same whichever side
is called old. A class only helps to find partners; whether two codes are the same is said by the
code map, for people to confirm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import polars as pl

from recordpick.comparison.rows import PAIR, ROW, blocks
from recordpick.comparison.rules import CODE_CLASS, Field

SURE_ENOUGH = 0.5
"""The lower end of the share (95%) from which a code's partner is used to find rows."""
_FEWEST_PATIENTS = 3
_MOST_ON_ONE_DAY = 40
_Z = 1.959964


def wilson_lower(hits: pl.Expr, of: pl.Expr) -> pl.Expr:
    """Return the lower end of Wilson's 95% interval of a share; 0 where there is no evidence."""
    share = hits / of
    squared = _Z * _Z / of
    middle = share + squared / 2
    spread = _Z * ((share * (1 - share) + squared / 4) / of).sqrt()
    # of no hits it is 0, and as numbers are rounded, perhaps a trace below
    lower = pl.max_horizontal((middle - spread) / (1 + squared), pl.lit(0.0))
    # 0 of 0 would be NaN, which polars counts as greater than any limit
    return pl.when(of > 0).then(lower).otherwise(0.0)


def pairs_without_code(
    old: pl.DataFrame, new: pl.DataFrame, day: str, content: Sequence[str]
) -> pl.DataFrame:
    """Return r and r_new of rows that are the only ones of their day with that content, or at all.

    A row counts once: by its content first.
    """
    found = []
    for keys in ([PAIR, day, *content], [PAIR, day]):
        sides = [old, new]
        if len(keys) > 2:
            filled = pl.any_horizontal(pl.col(name).is_not_null() for name in content)
            sides = [side.filter(filled) for side in sides]
        found.append(single_pairs(sides[0], sides[1], keys))
    pairs = pl.concat(found)
    return pairs.unique(ROW, keep="first", maintain_order=True).unique(
        f"{ROW}_new", keep="first", maintain_order=True
    )


def single_pairs(old: pl.DataFrame, new: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Return r and r_new of rows whose keys occur once on each side (empty equals empty).

    The keys begin with p, and the rows are in its order.
    """
    nothing = pl.DataFrame(schema={ROW: pl.UInt32, f"{ROW}_new": pl.UInt32})
    found = [_single_pairs(*block, keys) for block in blocks(old, new)]
    return pl.concat([nothing, *found])


def _single_pairs(old: pl.DataFrame, new: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    sides = [
        side.lazy()
        .group_by(keys)
        .agg(pl.len().alias("n"), pl.col(ROW).first())
        .filter(pl.col("n") == 1)
        .drop("n")
        for side in (old, new)
    ]
    return (
        sides[0]
        .join(sides[1], on=list(keys), suffix="_new", nulls_equal=True)
        .select(ROW, f"{ROW}_new")
        .collect()
    )


def learn_classes(
    old: pl.DataFrame, new: pl.DataFrame, code: str, day: str, content: Sequence[str]
) -> pl.DataFrame:
    """Return code and class: codes of either side that stand for the same thing have one class."""
    codes_old, codes_new = old[code].unique().drop_nulls(), new[code].unique().drop_nulls()
    shared = codes_old.filter(codes_old.is_in(codes_new.implode()))
    edges = shared.to_frame("a").with_columns(b=pl.col("a"))
    only_old = old.filter(pl.col(code).is_not_null() & ~pl.col(code).is_in(shared.implode()))
    only_new = new.filter(pl.col(code).is_not_null() & ~pl.col(code).is_in(shared.implode()))
    if only_old.height or only_new.height:
        edges = pl.concat([edges, _edges(old, new, code, day, content, shared)])
    return _components(edges, codes_old, codes_new)


def _edges(
    old: pl.DataFrame,
    new: pl.DataFrame,
    code: str,
    day: str,
    content: Sequence[str],
    shared: pl.Series,
) -> pl.DataFrame:
    """Return pairs of codes (a, b), at least one of which is on one side only."""
    columns = [PAIR, ROW, day, code, *content]
    # rows whose code both sides have on that day explain each other, and are no evidence
    keys = [PAIR, day, code]
    parts = [
        _not_explained(*block, keys, nulls_equal=True)
        for block in blocks(old.select(columns), new.select(columns))
    ]
    found = _counted_edges(parts, code, day, content)
    codes = old[code].unique().drop_nulls(), new[code].unique().drop_nulls()
    for _ in range(2):
        classes = _components(found, *codes)
        on = [PAIR, day, CODE_CLASS]
        rest = [
            _not_explained(with_class(left, code, classes), with_class(right, code, classes), on)
            for left, right in parts
        ]
        more = pl.concat([_counted_edges(rest, code, day, content), _together(rest, code, day)])
        more = more.join(found, on=["a", "b"], how="anti").unique()
        if not more.height:
            break
        found = pl.concat([found, more])
    a_shared = pl.col("a").is_in(shared.implode())
    b_shared = pl.col("b").is_in(shared.implode())
    return found.filter(~(a_shared & b_shared))


Part: TypeAlias = "tuple[pl.DataFrame, pl.DataFrame]"
"""Both sides' rows of a block of patients, in the order of p."""


def _not_explained(
    old: pl.DataFrame, new: pl.DataFrame, keys: Sequence[str], *, nulls_equal: bool = False
) -> Part:
    """Return the rows of each side that have no row with equal keys on the other."""
    left, right = (
        one.join(other, on=keys, how="anti", nulls_equal=nulls_equal, maintain_order="left")
        for one, other in ((old, new), (new, old))
    )
    return left, right


def _counted_edges(
    parts: Sequence[Part], code: str, day: str, content: Sequence[str]
) -> pl.DataFrame:
    """Return pairs of codes that are each other's usual partner, of either side."""
    counted = [_partners(*part, code, day, content) for part in parts]
    counts = pl.concat(counted).group_by("a", "b").agg(pl.col("n").sum())
    counts = counts.with_columns(of_a=pl.col("n").sum().over("a"), of_b=pl.col("n").sum().over("b"))
    likely = pl.max_horizontal(
        wilson_lower(pl.col("n"), pl.col("of_a")), wilson_lower(pl.col("n"), pl.col("of_b"))
    )
    enough = (pl.col("n") >= _FEWEST_PATIENTS) & (likely >= SURE_ENOUGH)
    return counts.filter(enough).select("a", "b")


def _partners(
    old: pl.DataFrame, new: pl.DataFrame, code: str, day: str, content: Sequence[str]
) -> pl.DataFrame:
    """Return in how many patients (n) two codes are those of rows found without the code."""
    pairs = pairs_without_code(old, new, day, content)
    rows = (
        pairs.join(old.select(ROW, PAIR, a=code), on=ROW)
        .join(new.select(b=code, r_new=ROW), on="r_new")
        .drop_nulls(["a", "b"])
    )
    return rows.group_by("a", "b").agg(n=pl.col(PAIR).n_unique())


def _together(parts: Sequence[Part], code: str, day: str) -> pl.DataFrame:
    """Return pairs of codes that occur on the same patients' days, and hardly without each other.

    They find the codes that never are alone on a day, such as the parts of a panel of tests.
    """
    counted = [_on_the_same_days(*part, code, day) for part in parts]
    counts, of_a, of_b = (
        pl.concat(one[place] for one in counted).group_by(keys).agg(pl.exclude(keys).sum())
        for place, keys in enumerate((["a", "b"], ["a"], ["b"]))
    )
    overlap = 2 * pl.col("n") / (pl.col("of_a") + pl.col("of_b"))
    return (
        counts.filter(pl.col("patients") >= _FEWEST_PATIENTS)
        .join(of_a, on="a")
        .join(of_b, on="b")
        .with_columns(overlap=overlap)
        .filter(pl.col("overlap") >= 0.8)
        .filter(
            (pl.col("overlap") == pl.col("overlap").max().over("a"))
            & (pl.col("overlap") == pl.col("overlap").max().over("b"))
        )
        .filter((pl.len().over("a") == 1) & (pl.len().over("b") == 1))
        .select("a", "b")
    )


def _on_the_same_days(
    old: pl.DataFrame, new: pl.DataFrame, code: str, day: str
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return of two codes on one day: days (n) and patients; of each code its days (of_a, of_b)."""
    days = [PAIR, day]
    sides = [
        side.drop_nulls([code, day])
        .filter(pl.len().over(days) <= _MOST_ON_ONE_DAY)
        .select(*days, pl.col(code).alias(name))
        .unique()
        for side, name in ((old, "a"), (new, "b"))
    ]
    joined = sides[0].lazy().join(sides[1].lazy(), on=days)
    counts = joined.group_by("a", "b").agg(n=pl.len(), patients=pl.col(PAIR).n_unique())
    numbers = [
        side.group_by(name).agg(pl.len().alias(f"of_{name}"))
        for side, name in zip(sides, ("a", "b"), strict=True)
    ]
    return counts.collect(), numbers[0], numbers[1]


def _components(edges: pl.DataFrame, codes_old: pl.Series, codes_new: pl.Series) -> pl.DataFrame:
    """Return code and class: codes joined by edges, whichever side they are from, are one class.

    A code that both sides have is one code. The class is the smallest number among its codes.
    """
    parents: dict[int, int] = {}

    def root(code: int) -> int:
        while parents.setdefault(code, code) != code:
            parents[code] = code = parents[parents[code]]
        return code

    for a, b in edges.select("a", "b").iter_rows():
        first, second = sorted((root(a), root(b)))
        parents[second] = first
    codes = pl.concat([codes_old, codes_new]).unique().to_list()
    return pl.DataFrame(
        {"code": codes, "class": [root(code) for code in codes]},
        schema={"code": pl.UInt32, "class": pl.UInt32},
    )


def with_class(rows: pl.DataFrame, code: str, classes: pl.DataFrame) -> pl.DataFrame:
    """Return rows with the class of their code as `~code`."""
    return rows.join(
        classes.rename({"code": code, "class": CODE_CLASS}),
        on=code,
        how="left",
        maintain_order="left",
    )


_USUAL = 0.8
"""The share from which one word's partner is its usual one."""


def learn_words(
    old: pl.DataFrame, new: pl.DataFrame, pairs: pl.DataFrame, fields: Sequence[Field]
) -> dict[str, pl.DataFrame]:
    """Return of each field code and class: words of both sides that stand for each other.

    Learned from the pairs found so far: authors, terms, units and the like that one side writes
    another way. It helps to find partners only.
    """
    names = [one.name for one in fields if one.how in {"exact", "wording"} and one.weight]
    found = {}
    for name in names:
        words = pl.DataFrame(
            {"a": old[name].gather(pairs[ROW]), "b": new[name].gather(pairs["r_new"])}
        ).drop_nulls()
        counts = words.group_by("a", "b").agg(n=pl.len())
        if counts.filter(pl.col("a") != pl.col("b")).is_empty():
            continue
        usual = (pl.col("n") >= _USUAL * pl.col("n").sum().over("a")) | (
            pl.col("n") >= _USUAL * pl.col("n").sum().over("b")
        )
        edges = counts.filter(usual & (pl.col("n") >= _FEWEST_PATIENTS))
        found[name] = _components(
            edges, old[name].unique().drop_nulls(), new[name].unique().drop_nulls()
        )
    return found


def with_words(rows: pl.DataFrame, words: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return rows in which words that stand for each other are equal."""
    for name, classes in words.items():
        replaced = classes.rename({"code": name, "class": "_class"})
        rows = (
            rows.join(replaced, on=name, how="left", maintain_order="left")
            .with_columns(pl.col("_class").alias(name))
            .drop("_class")
        )
    return rows

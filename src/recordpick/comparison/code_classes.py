"""Codes of both sides that stand for the same thing, learned from the entries themselves.

Evidence are pairs of rows found without the code: the only rows of both sides with that value on
that day, or the only rows of that day. Codes are then joined into classes, the same whichever side
is called old. A class only helps to find partners; whether two codes are the same is said by the
code map, for people to confirm.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recordpick.comparison.rows import PAIR, ROW
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
    lower = (middle - spread) / (1 + squared)
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
    """Return r and r_new of rows whose keys occur once on each side (empty equals empty)."""
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
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return both sides' rows with the class of their code as `~code`."""
    codes_old, codes_new = old[code].unique().drop_nulls(), new[code].unique().drop_nulls()
    shared = codes_old.filter(codes_old.is_in(codes_new.implode()))
    edges = shared.to_frame("a").with_columns(b=pl.col("a"))
    only_old = old.filter(pl.col(code).is_not_null() & ~pl.col(code).is_in(shared.implode()))
    only_new = new.filter(pl.col(code).is_not_null() & ~pl.col(code).is_in(shared.implode()))
    if only_old.height or only_new.height:
        edges = pl.concat([edges, _edges(old, new, code, day, content, shared)])
    classes = _components(edges, codes_old, codes_new)
    return _with_class(old, code, classes), _with_class(new, code, classes)


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
    old, new = old.select(columns), new.select(columns)
    explained_old = old.join(new, on=keys, how="anti", nulls_equal=True)
    explained_new = new.join(old, on=keys, how="anti", nulls_equal=True)
    found = _counted_edges(explained_old, explained_new, code, day, content)
    for _ in range(2):
        classes = _components(
            found, old[code].unique().drop_nulls(), new[code].unique().drop_nulls()
        )
        left = _with_class(explained_old, code, classes)
        right = _with_class(explained_new, code, classes)
        on = [PAIR, day, CODE_CLASS]
        rest_old = left.join(right, on=on, how="anti").drop(CODE_CLASS)
        rest_new = right.join(left, on=on, how="anti").drop(CODE_CLASS)
        more = pl.concat(
            [
                _counted_edges(rest_old, rest_new, code, day, content),
                _together(rest_old, rest_new, code, day),
            ]
        )
        more = more.join(found, on=["a", "b"], how="anti").unique()
        if not more.height:
            break
        found = pl.concat([found, more])
    a_shared = pl.col("a").is_in(shared.implode())
    b_shared = pl.col("b").is_in(shared.implode())
    return found.filter(~(a_shared & b_shared))


def _counted_edges(
    old: pl.DataFrame, new: pl.DataFrame, code: str, day: str, content: Sequence[str]
) -> pl.DataFrame:
    """Return pairs of codes that are each other's usual partner, of either side."""
    pairs = pairs_without_code(old, new, day, content)
    rows = (
        pairs.join(old.select(ROW, PAIR, a=code), on=ROW)
        .join(new.select(b=code, r_new=ROW), on="r_new")
        .drop_nulls(["a", "b"])
    )
    counts = rows.group_by("a", "b").agg(n=pl.col(PAIR).n_unique())
    counts = counts.with_columns(of_a=pl.col("n").sum().over("a"), of_b=pl.col("n").sum().over("b"))
    likely = pl.max_horizontal(
        wilson_lower(pl.col("n"), pl.col("of_a")), wilson_lower(pl.col("n"), pl.col("of_b"))
    )
    enough = (pl.col("n") >= _FEWEST_PATIENTS) & (likely >= SURE_ENOUGH)
    return counts.filter(enough).select("a", "b")


def _together(old: pl.DataFrame, new: pl.DataFrame, code: str, day: str) -> pl.DataFrame:
    """Return pairs of codes that occur on the same patients' days, and hardly without each other.

    They find the codes that never are alone on a day, such as the parts of a panel of tests.
    """
    days = [PAIR, day]
    sides = [
        side.drop_nulls([code, day])
        .filter(pl.len().over(days) <= _MOST_ON_ONE_DAY)
        .select(*days, code)
        .unique()
        for side in (old, new)
    ]
    joined = sides[0].rename({code: "a"}).lazy().join(sides[1].rename({code: "b"}).lazy(), on=days)
    counts = joined.group_by("a", "b").agg(n=pl.len(), patients=pl.col(PAIR).n_unique())
    numbers = [
        side.lazy().group_by(code).agg(pl.len().alias(name))
        for side, name in zip(sides, ("of_a", "of_b"), strict=True)
    ]
    overlap = 2 * pl.col("n") / (pl.col("of_a") + pl.col("of_b"))
    return (
        counts.filter(pl.col("patients") >= _FEWEST_PATIENTS)
        .join(numbers[0].rename({code: "a"}), on="a")
        .join(numbers[1].rename({code: "b"}), on="b")
        .with_columns(overlap=overlap)
        .filter(pl.col("overlap") >= 0.8)
        .filter(
            (pl.col("overlap") == pl.col("overlap").max().over("a"))
            & (pl.col("overlap") == pl.col("overlap").max().over("b"))
        )
        .filter((pl.len().over("a") == 1) & (pl.len().over("b") == 1))
        .select("a", "b")
        .collect()
    )


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


def _with_class(rows: pl.DataFrame, code: str, classes: pl.DataFrame) -> pl.DataFrame:
    return rows.join(
        classes.rename({"code": code, "class": CODE_CLASS}),
        on=code,
        how="left",
        maintain_order="left",
    )


_USUAL = 0.8
"""The share from which one word's partner is its usual one."""


def learn_words(
    rest_old: pl.DataFrame,
    rest_new: pl.DataFrame,
    old: pl.DataFrame,
    new: pl.DataFrame,
    pairs: pl.DataFrame,
    fields: Sequence[Field],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows that are left with words of both sides that stand for each other made equal.

    Learned from the pairs found so far: authors, terms, units and the like that one side writes
    another way. It helps to find partners only.
    """
    names = [one.name for one in fields if one.how in {"exact", "wording"} and one.weight]
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
        classes = _components(
            edges, old[name].unique().drop_nulls(), new[name].unique().drop_nulls()
        )
        replaced = classes.rename({"code": name, "class": "_class"})
        rest_old, rest_new = (
            side.join(replaced, on=name, how="left", maintain_order="left")
            .with_columns(pl.col("_class").alias(name))
            .drop("_class")
            for side in (rest_old, rest_new)
        )
    return rest_old, rest_new

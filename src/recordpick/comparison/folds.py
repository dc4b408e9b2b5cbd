"""What the formats themselves do differently: differences that a rule with a reason takes out.

A fold makes a field *not compared*, never the same. Each function here is one kind of rule in
`data/comparison/rules.toml`; it returns for each differing row whether the rule explains it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from recordpick.comparison.encode import EncodedTable, Side
from recordpick.comparison.rows import ROW
from recordpick.comparison.rules import Fold
from recordpick.index.practice_index import PracticeIndex

_WINDOWS_1252 = r"[^\x20-\x7e\xa0-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"  # noqa: RUF001 - its own letters


def as_windows_1252(text: pl.Expr) -> pl.Expr:
    """Return a text as an extract has it that cannot say other letters: a question mark each."""
    return text.str.replace_all(_WINDOWS_1252, "?")


@dataclass(frozen=True)
class FoldedRows:
    """Differing rows of one field: the table, both values (a, b), and where the rows are.

    `rows` has r and r_new; `indexes` are the old and the new one.
    """

    table: EncodedTable
    rows: pl.DataFrame
    values: pl.DataFrame
    indexes: tuple[PracticeIndex, PracticeIndex]

    @property
    def sides(self) -> tuple[tuple[Side, pl.Series], tuple[Side, pl.Series]]:
        """Both sides, with the differing rows' numbers there."""
        return (self.table.old, self.rows[ROW]), (self.table.new, self.rows["r_new"])

    def both(self, column: str) -> tuple[pl.Series, pl.Series]:
        """Return another column's values of the old and the new rows."""
        (old, at_old), (new, at_new) = self.sides
        return old.raw.gather(column, at_old), new.raw.gather(column, at_new)


def explained(
    fold: Fold,
    table: EncodedTable,
    rows: pl.DataFrame,
    indexes: tuple[PracticeIndex, PracticeIndex],
) -> pl.Series:
    """Return for each row whether the fold explains its difference; KeyError for no such rule."""
    a = table.old.raw.gather(fold.field, rows[ROW])
    b = table.new.raw.gather(fold.field, rows["r_new"])
    found = FoldedRows(table, rows, pl.DataFrame({"a": a, "b": b}), indexes)
    return FOLD_RULES[fold.rule](fold, found).fill_null(value=False)


def applies(fold: Fold, indexes: tuple[PracticeIndex, PracticeIndex]) -> bool:
    """Return whether a fold is about these two sources."""
    if fold.if_conflated or fold.rule == "conflated":
        return any(_conflated(index, fold) for index in indexes)
    if fold.rule in {"also_in", "has_ended"}:
        return any(index.has(fold.other) for index in indexes)
    if fold.rule == "second_code":
        return any(fold.column in index.columns(fold.table) for index in indexes)
    needed = [name for name in (fold.column, fold.by) if name]
    return all(set(needed) <= set(index.columns(fold.table)) for index in indexes)


def _conflated(index: PracticeIndex, fold: Fold) -> list[tuple[str, str]]:
    """Return the words of the fold's field that the index shows as others."""
    return [
        (one.word, one.shown_as)
        for one in index.manifest.conflated
        if (one.table, one.column) == (fold.table, fold.field)
    ]


def _none(found: FoldedRows) -> pl.Series:
    return pl.Series("ok", [False] * found.rows.height, dtype=pl.Boolean)


def _words(fold: Fold, found: FoldedRows) -> pl.Series:
    """Both values are among words that one system does not distinguish."""
    words = list(fold.words)
    ok = found.values["a"].is_in(words) & found.values["b"].is_in(words)
    for side, at in found.sides if fold.terms else ():
        if "term" not in side.raw.columns:
            return _none(found)
        term = side.raw.gather("term", at).str.to_lowercase()
        ok = ok & term.str.contains_any(list(fold.terms))
    return ok


def _shown_as(fold: Fold, found: FoldedRows) -> pl.Series:
    """One side cannot say the other's word, and shows the one that is there."""
    ok = _none(found)
    a, b = found.values["a"], found.values["b"]
    for one, other, index in ((a, b, found.indexes[1]), (b, a, found.indexes[0])):
        for word, shown in _conflated(index, fold):
            ok = ok | ((one == word) & (other == shown)).fill_null(value=False)
    if fold.unless_filled:
        for side, at in found.sides:
            if fold.unless_filled in side.raw.columns:
                ok = ok & side.raw.gather(fold.unless_filled, at).is_null()
    return ok


def _lost_letters(fold: Fold, found: FoldedRows) -> pl.Series:
    """The texts are the same where letters that Windows-1252 does not have are question marks."""
    del fold
    lossy = [as_windows_1252(pl.col(name)) for name in ("a", "b")]
    return found.values.select(ok=lossy[0] == lossy[1])["ok"]


_NO_PREFIX = "[^mMgGpPtT]"
"""All but the letters that mean something else as capitals: mU is a thousandth, MU a million."""


def _same_unit(fold: Fold, found: FoldedRows) -> pl.Series:
    """Both values are one unit in two spellings, such as mmol/L and mmol/l, 10*9/L and 10^9/l."""
    del fold
    a, b = (
        pl.col(name)
        .str.replace_all(r"[\s\[\](){}^*×]", "")
        .str.replace_all("[µμ]", "u")
        .str.replace(r"^[xX]10", "10")
        for name in ("a", "b")
    )
    is_same = a.str.to_lowercase() == b.str.to_lowercase()
    has_same_prefixes = a.str.replace_all(_NO_PREFIX, "") == b.str.replace_all(_NO_PREFIX, "")
    return found.values.select(ok=is_same & has_same_prefixes & (a != ""))["ok"]


def _empty_where(fold: Fold, found: FoldedRows) -> pl.Series:
    """One value is empty, and another column says why."""
    a, b = found.both(fold.column)
    either = a.is_in(list(fold.words)) | b.is_in(list(fold.words))
    return (found.values["a"].is_null() != found.values["b"].is_null()) & either


def _true_where(fold: Fold, found: FoldedRows) -> pl.Series:
    """A column of yes or no is yes on both sides."""
    a, b = found.both(fold.column)
    return a & b


def _also_in(fold: Fold, found: FoldedRows) -> pl.Series:
    """Both values are filled, and one side's is among its patient's rows of another table."""
    ok = _none(found)
    others = zip(found.indexes, found.sides, ("b", "a"), strict=True)
    for index, (side, at), value in others:
        if not index.has(fold.other) or fold.column not in index.columns(fold.other):
            continue
        held = index.scan(fold.other).select("patient_id", v=fold.column).unique().collect()
        asked = pl.DataFrame(
            {"patient_id": side.raw.gather("patient_id", at), "v": found.values[value]}
        ).with_row_index("i")
        hits = asked.drop_nulls("v").join(held, on=["patient_id", "v"], how="semi")["i"]
        ok = ok | asked["i"].is_in(hits.implode())
    return ok & found.values["a"].is_not_null() & found.values["b"].is_not_null()


def _has_ended(fold: Fold, found: FoldedRows) -> pl.Series:
    """One value is empty, on a side where another table says that it has ended.

    `column` there is the value, without what stands in brackets after it, and `by` the last day.
    """
    ok = _none(found)
    for index, (side, at), empty, other in zip(
        found.indexes, found.sides, ("a", "b"), ("b", "a"), strict=True
    ):
        if not {fold.column, fold.by} <= index.columns(fold.other).keys():
            continue
        ended = index.scan(fold.other).filter(pl.col(fold.by) <= index.manifest.as_at)
        held = ended.select("patient_id", v=fold.column).unique().collect()
        value = found.values[other].str.replace(r" \([^()]*\)$", "")
        asked = pl.DataFrame({"patient_id": side.raw.gather("patient_id", at), "v": value})
        asked = asked.with_row_index("i").filter(found.values[empty].is_null())
        hits = asked.drop_nulls("v").join(held, on=["patient_id", "v"], how="semi")["i"]
        ok = ok | pl.int_range(found.rows.height, eager=True).is_in(hits.implode())
    return ok


def _never_filled(fold: Fold, found: FoldedRows) -> pl.Series:
    """One value is empty, on a side that never fills it for rows of that kind."""
    ok = _none(found)
    for (side, at), value in zip(found.sides, ("a", "b"), strict=True):
        filled = (
            side.raw.frame(fold.by, fold.field)
            .group_by(fold.by)
            .agg(pl.col(fold.field).count().alias("n"))
        )
        never = filled.filter(pl.col("n") == 0)[fold.by]
        kinds = side.raw.gather(fold.by, at)
        empty = found.values[value].is_null()
        ok = ok | (empty & kinds.is_in(never.implode()).fill_null(value=False))
    return ok


def _always_as(fold: Fold, found: FoldedRows) -> pl.Series:
    """The row is of a kind for which one side always shows another column's value."""
    ok = _none(found)
    for side, at in found.sides:
        rows = side.raw.frame(fold.by, fold.field, fold.column)
        of_kind = rows.filter(pl.col(fold.by).is_in(list(fold.words)))
        always = pl.col(fold.field).eq_missing(pl.col(fold.column)).all()
        if of_kind.height and of_kind.select(always).item():
            kinds = side.raw.gather(fold.by, at)
            ok = ok | kinds.is_in(list(fold.words)).fill_null(value=False)
    return ok


def _never_said(fold: Fold, found: FoldedRows) -> pl.Series:
    """The values are the two words, the first of which one side never says."""
    first, second = fold.words
    ok = _none(found)
    a, b = (found.values[name].cast(pl.String) for name in ("a", "b"))
    for (side, _), one, other in zip(found.sides, (b, a), (a, b), strict=True):
        if not (side.raw[fold.field].cast(pl.String) == first).any():
            ok = ok | ((one == first) & (other == second)).fill_null(value=False)
    return ok


def _second_code(fold: Fold, found: FoldedRows) -> pl.Series:
    """One row has the other row's code as its second code."""
    ok = _none(found)
    for (side, at), other in zip(found.sides, ("b", "a"), strict=True):
        if fold.column in side.raw.columns:
            second = side.raw.gather(fold.column, at)
            ok = ok | (second == found.values[other]).fill_null(value=False)
    return ok


FOLD_RULES: dict[str, Callable[[Fold, FoldedRows], pl.Series]] = {
    "words": _words,
    "conflated": _shown_as,
    "lost_letters": _lost_letters,
    "same_unit": _same_unit,
    "empty_where": _empty_where,
    "true_where": _true_where,
    "also_in": _also_in,
    "has_ended": _has_ended,
    "never_filled": _never_filled,
    "always_as": _always_as,
    "never_said": _never_said,
    "second_code": _second_code,
}
"""Each kind of rule that explains a field's difference, by its word in the rules."""

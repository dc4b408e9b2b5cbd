"""Columns without any readable value: they must hold something else than their name says.

A table whose dates are all empty would look like one of a practice that records none. So such a
column is left out, as if the source did not have it, and criteria on it are not answered. Where the
month comes first in the dates of a table, the whole table is refused: most of its dates would be
read as other days.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.date_parsing import read_day, says_there_is_none
from recordpick.errors import UserError
from recordpick.index.build.cast import BAD, EMPTIED_FLAG, NHS_NUMBER, values_emptied
from recordpick.index.build.staging import Staged
from recordpick.index.source import DELETED, SourcePart
from recordpick.index.values import is_text

_SAMPLE = 10_000
"""Rows with unreadable values that are compared to find the reason that they have in common."""

_DAY_FIRST = r"^\s*(1[3-9]|2[0-9]|3[01])[-/. ][0-9]{1,2}[-/. ][0-9]{4}"


def without_unreadable(staged: Staged, *, is_alone: bool) -> Staged:
    """Return a part without the columns that have no readable value.

    `is_alone` if no other part has rows of its table: otherwise another may supply the column.
    UserError where the month comes first in a column of dates.
    """
    part = staged.part
    odd = staged.typed.filter(pl.col(EMPTIED_FLAG) & pl.col(BAD).is_null() & ~pl.col(DELETED))
    some = odd.select(pl.col(ROW).cast(pl.UInt32)).head(_SAMPLE).collect(engine="streaming")
    if some.is_empty():
        return staged
    rows = part.frame.join(some.lazy(), on=ROW, how="semi")
    values = values_emptied(staged.cast, rows)
    _check_month_is_not_first(part, staged, values)
    if not is_alone or part.provides or part.requires:
        return staged
    unreadable = _unreadable(staged, values)
    if not unreadable:
        return staged
    cast = staged.cast
    kept = replace(
        cast,
        kinds={name: kind for name, kind in cast.kinds.items() if name not in unreadable},
        checks=tuple(check for check in cast.checks if check[0].name not in unreadable),
        unreadable=tuple(
            f"{name} was not used: none of its values can be read. The first, {value}, is {why}"
            for name, (value, why) in unreadable.items()
        ),
    )
    return replace(staged, cast=kept, typed=staged.typed.drop(list(unreadable)))


def _unreadable(staged: Staged, values: pl.DataFrame) -> dict[str, tuple[str, str]]:
    """Return the columns without a value that can be read, each with a value and its reason."""
    names = values.filter(pl.col("column") != NHS_NUMBER)["column"].unique(maintain_order=True)
    good = staged.typed.filter(pl.col(BAD).is_null() & ~pl.col(DELETED))
    counts = good.select(pl.col(name).count() for name in names).collect(engine="streaming")
    found: dict[str, tuple[str, str]] = {}
    for name in names:
        if counts[name].item():
            continue
        for value, why in values.filter(pl.col("column") == name).select("value", "reason").rows():
            if not says_there_is_none(value):
                found[name] = value, why
                break
    return found


def _check_month_is_not_first(part: SourcePart, staged: Staged, values: pl.DataFrame) -> None:
    schema = part.frame.collect_schema()
    for name, kind in staged.cast.kinds.items():
        if kind != "date" or name in part.date_formats or not is_text(schema.get(name, pl.Null())):
            continue
        texts = values.filter(pl.col("column") == name)["value"]
        turned = [text for text in texts if read_day(text, "month") is not None]
        if not turned:
            continue
        proves = pl.col(name).cast(pl.String).str.contains(_DAY_FIRST).sum()
        if len(turned) > part.frame.select(proves).collect(engine="streaming").item():
            raise UserError(
                f"{part.file}: the month comes first in the dates of {name} (such as {turned[0]}). "
                "Write them as 2026-01-31, or give their format in a mapping file."
            )

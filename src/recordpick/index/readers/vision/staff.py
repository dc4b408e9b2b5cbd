"""The staff file of a Vision extract, whose columns are in one of two orders, found by content.

Live extracts have ID, HCP_TYPE, GMP_CODE, SURNAME …, the supplier's test pack ID, SURNAME, FORENAME
…: as many columns, without a header. A wrong guess would call a doctor "Smith G1234567 Doctor", so
names are only used if the values themselves show which order it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.extract_columns import VISION_STAFF_ORDERS, vision_columns
from recordpick.index.readers.extract_file import ExtractFile

TEST_PACK = vision_columns("Staff")
"""The file is read with these names; they are right only if it is in that order."""

_SEX = r"(?i)^(?:m|f|u|i|n|x|male|female|unknown|indeterminate|not known|not specified)$"
_CODE = r"(?i)^[a-z]?\d{5,8}$"
_TITLE = r"(?i)^(?:dr|mr|mrs|ms|miss|mx|prof|professor|rev|sister)\.?$"
"""Titles that are not surnames."""

_SURE, _UNLIKE = 0.9, 0.5
"""The least share of values that must fit the order used, and the most that may fit the other."""

NOT_RECOGNISED = (
    "{file}: its columns are in neither of the known orders, so no member of staff is named: "
    "the usual GP and the authors of entries are left out."
)


@dataclass(frozen=True)
class StaffRead:
    """The members of staff (`id` and `name`), or None, and why they have no names."""

    names: pl.DataFrame | None
    notes: tuple[str, ...] = ()


def read_staff(file: ExtractFile | None) -> StaffRead:
    """Return the members of staff; none if there is no such file or its order is uncertain."""
    if file is None:
        return StaffRead(None)
    rows = file.frame.select(file.text(name).alias(name) for name in TEST_PACK).collect()
    rows = rows.filter(pl.col("ID").str.to_lowercase() != "id")
    order = order_of(rows)
    if order is None:
        return StaffRead(None, (NOT_RECOGNISED.format(file=file.name),))
    named = dict(zip(order, TEST_PACK, strict=True))
    parts = [pl.col(named[name]) for name in ("TITLE", "FORENAME", "SURNAME")]
    name = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    names = rows.select(id="ID", name=pl.when(name != "").then(name)).drop_nulls("id")
    return StaffRead(names.unique("id", keep="last", maintain_order=True))


def order_of(rows: pl.DataFrame) -> Sequence[str] | None:
    """Return the order of the columns that fits the values of sex, title and code, or None.

    `rows` have their columns named as in the test pack, whatever they contain.
    """
    shares = [_share_that_fits(rows, order) for order in VISION_STAFF_ORDERS]
    for order, share, other in zip(VISION_STAFF_ORDERS, shares, reversed(shares), strict=True):
        if share is not None and share >= _SURE and (other is None or other <= _UNLIKE):
            return order
    return None


def _share_that_fits(rows: pl.DataFrame, order: Sequence[str]) -> float | None:
    """Return the share of sexes, codes and titles that fit; None without any value."""
    named = dict(zip(order, TEST_PACK, strict=True))
    fits, values = 0, 0
    for name, pattern in (("SEX", _SEX), ("GMP_CODE", _CODE), ("TITLE", _TITLE)):
        column = rows[named[name]].drop_nulls()
        fitting = int(column.str.contains(pattern).sum())
        fits += fitting
        # Some have "Pharmacist" as a title: unknown titles count for neither order.
        values += fitting if name == "TITLE" else len(column)
    return fits / values if values else None

"""Small readings of sqlglot's trees: what a node carries, intervals, and what is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from recordpick.criteria.wording import shown
from recordpick.errors import UserError

if TYPE_CHECKING:
    from sqlglot import exp

_AT_MOST_DAYS = 200 * 366
_MONTHS = {"YEAR": 12, "MONTH": 1}
_DAYS = {"WEEK": 7, "DAY": 1}


def only(tree: exp.Expr, *allowed: str) -> None:
    """Refuse a node that carries anything but the parts named: each of them means something."""
    for name, value in tree.args.items():
        if name not in allowed and value not in (None, False, []):
            raise not_in_the_language(tree)


def not_in_the_language(tree: exp.Expr) -> UserError:
    """Say that the language has no such thing."""
    if type(tree).__name__ == "Null":
        return UserError("NULL stands only after IS: write IS NULL or IS NOT NULL.")
    if type(tree).__name__ == "Interval":
        return UserError(
            "An INTERVAL is added to a date or taken from one: :as_at - INTERVAL '5 years'."
        )
    if type(tree).__name__ == "Star":
        return UserError("'*' stands between two numbers only.")
    return UserError(f"'{shown(tree.sql())}' is not part of the condition language.")


def interval_of(tree: exp.Interval) -> tuple[int, int]:
    """Give the months and the days of an INTERVAL; UserError if it is none of the language."""
    only(tree, "this", "unit")
    count, unit = tree.this, tree.args.get("unit")
    name = str(unit).upper().removesuffix("S")
    digits = str(count.this) if type(count).__name__ == "Literal" else ""
    if not re.fullmatch(r"[0-9]{1,5}", digits) or name not in {*_MONTHS, *_DAYS}:
        raise UserError(
            "An interval is a whole number of years, months, weeks or days: INTERVAL '5 years', "
            "INTERVAL '56 days'."
        )
    months, days = int(digits) * _MONTHS.get(name, 0), int(digits) * _DAYS.get(name, 0)
    if months * 30 + days > _AT_MOST_DAYS:
        raise UserError("An interval is at most 200 years.")
    return months, days

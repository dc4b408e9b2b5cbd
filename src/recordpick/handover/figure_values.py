"""What may stand as a figure: a number of at least 0 that its kind can have, or a sentence.

A figure that is mistaken for another is worse than none, so a cell is taken only where it is a
number beyond doubt: 1,234 and 87.5%, and not 87,5 or 12E3. Patients are counted in whole numbers,
and no achievement is above 100 percent: what says otherwise is of another column.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_NUMBER = re.compile(r"(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.[0-9]{1,20})?")
_TWO_DECIMALS = Decimal("0.01")
_ANY_NUMBER = re.compile(r"[-+]?[0-9.,]+%?")
_EMPTY = ("", "-", "n/a", "na", "none", "null")

UNITS = {"achievement": "percent", "points": "points", "weighted": "weighted patients"}
"""Units of the figures that are not patients."""


def unit_of(figure: str) -> str:
    """Give the unit of a figure by its name."""
    return UNITS.get(figure, "patients")


def is_empty(text: str) -> bool:
    """Tell whether a cell says that there is no figure."""
    return text.strip().casefold() in _EMPTY


def value_of(figure: str, text: str) -> float | None:
    """Give the figure in a text, to two decimals; None where it is none.

    All that is written out has two decimals, so that a figure is the same in the app, in a pack and
    in what is compared of it.
    """
    unit, bare = unit_of(figure), text.strip()
    if unit == "percent":
        bare = bare.removesuffix("%").rstrip()
    if _NUMBER.fullmatch(bare) is None:
        return None
    exactly = Decimal(bare.replace(",", ""))
    if unit == "patients" and exactly != exactly.to_integral_value():
        return None
    value = exactly.quantize(_TWO_DECIMALS, ROUND_HALF_UP)
    return None if unit == "percent" and value > 100 else float(value)


def as_kept(value: float) -> str:
    """Write a figure as the working file keeps it: 1234, 87.5."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def why_none(figure: str, text: str) -> str:
    """Say why a text is no figure, to stand behind it: "'-3' is …"."""
    unit, bare = unit_of(figure), text.strip()
    if _ANY_NUMBER.fullmatch(bare):
        if bare.startswith("-"):
            return "is below 0, and no figure is"
        if unit != "percent" and bare.endswith("%"):
            return f"is a percentage, and this figure is of {unit}"
        if unit == "percent" and _NUMBER.fullmatch(bare.removesuffix("%").rstrip()):
            return "is more than 100 percent"
        if unit == "patients" and _NUMBER.fullmatch(bare):
            return "is no whole number, and patients are counted in whole numbers"
    return "is no number"

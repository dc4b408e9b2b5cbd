"""Parse figures: a number of at least 0 that is possible for its unit, or a sentence why not.

A wrong figure is worse than none, so a cell is accepted only where it is a number beyond doubt:
1,234 and 87.5%, and not 87,5 or 12E3. Patients are counted in whole numbers, and no achievement is
above 100 percent: any other value comes from another column.
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
    """Return the unit of a figure by its name."""
    return UNITS.get(figure, "patients")


def is_empty(text: str) -> bool:
    """Return whether a cell says that there is no figure."""
    return text.strip().casefold() in _EMPTY


def value_of(figure: str, text: str) -> float | None:
    """Return the figure in a text, to two decimals; None where it is not a figure.

    All output has two decimals, so that a figure is the same in the app, in a pack and in the
    comparison.
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
    """Return a figure as the working file stores it: 1234, 87.5."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def why_none(figure: str, text: str) -> str:
    """Return why a text is not a figure, to follow it in a sentence: "'-3' is …"."""
    unit, bare = unit_of(figure), text.strip()
    if _ANY_NUMBER.fullmatch(bare):
        if bare.startswith("-"):
            return "is below 0, which no figure can be"
        if unit != "percent" and bare.endswith("%"):
            return f"is a percentage, and this figure counts {unit}"
        if unit == "percent" and _NUMBER.fullmatch(bare.removesuffix("%").rstrip()):
            return "is more than 100 percent"
        if unit == "patients" and _NUMBER.fullmatch(bare):
            return "is not a whole number, and patients are counted in whole numbers"
    return "is not a number"

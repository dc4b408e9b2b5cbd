"""Read percentages of a report: 77.78 or 77.78%, as a fraction (0.7778), with a comma (77,78).

What a number without a sign means is decided by the figures next to it: 700 of 900 patients are
77.78 percent, so that 0.7778 is a fraction there and 0.78 would be wrong. Where nothing decides, a
number of 1 or less is refused, never guessed; and so is a percentage that its own numerator
contradicts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

Name = tuple[str, ...]
"""A figure: its report, what it belongs to, and its own name."""

_FORM = re.compile(
    r"(?P<whole>[0-9]{1,3})(?:(?P<point>[.,])(?P<decimals>[0-9]{1,20}))?\s*(?P<sign>%?)"
)
_DONE_OF = {
    "qof": (("numerator",), "denominator"),
    "target": (("in_date", "immunised"), "eligible"),
}
"""For each report the names of the numerator, and of its denominator."""
_ADJUSTED = "personalised_care_adjustments"
_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
_CLOSEST, _FURTHEST = Decimal("0.1"), Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Percentage:
    """A percentage as it is written: its number, whether it has a sign or a comma, how exact."""

    number: Decimal
    has_sign: bool
    has_comma: bool
    unit: Decimal
    """One unit of the last digit that is written."""

    @property
    def may_be_fraction(self) -> bool:
        """Whether it could be a fraction of 1. Zero is zero either way."""
        return not self.has_sign and 0 < self.number <= 1

    @property
    def as_percent(self) -> Decimal:
        """The percentage if the number is in percent, to two decimals."""
        return self.number.quantize(_CENT, ROUND_HALF_UP)

    @property
    def as_fraction(self) -> Decimal:
        """The percentage if the number is a fraction, to two decimals."""
        return (self.number * _HUNDRED).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the numbers of patients next to a percentage show that it is.

    `exact` are the percentages that they make, `least` the lower bound where adjustments that are
    not given may have been subtracted from the denominator.
    """

    exact: tuple[Decimal, ...]
    least: Decimal | None
    in_words: str
    is_possible: bool = True


def parse_percentage(text: str) -> Percentage | None:
    """Return a percentage as it is written; None if it is not one, or could be a thousand."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    whole, decimals, has_comma = found["whole"], found["decimals"] or "", found["point"] == ","
    if has_comma and len(decimals) == 3 and whole != "0":
        return None
    number = Decimal(f"{whole}.{decimals or 0}")
    unit = Decimal(1).scaleb(-len(decimals))
    return Percentage(number, bool(found["sign"]), has_comma, unit)


def resolve_percentages(
    cells: Sequence[tuple[Name, str]], numbers: Mapping[Name, float]
) -> list[float | str | None]:
    """Return each percentage's value, or the part of a sentence that says why it has none.

    `cells` are the percentages of one file, with their names; `numbers` the other figures next to
    them. None is returned where the text has none of these forms, or has a comma that nothing
    proves: the caller says what is wrong with it.
    """
    read = [parse_percentage(text) for _, text in cells]
    next_to = [evidence(name, numbers) for name, _ in cells]
    proofs = [
        "" if one is None or found is None else _proof(one, found)
        for one, found in zip(read, next_to, strict=True)
    ]
    of_column = _of_column(read, proofs)
    return [
        None if one is None else _value(one, found, proof, of_column)
        for one, found, proof in zip(read, next_to, proofs, strict=True)
    ]


def evidence(name: Name, numbers: Mapping[Name, float]) -> Evidence | None:
    """Return what the figures next to a percentage show; None where they show nothing."""
    if name[0] not in _DONE_OF:
        return None
    done_names, among_name = _DONE_OF[name[0]]
    among = numbers.get((*name[:-1], among_name))
    done_name = next((one for one in done_names if (*name[:-1], one) in numbers), "")
    if not among or not done_name:
        return None
    done = Decimal(str(numbers[*name[:-1], done_name]))
    whole = Decimal(str(among))
    words = (
        f"{done_name.replace('_', ' ')} {done.normalize():f} of {among_name} {whole.normalize():f}"
    )
    if done > whole:
        return Evidence((), None, words, is_possible=False)
    exact = [_HUNDRED * done / whole]
    adjusted = numbers.get((*name[:-1], _ADJUSTED))
    if adjusted is not None and whole - Decimal(str(adjusted)) >= max(done, Decimal(1)):
        exact.append(_HUNDRED * done / (whole - Decimal(str(adjusted))))
    unknown = name[0] == "qof" and adjusted is None and done > 0
    shown = " or ".join(f"{one.quantize(_CENT, ROUND_HALF_UP).normalize():f}%" for one in exact)
    return Evidence(tuple(exact), exact[0] if unknown else None, f"{words} is {shown}")


def _proof(one: Percentage, found: Evidence) -> str:
    """Return what the numbers next to it prove it to be: "percent", "fraction", or ""."""
    if _is_one_of(one.number, one.unit, found.exact):
        return "percent"
    if one.may_be_fraction and _is_one_of(one.number * _HUNDRED, one.unit * _HUNDRED, found.exact):
        return "fraction"
    return ""


def _is_one_of(value: Decimal, unit: Decimal, exact: Sequence[Decimal]) -> bool:
    """Return whether a rounded (or, to a tenth at most, truncated) number is one of these."""
    allowed = min(max(unit / 2, min(unit, _CLOSEST)), _FURTHEST)
    return any(abs(value - one) <= allowed for one in exact)


def _value(
    one: Percentage,
    found: Evidence | None,
    proof: str,
    of_column: str,
) -> float | str | None:
    if one.number > _HUNDRED:
        return None
    if not proof and found is not None and _contradicts(one, found):
        return f"contradicts the figures next to it: {found.in_words}. Correct whichever is wrong"
    meant = proof or (of_column if one.may_be_fraction else "percent")
    if one.has_comma and not proof:
        return None
    if meant:
        return float(one.as_fraction if meant == "fraction" else one.as_percent)
    percent, fraction = f"{one.number.normalize():f}%", f"{one.as_fraction.normalize():f}%"
    return f"could be {percent} or {fraction}: write the one that you mean, with the sign %"


def _of_column(read: Sequence[Percentage | None], proofs: Sequence[str]) -> str:
    """Return what the column shows its numbers of 1 or less to be: "percent", "fraction" or ""."""
    is_percent = any(
        one is not None
        and not one.has_comma
        and (one.has_sign or one.number > 1 or (proof == "percent" and one.may_be_fraction))
        for one, proof in zip(read, proofs, strict=True)
    )
    is_fraction = "fraction" in proofs
    if is_percent == is_fraction:
        return ""
    return "percent" if is_percent else "fraction"


def _contradicts(one: Percentage, found: Evidence) -> bool:
    """Return whether a percentage cannot be what its numerator and denominator make."""
    if not found.is_possible or found.least is None:
        return True
    return one.number < found.least

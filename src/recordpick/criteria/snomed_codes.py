"""What can be told of a code by its characters alone: its check digit, rounding, another system.

Spreadsheets keep 15 digits. A SNOMED CT or dm+d code of 16 to 18 digits that was once a number
there ends in zeros, and its check digit (Verhoeff, as the SNOMED CT identifier is specified) no
longer fits; or it is shown in scientific notation. Such a code finds nobody, and nothing shows.
"""

from __future__ import annotations

import re

_SCIENTIFIC = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+")
_ROUNDED = re.compile(r"[1-9][0-9]{14}0{1,3}")
_READ = re.compile(r"(?=.*[A-Za-z.])[0-9A-Za-z][0-9A-Za-z.]{4}(00|[0-9]{2})?")
_IDENTIFIER = re.compile(r"[1-9][0-9]{5,17}")


def _product(left: int, right: int) -> int:
    """Multiply in the dihedral group of the pentagon: 0 to 4 turn it, 5 to 9 turn it over."""
    if left < 5:
        return (left + right) % 5 if right < 5 else (left + right - 5) % 5 + 5
    return (left - 5 - right) % 5 + 5 if right < 5 else (left - right) % 5


def _turns() -> tuple[tuple[int, ...], ...]:
    """Return what each digit becomes at each of the eight places at which it is turned."""
    first = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    rows = [tuple(range(10))]
    for _ in range(7):
        rows.append(tuple(first[digit] for digit in rows[-1]))
    return tuple(rows)


_PRODUCTS = tuple(tuple(_product(left, right) for right in range(10)) for left in range(10))
_TURNED = _turns()


def looks_rounded(code: str) -> bool:
    """Whether a code is what a spreadsheet leaves of a longer one."""
    if _SCIENTIFIC.fullmatch(code):
        return True
    return _ROUNDED.fullmatch(code) is not None and not has_check_digit(code)


def has_check_digit(digits: str) -> bool:
    """Whether the last of these digits is the Verhoeff check digit of the others."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total = _PRODUCTS[total][_TURNED[place % 8][int(digit)]]
    return total == 0


def check_digit_of(digits: str) -> str:
    """Return the check digit that belongs behind these digits."""
    return next(digit for digit in "0123456789" if has_check_digit(digits + digit))


def is_snomed_identifier(code: str) -> bool:
    """Whether a code has the form of a SNOMED CT or dm+d identifier, check digit included."""
    return _IDENTIFIER.fullmatch(code) is not None and has_check_digit(code)


def looks_like_read_code(code: str) -> bool:
    """Whether a code has the form of the Read or CTV3 codes that SNOMED CT replaced in 2018.

    They have five characters, letters, digits and dots at the end (`H33..`, `XE2Y4`), and in some
    exports two digits of a term behind (`H33..00`).
    """
    return _READ.fullmatch(code) is not None

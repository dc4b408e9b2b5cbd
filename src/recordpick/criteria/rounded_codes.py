"""Codes that a spreadsheet has rounded: such a code finds nobody, and nothing shows.

Spreadsheets keep 15 digits. A SNOMED CT or dm+d code of 16 to 18 digits that was once a number
there ends in zeros, and its check digit (Verhoeff, as the SNOMED CT identifier is specified) no
longer fits; or it is shown in scientific notation.
"""

from __future__ import annotations

import re

_SCIENTIFIC = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+")
_ROUNDED = re.compile(r"[1-9][0-9]{14}0{1,3}")
_TURNS = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def looks_rounded(code: str) -> bool:
    """Whether a code is what a spreadsheet leaves of a longer one."""
    if _SCIENTIFIC.fullmatch(code):
        return True
    return _ROUNDED.fullmatch(code) is not None and not has_check_digit(code)


def has_check_digit(digits: str) -> bool:
    """Whether the last of these digits is the Verhoeff check digit of the others."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = _TURNS[turned]
        total = _product(total, turned)
    return total == 0


def _product(left: int, right: int) -> int:
    """Multiply in the dihedral group of the pentagon: 0 to 4 turn it, 5 to 9 turn it over."""
    if left < 5:
        return (left + right) % 5 if right < 5 else (left + right - 5) % 5 + 5
    return (left - 5 - right) % 5 + 5 if right < 5 else (left - right) % 5

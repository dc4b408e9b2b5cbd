"""Identifiers (patient numbers, NHS numbers, codes), repaired where other programs changed them.

Identifiers are text. Apps and web pages put characters between their digits that cannot be seen, or
`?` and `_` where an old encoding had no place for these; spreadsheets write them as formulas
(`="1001"`), with an apostrophe (`'1003`), as numbers (`12346.0`, `12,345`) or in scientific
notation (`1.13521E+12`). What has exactly one reading is repaired, in the same way for every
reader; anything else is not a number, and the caller reports why. The same rules as polars
expressions are in index/values.py and index/patient_numbers.py, built from these patterns.
"""

from __future__ import annotations

import re

INVISIBLE = "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
"""Characters without any width: soft hyphen, joiners, marks of direction, byte-order mark."""

BLANK = "[\\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u2800]"
"""Characters that look like blanks, of whatever width."""

HYPHEN = "[\u2010-\u2015\u2212\ufe58\ufe63\uff0d-]"

FORMULA = '^="([^"]*)"$'
"""A text protected from changes by a spreadsheet: ="1001"."""

APOSTROPHE = "^['\u2018\u2019]([^'\u2018\u2019]*)$"

WHOLE_AS_DECIMAL = r"^([0-9]+)(?:\.0+|,0{1,2})$"

THOUSANDS = r"^[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)$"

FULL_WIDTH = {chr(0xFF10 + digit): str(digit) for digit in range(10)}
"""Full-width digits, which East Asian keyboards type."""

SCIENTIFIC = r"^[0-9](?:[.,][0-9]+[eE]\+?|[eE]\+)[0-9]+$"
"""A number in scientific notation: its last digits are lost, unless all of them are written.

2E10, without sign and point, is not one: systems may use such numbers, spreadsheets do not.
"""

ERROR = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!)$"
"""What a formula of a spreadsheet shows in place of a value."""

DAMAGED = f"{SCIENTIFIC}|{ERROR}"

OPEN_QUOTE = '^"([^"]*)$|^([^"]*)"$'
"""A number with one unmatched quotation mark."""

ODD = rf"[^!-~]|^[=\"'\u2018\u2019]|\"$|{WHOLE_AS_DECIMAL}|{THOUSANDS}|{SCIENTIFIC}"
"""What `repair_number` and `is_damaged` need to look at; any other text is a number as it is."""

NHS_BETWEEN = f"{INVISIBLE}|{BLANK}|{HYPHEN}"
"""What is removed from an NHS number: it is written 943 476 5919, or with hyphens."""

NHS_REPAIRS = (
    (r"^([0-9]{3})[?_\ufffd]{1,3}([0-9]{3})[?_\ufffd]{1,3}([0-9]{4})$", 3),
    ('^="([0-9]{10})"$', 1),
    ("^['\u2018\u2019]([0-9]{10})$", 1),
    ('^"([0-9]{10})$', 1),
    ('^([0-9]{10})"$', 1),
    (r"^([0-9]{10})\.0+$", 1),
    ("^([0-9]),([0-9]{3}),([0-9]{3}),([0-9]{3})$", 4),
    (r"^([0-9])[.,]([0-9]{9})0*[eE]\+?0?9$", 2),
)
"""Other texts with one reading as an NHS number, and how many groups of digits they have.

Signs where an old encoding had no place for a blank; what spreadsheets make of it; a number in
scientific notation with all its digits.
"""

_NHS_NUMBER = re.compile(r"[0-9]{10}")
_DIGITS = str.maketrans(FULL_WIDTH)
_INVISIBLE, _BLANK, _HYPHEN = (re.compile(one) for one in (INVISIBLE, BLANK, HYPHEN))
_OPEN_QUOTE, _FORMULA, _APOSTROPHE, _WHOLE, _THOUSANDS, _SCIENTIFIC = (
    re.compile(one)
    for one in (OPEN_QUOTE, FORMULA, APOSTROPHE, WHOLE_AS_DECIMAL, THOUSANDS, SCIENTIFIC)
)


def without_invisible(text: str) -> str:
    """Return the text without invisible characters; blanks of any width become one blank.

    Digits of full width are digits.
    """
    return " ".join(_BLANK.sub(" ", _INVISIBLE.sub("", text)).translate(_DIGITS).split())


def exact_whole_number(text: str) -> str | None:
    """Return the digits of a number in scientific notation that has all of them, else None.

    9.434765919E+09 is 9434765919; 9.43E+09 could be any of ten million numbers.
    """
    if not _SCIENTIFIC.fullmatch(text):
        return None
    mantissa, exponent = re.split("[eE]", text.replace(",", "."))
    whole, _, decimals = mantissa.partition(".")
    power = int(exponent)
    if not decimals or power > 30 or len(decimals.rstrip("0")) > power or len(decimals) < power:
        return None
    return whole + decimals[:power]


def repair_number(text: str) -> str:
    """Return a patient number (or a code) as its system writes it, where that is certain.

    A text without one of the known kinds of damage is returned as it is, trimmed; `is_damaged`
    says whether what is returned still cannot be used.
    """
    number = without_invisible(text)
    for dress in (_OPEN_QUOTE, _FORMULA, _APOSTROPHE):
        if found := dress.fullmatch(number):
            number = found[found.lastindex or 1].strip()
    if found := _WHOLE.fullmatch(number):
        return found[1]
    if _THOUSANDS.fullmatch(number):
        return re.sub("[, ]", "", number)
    return exact_whole_number(number) or number


def is_damaged(number: str) -> bool:
    """Return whether a repaired number is in scientific notation still, or a formula's error."""
    return re.match(DAMAGED, number) is not None


def nhs_digits(text: str) -> str | None:
    """Return the ten digits of a text that can only be an NHS number (valid or not), else None."""
    number = re.sub(NHS_BETWEEN, "", text).translate(_DIGITS)
    for pattern, groups in NHS_REPAIRS:
        if found := re.match(pattern, number):
            number = "".join(found.groups()[:groups])
    return number if _NHS_NUMBER.fullmatch(number) else None


ODS_CODE = "[A-Z][0-9]{5}"
"""A GP practice's code of the Organisation Data Service of the NHS in England: A81001."""
_BRANCH = f"({ODS_CODE})[0-9]{{3}}"


def ods_code(text: str) -> str | None:
    """Return the ODS code of a practice in its one form, "A81001"; None if the text is not one."""
    code = re.sub(f"{INVISIBLE}|{BLANK}", "", text).upper()
    return code if re.fullmatch(ODS_CODE, code) else None


def practice_of_branch(text: str) -> str | None:
    """Return the practice's code in that of one of its branches, A81001002; None if it is not."""
    found = re.fullmatch(_BRANCH, re.sub(f"{INVISIBLE}|{BLANK}", "", text).upper())
    return found[1] if found else None

"""The small rules of a pack's values: ids, names, texts, numbers of records."""

from __future__ import annotations

import re

from recordpick.criteria.wording import first_invisible, name_of_character, shown
from recordpick.errors import UserError

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""A criterion's id goes into CSVs that machines read: no spaces, no sign that begins a formula."""
TITLE_LENGTH = 200
VERSION_LENGTH = 40
TEXT_LENGTH = 2_000
RECORDS_AT_MOST = 1_000
CRITERIA_AT_MOST = 1_000
PACK_AT_MOST = 1024 * 1024
"""How many bytes a pack file may have."""
RECORDS_BY_DEFAULT = 20


def checked_id(text: str) -> str:
    """Give a criterion's id; UserError if it is none."""
    if not ID.fullmatch(text):
        raise UserError(
            f"'{shown(text)}' is not an id: an id has up to 40 letters, digits, '-', '_' and '.', "
            "and begins with a letter or digit."
        )
    return text


def checked_text(text: str, what: str, length: int = TEXT_LENGTH) -> str:
    """Give a text with its white space as single spaces; UserError if it is empty or unfit."""
    hidden = first_invisible(text, allowed="\n\r\t")
    if hidden is not None:
        raise UserError(
            f"{what} has the character {name_of_character(hidden)} in it, which cannot be seen; "
            "take it out."
        )
    joined = " ".join(text.split())
    if not joined:
        raise UserError(f"{what} is empty.")
    if len(joined) > length:
        raise UserError(f"{what} has {len(joined):,} characters and may have {length:,}.")
    return joined


def checked_records(number: int, what: str, lowest: int = 1) -> int:
    """Give a number of records; UserError if it is out of bounds."""
    if not lowest <= number <= RECORDS_AT_MOST:
        raise UserError(
            f"{what} is {shown(number)} and must be from {lowest} to {RECORDS_AT_MOST:,}."
        )
    return number

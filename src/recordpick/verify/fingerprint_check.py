"""Compare a pack with the fingerprint that the practice reads out, over the telephone.

The pack's fingerprint covers everything in it: 16 letters of it are read out. Those of the list
alone, 12 letters, are on the tick sheets. Both are base32, which has no 0, 1, 8 and 9.
"""

from __future__ import annotations

import re
from dataclasses import replace

from recordpick.errors import UserError
from recordpick.handover.selection_list import (
    FINGERPRINT_LETTERS,
    PACK_FINGERPRINT_LETTERS,
    spoken_fingerprint,
)
from recordpick.verify.descriptor import is_sha256
from recordpick.verify.verdict import Check, Verdict

FINGERPRINT = "Fingerprint"
"""The name of the check."""
_BETWEEN = re.compile(r"[\s\u00a0\-\u2010-\u2015.,]+")
_LETTERS = re.compile(r"[A-Z2-7]+")
_ALIKE = str.maketrans("018", "OIB")
"""Digits that no fingerprint has, and the letters that they are written for."""


def parse_fingerprint(text: str) -> str:
    """Return a fingerprint as it was read out, in its one form; UserError if it is none.

    In any case, with or without blanks or hyphens: 16 letters and digits of a pack, 12 of a list,
    or all 64 of a pack's SHA-256 in hexadecimal.
    """
    plain = _BETWEEN.sub("", text)
    if is_sha256(plain.lower()):
        return plain.lower()
    letters = plain.upper().translate(_ALIKE)
    if len(letters) in {PACK_FINGERPRINT_LETTERS, FINGERPRINT_LETTERS} and _LETTERS.fullmatch(
        letters
    ):
        return letters
    raise UserError(
        f"“{text.strip()[:80]}” is not a fingerprint: it has 16 letters and digits, such as K3M5 "
        "PQ7A 2XBN 4CDE, or 12 if it is that of the list. Ask for it again."
    )


def with_fingerprint(verdict: Verdict, expected: str) -> Verdict:
    """Return the verdict with one more check: whether it is the pack of that fingerprint.

    `expected` is as `parse_fingerprint` returns it.
    """
    is_of_list = len(expected) == FINGERPRINT_LETTERS
    own = verdict.list_sha256 if is_of_list else verdict.fingerprint
    of_what = "list" if is_of_list else "pack"
    if not is_sha256(own):
        check = Check(FINGERPRINT, "", (f"The {of_what} has none to compare with.",))
    elif expected in {own, spoken_fingerprint(own, len(expected)).replace(" ", "")}:
        check = Check(FINGERPRINT, f"the {of_what}'s is the one that you were told.")
        if is_of_list:
            caution = "It covers the list only, and no NHS numbers: ask for the pack's 16 letters."
            check = replace(check, cautions=(caution,))
    else:
        shown = own if len(expected) == len(own) else spoken_fingerprint(own, len(expected))
        problem = (
            f"The {of_what}'s is {shown}, which is not what you were told. Ask for it again, "
            "letter by letter: if it stays different, this is not what the practice exported."
        )
        check = Check(FINGERPRINT, "", (problem,))
    return replace(verdict, checks=(*verdict.checks, check))

"""How much a usual run tries: examples of property tests, cases of which one stands for many."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest

USUAL = 50
"""What a test tries that says no number, where `RECORDPICK_EXAMPLES` is this number too."""
SHARE = int(os.environ.get("RECORDPICK_EXAMPLES", "15")) / USUAL
"""Each run tries others, so a usual run tries three tenths of what a test says."""


def examples(number: int) -> int:
    """Return how many of so many examples this run tries: at least two."""
    return max(2, round(number * SHARE))


def usually(cases: Iterable[object], *usual: object) -> list[object]:
    """Give all cases for `parametrize`: a usual run tries those named, `-m thorough` the others."""
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            marks=() if case in usual else pytest.mark.thorough,
        )
        for case in cases
    ]

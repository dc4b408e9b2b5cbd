"""How many examples the property tests try."""

from __future__ import annotations

import os

USUAL = 50
"""What a test tries that says no number, where `RECORDPICK_EXAMPLES` is this number too."""
SHARE = int(os.environ.get("RECORDPICK_EXAMPLES", "20")) / USUAL
"""Each run tries others, so a usual run tries two fifths of what a test says."""


def examples(number: int) -> int:
    """Return how many of so many examples this run tries: at least two."""
    return max(2, round(number * SHARE))

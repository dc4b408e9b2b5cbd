"""A key that is held down counts once.

Terminals do not say when a key is released: a held key looks like the same key again and again,
first after the keyboard's delay (a quarter of a second to one second), then every few hundredths.
"""

from __future__ import annotations

from typing import Literal

REPEAT_SECONDS = 0.15
"""The same key again within this time is the keyboard's repetition, not a person's press."""
DELAY_SECONDS = 1.2
"""The longest delay, with some room, after which a keyboard begins to repeat a held key."""

Verdict = Literal["accept", "ignore", "retract"]
"""Act on the key; do nothing; do nothing and take back what it did last, which was no press."""


class HeldKeys:
    """Tells a person's presses of a key from a keyboard's repetition, by the time between them."""

    def __init__(self) -> None:
        """Begin without a press."""
        self._key = ""
        self._last = 0.0
        self._accepted = 0.0
        self._is_held = False
        self._may_be_repetition = False
        """Whether the last accepted press may have been the first repetition of a held key."""

    def release(self) -> None:
        """Note that another key was pressed, so that the one before is not held any more."""
        self._key = ""

    def judge(self, key: str, at: float) -> Verdict:
        """Return what to do about a key at a time in seconds, of a clock that never goes back."""
        gap = at - self._last
        is_same = key == self._key
        self._key, self._last = key, at
        if is_same and gap < REPEAT_SECONDS:
            retracts = self._may_be_repetition and not self._is_held
            self._is_held = True
            self._may_be_repetition = False
            return "retract" if retracts else "ignore"
        self._is_held = False
        self._may_be_repetition = is_same and at - self._accepted < DELAY_SECONDS
        self._accepted = at
        return "accept"

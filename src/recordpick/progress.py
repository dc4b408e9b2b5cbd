"""Progress reports of long-running work."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A callback for what is being done and how far it is.

    `doing` is a phrase for a person ("reading Observation, 3 of 7"). `fraction` goes from 0 to 1,
    or is None where that cannot be known. The call must return quickly and may come from any
    thread. Raising from it stops the work.
    """

    def __call__(self, doing: str, fraction: float | None = None) -> None:
        """Report progress."""


def silent(doing: str, fraction: float | None = None) -> None:
    """Report nothing."""

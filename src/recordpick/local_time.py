"""Times in the time zone of this computer."""

from __future__ import annotations

from datetime import UTC, datetime


def local_time(moment: datetime) -> datetime:
    """Return a time in this computer's zone; in UTC where the system cannot convert it.

    Windows converts no time before 1970, and a damaged file or lock may hold one.
    """
    try:
        return moment.astimezone()
    except (OSError, OverflowError):
        return moment.astimezone(UTC)

"""Where the new system's records are that the practice's were last compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recordpick.selection.events import Person


@dataclass(frozen=True, slots=True)
class ComparedWith:
    """The index or extract that was compared, with the fingerprints of both sides' records."""

    folder: str
    old: str
    new: str
    by: Person
    on: datetime

"""Which index the picks are made from, and whether another may take its place."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.selection.events import Body
from recordpick.selection.identity_fingerprint import Changed, people_of
from recordpick.selection.state import IndexUsed

if TYPE_CHECKING:
    from recordpick.index.practice_index import PracticeIndex


def used_from_now(index: PracticeIndex, as_at: date, seed: str) -> Body:
    """Give what the journal keeps of an index; `people` only where it tells who patients are."""
    people = people_of(index, seed)
    return {
        "practice_index": index.fingerprint,
        "as_at": as_at.isoformat(),
        "folder": str(index.folder.absolute()),
        **({"people": people} if people else {}),
    }


def to_rematch(used: IndexUsed, index: PracticeIndex, as_at: date, seed: str) -> Body | None:
    """Take an index in the place of the one used so far; None: it is that one, as it was.

    UserError where its patient numbers are other people's (`Changed.too_many`).
    """
    new = used_from_now(index, as_at, seed)
    old = {
        "practice_index": used.fingerprint,
        "as_at": used.as_at.isoformat(),
        "folder": used.folder,
    }
    changed = Changed.between(used.people, str(new.get("people", "")), seed)
    if changed.too_many:
        raise UserError(
            f"{index.folder}: {len(changed.changed):,} of the {changed.common:,} patients whose "
            "numbers are in both have another date of birth or NHS number than in the index "
            "before, so the numbers are other people's and the picks would be too. Make a new "
            "working file with this index."
        )
    return None if {name: new[name] for name in old} == old else new

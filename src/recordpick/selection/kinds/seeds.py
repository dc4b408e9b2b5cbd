"""The seed of the random draw, which is fixed before anybody is drawn."""

from __future__ import annotations

from recordpick.errors import UserError
from recordpick.selection.decisions import Decisions
from recordpick.selection.events import Body, BrokenEventError, Event
from recordpick.selection.kinds.event_kind import EventKind
from recordpick.selection.ledger import Log
from recordpick.selection.permanent import PermanentState
from recordpick.selection.state import FixedSeed, SeedSource, Selection
from recordpick.selection.tally import Change, Tally
from recordpick.selection.typed_text import clean_reason, clean_seed

_SOURCES: dict[str, SeedSource] = {"entered": "entered", "made": "made"}
_LONGEST_SHOWN = 24


def decide_seed(selection: Selection, seed: str, source: SeedSource, reason: str) -> Body | None:
    """Fix the seed of the random draw. None: it is fixed already.

    Any seed but the first needs a reason, also where the one before was undone: nobody can choose
    between draws without saying why. A seed that was given up for another cannot be used again.
    """
    seed = clean_seed(seed)
    if selection.seed is not None and selection.seed.seed == seed:
        return None
    if any(fixed.seed == seed and fixed.withdrawn is None for fixed in selection.seeds):
        raise UserError("That seed was used before and given up: give another one.")
    others = any(fixed.seed != seed for fixed in selection.seeds)
    reason = clean_reason(reason, "a new seed (one was fixed before)", required=others)
    return {"seed": seed, "source": source, "reason": reason}


def _fixed_seed(event: Event) -> FixedSeed:
    """Read the seed that an event fixed."""
    source = _SOURCES.get(event.text("source"))
    if source is None:
        raise BrokenEventError(event.seq, "has an unknown source of its seed")
    return FixedSeed(event.text("seed"), source, event.by, event.on, event.text("reason"))


def _apply_seed(decisions: Decisions, event: Event, log: Log) -> None:
    decisions.fix_seed(_fixed_seed(event), log)


def _record_seed(permanent: PermanentState, event: Event) -> None:
    permanent.seeds.setdefault(event.seq, _fixed_seed(event))


def _count_seed(event: Event, tally: Tally) -> Change:
    return Change(seed=event.text("seed"))


def _describe_seed(event: Event) -> str:
    seed = event.text("seed")
    if len(seed) > _LONGEST_SHOWN:
        seed = f"{seed[: _LONGEST_SHOWN - 1]}…"
    return f"fixed the seed {seed}"


SEED_FIXED = EventKind(
    "seed_fixed",
    _describe_seed,
    undoable=True,
    apply=_apply_seed,
    record=_record_seed,
    count=_count_seed,
    one_line=frozenset({"seed", "reason"}),
)

"""The pace of checking is set: how long a record, a line and a random record should take."""

from __future__ import annotations

from recordpick.errors import UserError
from recordpick.selection.decisions import Decisions
from recordpick.selection.events import Body, BrokenEventError, Event, Json
from recordpick.selection.kept import Kept, Values, when_given
from recordpick.selection.kinds.event_kind import Before, EventKind
from recordpick.selection.ledger import Log
from recordpick.selection.merge_words import by_whom
from recordpick.selection.pace import LONGEST_SECONDS, SetPace

_KEY = "pace"
_TIMES = ("record", "line", "random")


def pace_in(kept: Values) -> SetPace | None:
    """Return the pace that a practice has set (`Selection.kept`); None if it has set none."""
    return PACE.values_in(kept).get(_KEY)


def decide_pace(before: SetPace | None, seconds: tuple[int, int, int] | None) -> Body | None:
    """Set the pace; None: plan by recordpick's own again. None is returned if nothing changes.

    UserError for times that nobody can plan with.
    """
    if (None if before is None else before.seconds) == seconds:
        return None
    if seconds is None:
        return {"seconds": None}
    if not all(0 <= one <= LONGEST_SECONDS for one in seconds) or not any(seconds):
        raise UserError(
            f"The times must be 0 to {LONGEST_SECONDS // 60} minutes, and not all of them 0."
        )
    return {"seconds": list(seconds)}


def _read_key(value: Json) -> str:
    if value != _KEY:
        raise ValueError
    return _KEY


def _in_words(pace: SetPace | None) -> str:
    if pace is None:
        return "recordpick's own"
    record, line, random = (f"{seconds / 60:.10g}" for seconds in pace.seconds)
    times = f"{record} minutes a record, {line} a line, {random} a random record"
    return f"{times} ({by_whom(pace.by, pace.on)})"


PACE: Kept[str, SetPace] = Kept(
    "pace",
    read_key=_read_key,
    title=lambda _: "Pace of checking",
    in_words=_in_words,
    conflict_name=lambda _: "pace",
    conflict=lambda _: "The pace of checking was set differently in both.",
    says_the_same=lambda mine, other: bool(mine.seconds == other.seconds),
    when=when_given,
)


def _seconds_of(event: Event) -> tuple[int, int, int] | None:
    match event.body.get("seconds", ""):
        case None:
            return None
        case [int(record), int(line), int(random)]:
            return record, line, random
    raise BrokenEventError(event.seq, "has no times of a pace")


def _apply(decisions: Decisions, event: Event, log: Log) -> None:
    seconds = _seconds_of(event)
    if seconds is None:
        PACE.rows(decisions).drop(_KEY, log)
    else:
        PACE.rows(decisions).put(_KEY, SetPace(*seconds, event.by, event.on), log)


def _check(event: Event, before: Before) -> None:
    seconds = _seconds_of(event)
    if seconds is not None and not all(0 <= one <= LONGEST_SECONDS for one in seconds):
        raise BrokenEventError(event.seq, "has a pace that nobody can plan with")


def _describe(event: Event) -> str:
    seconds = _seconds_of(event)
    if seconds is None:
        return "went back to recordpick's own pace of checking"
    times = dict(zip(_TIMES, seconds, strict=True))
    return "set the pace of checking: " + ", ".join(
        f"{seconds / 60:.10g} minutes a {name}" for name, seconds in times.items()
    )


PACED = EventKind(
    "pace",
    _describe,
    undoable=True,
    apply=_apply,
    check=_check,
    kept=PACE,
    version=5,
)

"""Who checks which records, and the copies of the working file that they check in.

A share is a decision, which undo takes back. A checking copy is a working file of its own that says
so: only results are entered in it, and it is imported into the practice's file again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from recordpick.errors import UserError
from recordpick.selection.decisions import Decisions
from recordpick.selection.events import Body, BrokenEventError, Event, Json, Person
from recordpick.selection.kept import Kept, when_given
from recordpick.selection.kinds.event_kind import Before, EventKind, check_patient_id
from recordpick.selection.kinds.judgements import VERSION
from recordpick.selection.kinds.results import phase_of
from recordpick.selection.ledger import Log
from recordpick.selection.permanent import CheckingCopy, PermanentState
from recordpick.selection.results import PHASES, Phase
from recordpick.selection.typed_text import clean_initials
from recordpick.text import plural

ShareKey: TypeAlias = tuple[Phase, str]
"""The phase, and the initials in lower case."""


@dataclass(frozen=True, slots=True)
class Share:
    """The records that one person is to check in a phase."""

    phase: Phase
    initials: str
    patient_ids: tuple[str, ...]
    by: Person
    on: datetime


def decide_share(phase: Phase, initials: str, patient_ids: Sequence[str]) -> Body:
    """Give somebody a share in place of the one before. UserError where it has no record."""
    given: list[Json] = list(dict.fromkeys(patient_ids))
    if not given:
        raise UserError("No record was given: name records of the list (--records 1-40).")
    return {"phase": phase, "initials": clean_initials(initials), "patient_ids": given}


def decide_checking_copy(phase: Phase, initials: str) -> Body:
    """Say in a copy whose checking copy it is."""
    return {"phase": phase, "initials": clean_initials(initials)}


def share_key(phase: Phase, initials: str) -> ShareKey:
    """Return the key of somebody's share."""
    return phase, initials.casefold()


def _share(event: Event) -> Share:
    return Share(
        phase_of(event),
        event.text("initials"),
        tuple(event.texts("patient_ids")),
        event.by,
        event.on,
    )


def _apply(decisions: Decisions, event: Event, log: Log) -> None:
    share = _share(event)
    SHARES.rows(decisions).put(share_key(share.phase, share.initials), share, log)


def _check(event: Event, before: Before) -> None:
    share = _share(event)
    if not share.patient_ids or not share.initials:
        raise BrokenEventError(event.seq, "gives nobody a share, or a share of nothing")
    for patient_id in share.patient_ids:
        check_patient_id(event, patient_id)


def _read_key(value: Json) -> ShareKey:
    match value:
        case [str(phase), str(initials)]:
            for known in PHASES:
                if known == phase:
                    return known, initials
    raise ValueError


def _in_words(share: Share | None) -> str:
    if share is None:
        return "no share"
    return f"{share.initials}: {plural(len(share.patient_ids), 'record')}"


SHARES: Kept[ShareKey, Share] = Kept(
    "shares",
    read_key=_read_key,
    title=lambda key: f"Share of {key[1].upper()} in the {key[0]}",
    in_words=_in_words,
    conflict_name=lambda key: f"share:{key[0].replace(' ', '-')}:{key[1]}",
    conflict=lambda key: f"The share of {key[1].upper()} in the {key[0]} was changed in both.",
    says_the_same=lambda mine, other: bool(mine.patient_ids == other.patient_ids),
    when=when_given,
)

SHARED = EventKind(
    "shared",
    lambda event: (
        f"gave {event.text('initials')} {plural(len(event.texts('patient_ids')), 'record')} of the "
        f"{event.text('phase')} to check"
    ),
    undoable=True,
    apply=_apply,
    check=_check,
    kept=SHARES,
    version=VERSION,
    one_line=frozenset({"initials"}),
)


def _record_copy(permanent: PermanentState, event: Event) -> None:
    permanent.checking_copy = CheckingCopy(phase_of(event), event.text("initials"), event.seq)


def _check_copy(event: Event, before: Before) -> None:
    phase_of(event)
    if not event.text("initials"):
        raise BrokenEventError(event.seq, "does not say whose checking copy it is")


CHECKING_COPY = EventKind(
    "checking_copy",
    lambda event: f"made the checking copy of {event.text('initials')}",
    record=_record_copy,
    check=_check_copy,
    version=VERSION,
    one_line=frozenset({"initials"}),
)

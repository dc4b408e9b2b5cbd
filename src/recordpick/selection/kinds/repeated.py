"""Answers to differences that repeat in a comparison: accept as a rule, or look."""

from __future__ import annotations

import re
from collections.abc import Mapping

from recordpick.errors import UserError
from recordpick.selection.decisions import Decisions
from recordpick.selection.events import Body, BrokenEventError, Event, Json
from recordpick.selection.kept import Kept, Values, when_given
from recordpick.selection.kinds.event_kind import Before, EventKind
from recordpick.selection.ledger import Log
from recordpick.selection.merge_words import by_whom
from recordpick.selection.repeated import AnsweredRepeated, RepeatedAnswer, RepeatedKey
from recordpick.text import plural

_TEXTS = ("table", "field", "change", "detail")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_LONGEST = 200
_DID = {"accept": "accepted", "look": "wants to look at"}
_IN_WORDS = {"accept": "accepted", "look": "to look at"}


def answers_in(kept: Values) -> Mapping[RepeatedKey, AnsweredRepeated]:
    """Return the answers (`Selection.kept`), by what they are about."""
    return REPEATED.values_in(kept)


def decide_repeated(
    answers: Mapping[RepeatedKey, AnsweredRepeated],
    key: RepeatedKey,
    answer: RepeatedAnswer | None,
    entries: int,
) -> Body | None:
    """Answer a difference that repeats; None as answer takes one back. None: nothing changes.

    `entries` is how many entries the difference has in the comparison that the person saw.
    """
    if not _is_key(key):
        raise UserError("This is not a difference of a comparison that recordpick made.")
    before = answers.get(key)
    if answer is None and before is None:
        return None
    if before is not None and (before.answer, before.entries) == (answer, entries):
        return None
    return {
        **key._asdict(),
        "answer": answer,
        "entries": entries,
    }


def _is_key(key: RepeatedKey) -> bool:
    texts = (key.table, key.field, key.change)
    return (
        all(_FINGERPRINT.fullmatch(one) for one in (key.old, key.new))
        and all(one and one.isprintable() and len(one) <= _LONGEST for one in texts)
        and len(key.detail) <= _LONGEST
        and (not key.detail or key.detail.isprintable())
    )


def _read_key(value: Json) -> RepeatedKey:
    match value:
        case [str(old), str(new), str(table), str(field), str(change), str(detail)]:
            key = RepeatedKey(old, new, table, field, change, detail)
            if _is_key(key):
                return key
    raise ValueError


def _name(key: RepeatedKey) -> str:
    """Return what a difference is, in words: "events, recorded by: rewritten"."""
    detail = f" ({key.detail})" if key.detail else ""
    return f"{key.table}, {key.field.replace('_', ' ')}: {key.change}{detail}"


def _in_words(given: AnsweredRepeated | None) -> str:
    if given is None:
        return "no answer"
    entries = plural(given.entries, "entry", "entries")
    return f"{_IN_WORDS[given.answer]}, of {entries} ({by_whom(given.by, given.on)})"


def _conflict_name(key: RepeatedKey) -> str:
    parts = (key.old[:8], key.new[:8], *key[2:])
    return "repeated:" + "/".join(part for part in parts if part)


REPEATED: Kept[RepeatedKey, AnsweredRepeated] = Kept(
    "repeated",
    read_key=_read_key,
    title=lambda key: f"Repeated difference {_name(key)}",
    in_words=_in_words,
    conflict_name=_conflict_name,
    conflict=lambda key: f"The repeated difference {_name(key)} was answered differently.",
    says_the_same=lambda mine, other: bool(mine.answer == other.answer),
    when=when_given,
)


def _key_of(event: Event) -> RepeatedKey:
    texts = (event.text(name) for name in _TEXTS)
    key = RepeatedKey(event.sha256("old"), event.sha256("new"), *texts)
    if not _is_key(key):
        raise BrokenEventError(event.seq, "answers something that is not a repeated difference")
    return key


def _answer_of(event: Event) -> RepeatedAnswer | None:
    match event.body.get("answer", ""):
        case "accept" | "look" | None as answer:
            return answer
    raise BrokenEventError(event.seq, "has an answer that nobody can give")


def _apply(decisions: Decisions, event: Event, log: Log) -> None:
    key, answer = _key_of(event), _answer_of(event)
    if answer is None:
        REPEATED.rows(decisions).drop(key, log)
    else:
        given = AnsweredRepeated(answer, event.number("entries"), event.by, event.on)
        REPEATED.rows(decisions).put(key, given, log)


def _check(event: Event, before: Before) -> None:
    _key_of(event)
    _answer_of(event)
    event.number("entries")


def _describe(event: Event) -> str:
    answer = _answer_of(event)
    did = "took back the answer to" if answer is None else _DID[answer]
    return f"{did} the repeated difference {_name(_key_of(event))}"


ANSWERED_REPEATED = EventKind(
    "repeated",
    _describe,
    undoable=True,
    apply=_apply,
    check=_check,
    kept=REPEATED,
    version=6,
    one_line=frozenset(_TEXTS),
)

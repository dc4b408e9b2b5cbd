"""One event of the journal, and the chain of hashes that links each to the one before it.

The hash of an event is SHA-256 over the previous event's hash (64 hexadecimal digits; zeros for
the first) followed by the event as canonical JSON: the keys at, body, kind, role, seq, who in that
order, without spaces, everything beyond ASCII escaped. docs/working-file.md shows how to check
a file with plain Python.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Literal, TypeAlias, get_args

from recordpick.errors import UserError

Role = Literal["practice", "supplier", "partner"]
"""Who a person works for: the practice, the new supplier, a delivery partner."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who works on the file."""

    name: str
    role: Role


Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"
Body: TypeAlias = "dict[str, Json]"

ROLES: dict[str, Role] = {role: role for role in get_args(Role)}
_SHA256 = re.compile(r"[0-9a-f]{64}")
NO_HASH = "0" * 64
_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, check_circular=False
)
_quoted = json.encoder.encode_basestring_ascii


class BrokenEventError(UserError):
    """An event that recordpick did not write, or that does not follow the one before it."""

    def __init__(self, seq: int, what: str) -> None:
        super().__init__(f"event {seq} {what}")
        self.seq = seq
        self.what = what


@lru_cache(maxsize=256)  # who and when are read several times for each event
def _person(name: str, role: Role) -> Person:
    return Person(name, role)


@lru_cache(maxsize=256)
def _time(text: str) -> datetime | None:
    """Return a time in UTC; None where it has no time zone. ValueError where it is not a time."""
    time = datetime.fromisoformat(text)
    return None if time.tzinfo is None else time.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done. `at` is UTC as ISO 8601; `body` depends on the kind."""

    seq: int
    at: str
    who: str
    role: str
    kind: str
    body: Body
    previous_hash: str
    hash: str

    @property
    def by(self) -> Person:
        """Who did it."""
        role = ROLES.get(self.role)
        if role is None:
            raise BrokenEventError(self.seq, f"has an unknown role {self.role!r}")
        return _person(self.who, role)

    @property
    def on(self) -> datetime:
        """When it was done (UTC)."""
        try:
            on = _time(self.at)
        except ValueError as error:
            raise BrokenEventError(self.seq, f"has no readable time: {self.at!r}") from error
        if on is None:
            raise BrokenEventError(self.seq, f"has a time without its time zone: {self.at!r}")
        return on

    def text(self, key: str) -> str:
        """Return a text of the body; BrokenEventError if there is none."""
        value = self.body.get(key)
        if not isinstance(value, str):
            raise BrokenEventError(self.seq, f"has no text {key!r}")
        return value

    def text_or_none(self, key: str) -> str | None:
        """Return a text of the body, or None where it is null."""
        return None if self.body.get(key, "") is None else self.text(key)

    def sha256(self, key: str) -> str:
        """Return a SHA-256 of the body (64 hexadecimal digits); BrokenEventError if it is not."""
        value = self.text(key)
        if not _SHA256.fullmatch(value):
            raise BrokenEventError(self.seq, f"has no SHA-256 {key!r}")
        return value

    def number(self, key: str) -> int:
        """Return a whole number of the body; BrokenEventError if there is none."""
        value = self.body.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise BrokenEventError(self.seq, f"has no whole number {key!r}")
        return value

    def day(self, key: str) -> date:
        """Return a date of the body; BrokenEventError if there is none."""
        try:
            return date.fromisoformat(self.text(key))
        except ValueError as error:
            raise BrokenEventError(self.seq, f"has no date {key!r}") from error

    def texts(self, key: str) -> list[str]:
        """Return a list of texts of the body; BrokenEventError if there is none."""
        value = self.body.get(key)
        if isinstance(value, list):
            texts = [item for item in value if isinstance(item, str)]
            if len(texts) == len(value):
                return texts
        raise BrokenEventError(self.seq, f"has no list of texts {key!r}")

    def rows(self, key: str) -> list[list[Json]]:
        """Return a list of lists of the body; BrokenEventError if there is none."""
        value = self.body.get(key)
        if isinstance(value, list):
            rows = [item for item in value if isinstance(item, list)]
            if len(rows) == len(value):
                return rows
        raise BrokenEventError(self.seq, f"has no table {key!r}")


def canonical(value: Json) -> str:
    """Return JSON in the one form that is hashed: sorted keys, no spaces, ASCII."""
    return _CANONICAL.encode(value)


def event_hash(event: Event, body: str | None = None) -> str:
    """Return the hash that an event should have; `body` is its body as canonical JSON, if known.

    The text that is hashed is the canonical JSON of all parts. It is joined here from that of each
    part: a file of 100,000 events is checked whenever it is opened.
    """
    body = canonical(event.body) if body is None else body
    text = (
        f'{event.previous_hash}{{"at":{_quoted(event.at)},"body":{body},'
        f'"kind":{_quoted(event.kind)},"role":{_quoted(event.role)},"seq":{event.seq},'
        f'"who":{_quoted(event.who)}}}'
    )
    return sha256(text.encode("ascii")).hexdigest()


def next_event(last: Event | None, at: datetime, by: Person, kind: str, body: Body) -> Event:
    """Return the event that follows `last` (None: the first)."""
    unhashed = Event(
        seq=1 if last is None else last.seq + 1,
        at=at.astimezone(UTC).isoformat(timespec="microseconds"),
        who=by.name,
        role=by.role,
        kind=kind,
        body=body,
        previous_hash=NO_HASH if last is None else last.hash,
        hash="",
    )
    return replace(unhashed, hash=event_hash(unhashed))


def check_chain(events: Iterable[Event], last: Event | None = None) -> None:
    """Raise BrokenEventError at the first event that does not follow the one before it."""
    for event in events:
        check_next(event, last)
        last = event


def check_next(event: Event, last: Event | None, body: str | None = None) -> None:
    """Raise BrokenEventError unless an event follows `last` (None: it is the first).

    `body` is its body as canonical JSON, if that is known already.
    """
    expected = 1 if last is None else last.seq + 1
    if event.seq != expected:
        raise BrokenEventError(expected, f"is missing: event {event.seq} is in its place")
    if event.previous_hash != (NO_HASH if last is None else last.hash):
        raise BrokenEventError(event.seq, "does not follow the event before it")
    if event.hash != event_hash(event, body):
        raise BrokenEventError(event.seq, "is not what was written: its hash differs")


def text_sha256(text: str) -> str:
    """Return the SHA-256 (hex) of a text's UTF-8."""
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

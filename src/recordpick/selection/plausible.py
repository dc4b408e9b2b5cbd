"""Whether an event could have been written by recordpick: its values, and what was there before.

The chain of hashes shows that nothing was changed by accident. Somebody who can write to the file
can make a new chain, so what an event says is not believed either: at opening, and before an event
is written, each is held against the pack and the events before it. What is refused here is nothing
that recordpick has ever written: a criterion that the pack lacks or that gets more records than it
asks for, a patient twice, a draw whose tickets are not those of its seed, a result of a line that
never was on the list, a time that no clock shows, characters and numbers that no file can hold.
"""

# ruff: noqa: SLF001 - what was checked of a copy is compared with what was checked here

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TypeAlias

from recordpick.criteria.pack import Pack
from recordpick.selection.chains import MERGED, their_chain
from recordpick.selection.events import BrokenEventError, Event, Json
from recordpick.selection.merged import taken_of
from recordpick.selection.tally import Tally

YEARS = range(1970, 2200)
"""Of times: before 1970 there was no clock of a computer to show them."""
DAYS_YEARS = range(1900, 2200)
LARGEST = 2**32 - 1
MOST_MERGES = 200
"""Of copies into one file: each of them is checked from its first event on."""
_LONGEST_ID = 1_000
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00"
)
"""How recordpick writes a time: UTC, with microseconds."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LIST_ID = re.compile(r"RP-[A-Z2-7]{8}-[0-9]{2,10}")
_PATHS = {"folder", "path", "source", "workbook"}
"""Names of files, which may hold bytes that are no text: Python keeps those as lone surrogates."""
_ONE_LINE = {"practice", "reason", "how", "seed", "suggestion_seed", "chosen_by"}
_LINES = {"text"}
_NO_TEXT = {"Cc", "Cs"}

Pair: TypeAlias = "tuple[str | None, str]"


class Plausibility:
    """Checks events in their order. `add` goes on to the next; nothing is kept of one refused.

    `doubts` has a sentence on each event that is taken in and that people should look at.
    """

    def __init__(self, pack: Pack, merged: dict[str, Plausibility] | None = None) -> None:
        """Take the pack that the picks are made for, and the copies merged that were checked."""
        self._pack = pack
        self._events: list[Event] = []
        self._merged: dict[str, Plausibility] = {} if merged is None else merged
        self._room = {criterion.id: criterion.records for criterion in pack.criteria}
        self._tally = Tally()
        self.doubts: list[str] = []

    def check(self, event: Event) -> None:
        """Raise BrokenEventError unless the event could be the next."""
        _check_time(event)
        _check_values(event)
        match event.kind:
            case "created" | "index_used" | "exported":
                _check_of_file(event)
            case "picked":
                self._check_picked(event, _picked(event))
            case "suggested":
                self._check_picked(event, _suggested(event))
            case "removed":
                self._check_removed(event)
            case "noted":
                _check_id(event, event.text("patient_id"))
            case "closed" | "reopened":
                self._check_criterion(event, event.text("criterion_id"))
            case "drawn" | "replaced":
                self._check_drawn(event)
            case "checked":
                self._check_results(event)
            case "merged":
                self._check_merged(event)

    def add(self, event: Event) -> None:
        """Check the event and take it in; BrokenEventError, and nothing changed, otherwise."""
        self.check(event)
        if event.kind == "checked":
            self._doubt_results(event)
        if event.kind == "merged":
            theirs = self._theirs(event)
            self.doubts += [one for one in theirs.doubts if one not in self.doubts]
            self._tally.merge(theirs._tally, taken_of(event))
        else:
            self._tally.add(event)
        self._events.append(event)

    def _theirs(self, event: Event) -> Plausibility:
        """Check all events of the copy that was merged, once for all who ask."""
        theirs = self._merged.get(event.hash)
        if theirs is None:
            if len(self._merged) >= MOST_MERGES:
                raise BrokenEventError(event.seq, "merges more copies than anybody has")
            theirs = Plausibility(self._pack, self._merged)
            for one in their_chain(tuple(self._events), event):
                try:
                    theirs.add(one)
                except BrokenEventError as error:
                    raise BrokenEventError(event.seq, f"has another copy whose {error}") from error
            self._merged[event.hash] = theirs
        return theirs

    def _check_merged(self, event: Event) -> None:
        taken = taken_of(event)
        for criterion_id in (*(one for one, _ in taken.picks), *taken.closed):
            self._check_criterion(event, criterion_id)
        after = self._tally.merged_with(self._theirs(event)._tally, taken)
        for criterion_id, room in self._room.items():
            if after.count(criterion_id) > max(room, self._tally.count(criterion_id)):
                raise BrokenEventError(
                    event.seq, f"picks more records for {criterion_id} than it asks for"
                )

    def _check_criterion(self, event: Event, criterion_id: str | None) -> None:
        if criterion_id is not None and criterion_id not in self._room:
            raise BrokenEventError(
                event.seq, f"is about a criterion that the pack does not have: {criterion_id!r}"
            )

    def _check_picked(self, event: Event, pairs: list[Pair]) -> None:
        if not pairs:
            raise BrokenEventError(event.seq, "picks nobody")
        new: dict[str | None, int] = {}
        for criterion_id, patient_id in pairs:
            self._check_criterion(event, criterion_id)
            _check_id(event, patient_id)
            new[criterion_id] = new.get(criterion_id, 0) + 1
            if self._tally.is_picked((criterion_id, patient_id)):
                raise BrokenEventError(
                    event.seq, f"picks somebody who is picked for {criterion_id} already"
                )
        if len(set(pairs)) != len(pairs):
            raise BrokenEventError(event.seq, "picks somebody twice")
        for criterion_id, number in new.items():
            room = self._room[criterion_id or ""] - self._tally.count(criterion_id)
            if number > room:
                raise BrokenEventError(
                    event.seq, f"picks more records for {criterion_id} than it asks for"
                )

    def _check_removed(self, event: Event) -> None:
        criterion_id = event.text_or_none("criterion_id")
        self._check_criterion(event, criterion_id)
        patients = event.texts("patient_ids")
        gone = all(self._tally.is_picked((criterion_id, patient)) for patient in patients)
        if not gone or not patients or len(set(patients)) != len(patients):
            raise BrokenEventError(event.seq, "removes somebody who is not picked")

    def _check_drawn(self, event: Event) -> None:
        seed, rows = event.text("seed"), event.rows("drawn")
        if seed != self._tally.seed:
            raise BrokenEventError(event.seq, "draws with another seed than was fixed")
        eligible, asked = event.number("eligible"), event.number("asked")
        _check_sha256(event, "eligible_sha256")
        drawn = list(_drawn(event, rows))
        patients, places = [one[0] for one in drawn], [one[1] for one in drawn]
        if not 1 <= len(drawn) <= min(asked, eligible):
            raise BrokenEventError(event.seq, "draws more records than there are or were asked for")
        if not all(1 <= place <= eligible for place in places) or len(set(places)) != len(places):
            raise BrokenEventError(event.seq, "draws records from places that there are not")
        if len(set(patients)) != len(patients) or self._tally.is_any_drawn(seed, patients):
            raise BrokenEventError(event.seq, "draws somebody twice")
        _check_tickets(event, seed, patients, [one[2] for one in drawn])
        _check_strata(event, eligible, len(drawn))
        if event.kind == "replaced":
            if len(drawn) != 1:
                raise BrokenEventError(event.seq, "replaces one record by several")
            if not self._tally.is_picked((None, event.text("patient_id"))):
                raise BrokenEventError(event.seq, "replaces somebody who was not drawn")

    def _check_results(self, event: Event) -> None:
        for row in event.rows("results"):
            match row:
                case [str() | None as criterion_id, str(patient_id), int(line), int(record), *_]:
                    pass
                case _:
                    raise BrokenEventError(event.seq, "has a result that is none")
            self._check_criterion(event, criterion_id)
            _check_id(event, patient_id)
            if line < 1 or record < 1:
                raise BrokenEventError(event.seq, "has a result of a line that there is not")

    def _doubt_results(self, event: Event) -> None:
        """Doubt results of lines that no list can have had, at whatever time it was made."""
        never = sum(
            not self._tally.was_ever_picked((row[0], row[1]))  # type: ignore[arg-type]
            for row in event.rows("results")
        )
        if never:
            count = "a result" if never == 1 else f"{never:,} results"
            self.doubts.append(
                f"Event {event.seq} ({event.who}) has {count} of patients who were never picked "
                "for the criterion: check where that workbook came from."
            )


def _picked(event: Event) -> list[Pair]:
    criterion_id = event.text("criterion_id")
    return [(criterion_id, patient_id) for patient_id in event.texts("patient_ids")]


def _suggested(event: Event) -> list[Pair]:
    pairs: list[Pair] = []
    for row in event.rows("picks"):
        match row:
            case [str(criterion_id), str(patient_id)]:
                pairs.append((criterion_id, patient_id))
            case _:
                raise BrokenEventError(event.seq, "has a suggested record that is none")
    return pairs


def _drawn(event: Event, rows: list[list[Json]]) -> Iterator[tuple[str, int, str]]:
    for row in rows:
        match row:
            case [str(patient_id), int(place), str(ticket_number)]:
                _check_id(event, patient_id)
                yield patient_id, place, ticket_number
            case _:
                raise BrokenEventError(event.seq, "has a drawn record that is none")


def _check_tickets(event: Event, seed: str, patients: list[str], tickets: list[str]) -> None:
    import polars as pl

    from recordpick.picking.tickets import ticket_numbers

    if ticket_numbers(pl.Series(patients, dtype=pl.String), seed).to_list() != tickets:
        raise BrokenEventError(event.seq, "draws records whose tickets are not those of the seed")


def _check_strata(event: Event, eligible: int, drawn: int) -> None:
    if "strata" not in event.body:
        return
    _check_sha256(event, "strata_sha256")
    sums = [0, 0]
    for row in event.rows("strata"):
        match row:
            case [str(), int(of_stratum), int(drawn_of_it)] if drawn_of_it <= of_stratum:
                sums = [sums[0] + of_stratum, sums[1] + drawn_of_it]
            case _:
                raise BrokenEventError(event.seq, "has a stratum that is none")
    if sums != [eligible, drawn]:
        raise BrokenEventError(event.seq, "has strata that do not add up to those eligible")


def _check_time(event: Event) -> None:
    """Raise BrokenEventError unless the time is written as recordpick does, and can be so."""
    try:
        fits = event.on.year in YEARS and _TIME.fullmatch(event.at) is not None
    except OverflowError:
        fits = False
    if not fits:
        raise BrokenEventError(
            event.seq, f"has a time that it cannot have: {event.at!r} (check the computer's clock)"
        )


def _check_of_file(event: Event) -> None:
    if event.kind == "exported":
        _check_sha256(event, "sha256")
        if "list_id" in event.body and not _LIST_ID.fullmatch(event.text("list_id")):
            raise BrokenEventError(event.seq, "hands over a list with a name that is none")
    else:
        _check_index(event)


def _check_index(event: Event) -> None:
    _check_sha256(event, "practice_index")
    if event.day("as_at").year not in DAYS_YEARS:
        raise BrokenEventError(event.seq, "has a day of the extract that it cannot have")
    if event.kind == "created" and not isinstance(event.body.get("synthetic"), bool):
        raise BrokenEventError(event.seq, "does not say whether the patients are made up")


def _check_sha256(event: Event, key: str) -> None:
    if not _SHA256.fullmatch(event.text(key)):
        raise BrokenEventError(event.seq, f"has no SHA-256 {key!r}")


def _check_id(event: Event, patient_id: str) -> None:
    if not patient_id or len(patient_id) > _LONGEST_ID:
        raise BrokenEventError(event.seq, "has a patient number that is none")


def _check_values(event: Event) -> None:
    """Raise BrokenEventError for characters and numbers that no file or screen can hold."""
    event.by  # noqa: B018 - says whether the role is known
    _check_text(event, event.who, "the name of who did it")
    for key, value in event.body.items():
        if event.kind == MERGED and key == "events":
            continue  # each of them is checked for itself
        if isinstance(value, str) and value.isascii() and value.isprintable():
            continue  # nearly all are, and a file may have 100,000
        if key in _ONE_LINE and isinstance(value, str):
            _check_text(event, value, key)
        elif key in _LINES and isinstance(value, str):
            _check_text(event, value.replace("\n", ""), key)
        for one in _leaves(value):
            if not (isinstance(one, str) and one.isascii()):
                _check_leaf(event, key, one)


def _check_leaf(event: Event, key: str, value: str | int) -> None:
    if isinstance(value, bool):
        if key != "synthetic":
            raise BrokenEventError(event.seq, f"has {key!r} with yes or no in it")
    elif isinstance(value, int):
        if not 0 <= value <= LARGEST:
            raise BrokenEventError(event.seq, f"has {key!r} with a number that is too large")
    elif not value.isascii():
        try:
            value.encode("utf-8", "surrogateescape" if key in _PATHS else "strict")
        except UnicodeEncodeError as error:
            raise BrokenEventError(
                event.seq, f"has {key!r} with a character that is no text"
            ) from error


def _check_text(event: Event, text: str, what: str) -> None:
    if not text.isprintable() and any(unicodedata.category(one) in _NO_TEXT for one in text):
        raise BrokenEventError(event.seq, f"has a character that is no text in {what!r}")


def _leaves(value: Json) -> list[str | int]:
    """Return all texts and numbers in a value, however deep."""
    found: list[str | int] = []
    waiting: list[Json] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif one is not None:
            found.append(one)
    return found

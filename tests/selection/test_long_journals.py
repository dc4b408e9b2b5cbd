"""A journal of very many events costs what its events change, and undo restores everything."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from working_files import JO, START, new_file

from recordpick.selection.events import BrokenEventError, Event, canonical, event_hash, next_event
from recordpick.selection.history import History, replay
from recordpick.selection.ledger import Log, Table, revert

NOTES = 3_000
MOST_BYTES_AN_EVENT = 4_000

KEYS = st.sampled_from("abcdef")
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("put"), KEYS, st.integers(0, 9)),
        st.tuples(st.just("drop"), KEYS, st.none()),
        st.tuples(st.just("clear"), st.none(), st.none()),
    ),
    max_size=8,
)


def change(table: Table[str, int], changes: list[tuple]) -> Log:
    log: Log = []
    for what, key, value in changes:
        if what == "put":
            table.put(key, value, log)
        elif what == "drop":
            table.drop(key, log)
        else:
            table.clear(log)
    return log


@given(st.lists(st.tuples(CHANGES, st.booleans()), max_size=8))
def test_taking_back_restores_values_and_their_order(steps: list[tuple[list[tuple], bool]]) -> None:
    """Whatever was changed and taken back before."""
    table: Table[str, int] = Table()
    states: list[list[tuple[str, int]]] = []
    logs: list[Log] = []
    for changes, undo in steps:
        states.append(list(table.items()))
        logs.append(change(table, changes))
        if undo:
            revert(logs.pop())
            assert list(table.items()) == states.pop()
    while logs:
        revert(logs.pop())
        assert list(table.items()) == states.pop()
    assert len(table) == 0


@given(CHANGES)
def test_values_are_in_the_order_in_which_they_were_added(changes: list[tuple]) -> None:
    """As in a dictionary of Python: a value that is replaced keeps its place."""
    table: Table[str, int] = Table()
    change(table, changes)
    plain: dict[str, int] = {}
    for what, key, value in changes:
        if what == "put":
            plain[key] = value
        elif what == "drop":
            plain.pop(key, None)
        else:
            plain.clear()
    assert list(table.items()) == list(plain.items())


def long_journal(created: Event) -> list[Event]:
    """Notes of as many patients, the last third of them undone and done again."""
    events = [created]

    def add(kind, body) -> None:
        at = START + timedelta(seconds=len(events))
        events.append(next_event(events[-1], at, JO, kind, body))

    for number in range(NOTES):
        add("noted", {"patient_id": f"P{number}", "text": f"note {number}"})
    for event in reversed(events[-NOTES // 3 :]):
        add("undone", {"of": event.seq})
    for event in events[-2 * NOTES // 3 : -NOTES // 3]:
        add("redone", {"of": event.seq})
    return events


def test_memory_grows_with_the_events_and_not_with_what_was_decided_before(tmp_path) -> None:
    """No state is copied for an event, be it done, undone or done again."""
    with new_file(tmp_path / "long.recordpick") as file:
        events = long_journal(file.events[0])
    tracemalloc.start()
    history = History()
    try:
        for event in events:
            history.add(event)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MOST_BYTES_AN_EVENT * len(events)
    assert history.selection().notes == {f"P{n}": f"note {n}" for n in range(NOTES)}


def test_a_selection_that_was_read_stays_as_it_was(tmp_path) -> None:
    """What is decided later does not show in it: exports and screens hold on to it."""
    with new_file(tmp_path / "work.recordpick") as file:
        file.pick("MED-04", ["P01", "P02"])
        file.note("P01", "first")
        before = file.selection
        said = (before.picks, dict(before.notes), dict(before.closed))
        file.remove("MED-04", ["P01"])
        file.note("P01", "second")
        file.close_criterion("DEM-01", "nobody")
        file.undo()
        file.undo()
        file.undo()
        assert (before.picks, dict(before.notes), dict(before.closed)) == said
        assert file.selection.picks == before.picks  # in the same order


def test_an_event_that_is_refused_half_way_changes_nothing(tmp_path) -> None:
    """A forged event whose last part is not a record picks none of what its first parts name."""
    with new_file(tmp_path / "work.recordpick") as file:
        file.pick("MED-04", ["P01"])
        events = list(file.events)
    body = {"picks": [["DEM-01", "P02"], ["DEM-01", 3]], "how": "ticket"}
    forged = next_event(events[-1], START, JO, "suggested", body)
    history = History()
    for event in events:
        history.add(event)
    before = history.selection()
    with pytest.raises(BrokenEventError, match="suggested record"):
        history.add(forged)
    assert history.selection().picks == before.picks
    assert history.selection().picks == replay(events).picks


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.text(), st.text(), st.text(), st.dictionaries(st.text(), _JSON, max_size=3))
def test_the_hash_is_that_of_the_canonical_json_of_all_parts(at, who, kind, body) -> None:
    """As docs/working-file.md describes it, for any texts."""
    from hashlib import sha256

    event = Event(7, at, who, "practice", kind, body, "ab" * 32, "")
    content = {
        "seq": 7, "at": at, "who": who, "role": "practice", "kind": kind, "body": body,
    }  # fmt: skip
    expected = sha256(("ab" * 32 + canonical(content)).encode("ascii")).hexdigest()
    assert event_hash(event) == expected

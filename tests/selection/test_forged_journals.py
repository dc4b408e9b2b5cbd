"""Journals with a sound chain that say what recordpick never wrote: refused, the event named."""

from __future__ import annotations

import copy

import pytest
from working_files import JO, START, filled, new_file, worked_on

from recordpick.selection.event_validation import EventValidator
from recordpick.selection.events import BrokenEventError, next_event
from recordpick.selection.history import replay
from recordpick.selection.opening import DamagedFileError
from recordpick.selection.working_file import WorkingFile
from small_journals import read_journal, write_journal

PICKED = {"criterion_id": "DEM-01", "patient_ids": ["P20"], "chosen_by": "staff"}
NOTED = {"patient_id": "P20", "text": "seen"}
CHECKED = {
    "phase": "first check",
    "list_id": "RP-AAAAAAAA-01",
    "workbook": "sheets.xlsx",
    "sha256": "ab" * 32,
    "results": [["DEM-01", "P01", 1, 1, "same", "", "", "", None]],
}


@pytest.fixture
def events(path):
    worked_on(path).close()
    return read_journal(path)


def refused(path, events, number):
    """The file is damaged at that event, says so, and what is before it can be read."""
    write_journal(path, events)
    with pytest.raises(DamagedFileError, match=rf"event {number} ") as error:
        WorkingFile.open(path, JO)
    str(error.value).encode("utf-8")
    assert error.value.sound_events == number - 1
    if number > 1:
        with WorkingFile.open(path, JO, salvage=True) as file:
            assert len(file.events) == number - 1
    return str(error.value)


def with_one_more(events, kind, body, **others):
    return [*events, {**events[-1], "kind": kind, "body": body, **others}]


@pytest.mark.parametrize(
    "at",
    [
        "0001-01-01T00:00:00.000000+00:00",
        "9999-12-31T23:59:59.999999+00:00",
        "9999-12-31T23:59:59.999999-14:00",
        "0001-01-01T00:00:00.000000+14:00",
        "1969-12-31T23:59:59.999999+00:00",
        "2200-01-01T00:00:00.000000+00:00",
        "2026-10-05T09:30:00+00:00",
        "2026-10-05T10:30:00.000000+01:00",
        "20261005T093000Z",
        "2026-10-05",
        "",
    ],
)
def test_times_that_no_clock_shows(path, events, at):
    """Of year 1 or 9999, or written otherwise than recordpick does."""
    more = with_one_more(events, "noted", NOTED, at=at)
    assert "time" in refused(path, more, len(more))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("noted", {"patient_id": "P20", "text": "half \ud800 a character"}),
        ("noted", {"patient_id": "\udc80", "text": "seen"}),
        ("noted", {"patient_id": "", "text": "seen"}),
        ("noted", {"patient_id": "P20", "text": "bell \x07"}),
        ("noted", {"patient_id": "P20", "text": ["seen"]}),
        ("noted", {"patient_id": 20, "text": "seen"}),
        ("picked", {**PICKED, "criterion_id": "NONE-01"}),
        ("picked", {**PICKED, "criterion_id": None}),
        ("picked", {**PICKED, "patient_ids": []}),
        ("picked", {**PICKED, "patient_ids": ["P20", "P20"]}),
        ("picked", {**PICKED, "patient_ids": ["P06"]}),
        ("picked", {**PICKED, "patient_ids": ["P20", "P21", "P22"]}),
        ("picked", {**PICKED, "chosen_by": "random"}),
        ("suggested", {"picks": [["NONE-01", "P20"]], "how": "ticket"}),
        ("suggested", {"picks": [["ALL-02", "P20"], ["ALL-02", "P20"]], "how": "ticket"}),
        ("suggested", {"picks": [["ALL-02", f"P1{n}"] for n in range(4)], "how": "ticket"}),
        ("removed", {"criterion_id": "DEM-01", "patient_ids": ["P20"], "reason": ""}),
        ("removed", {"criterion_id": "NONE-01", "patient_ids": ["P01"], "reason": ""}),
        ("closed", {"criterion_id": "NONE-01", "reason": "none"}),
        ("closed", {"criterion_id": "DEM-01", "reason": "a\nb"}),
        ("reopened", {"criterion_id": "NONE-01"}),
        ("seed_fixed", {"seed": "1\x1b[2J", "source": "entered", "reason": ""}),
        ("checked", {**CHECKED, "results": [["NONE-01", *CHECKED["results"][0][1:]]]}),
        ("checked", {**CHECKED, "results": [["DEM-01", "P01", 0, *CHECKED["results"][0][3:]]]}),
        ("checked", {**CHECKED, "results": [["DEM-01", "P01", 2**63, *CHECKED["results"][0][3:]]]}),
        ("checked", {**CHECKED, "results": [["DEM-01", "P01", True, *CHECKED["results"][0][3:]]]}),
        ("checked", {**CHECKED, "results": [["DEM-01", "P01", 1]]}),
        ("exported", {"path": "x", "sha256": "12"}),
        ("exported", {"path": "x", "sha256": 2**63}),
        ("index_used", {"practice_index": "ab" * 32, "as_at": "9999-12-31", "folder": ""}),
        ("index_used", {"practice_index": "ab" * 32, "as_at": "0001-01-01", "folder": ""}),
        ("index_used", {"practice_index": "ab", "as_at": "2026-10-01", "folder": ""}),
        ("undone", {"of": 2**63}),
        ("undone", {"of": float("nan")}),
        ("undone", {"of": 1e300}),
        ("dreamt", {}),
    ],
)
def test_what_recordpick_never_wrote(path, events, kind, body):
    """Characters and numbers that no file can hold, picks that could not be made, unknown kinds."""
    more = with_one_more(events, kind, body)
    refused(path, more, len(more))


@pytest.mark.parametrize("who", ["\x1b[2J", "\udcff", "Al\nGone"])
def test_names_that_nobody_could_type(path, events, who):
    """A terminal would obey them."""
    more = with_one_more(events, "noted", NOTED, who=who)
    refused(path, more, len(more))


def drawn_at(events):
    return next(place for place, event in enumerate(events) if event["kind"] == "drawn")


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["drawn"].append(list(body["drawn"][0])),
        lambda body: body["drawn"][0].__setitem__(0, "P29x"),
        lambda body: body["drawn"][0].__setitem__(1, 0),
        lambda body: body["drawn"][0].__setitem__(1, 2**40),
        lambda body: body["drawn"][1].__setitem__(1, body["drawn"][0][1]),
        lambda body: body["drawn"][0].__setitem__(2, "0.1"),
        lambda body: body.__setitem__("asked", 1),
        lambda body: body.__setitem__("eligible", 2),
        lambda body: body.__setitem__("eligible", 2**63),
        lambda body: body.__setitem__("seed", "another"),
        lambda body: body.__setitem__("eligible_sha256", ""),
        lambda body: body.__setitem__("drawn", []),
        lambda body: body.update(strata=[["F 40", 1, 1]], strata_sha256="ab" * 32),
    ],
)
def test_draws_that_the_seed_does_not_give(path, events, change):
    """Somebody drawn twice, tickets of another seed, places that there are not."""
    place = drawn_at(events)
    change(events[place]["body"])
    refused(path, events, place + 1)


def test_a_draw_that_is_there_twice(path, events):
    """The same records cannot be drawn again with the same seed."""
    place = drawn_at(events)
    events.insert(place + 1, copy.deepcopy(events[place]))
    refused(path, events, place + 2)


def test_a_result_of_a_line_that_no_list_had_is_reported(path, events):
    """It is kept, since nothing may vanish; opening names the event and who took it in."""
    body = {**CHECKED, "results": [["DEM-01", "P25", 1, 1, "same", "", "", "", None]]}
    more = with_one_more(events, "checked", body)
    write_journal(path, more)
    with WorkingFile.open(path, JO) as file:
        assert f"Event {len(more)} ({JO.name}) has a result of patients who were" in str(
            file.warnings
        )


def test_results_of_a_pick_that_was_undone_are_nothing_odd(path):
    """They were on the list that was checked."""
    with new_file(path) as file:
        file.pick("DEM-01", ["P01"])
        file.remove("DEM-01", ["P01"])
        file.import_results(filled("first check", "ab" * 32, {("DEM-01", "P01"): ("same",)}))
    with WorkingFile.open(path, JO, now=lambda: START.replace(year=2027)) as file:
        assert file.warnings == ()


def test_a_clock_that_cannot_be_right_writes_nothing(path):
    """The file could not be opened again: nothing is saved before the clock is set."""
    with new_file(path) as file:
        file._now = lambda: START.replace(year=2300)
        with pytest.raises(BrokenEventError, match="check the computer's clock"):
            file.pick("DEM-01", ["P01"])
        file._now = lambda: START
        file.pick("DEM-01", ["P01"])


def test_who_is_picked_is_counted_as_the_selection_has_it(path):
    """Through undoing, doing again, seeds and replacements."""
    with worked_on(path) as file:
        for do in (file.undo, file.undo, file.undo, file.redo, file.redo):
            do()
            plausible = EventValidator(file.pack)
            for event in file.events:
                plausible.add(event)
            selection = replay(file.events)
            for criterion in (None, "MED-04", "DEM-01", "ALL-02"):
                assert plausible._tally.count(criterion) == selection.count(criterion)
            for pick in selection.picks:
                assert plausible._tally.is_picked((pick.criterion_id, pick.patient_id))


def test_an_event_that_is_refused_leaves_nothing_behind(path):
    """The next one is checked as if it had not been there."""
    with new_file(path) as file:
        plausible = EventValidator(file.pack)
        plausible.add(file.events[0])
        last = file.events[0]
        bad = {**PICKED, "patient_ids": ["P20", "P20"]}
        with pytest.raises(BrokenEventError):
            plausible.add(next_event(last, START, JO, "picked", bad))
        plausible.add(next_event(last, START, JO, "picked", PICKED))

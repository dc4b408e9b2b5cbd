"""Damage: any changed byte is noticed or makes no difference, and what is sound is saved."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from working_files import JO, START, worked_on

from examples import examples
from recordpick.errors import UserError
from recordpick.selection.backup import back_up
from recordpick.selection.database import STATEMENTS
from recordpick.selection.events import next_event
from recordpick.selection.history import replay
from recordpick.selection.opening import DamagedFileError
from recordpick.selection.store import Store
from recordpick.selection.working_file import WorkingFile

COLUMNS = ["at", "who", "role", "kind", "body", "previous_hash", "hash"]
TRIGGERS = [statement for statement in STATEMENTS if statement.startswith("CREATE TRIGGER")]


def change(path, *statements, triggers=True):
    """Change a file as somebody would who knows how: without the triggers, then with them again."""
    connection = sqlite3.connect(path)
    for trigger in TRIGGERS:
        connection.execute(f"DROP TRIGGER {trigger.split()[2]}")
    for statement in statements:
        connection.execute(*statement)
    for trigger in TRIGGERS if triggers else ():
        connection.execute(trigger)
    connection.commit()
    connection.close()


@pytest.fixture
def sound(tmp_path):
    """A closed file with a little of everything: its bytes and its events."""
    folder = tmp_path.with_name("sound")
    folder.mkdir()
    file = worked_on(folder / "practice.recordpick")
    file.close()
    return file.path.read_bytes(), file.events


def damaged(path):
    with pytest.raises(DamagedFileError) as error:
        WorkingFile.open(path, JO)
    return error.value


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_character_of_an_event_is_noticed(sound, tmp_path, data):
    """The event is named, and everything before it can be read."""
    content, events = sound
    path = tmp_path / "changed.recordpick"
    path.write_bytes(content)
    event = data.draw(st.sampled_from(events))
    column = data.draw(st.sampled_from(COLUMNS))
    connection = sqlite3.connect(path)
    query = f"SELECT {column} FROM events WHERE seq = ?"
    text = connection.execute(query, (event.seq,)).fetchone()[0]
    connection.close()
    place = data.draw(st.integers(0, len(text)))
    new = data.draw(st.characters(codec="utf-8", exclude_characters="\x00" + text[place:][:1]))
    changed = text[:place] + new + text[place + data.draw(st.integers(0, 1)) :]
    change(path, (f"UPDATE events SET {column} = ? WHERE seq = ?", (changed, event.seq)))
    error = damaged(path)
    assert f"event {event.seq}" in str(error)
    assert error.sound_events == event.seq - 1
    if event.seq == 1:
        assert "Nothing in it can be read" in str(error)
        return
    with WorkingFile.open(path, JO, salvage=True) as file:
        assert file.read_only
        assert f"event {event.seq}" in file.damage
        assert file.selection == replay(events[: event.seq - 1])


def test_an_event_that_is_gone_is_noticed(sound, tmp_path):
    """In the middle or at the end."""
    content, events = sound
    for gone in range(2, len(events) + 1):
        path = tmp_path / f"{gone}.recordpick"
        path.write_bytes(content)
        change(path, ("DELETE FROM events WHERE seq = ?", (gone,)))
        assert damaged(path).sound_events == gone - 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pack_files SET text = replace(text, 'records = 3', 'records = 9')",
        "UPDATE pack_files SET name = 'other.toml'",
        "DELETE FROM pack_files",
    ],
)
def test_a_changed_pack_is_noticed(sound, tmp_path, statement):
    """What was picked would no longer be what the supplier asked for."""
    path = tmp_path / "changed.recordpick"
    path.write_bytes(sound[0])
    change(path, (statement,))
    assert "criteria pack" in str(damaged(path))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE meta SET value = 'somebody' WHERE key = 'made_by'",
        "DELETE FROM meta WHERE key = 'what_it_is'",
        "INSERT INTO meta VALUES ('more', 'than was written')",
        "UPDATE meta SET value = '1 00' WHERE key = 'last_event'",
        "CREATE TABLE more(x)",
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER more AFTER INSERT ON events BEGIN SELECT 1; END",
        "CREATE INDEX more ON events(at)",
    ],
)
def test_what_recordpick_did_not_write_is_noticed(sound, tmp_path, statement):
    """Tables, triggers and facts of somebody else's; everything that we wrote can be read."""
    content, events = sound
    path = tmp_path / "changed.recordpick"
    path.write_bytes(content)
    change(path, (statement,))
    assert damaged(path).sound_events == len(events)
    with WorkingFile.open(path, salvage=True) as file:
        assert file.events == events


def test_a_view_that_never_ends_is_not_read(sound, tmp_path):
    """A file that somebody made to do harm is refused at once, also to save what is sound."""
    path = tmp_path / "changed.recordpick"
    path.write_bytes(sound[0])
    endless = (
        "CREATE VIEW events AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) "
        "SELECT i AS seq, '' AS at, '' AS who, '' AS role, '' AS kind, '' AS body, "
        "'' AS previous_hash, '' AS hash FROM n"
    )
    change(path, ("ALTER TABLE events RENAME TO old",), (endless,), triggers=False)
    for how in ({}, {"salvage": True}):
        with pytest.raises(DamagedFileError) as error:
            WorkingFile.open(path, JO, **how)
        assert error.value.sound_events == 0


def test_events_that_are_well_hashed_but_make_no_sense(path):
    """Somebody who recomputes the hashes still cannot make recordpick fall over."""
    bodies = [
        ("picked", {"criterion_id": "MED-04", "patient_ids": "P01", "chosen_by": "staff"}),
        ("picked", {"criterion_id": "MED-04", "patient_ids": ["P01", 2], "chosen_by": "staff"}),
        ("picked", {"criterion_id": "MED-04", "patient_ids": ["P01"], "chosen_by": "random"}),
        ("suggested", {"picks": [["MED-04"]], "how": "ticket"}),
        ("seed_fixed", {"seed": "1", "source": "guessed", "reason": ""}),
        ("drawn", {"seed": "1", "eligible": True, "eligible_sha256": "", "asked": 1, "drawn": []}),
        ("drawn", {"seed": "1", "eligible": 1, "eligible_sha256": "", "asked": 1, "drawn": []}),
        ("undone", {"of": 1}),
        ("redone", {"of": 2}),
        ("index_used", {"practice_index": "", "as_at": "today", "folder": ""}),
        ("created", {}),
        ("dreamt", {}),
    ]
    for number, (kind, body) in enumerate(bodies):
        path = path.with_name(f"{number}.recordpick")
        file = worked_on(path)
        events = file.events
        file.close()
        with Store.connected(path, "rw") as store:
            store.append(next_event(events[-1], START, JO, kind, body))
        error = damaged(path)
        assert f"event {events[-1].seq + 1} " in str(error)
        assert error.sound_events == len(events)


def test_any_flipped_bit_is_noticed_or_makes_no_difference(sound, tmp_path):
    """Over the whole file, a sample: no wrong selection is ever shown, and opening never fails
    otherwise than in words."""
    content, events = sound
    path = tmp_path / "flipped.recordpick"
    chance = random.Random(20261001)
    noticed = 0
    for _ in range(250):
        place, bit = chance.randrange(len(content)), chance.randrange(8)
        flipped = bytearray(content)
        flipped[place] ^= 1 << bit
        path.write_bytes(flipped)
        try:
            with WorkingFile.open(path, read_only=True) as file:
                assert file.events == events
        except UserError:
            noticed += 1
            check_salvage(path, events)
    assert noticed > 40  # the rest was in space that holds nothing


def check_salvage(path, events):
    """What is saved from a damaged file is the truth, as far as it goes."""
    try:
        with WorkingFile.open(path, salvage=True) as file:
            assert file.events == events[: len(file.events)]
            assert file.selection == replay(events[: len(file.events)])
    except UserError:
        pass


def test_any_truncation_is_noticed(sound, tmp_path):
    """At any length, a sample."""
    content, events = sound
    path = tmp_path / "cut.recordpick"
    chance = random.Random(7)
    for length in sorted(chance.randrange(len(content)) for _ in range(60)):
        path.write_bytes(content[:length])
        with pytest.raises(UserError):
            WorkingFile.open(path, JO)
        check_salvage(path, events)


def test_a_damaged_file_names_the_last_copy(sound, tmp_path):
    """So that people know how to go on."""
    content, events = sound
    path = tmp_path / "practice.recordpick"
    path.write_bytes(content)
    copy = back_up(path, START.date())
    change(path, ("UPDATE events SET who = 'Nobody' WHERE seq = 5",))
    error = damaged(path)
    assert error.backup == copy
    assert copy.name in str(error)
    with WorkingFile.open(copy, JO) as file:
        assert file.events == events


def test_a_damaged_file_is_not_copied_over_the_sound_copies(sound, tmp_path):
    """Nor locked, nor changed."""
    path = tmp_path / "practice.recordpick"
    path.write_bytes(sound[0])
    change(path, ("UPDATE events SET who = 'Nobody' WHERE seq = 5",))
    content = path.read_bytes()
    damaged(path)
    assert path.read_bytes() == content
    assert [beside.name for beside in tmp_path.iterdir()] == [path.name]


def test_the_chain_can_be_checked_with_plain_python(sound, tmp_path):
    """The few lines of docs/working-file.md, run as they stand there."""
    docs = Path(__file__).resolve().parents[2] / "docs" / "working-file.md"
    code = docs.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    path = tmp_path / "practice.recordpick"
    path.write_bytes(sound[0])
    said: dict[str, object] = {}
    exec(code.replace('"practice.recordpick"', repr(str(path))), said)
    assert said["previous"] == sound[1][-1].hash

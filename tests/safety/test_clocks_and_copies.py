"""A clock put back, a drive that vanishes, a file copied while it is written: told, and no harm."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "selection"))

from working_files import JO, START, new_file, worked_on

from recordpick.errors import UserError
from recordpick.selection.backup import back_up
from recordpick.selection.database import connect
from recordpick.selection.events import next_event
from recordpick.selection.opening import DamagedFileError
from recordpick.selection.store import Store
from recordpick.selection.working_file import WorkingFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "practice.recordpick"


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def test_a_clock_that_was_put_back_changes_no_order_and_is_reported(path: Path) -> None:
    """Each change follows the one before it by number and hash; undo takes back the last made."""
    new_file(path).close()
    for hours, patient in ((5, "P01"), (-48, "P02"), (6, "P03")):
        with WorkingFile.open(path, JO, now=lambda hours=hours: at(hours)) as file:
            file.pick("MED-04", [patient])
    with WorkingFile.open(path, JO, now=lambda: at(7)) as file:
        assert [pick.patient_id for pick in file.selection.of("MED-04")] == ["P01", "P02", "P03"]
        assert "clock was put back once" in file.warnings[0]
        assert "before event 3" in file.warnings[0]
        assert "P03" not in [pick.patient_id for pick in file.undo().picks]


def test_a_clock_that_is_behind_the_journal_is_reported(path: Path) -> None:
    """Before anything is written with a wrong time; a minute between two computers is none."""
    new_file(path).close()
    with WorkingFile.open(path, JO, now=lambda: at(-24)) as file:
        assert "set the clock right" in file.warnings[0]
        assert not file.read_only
    with WorkingFile.open(path, JO, now=lambda: START - timedelta(seconds=60)) as file:
        assert file.warnings == ()


def test_a_clock_far_ahead_does_not_cost_the_copies(path: Path) -> None:
    """A copy dated 2099 is one of the five; the others are the newest by their own dates."""
    worked_on(path).close()
    days = [START.date() + timedelta(days=day) for day in range(6)]
    for day in [*days[:5], datetime(2099, 1, 1, tzinfo=UTC).date(), days[5]]:
        back_up(path, day)
    kept = sorted(beside.name for beside in path.parent.glob("*.backup"))
    assert len(kept) == 5
    assert f"{path.name}.{days[5].isoformat()}.backup" in kept


def test_a_folder_that_vanishes_while_the_file_is_open_is_reported(path: Path) -> None:
    """As a network drive does: nothing is shown that was not written; it can be opened again."""
    folder = path.parent / "drive"
    folder.mkdir()
    file = new_file(folder / path.name)
    file.pick("MED-04", ["P01"])
    gone = folder.rename(path.parent / "gone")
    with pytest.raises(UserError, match="is gone, so nothing was saved"):
        file.pick("MED-04", ["P02"])
    assert [pick.patient_id for pick in file.selection.picks] == ["P01"]
    file.close()
    gone.rename(folder)
    with WorkingFile.open(folder / path.name, JO) as again:
        assert not again.read_only, again.why_read_only
        assert [pick.patient_id for pick in again.selection.picks] == ["P01"]


def snapshots(path: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Give a working file's bytes before, amid and after a change, and its journal's."""
    before = path.read_bytes()
    with Store.connected(path, "ro") as store:
        last = store.read().events[-1]
    body = {"patient_id": "P09", "text": "x" * 1_900}
    event = next_event(last, at(1), JO, "noted", body)
    connection = connect(path, "rw")
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("PRAGMA cache_spill = 1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO events(seq, at, who, role, kind, body, previous_hash, hash) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (event.seq, event.at, event.who, event.role, event.kind, "{}", "", ""),
    )
    for number in range(300):  # more than the cache holds, so that pages reach the file early
        connection.execute(
            "INSERT INTO pack_files(position, name, text) VALUES (?, ?, ?)",
            (1_000 + number, str(number), "x" * 4_000),
        )
    amid, journal = path.read_bytes(), path.with_name(f"{path.name}-journal").read_bytes()
    connection.execute("ROLLBACK")
    connection.close()
    with WorkingFile.open(path, JO, now=lambda: at(2)) as file:
        file.note("P09", "after")
    return (
        {"before": before, "amid": amid, "after": path.read_bytes()},
        {"none": b"", "amid": journal},
    )


def test_a_copy_made_while_a_change_was_written_is_whole_or_said_to_be_damaged(path: Path) -> None:
    """A synchronising program takes the file and its journal at any moment, in any order."""
    worked_on(path).close()
    with WorkingFile.open(path, read_only=True) as file:
        events = file.events
    databases, journals = snapshots(path)
    assert databases["amid"] != databases["before"]
    outcomes = {}
    for database, content in databases.items():
        for journal, pages in journals.items():
            copy = path.parent / f"{database}-{journal}" / path.name
            copy.parent.mkdir()
            copy.write_bytes(content)
            if pages:
                copy.with_name(f"{path.name}-journal").write_bytes(pages)
            with suppress(DamagedFileError):
                outcomes[database, journal] = -1
                with WorkingFile.open(copy, JO, now=lambda: at(3)) as file:
                    assert file.events[: len(events)] == events
                    outcomes[database, journal] = len(file.events) - len(events)
    assert outcomes["before", "none"] == 0
    assert outcomes["before", "amid"] == 0
    assert outcomes["amid", "none"] == -1
    assert outcomes["amid", "amid"] == 0, "a change that was cut off is taken back"
    assert outcomes["after", "none"] == 1
    assert outcomes["after", "amid"] == 1, "an old journal takes nothing back"


@pytest.mark.skipif(os.name == "nt", reason="Windows does not let open files be replaced")
def test_a_copy_that_a_synchronising_program_puts_back_is_noticed(path: Path) -> None:
    """The file is replaced under the program by yesterday's: the next change is refused."""
    worked_on(path).close()
    yesterday = path.read_bytes()
    with WorkingFile.open(path, JO, now=lambda: at(1)) as file:
        file.note("P09", "today")
        (path.parent / "synced").write_bytes(yesterday)
        (path.parent / "synced").replace(path)
        with pytest.raises(UserError):
            file.note("P09", "more")
        assert file.selection.notes["P09"] == "today"


def test_a_file_replaced_in_place_by_an_older_one_takes_no_change(path: Path) -> None:
    """Written over without a new name: the journal no longer ends as it was read."""
    worked_on(path).close()
    yesterday = path.read_bytes()
    with WorkingFile.open(path, JO, now=lambda: at(1)) as file:
        file.note("P09", "today")
        with path.open("r+b") as over:
            over.write(yesterday)
            over.truncate()
        with pytest.raises(UserError):
            file.note("P09", "more")


def test_a_file_whose_lock_stays_behind_can_be_copied_and_used(path: Path) -> None:
    """The copy has another name and no lock: it opens to be written to."""
    with new_file(path) as file:
        file.pick("MED-04", ["P01"])
        copy = path.with_name("copy.recordpick")
        shutil.copyfile(path, copy)
        with WorkingFile.open(copy, JO, now=lambda: at(1)) as second:
            assert not second.read_only
            assert second.selection == file.selection

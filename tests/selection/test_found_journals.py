"""Journals that are found beside a working file: nothing is lost, nor any other file."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest
from working_files import JO, START, new_file, worked_on

from attack.stale_journals import Moment, moments, torn, with_super_journal
from recordpick.selection import file_state
from recordpick.selection.database import connect
from recordpick.selection.database_errors import NotSavedError
from recordpick.selection.opening import DamagedFileError
from recordpick.selection.rollback_journal import UnusableJournalError, play_back
from recordpick.selection.sidecars import sidecars
from recordpick.selection.working_file import WorkingFile

POSIX_ONLY = pytest.mark.skipif(sys.platform == "win32", reason="pipes and links are POSIX's")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Moment, ...]:
    return moments(tmp_path_factory.mktemp("moments"))


def beside(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")


def names(path: Path) -> set[str]:
    return {one.name for one in path.parent.iterdir()}


def half_written(moment: Moment) -> bytes:
    """A file into which a crash let only the first half of the change."""
    content = bytearray(moment.before.ljust(len(moment.after), b"\0"))
    for at in range(4096, len(content) // 2, 4096):
        content[at : at + 4096] = moment.after[at : at + 4096]
    return bytes(content)


def test_an_older_journal_takes_nothing_back(made, path):
    """As a synchronising program brings one: whichever it is, every saved change stays."""
    for moment in made[:3]:
        for older in made[:3]:
            path.write_bytes(moment.after)
            beside(path).write_bytes(older.journal)
            with WorkingFile.open(path, JO) as file:
                assert file.events == moment.events_after
                assert "sound to its last event without it" in file.warnings[0]
                assert beside(path).name in file.warnings[0]
            assert not beside(path).exists()


def test_a_journal_that_is_found_costs_little_memory(made, path):
    """Memory for the bytes that are there, not for the gigabyte that a working file may have."""
    tracemalloc.start()
    try:
        for content in (made[1].after, half_written(made[1])):
            path.write_bytes(content)
            beside(path).write_bytes(made[1].journal)
            with WorkingFile.open(path, read_only=True, salvage=True) as file:
                assert file.events
            with WorkingFile.open(path, JO) as file:
                assert file.warnings
        assert tracemalloc.get_traced_memory()[1] < 50 * 1024**2
    finally:
        tracemalloc.stop()


def test_what_was_found_is_kept_and_named(made, path):
    """The file as it was, and its journal, under names that SQLite takes for nothing of its own."""
    path.write_bytes(made[2].after)
    beside(path).write_bytes(made[0].journal)
    with WorkingFile.open(path, JO, now=lambda: START) as file:
        said = file.warnings[0]
    stamp = f"{START.astimezone():%Y-%m-%d-%H%M%S}"
    copy = path.with_name(f"{path.name}.{stamp}.kept")
    journal = path.with_name(f"{path.name}.journal.{stamp}.kept")
    assert copy.name in said
    assert journal.name in said
    assert copy.read_bytes() == made[2].after
    assert journal.read_bytes() == made[0].journal
    if sys.platform != "win32":
        assert copy.stat().st_mode & 0o077 == 0


def test_a_change_that_was_cut_off_is_undone_by_its_own_journal(made, path):
    """Nothing that was saved is lost, nothing half-written is taken; work goes on."""
    chance = random.Random(5)
    for moment in made:
        for _ in range(3):
            path.write_bytes(torn(moment, chance))
            beside(path).write_bytes(moment.journal)
            with WorkingFile.open(path, JO) as file:
                assert file.events in [moment.events, moment.events_after]
                file.note("P09", "goes on")
    for moment in made:
        path.write_bytes(half_written(moment))
        beside(path).write_bytes(moment.journal)
        with WorkingFile.open(path, JO) as file:
            assert file.events == moment.events
            assert "was stopped in the middle of a change" in file.warnings[0]


def test_a_damaged_file_is_not_repaired_by_an_older_journal(made, path):
    """It would take back changes that were saved: it says so, and nothing is changed."""
    content = half_written(made[4])
    path.write_bytes(content)
    beside(path).write_bytes(made[0].journal)
    with pytest.raises(DamagedFileError, match="does not help: "):
        WorkingFile.open(path, JO)
    assert path.read_bytes() == content
    assert beside(path).read_bytes() == made[0].journal
    assert names(path) == {path.name, beside(path).name}


def test_the_journal_of_the_change_before_takes_nothing_back(made, path):
    """Where a crash left the first page as it was before: by its counter the journal would fit."""
    refused = 0
    for older, moment in list(pairwise(made))[::2]:
        for lost in range(len(moment.before), len(moment.after), 4096)[:2]:
            content = moment.before[:4096] + moment.after[4096:lost] + bytes(4096)
            content += moment.after[lost + 4096 :]
            path.write_bytes(content)
            beside(path).write_bytes(older.journal)
            try:
                with WorkingFile.open(path, JO) as file:
                    assert file.events[: len(moment.events)] == moment.events
            except DamagedFileError:
                refused += 1
                assert path.read_bytes() == content
                assert beside(path).read_bytes() == older.journal
                beside(path).unlink()
    assert refused > 0


def test_a_file_that_contradicts_its_first_event_is_left_as_it_was_found(made, path):
    """Its chain is sound, its table meta is not: a journal beside it may still be needed."""
    sound = made[-1].after
    assert sound.count(b"made_byrecordpick") == 1  # a key of meta, and its value
    path.write_bytes(sound.replace(b"made_byrecordpick", b"made_byRecordpick"))
    beside(path).write_bytes(made[0].journal)
    before = {one.name: one.read_bytes() for one in path.parent.iterdir() if one.is_file()}
    with pytest.raises(DamagedFileError, match="what it says of itself was changed"):
        WorkingFile.open(path, JO)
    assert {one.name: one.read_bytes() for one in path.parent.iterdir() if one.is_file()} == before


def test_a_journal_that_names_a_super_journal_deletes_nothing(made, path):
    """SQLite would delete the file of that name. It is refused, by who reads and by who writes."""
    victim = path.with_name("victim.txt")
    victim.write_text("somebody's work", encoding="utf-8")
    journal = with_super_journal(made[1].journal, victim)
    for content in (made[1].after, half_written(made[1])):
        for how in ({"read_only": True}, {}):
            path.write_bytes(content)
            beside(path).write_bytes(journal)
            if content == made[1].after:
                with WorkingFile.open(path, JO, **how) as file:
                    assert file.events == made[1].events_after
            else:
                with pytest.raises(
                    DamagedFileError, match="undoes that" if how else "super-journal"
                ):
                    WorkingFile.open(path, JO, **how)
            assert victim.read_text(encoding="utf-8") == "somebody's work"
    with pytest.raises(UnusableJournalError, match="super-journal"):
        play_back(half_written(made[1]), journal)


def test_who_only_reads_changes_nothing(made, path):
    """Neither the file nor what lies beside it; what was not used is said."""
    for content in (made[1].before, made[1].after):
        path.write_bytes(content)
        beside(path).write_bytes(made[1].journal)
        with WorkingFile.open(path, read_only=True) as file:
            assert len(file.events) >= len(made[1].events)
            assert "was not used" in file.warnings[0]
        assert path.read_bytes() == content
        assert names(path) == {path.name, beside(path).name}
    path.write_bytes(half_written(made[1]))
    with pytest.raises(DamagedFileError, match="opening the file for writing undoes that"):
        WorkingFile.open(path, read_only=True)
    assert names(path) == {path.name, beside(path).name}


@POSIX_ONLY
@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "device"])
@pytest.mark.parametrize("suffix", ["-journal", "-wal", "-shm"])
def test_a_sidecar_that_is_not_a_file_is_never_opened(made, path, kind, suffix):
    """A pipe does not keep recordpick waiting; a link is not followed. A sound file opens."""
    journal = path.with_name("genuine")
    journal.write_bytes(made[1].journal)
    odd = path.with_name(path.name + suffix)

    def put() -> None:
        match kind:
            case "pipe":
                os.mkfifo(odd)
            case "link":
                odd.symlink_to(journal)
            case "folder":
                odd.mkdir()
            case "device":
                odd.symlink_to("/dev/zero")

    put()
    path.write_bytes(half_written(made[1]))
    with pytest.raises(DamagedFileError, match="no rollback journal|not a file"):
        WorkingFile.open(path, JO)
    assert path.read_bytes() == half_written(made[1])
    path.write_bytes(made[1].after)
    with WorkingFile.open(path, read_only=True) as file:
        assert file.events == made[1].events_after
    with WorkingFile.open(path, JO) as file:
        assert file.events == made[1].events_after
        file.note("P09", "goes on")
    assert sidecars(path) == ()
    assert journal.read_bytes() == made[1].journal


def test_a_log_of_writes_that_was_put_there_is_not_read(made, path):
    """SQLite would take its pages for the file's: a forged one could show other picks."""
    other = path.with_name("other.recordpick")
    worked_on(other).close()
    connection = sqlite3.connect(other)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("UPDATE meta SET value = '1 forged' WHERE key = 'last_event'")
    connection.commit()
    log = other.with_name(f"{other.name}-wal").read_bytes()
    connection.close()
    assert len(log) > 4096
    path.write_bytes(made[1].after)
    path.with_name(f"{path.name}-wal").write_bytes(log)
    for how in ({"read_only": True}, {}):
        with WorkingFile.open(path, JO, **how) as file:
            assert file.events == made[1].events_after


def test_a_file_that_another_program_switched_to_a_log_is_put_right(path):
    """It opens to be read as it is; opening it to write to it says what was done."""
    worked_on(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    with WorkingFile.open(path, read_only=True) as file:
        events = file.events
    with WorkingFile.open(path, JO) as file:
        assert file.events == events
        assert "Another program had changed how" in file.warnings[0]
        file.note("P09", "goes on")
    assert path.read_bytes()[18:20] == b"\x01\x01"


def test_a_journal_that_appears_while_the_file_is_open_stops_the_writing(made, path):
    """It is not played back at the next change; opening the file again deals with it."""
    path.write_bytes(made[3].after)
    with WorkingFile.open(path, JO) as file:
        beside(path).write_bytes(made[0].journal)
        with pytest.raises(NotSavedError, match="appeared beside .* while it was open"):
            file.note("P09", "after")
        assert path.read_bytes() == made[3].after
    with WorkingFile.open(path, JO) as file:
        assert file.events == made[3].events_after


def test_not_even_sqlite_plays_back_what_appears_at_the_last_moment(made, path, monkeypatch):
    """Between our look and its own: the connection that only reads keeps it from doing so."""
    path.write_bytes(made[3].after)
    with WorkingFile.open(path, JO) as file:
        monkeypatch.setattr(file_state, "sidecars", lambda _: ())
        beside(path).write_bytes(made[0].journal)
        with pytest.raises(NotSavedError, match="journal of an unfinished change is beside it"):
            file.note("P09", "after")
        assert path.read_bytes() == made[3].after
        assert beside(path).read_bytes() == made[0].journal


def test_the_journal_of_a_program_at_work_is_left_alone(path):
    """Whoever takes the file over waits for the change that is being made, and then says so."""
    new_file(path).close()
    writer = connect(path, "rw")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO pack_files VALUES (99, 'x', 'y')")
    journal = beside(path).read_bytes()
    opening = (
        "import sys, pathlib\n"
        "from recordpick.selection import recovery, working_file\n"
        "recovery.PATIENCE = 0.5\n"
        "working_file.WorkingFile.open(pathlib.Path(sys.argv[1]), take_over=True)\n"
    )
    run = subprocess.run(  # locks are of a process: only another one can see them
        [sys.executable, "-c", opening, str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert "another program is writing to it" in run.stderr
    assert beside(path).read_bytes() == journal
    writer.execute("COMMIT")
    writer.close()
    assert names(path) == {path.name}


def test_a_reader_sees_the_last_saved_state_while_somebody_writes(path):
    """With the journal of the change beside the file: it is not said to be damaged or odd."""
    new_file(path).close()
    writer = connect(path, "rw")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO pack_files VALUES (99, 'x', 'y')")
    with WorkingFile.open(path, read_only=True) as file:
        assert len(file.events) == 1
        assert file.warnings == ()
    writer.execute("COMMIT")
    writer.close()


@pytest.mark.parametrize(
    ("at", "new", "why"),
    [
        (0, b"\0", "does not begin"),
        (20, b"\x00\x00\x01\x01", "header is damaged"),
        (24, b"\x00\x00\x02\x00", "another page size"),
        (16, b"\x00\x00\x00\x00", "another length"),
        (16, b"\x00\x00\x00\x02", "another length"),
        (16, b"\x00\x00\x10\x00", "longer file"),
    ],
)
def test_a_journal_that_is_not_of_this_file_is_refused(made, at, new, why):
    """By its header: page size, sector, the length that the file had."""
    journal = made[1].journal[:at] + new + made[1].journal[at + len(new) :]
    with pytest.raises(UnusableJournalError, match=why):
        play_back(made[1].after, journal)


def test_ours_plays_back_what_sqlite_does(made, path):
    """A second opinion: for genuine journals, byte for byte."""
    for moment in made:
        path.write_bytes(half_written(moment))
        beside(path).write_bytes(moment.journal)
        ours = play_back(path.read_bytes(), moment.journal)
        connection = sqlite3.connect(path)
        connection.execute("SELECT * FROM meta").fetchall()
        connection.close()
        assert path.read_bytes() == ours == moment.before

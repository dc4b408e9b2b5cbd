"""Opening a working file: any other file is refused in words, and nothing is overwritten."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from working_files import AS_AT, JO, SAM, START, index_at, new_file, small_pack, worked_on

from recordpick.criteria.pack import Pack
from recordpick.errors import UserError
from recordpick.selection.backup import backups
from recordpick.selection.database import APPLICATION_ID, uri
from recordpick.selection.kinds.registry import NEWEST_VERSION
from recordpick.selection.working_file import WorkingFile

POSIX_ONLY = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")


def refusal(path, **how):
    with pytest.raises(UserError) as error:
        WorkingFile.open(path, JO, **how)
    assert len(error.value.messages) == 1
    assert str(path) in str(error.value)
    return str(error.value)


def test_what_was_done_is_there_when_the_file_is_opened_again(path):
    """All of it: picks, notes, draws, what can be undone, and the pack in full."""
    file = worked_on(path)
    before, events = file.selection, file.events
    file.close()
    with WorkingFile.open(path, SAM) as again:
        assert again.selection == before
        assert again.events == events
        assert again.pack == small_pack()
        assert not again.read_only
        again.undo()


def test_a_file_that_is_not_there(path):
    """Nothing is made in its place."""
    assert "is not there" in refusal(path)
    assert not path.exists()


def test_a_folder(tmp_path):
    """Is said to be one."""
    assert "is a folder" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"patient_id,nhs_number\n1,9990000026\n", "it is not a database"),
        (bytes(range(256)) * 20, "it is not a database"),
        (b"SQLite format 3\x00", "it is not a database"),
    ],
)
def test_a_file_that_is_not_a_database(path, content, words):
    """Whatever it is, it stays as it is, and no lock or copy is left beside it."""
    path.write_bytes(content)
    assert words in refusal(path)
    assert path.read_bytes() == content
    assert [beside.name for beside in path.parent.iterdir()] == [path.name]


def test_a_database_of_another_program(path):
    """Is recognised by its application_id, and not touched."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE events(seq INTEGER)")
    connection.close()
    content = path.read_bytes()
    assert "another program" in refusal(path)
    assert path.read_bytes() == content


def test_a_file_of_a_newer_version(path):
    """Is not read as if it were of this one."""
    new_file(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {NEWEST_VERSION + 1}")
    connection.close()
    assert f"newer recordpick (format {NEWEST_VERSION + 1}" in refusal(path)
    assert "newer recordpick" in refusal(path, salvage=True)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off(path, kept):
    """Is damaged, and is not written to."""
    worked_on(path).close()
    content = path.read_bytes()[: int(path.stat().st_size * kept)]
    path.write_bytes(content)
    assert "damaged" in refusal(path)
    assert path.read_bytes() == content


def test_a_name_that_is_taken(path):
    """Making a working file never writes over anything."""
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="already exists: choose another name"):
        new_file(path)
    assert path.read_text(encoding="utf-8") == "mine"
    assert [beside.name for beside in path.parent.iterdir()] == [path.name]


def test_a_folder_that_is_not_there(tmp_path):
    """Is not made, and the sentence names it."""
    with pytest.raises(UserError, match="there is no such folder"):
        new_file(tmp_path / "none" / "practice.recordpick")
    assert list(tmp_path.iterdir()) == []


def test_a_pack_that_could_not_be_read_again_is_not_written(path):
    """A working file that nobody can open must not come to be."""
    pack = small_pack()
    for text in ("no pack at all", "[pack]\ntitle = '\ud800'"):
        broken = Pack(
            pack.title, "", "1", 3, 4, None, None, pack.criteria, {}, {"small.toml": text}
        )
        with pytest.raises(UserError):
            WorkingFile.create(path, broken, index_at(path.parent), AS_AT, "", JO)
    assert list(path.parent.iterdir()) == []


@POSIX_ONLY
def test_only_the_owner_may_read_what_holds_patients(path):
    """The file, its lock and its copies, whatever the umask is."""
    before = os.umask(0)
    try:
        worked_on(path).close()
        with WorkingFile.open(path, JO):
            modes = {
                beside.name: stat.S_IMODE(beside.stat().st_mode) for beside in path.parent.iterdir()
            }
    finally:
        os.umask(before)
    assert len(modes) == 3
    assert set(modes.values()) == {0o600}


def test_the_database_is_what_the_documentation_says(path):
    """Application id, version, STRICT tables, durable settings."""
    worked_on(path).close()
    connection = sqlite3.connect(path)
    pragma = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("application_id", "user_version", "journal_mode", "integrity_check")
    }
    assert pragma == {
        "application_id": APPLICATION_ID,
        "user_version": 1,
        "journal_mode": "delete",
        "integrity_check": "ok",
    }
    tables = connection.execute(
        "SELECT name, strict FROM pragma_table_list "
        "WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'"
    ).fetchall()
    connection.close()
    assert sorted(tables) == [("events", 1), ("meta", 1), ("pack_files", 1)]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM events WHERE seq = 3",
        "UPDATE events SET who = 'Nobody' WHERE seq = 3",
        "DELETE FROM pack_files",
        "UPDATE pack_files SET text = ''",
        "UPDATE meta SET value = '' WHERE key = 'made_by'",
        "DELETE FROM meta",
    ],
)
def test_the_database_itself_refuses_to_forget(path, statement):
    """Another program that opens the file cannot change the past by mistake."""
    worked_on(path).close()
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()


def test_every_file_address_that_sqlite_is_given():
    """Paths with spaces and marks, drives, and shares of a network."""
    assert uri(PurePosixPath("/data/a b?#%.recordpick"), "ro") == (
        "file:///data/a%20b%3F%23%25.recordpick?mode=ro"
    )
    assert uri(PureWindowsPath("C:\\Data\\a.recordpick"), "rw") == (
        "file:///C:/Data/a.recordpick?mode=rw"
    )
    assert uri(PureWindowsPath("\\\\server\\share\\a.recordpick"), "rw") == (
        "file:////server/share/a.recordpick?mode=rw"
    )


def test_names_with_spaces_and_marks(tmp_path):
    """A working file may be called what people call it."""
    path = tmp_path / "Dr Ó'Brien & partners? 50% #1.recordpick"
    if sys.platform == "win32":
        path = tmp_path / "Dr Ó'Brien & partners 50% #1.recordpick"
    with new_file(path) as file:
        file.pick("MED-04", ["P01"])
    with WorkingFile.open(path, JO) as file:
        assert file.selection.count("MED-04") == 1


def test_one_copy_a_day_is_made_and_five_are_kept(path):
    """As the file was before the day's work; a copy is a working file itself."""
    worked_on(path).close()
    first = datetime(2026, 10, 6, 8, tzinfo=UTC)
    for day in range(8):
        for hour in range(2):
            at = first + timedelta(days=day, hours=hour)
            with WorkingFile.open(path, JO, now=lambda at=at: at) as file:
                file.note("P09", f"{at:%d %H}")
                assert file.warnings == ()
    local = [(first + timedelta(days=day)).astimezone().date() for day in range(7, 2, -1)]
    assert [copy.name for copy in backups(path)] == [
        f"{path.name}.{day.isoformat()}.backup" for day in local
    ]
    with WorkingFile.open(backups(path)[0], read_only=True) as copy:
        assert copy.selection.notes["P09"] == "12 09"


def test_reading_makes_no_copy_and_no_lock(path):
    """Looking at a file leaves nothing behind."""
    worked_on(path).close()
    before = sorted(path.parent.iterdir())
    with WorkingFile.open(path, read_only=True) as file:
        assert sorted(path.parent.iterdir()) == before
        with pytest.raises(UserError, match="opened for reading only"):
            file.pick("MED-04", ["P03"])


def test_a_closed_file_is_not_written_to(path):
    """Closing twice is not an error."""
    file = new_file(path)
    file.close()
    file.close()
    with pytest.raises(UserError, match="The file was closed"):
        file.pick("MED-04", ["P01"])


def test_a_clock_that_is_wrong_loses_nothing(path):
    """The order of events is that of writing, whatever the times say."""
    with new_file(path) as file:
        file.pick("MED-04", ["P01"])
    long_ago = datetime(1970, 1, 1, tzinfo=UTC)
    with WorkingFile.open(path, JO, now=lambda: long_ago) as file:
        file.pick("MED-04", ["P02"])
    with WorkingFile.open(path, JO, now=lambda: START) as file:
        assert [pick.patient_id for pick in file.selection.picks] == ["P01", "P02"]
        assert file.selection.picks[1].chosen_on == long_ago


def test_the_index_moved_on(path):
    """Another extract, day or folder is recorded; the picks stay, and undo goes on before it."""
    with new_file(path) as file:
        file.pick("MED-04", ["P01"])
        file.use_index(index_at(path.parent / "index"), AS_AT)
        assert len(file.events) == 2
        file.use_index(index_at(path.parent / "new", "ef" * 32), date(2026, 11, 1))
    with WorkingFile.open(path, JO) as file:
        assert file.index_fingerprint == "ef" * 32
        assert file.as_at == date(2026, 11, 1)
        assert file.index_folder == path.parent / "new"
        assert file.selection.count("MED-04") == 1
        assert file.undo().picks == ()
        assert file.index_fingerprint == "ef" * 32


def test_the_same_work_with_the_same_clock_gives_the_same_journal(tmp_path):
    """So a demonstration can be made again, hash for hash."""
    heads = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        with WorkingFile.create(
            folder / "practice.recordpick",
            small_pack(),
            index_at(tmp_path / "index"),
            AS_AT,
            "Example Surgery",
            JO,
            suggestion_seed="1",
            now=lambda: START,
        ) as file:
            file.pick("MED-04", ["P01"])
            heads.append(file.head)
    assert heads[0] == heads[1]

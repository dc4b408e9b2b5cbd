"""A newer extract of the practice: picks stay, and those it does not support are listed."""

import shutil
from dataclasses import replace

from driving import app_on, using
from tiny import make_tiny

from recordpick.index.build.build_index import build_index
from recordpick.index.manifest import read_manifest, write_manifest
from recordpick.index.practice_index import open_index
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile


def copied_extract(path, folder):
    """Return a copy of the extract beside a working file, to be changed."""
    return shutil.copytree(path.parent / "practice", folder / "newer")


async def choose_index(user, folder):
    """Choose another index than the one that the file was made with, and is gone."""
    await user.press("enter")
    await user.fill("#folder", folder)
    user.screen.query_one("#folder").focus()
    await user.press("enter")
    user.screen.query_one("#choose").press()
    await user.settled()
    assert user.title == "This is not the index that the file was made with"


async def test_a_newer_extract_keeps_the_picks_and_says_who_moved_on(tmp_path):
    """The index is another one: it is taken into use only when asked for."""
    path = make_tiny(tmp_path / "tiny")
    with WorkingFile.open(path) as file:
        first = file.index_fingerprint
    async with using(app_on(path)) as user:
        await user.press("enter", "space", "down", "space")
    newer = copied_extract(path, tmp_path)
    patients = (newer / "patients.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    without = [line for line in patients if not line.startswith("P01,")]
    (newer / "patients.csv").write_text("".join(without), encoding="utf-8")
    events = (newer / "events.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in events if not line.startswith("P01,")]
    (newer / "events.csv").write_text("".join(kept), encoding="utf-8")
    build_index([newer], tmp_path / "newer-index")
    shutil.rmtree(path.parent / "index")
    async with using(app_on(path)) as user:
        await choose_index(user, tmp_path / "newer-index")
        await user.press("tab", "enter")
        assert user.title == "1 pick to look at again"
        assert "A-1: P01 is not in this index." in user.text
        await user.press("enter", "enter", "end")
        assert user.screen.table.patient_id == "P01"
        await user.press("space")
        assert "Took P01" in user.part("#message")
    with WorkingFile.open(path, read_only=True) as file:
        assert file.index_fingerprint != first
        assert len(file.selection.of("A-1")) == 1


async def test_an_index_of_another_ods_code_is_warned_about_before_it_is_used(tmp_path):
    """The question says whose it is, while it can still be declined."""
    path = make_tiny(tmp_path / "tiny")
    with WorkingFile.open(path) as file:
        pack, as_at, index = file.pack, file.as_at, open_index(path.parent / "index")
    path.unlink()
    person = Person("Ann Other", "practice")
    WorkingFile.create(path, pack, index, as_at, "Tiny", person, ods_code="A81001").close()
    newer = copied_extract(path, tmp_path)
    with (newer / "events.csv").open("a", encoding="utf-8", newline="") as events:
        events.write("P01,X1,2026-09-30,observation,246,Blood pressure,120,mmHg,Sitting\n")
    build_index([newer], tmp_path / "newer-index")
    made = tmp_path / "newer-index"
    write_manifest(made, replace(read_manifest(made), ods_code="B82002"))
    shutil.rmtree(path.parent / "index")
    async with using(app_on(path)) as user:
        await choose_index(user, tmp_path / "newer-index")
        shown = " ".join(user.text.replace("│", " ").split())
        assert "ODS code B82002, and tiny.recordpick of A81001" in shown


async def test_an_index_that_cannot_be_reached_is_reported_and_nothing_is_lost(tmp_path):
    """A network drive goes away while somebody works: the app stays, and says so."""
    path = make_tiny(tmp_path / "tiny")
    async with using(app_on(path)) as user:
        await user.press("enter", "space")
        (path.parent / "index").rename(path.parent / "away")
        await user.press("down")
        said = "".join(user.screen.query_one("#record").text.split())
        assert str(path.parent / "index").replace(" ", "") in said
        assert "holdsnoentries" not in said
        await user.press("escape", "down", "down", "down")
        assert user.part("#message").startswith("! ")
    with WorkingFile.open(path, read_only=True) as file:
        assert len(file.selection.picks) == 1

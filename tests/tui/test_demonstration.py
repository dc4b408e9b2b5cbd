"""The demonstration goes when the app ends, unless somebody named its folder or wrote into it."""

from pathlib import Path

from driving import app_on, using

from recordpick.tui.app import DemoFolder


async def test_it_is_taken_away_at_the_end(monkeypatch, tmp_path):
    """Where no folder was named: it was there to be looked at. That is said when it opens."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    app = app_on(demo=True, demo_patients=20)
    async with using(app) as user:
        assert "deleted when you quit" in user.part("#message")
        await user.press("enter", "enter")
        (folder,) = tmp_path.iterdir()
        assert (folder / "demonstration.recordpick").exists()
    assert list(tmp_path.iterdir()) == []
    assert app.exit_message == ""


async def test_what_was_exported_from_it_stays_and_is_named(monkeypatch, tmp_path):
    """An export is somebody's work, even of made-up patients."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    app = app_on(demo=True, demo_patients=20)
    async with using(app) as user:
        await user.press("e", "enter", "enter")
    (folder,) = tmp_path.iterdir()
    assert (folder / "demonstration-hand-over").is_dir()
    assert str(folder) in app.exit_message


def test_a_folder_that_was_named_stays(tmp_path):
    """--out says where to keep it."""
    named = DemoFolder(tmp_path)
    assert named.path == tmp_path
    assert str(tmp_path) in named.notice
    assert named.clean_up() == ""
    assert tmp_path.is_dir()


def test_a_folder_that_cannot_be_taken_away_is_named(monkeypatch, tmp_path):
    """On a network drive, or where a file in it is still in use."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)
    folder = DemoFolder()
    assert folder.clean_up() == ""
    (Path(folder.path) / "index").mkdir()
    assert "could not be deleted" in folder.clean_up()

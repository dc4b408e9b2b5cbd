"""Tables are written in a thread: whole, or with what went wrong."""

import threading

import polars as pl
import pytest

from recordpick.index.build import background
from recordpick.index.build.background import BackgroundHasher, BackgroundWriter
from recordpick.index.build.build_index import build_index
from recordpick.index.build.table_builder import TableBuilder
from recordpick.index.build.writer import AbandonedError, write_table


@pytest.fixture
def source(tmp_path):
    """A folder with patients and two tables."""
    folder = tmp_path / "source"
    folder.mkdir()
    pl.DataFrame({"patient_id": ["1"]}).write_csv(folder / "patients.csv")
    pl.DataFrame({"patient_id": ["1"], "event_id": ["e"]}).write_csv(folder / "events.csv")
    recalls = {"patient_id": ["1"], "recall_id": ["r"], "date": ["2026-01-31"]}
    pl.DataFrame(recalls).write_csv(folder / "recalls.csv")
    return folder


def test_what_goes_wrong_with_any_table_is_reported(source, tmp_path, monkeypatch):
    """The last one's too; and no index is left behind."""
    for failing in ("events", "recalls"):

        def write(table, *more, failing=failing):
            if table.name == failing:
                raise OSError(28, "No space left on device")
            return write_table(table, *more)

        monkeypatch.setattr(background, "write_table", write)
        with pytest.raises(Exception, match="could not be written"):
            build_index([source], tmp_path / "index")
        assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_a_table_whose_index_is_given_up_is_not_written_to_its_end(source, tmp_path, monkeypatch):
    """Whoever stops a large index does not wait for it; and nobody takes it for whole."""
    has_begun = threading.Event()
    seen = []

    def write(table, folder, is_over):
        has_begun.set()
        assert is_over.wait(30)
        try:
            return write_table(table, folder, is_over)
        except Exception as error:
            seen.append(error)
            raise

    monkeypatch.setattr(background, "write_table", write)

    def stop(text, share):
        if text.startswith("reading recalls"):
            assert has_begun.wait(30)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index([source], tmp_path / "index", progress=stop)
    assert len(seen) == 1
    assert AbandonedError.__name__ in repr(seen[0])
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_a_failed_table_is_reported_before_the_next_is_written(tmp_path, monkeypatch):
    """There is no use in going on."""

    def write(*_):
        raise ValueError("broken")

    monkeypatch.setattr(background, "write_table", write)
    with BackgroundHasher() as digests, BackgroundWriter(tmp_path, digests) as writing:
        writing.write(TableBuilder("events"))
        with pytest.raises(ValueError, match="broken"):
            writing.written()
        with pytest.raises(ValueError, match="broken"):
            writing.write(TableBuilder("recalls"))

"""What the app remembers; it never stands in anybody's way."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.tui.settings import RECENT, Settings

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
)


def test_what_was_kept_is_there_again(tmp_path):
    """Name, role, colours, recent files."""
    settings = Settings(tmp_path / "deep/app.json", name="Ann", role="supplier", theme="x")
    settings.add_recent(Path("/a.recordpick"))
    settings.add_recent(Path("/b.recordpick"))
    settings.add_recent(Path("/a.recordpick"))
    assert Settings.load(settings.path) == settings
    assert [Path(path).name for path in settings.recent] == ["a.recordpick", "b.recordpick"]


def test_only_the_last_few_files_are_remembered():
    """The oldest is forgotten."""
    settings = Settings()
    for number in range(20):
        settings.add_recent(Path(f"/{number}"))
    assert len(settings.recent) == RECENT


@settings(max_examples=examples(30), deadline=None)
@given(kept=st.dictionaries(st.sampled_from(list(Settings.__dataclass_fields__)), anything))
def test_whatever_stands_in_the_file_the_app_starts(tmp_path_factory, kept):
    """A spoilt file of settings is as good as none."""
    place = tmp_path_factory.mktemp("settings") / "app.json"
    place.write_text(json.dumps(kept), encoding="utf-8")
    known = Settings.load(place)
    assert known.role in {"practice", "supplier", "partner"}
    assert all(isinstance(path, str) for path in known.recent)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"{"])
def test_a_file_that_is_none(tmp_path, content):
    """Binary, empty, cut off."""
    (tmp_path / "app.json").write_bytes(content)
    assert Settings.load(tmp_path / "app.json") == Settings(tmp_path / "app.json")


def test_a_place_that_cannot_be_written_to_is_no_error(tmp_path):
    """The app goes on without."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    Settings(tmp_path / "file" / "app.json").save()
    assert (tmp_path / "file").read_text(encoding="utf-8") == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes: the folder protects")
def test_what_is_kept_is_for_its_owner(tmp_path):
    """Names of working files may say more than others of the computer need to know."""
    settings = Settings(tmp_path / "app.json")
    settings.add_recent(Path("/a.recordpick"))
    assert (tmp_path / "app.json").stat().st_mode & 0o077 == 0

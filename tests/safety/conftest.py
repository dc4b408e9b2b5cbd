"""A working file of a hostile practice, for the app on a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hostile_data import AS_AT, write_hostile

from recordpick.criteria.load import parse_pack
from recordpick.index.build.build_index import build_index
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile

PACK = """
[pack]
title = "Everybody"
version = "1"

[[criterion]]
id = "ALL-01"
area = "Area"
title = "Everybody with an entry"
find = "Everybody."

[[criterion.rule]]
says = "an entry"
table = "events"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the app remembers that Kim has used it before."""
    (tmp_path / "recordpick").mkdir()
    (tmp_path / "recordpick" / "app.json").write_text(
        json.dumps({"name": "Kim", "tour_seen": True}), encoding="utf-8"
    )
    return tmp_path


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A working file of the hostile practice."""
    index = build_index([write_hostile(tmp_path / "source")], tmp_path / "index", as_at=AS_AT)
    path = tmp_path / "work.recordpick"
    person = Person("Kim", "practice")
    WorkingFile.create(
        path, parse_pack({"pack.toml": PACK}), index, AS_AT, "PWNED Surgery", person
    ).close()
    return path

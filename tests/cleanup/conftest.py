"""Putting one check to a practice of a few rows, and indexes made of small CSV files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from recordpick.cleanup import CHECKS, Finding
from recordpick.cleanup.finding import found
from recordpick.index.build import build_index
from recordpick.index.practice_index import PracticeIndex

from small_practice import AS_AT, small_index

Look = Callable[..., Finding]


@pytest.fixture
def look() -> Look:
    """Give a function that makes one check of tables given as rows."""

    def make(check_id: str, **tables: Sequence[Mapping[str, Any]]) -> Finding:
        check = next(check for check in CHECKS if check.id == check_id)
        index = small_index(**tables)
        index.manifest = SimpleNamespace(files=())  # type: ignore[attr-defined]
        asked = check.ask(index, AS_AT)  # type: ignore[arg-type]
        rows = None if asked.rows is None else asked.rows.collect()
        return found(check, rows, asked.why)

    return make


@pytest.fixture
def indexed(tmp_path: Path) -> Callable[..., PracticeIndex]:
    """Give a function that makes an index of CSV texts, by table."""

    def make(**tables: str) -> PracticeIndex:
        source = tmp_path / "export"
        source.mkdir()
        for name, text in tables.items():
            (source / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        return build_index([source], tmp_path / "index", as_at=AS_AT)

    return make

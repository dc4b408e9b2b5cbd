"""Run one check on a practice of a few rows, and make indexes from small CSV files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from recordpick.cleanup import CHECKS, Finding
from recordpick.cleanup.finding import found
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex

from small_practice import AS_AT, small_index

RunCheck = Callable[..., Finding]


@pytest.fixture
def run_check() -> RunCheck:
    """Return a function that runs one check on tables given as rows."""

    def make(check_id: str, **tables: Sequence[Mapping[str, Any]]) -> Finding:
        check = next(check for check in CHECKS if check.id == check_id)
        index = small_index(**tables)
        index.manifest = SimpleNamespace(files=(), conflated=())  # type: ignore[attr-defined]
        result = check.run(index, AS_AT)  # type: ignore[arg-type]
        rows = None if result.rows is None else result.rows.collect()
        return found(check, rows, result.why)

    return make


@pytest.fixture
def indexed(tmp_path: Path) -> Callable[..., PracticeIndex]:
    """Return a function that makes an index from CSV texts, by table."""

    def make(**tables: str) -> PracticeIndex:
        source = tmp_path / "export"
        source.mkdir()
        for name, text in tables.items():
            (source / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        return build_index([source], tmp_path / "index", as_at=AS_AT)

    return make

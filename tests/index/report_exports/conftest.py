"""A small list of patients, and what reads exports beside it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex
from recordpick.index.source import NO_ANSWERS, Answers
from small_list import LIST

AS_AT = date(2026, 6, 14)


@dataclass(frozen=True)
class Read:
    """An index of a list and exports, and what became of rows."""

    index: PracticeIndex

    def rows(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        """Return columns of a table after its patients, in order of the rows' names."""
        frame = self.index.scan(table).collect()
        return frame.sort(frame.columns[1]).select("patient_id", *columns).rows()

    def rejected(self) -> list[tuple[int, str]]:
        """Return line and reason of each rejected row."""
        with (self.index.folder / "rejected_rows.csv").open(encoding="utf-8", newline="") as file:
            return [(int(row["line"]), row["reason"]) for row in csv.DictReader(file)]

    def emptied(self) -> list[tuple[str, str]]:
        """Return column and value of each value that was left empty."""
        path = self.index.folder / "set_aside_values.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return [(row["column"], row["value"].removeprefix("'")) for row in csv.DictReader(file)]

    def cautions(self) -> str:
        """Return all that is said of what the index does not know."""
        manifest = self.index.manifest
        said = [one.says for one in (*manifest.conflated, *manifest.restrictions)]
        return "\n".join([*said, *(f"{one.source}: {one.column}" for one in manifest.gaps)])


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    """Return what makes an index of the small list and of exports, by name and content."""

    def reads(
        exports: dict[str, str | bytes], answers: Answers = NO_ANSWERS, listed: str = LIST
    ) -> Read:
        files = [tmp_path / "LIST.csv"]
        files[0].write_text(listed, encoding="utf-8")
        for name, content in exports.items():
            path = tmp_path / name.rpartition("=")[0] if "=" in name else tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            files.append(tmp_path / name)
        return Read(build_index(files, tmp_path / "index", as_at=AS_AT, answers=answers))

    return reads

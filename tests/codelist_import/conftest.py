"""A made-up reference-set file, and own lists, made once."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random

import pytest

from recordpick.codelist_import.cluster_map import cluster_map
from recordpick.codelist_import.filled_lists import ListImport
from recordpick.codelist_import.importing import plan_import
from recordpick.codelist_import.made_up import (
    HEADER,
    generated_code,
    reference_set_rows,
    write_other_lists,
    write_reference_sets,
)

NAME = "20260521_PCD_Refset_Content_V2.csv"
Write = Callable[..., Path]


@pytest.fixture(scope="session")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a made-up content file, and a folder of own lists."""
    folder = tmp_path_factory.mktemp("official")
    write_reference_sets(folder / NAME, 2026)
    write_other_lists(folder / "own", 2026)
    return folder


@pytest.fixture(scope="session")
def codes() -> list[str]:
    """Generated codes whose check digit fits."""
    random = Random(7)
    return sorted({generated_code(random) for _ in range(40)}, key=len, reverse=True)


@pytest.fixture(scope="session")
def rows() -> list[Sequence[str]]:
    """The rows of the content file, header first."""
    return [HEADER, *reference_set_rows(2026)]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes rows as a file."""

    def write_rows(
        rows: Iterable[Sequence[str]],
        name: str = NAME,
        *,
        delimiter: str = ",",
        encoding: str = "utf-8",
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)
        return path

    return write_rows


@pytest.fixture
def plan() -> Callable[..., ListImport]:
    """A function that reads files by the map that ships."""

    def plan_files(*paths: Path, year: int | None = None, own: Path | None = None) -> ListImport:
        return plan_import(paths, cluster_map(own), year)

    return plan_files

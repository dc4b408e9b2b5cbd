"""Working files of a small practice, to check."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from checked_files import ANN, make_handed_over, ticking

from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.selection.working_file import WorkingFile


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    return make_handed_over(tmp_path_factory.mktemp("checked") / "made")


@pytest.fixture(scope="session")
def index(made: Path) -> PracticeIndex:
    return open_index(made.parent / "index")


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    target = tmp_path / "ours.recordpick"
    shutil.copyfile(made, target)
    return target


@pytest.fixture
def file(path: Path) -> Iterator[WorkingFile]:
    with WorkingFile.open(path, ANN, now=ticking()) as opened:
        yield opened

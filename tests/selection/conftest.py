"""A working file to work on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from working_files import new_file

from recordpick.selection.working_file import WorkingFile

MEMORY = Path("/dev/shm")


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder in memory where there is one: waiting for a disk would take most of the time."""
    folder = Path(tempfile.mkdtemp(prefix="recordpick-", dir=MEMORY if MEMORY.is_dir() else None))
    here = folder / "here"
    here.mkdir()
    yield here
    shutil.rmtree(folder)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a working file may be made."""
    return tmp_path / "practice.recordpick"


@pytest.fixture
def file(path: Path) -> Iterator[WorkingFile]:
    """A new working file, open."""
    with new_file(path) as file:
        yield file

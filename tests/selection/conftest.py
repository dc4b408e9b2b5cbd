"""A working file to work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from working_files import new_file

from recordpick.selection.working_file import WorkingFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a working file may be made."""
    return tmp_path / "practice.recordpick"


@pytest.fixture
def file(path: Path) -> Iterator[WorkingFile]:
    """A new working file, open."""
    with new_file(path) as file:
        yield file

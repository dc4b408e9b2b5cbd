"""Files that may be large are read in memory for what is there."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from recordpick.csvio.records import read_bytes
from recordpick.regular_files import read_at_most, read_small

GIB, MIB = 1 << 30, 1 << 20


@pytest.mark.parametrize("read", [read_small, read_bytes])
def test_a_small_file_takes_little_memory_however_large_it_may_be(
    tmp_path: Path, read: Callable[[Path, int], bytes]
) -> None:
    """Python takes memory for the most that is asked for; on Windows each page of it is touched."""
    path = tmp_path / "small"
    path.write_bytes(b"content")
    tracemalloc.start()
    try:
        assert read(path, GIB) == b"content"
        assert tracemalloc.get_traced_memory()[1] < 10 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, 2 * MIB + 1])
@pytest.mark.parametrize("count", [0, 1, MIB, 2 * MIB, 5 * MIB])
def test_at_most_is_exact(size: int, count: int) -> None:
    """As one read would return it, and the next one goes on from there."""
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    file = io.BytesIO(content)
    assert read_at_most(file, count) == content[:count]
    assert file.read() == content[count:]

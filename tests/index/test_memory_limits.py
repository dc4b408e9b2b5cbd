"""The memory that a program may use: the computer's, or what a container leaves of its limit."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from recordpick.atomic import atomic_folder
from recordpick.errors import UserError
from recordpick.os_errors import cannot_write
from recordpick.polars_env import free_memory, is_out_of_memory

GIB = 1024**3
NO_LIMIT_V1 = 9_223_372_036_854_771_712


@pytest.fixture(autouse=True)
def _computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer with 16 GiB free."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=16 * GIB))


def groups(folder: Path, own: str, files: dict[str, str]) -> tuple[Path, Path]:
    """Write the control groups of a system: `own` is /proc/self/cgroup."""
    for name, content in files.items():
        path = folder / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="ascii")
    listed = folder / "own"
    listed.write_text(own, encoding="utf-8")
    return folder / "groups", listed


def test_without_control_groups_it_is_what_the_computer_has(tmp_path: Path) -> None:
    """Windows, macOS, or a Linux without them."""
    assert free_memory(tmp_path / "none", tmp_path / "none") == 16 * GIB


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({"memory.max": f"{4 * GIB}\n", "memory.current": f"{GIB}\n"}, 3 * GIB),
        ({"memory.max": "max\n", "memory.current": f"{GIB}\n"}, 16 * GIB),
        ({"memory.max": f"{64 * GIB}\n", "memory.current": "0\n"}, 16 * GIB),
        ({"memory.max": f"{GIB}\n", "memory.current": f"{2 * GIB}\n"}, 0),
        (
            {
                "memory.max": f"{4 * GIB}\n",
                "memory.current": f"{3 * GIB}\n",
                "memory.stat": f"anon 5\ninactive_file {2 * GIB}\n",
            },
            3 * GIB,
        ),
        ({"memory.max": "nonsense", "memory.current": ""}, 16 * GIB),
    ],
)
def test_version_2_of_control_groups(tmp_path: Path, files: dict[str, str], left: int) -> None:
    """A container's own group; pages of files are given up when memory is wanted."""
    assert free_memory(*groups(tmp_path, "0::/\n", files)) == left


def test_the_group_that_allows_least_counts(tmp_path: Path) -> None:
    """A service in a slice: both have limits."""
    files = {
        "machine.slice/memory.max": f"{3 * GIB}\n",
        "machine.slice/memory.current": f"{GIB}\n",
        "machine.slice/one.service/memory.max": f"{5 * GIB}\n",
        "machine.slice/one.service/memory.current": f"{GIB}\n",
    }
    assert free_memory(*groups(tmp_path, "0::/machine.slice/one.service\n", files)) == 2 * GIB


@pytest.mark.parametrize("where", ["memory", "memory/docker/abc"])
@pytest.mark.parametrize(("limit", "left"), [(2 * GIB, GIB), (NO_LIMIT_V1, 16 * GIB)])
def test_version_1_of_control_groups(tmp_path: Path, where: str, limit: int, left: int) -> None:
    """Seen under its own name, or as the root, as in a container."""
    own = "9:name=systemd:/\n4:memory:/docker/abc\n1:cpu:/\n0::/\n"
    files = {
        f"{where}/memory.limit_in_bytes": f"{limit}\n",
        f"{where}/memory.usage_in_bytes": f"{GIB}\n",
    }
    assert free_memory(*groups(tmp_path, own, files)) == left


def test_a_name_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    """A process outside its view of the groups has one that begins with `..`."""
    (tmp_path / "memory.max").write_text("1\n", encoding="ascii")
    (tmp_path / "memory.current").write_text("0\n", encoding="ascii")
    assert free_memory(*groups(tmp_path, "0::/../..\n", {"x": ""})) == 16 * GIB


def test_what_says_that_memory_ran_out_is_recognised() -> None:
    """Python's own, the system's, polars'; also where another error arose from it."""
    import polars as pl

    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(OSError(12, "Cannot allocate memory"))
    assert is_out_of_memory(pl.exceptions.ComputeError("Out of memory: asked for 9 GiB"))
    assert not is_out_of_memory(pl.exceptions.ComputeError("could not parse"))
    assert not is_out_of_memory(ValueError("out of memory"))
    arose = ValueError()
    arose.__cause__ = MemoryError()
    assert is_out_of_memory(arose)


@pytest.mark.parametrize("error", [MemoryError(), OSError(12, "Cannot allocate memory")])
def test_no_unfinished_folder_stays_behind(tmp_path: Path, error: Exception) -> None:
    """Whatever ran out while it was written."""

    def write() -> None:
        with atomic_folder(tmp_path / "out") as made:
            (made / "half").write_text("half", encoding="utf-8")
            raise error

    with pytest.raises((MemoryError, UserError)):
        write()
    assert list(tmp_path.iterdir()) == []
    assert "not enough memory" in str(cannot_write(tmp_path, OSError(12, "x")))

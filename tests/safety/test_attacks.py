"""Every attack of tests/attack, a few times; `python -m tests.attack` runs them for longer."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from attack.registry import all_attacks

NOT_ON_WINDOWS = {
    "odd-files": "makes pipes, links and sockets of POSIX",
    "damage-in-place": "Windows does not let open files be replaced or deleted",
}
MEMORY = Path("/dev/shm")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory where there is one: waiting for a disk would take most of the time."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as made:
        yield Path(made)


@pytest.mark.parametrize("name", sorted(all_attacks()))
def test_attacks_do_no_harm(name: str, folder: Path) -> None:
    """Whatever is tried: nothing saved is lost, nothing is invented, no other file is touched."""
    if sys.platform == "win32" and name in NOT_ON_WINDOWS:
        pytest.skip(NOT_ON_WINDOWS[name])
    one = all_attacks()[name]
    for number in range(one.quick):
        own = folder / str(number)
        own.mkdir()
        assert one.run(own, random.Random(f"short-{number}"))


def test_attacks_can_be_run_for_longer(capsys: pytest.CaptureFixture[str]) -> None:
    """By the command that the page on tests names; it says what was tried."""
    from attack.__main__ import main

    assert main(["--minutes", "0", "--only", "hostile-toml"]) == 0
    assert "hostile-toml" in capsys.readouterr().out

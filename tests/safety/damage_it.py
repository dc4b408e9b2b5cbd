"""Flip bits of a working file and of an index, and cut them off, as often as asked.

    PYTHONPATH=src:tests python tests/safety/damage_it.py FOLDER TIMES [SEED]

Each time, half of them a bit and half a truncation: opening says that the file is damaged, or it
says just what it said before. Stops at the first that is neither.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

from recordpick.demo import run_demo
from recordpick.errors import UserError
from recordpick.index.practice_index import open_index
from recordpick.selection.working_file import WorkingFile


def damaged(content: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        return content[: chance.randrange(len(content))]
    changed = bytearray(content)
    changed[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def try_it(path: Path, times: int, chance: random.Random, says: Callable[[], object]) -> int:
    """Damage a file so many times; give how often that was told. Else it says what it said."""
    content, before = path.read_bytes(), says()
    noticed = 0
    for _ in range(times):
        path.write_bytes(damaged(content, chance))
        try:
            assert says() == before, f"{path} was damaged, and another answer was given"
        except UserError:
            noticed += 1
    path.write_bytes(content)
    return noticed


def main(folder: str, times: str, seed: str = "1") -> None:
    top, chance = Path(folder) / "demo", random.Random(int(seed))
    run_demo(top, 100)
    work, index = top / "demonstration.recordpick", top / "index"

    def events() -> object:
        with WorkingFile.open(work, read_only=True) as file:
            return file.events, file.pack.fingerprint

    tried = [(work, events)]
    tried += [
        (path, lambda: open_index(index).manifest) for path in sorted(index.glob("*.parquet"))
    ]
    tried += [(index / "index.json", lambda: open_index(index).manifest)]
    share = int(times) // 2
    for path, says in tried:
        number = share if path == work else -(-share // (len(tried) - 1))
        noticed = try_it(path, number, chance, says)
        print(f"{path.name}: damaged {number} times, told {noticed} times")  # noqa: T201 - a command


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Run the attacks for so many minutes, in turn; stop at the first that succeeds."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from .registry import all_attacks

MEMORY = Path("/dev/shm")


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if every attack failed, 1 if one of them did harm."""
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--only", action="append", metavar="NAME", choices=sorted(all_attacks()))
    options = parser.parse_args(arguments)
    attacks = [
        one for name, one in all_attacks().items() if name in (options.only or all_attacks())
    ]
    top = Path(tempfile.mkdtemp(prefix="attack-", dir=MEMORY if MEMORY.is_dir() else None))
    outcomes: dict[str, Counter[str]] = {one.name: Counter() for one in attacks}
    harm = ""
    end, number = time.monotonic() + options.minutes * 60, 0
    try:
        while time.monotonic() < end:
            one = attacks[number % len(attacks)]
            seed, folder = f"{options.seed}-{number}", top / str(number)
            folder.mkdir()
            try:
                outcomes[one.name][one.run(folder, random.Random(seed))] += 1
            except BaseException:
                harm = one.name
                print(f"{one.name}: harm was done, with the seed {seed!r}", file=sys.stderr)
                raise
            shutil.rmtree(folder)
            number += 1
    finally:
        for one in attacks:
            tried = outcomes[one.name]
            print(f"{one.name} ({one.says}): tried {tried.total():,}, harm {int(one.name == harm)}")
            for outcome, count in tried.most_common():
                print(f"  {count:>7,}  {outcome}")
        shutil.rmtree(top, ignore_errors=True)
    return 0


if __name__ == "__main__":
    # what recordpick remembers of this person is left alone
    os.environ["XDG_CONFIG_HOME"] = os.environ["APPDATA"] = tempfile.mkdtemp(prefix="attack-own-")
    sys.exit(main())

"""Run the attacks for so many minutes, each for as long; stop at the first that does harm.

Each try has a seed of its own: what did harm can be tried again with --again, and that alone.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .registry import Attack, all_attacks

MEMORY = Path("/dev/shm")


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if every attack failed, 1 if one of them did harm."""
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--only", action="append", metavar="NAME", choices=sorted(all_attacks()))
    parser.add_argument("--most", type=int, metavar="N", help="try each at most so many times")
    parser.add_argument("--again", metavar="SEED", help="one try, with the seed that was said")
    options = parser.parse_args(arguments)
    attacks = [
        one for name, one in all_attacks().items() if name in (options.only or all_attacks())
    ]
    top = Path(tempfile.mkdtemp(prefix="attack-", dir=MEMORY if MEMORY.is_dir() else None))
    tries = Tries(top, {one.name: Counter() for one in attacks})
    try:
        if options.again:
            for one in attacks:
                tries.once(one, options.again)
        else:
            tries.for_some_time(attacks, options.minutes * 60, options.seed, options.most)
    finally:
        for one in attacks:
            tried = tries.outcomes[one.name]
            harm = int(one.name == tries.harm)
            print(f"{one.name} ({one.says}): tried {tried.total():,}, harm {harm}")
            for outcome, count in tried.most_common():
                print(f"  {count:>7,}  {outcome}")
        shutil.rmtree(top, ignore_errors=True)
    return 0


@dataclass
class Tries:
    """What was tried so far, and what came of it; `harm` is the name of what did harm."""

    top: Path
    outcomes: dict[str, Counter[str]]
    harm: str = ""

    def once(self, one: Attack, seed: str) -> None:
        """Try an attack in a folder of its own."""
        folder = self.top / f"{one.name}-{seed}"
        folder.mkdir()
        try:
            self.outcomes[one.name][one.run(folder, random.Random(seed))] += 1
        except BaseException:
            self.harm = one.name
            print(f"{one.name}: harm was done, with the seed {seed!r}", file=sys.stderr)
            raise
        shutil.rmtree(folder)

    def for_some_time(
        self, attacks: list[Attack], seconds: float, seed: int, most: int | None
    ) -> None:
        """Try the one that has had the least time so far, until the time is over."""
        spent = dict.fromkeys(self.outcomes, 0.0)
        left = list(attacks)
        end = time.monotonic() + seconds
        while left and (began := time.monotonic()) < end:
            one = min(left, key=lambda attack: spent[attack.name])
            number = self.outcomes[one.name].total()
            self.once(one, f"{seed}-{number}")
            spent[one.name] += time.monotonic() - began
            if number + 1 == most:
                left.remove(one)


if __name__ == "__main__":
    # a shell has jobs in the background ignore these, and the programs started here would, too
    for name in ("SIGINT", "SIGQUIT"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    # what recordpick remembers of this person is left alone
    os.environ["XDG_CONFIG_HOME"] = os.environ["APPDATA"] = tempfile.mkdtemp(prefix="attack-own-")
    sys.exit(main())

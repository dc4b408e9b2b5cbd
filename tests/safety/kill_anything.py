"""End a command at any moment, and look whether anything half-done could be taken for done.

Run by test_killed.py for a short while, and by hand for longer (POSIX only, since it forks):

    python tests/safety/kill_anything.py FOLDER TIMES [SEED [COMMAND …]]

Every command that writes takes its turn. It is run in a child of this program and ended with
SIGKILL: half the time after a chance chunk of its usual time, else just before, or a few
milliseconds after, one of its calls that opens, renames or removes a file, where most can go wrong.
Then:

- what stands under the name that was asked for is whole, or not there;
- an index that was to be replaced opens: it is the earlier or the new one, whole;
- the working file opens to be written to, and has every event that it had before; one that became
  of a later version lies beside as it was;
- its daily copy is whole, or not there;
- whatever else was left bears a name that says so, is its owner's only, and is gone after the
  next run of the same command, an hour later.

The parent never asks polars for anything: its threads would not live on in a child.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from killed_works import prepare, works
from killing import in_child


def main(folder: str, times: str, seed: str = "1", *names: str) -> None:
    """Kill as often as asked, each command in its turn (or those named); say what was found."""
    os.umask(0o022)
    top = Path(folder).absolute()
    assert in_child(lambda: prepare(top, names)) == 0, "what is needed could not be made"
    made = works(top, names)
    for work in made:
        work.measure()
    chance = random.Random(int(seed))
    for number in range(int(times)):
        made[number % len(made)].kill(chance)
    for work in made:
        if work.left:
            work.tidy()
        left = ", ".join(sorted(work.left)) or "nothing"
        whole = work.whole - 1 - bool(work.left)  # less the runs that were let end
        print(f"{work.name}: {work.killed} killed, {whole} whole, left behind: {left}")  # noqa: T201
    print(f"{sum(work.killed for work in made)} killed in all")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])

"""End a program at any moment while it works on a file, and look whether anything was lost.

Run by test_in_trouble.py for a short while, and by hand for longer (the child is a fork where there
are such; the parent never draws, because polars' threads do not live on in one):

    python tests/selection/kill_it.py FOLDER TIMES [SEED]

A child makes the file if it is not there, opens it, picks, notes, draws, checks, undoes and redoes;
it acknowledges each change after the call has returned, by writing its number and hash to a pipe.
The parent ends it with SIGKILL (Windows: TerminateProcess) after some acknowledgements, opens the
file, and checks that it opens, that every acknowledged event is in it, and that at most one more
is.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from working_files import JO, PATIENTS, ROOM, eligible, new_file

from recordpick.errors import UserError
from recordpick.selection.results import Entry, FilledIn
from recordpick.selection.working_file import WorkingFile

CHILD = "--child"


def change(file: WorkingFile, chance: random.Random) -> None:
    """Make one change, or try one that may not be made."""
    criterion_id, patient_id = chance.choice(sorted(ROOM)), chance.choice(PATIENTS)
    do = chance.choice(
        [
            lambda: file.pick(criterion_id, [patient_id]),
            lambda: file.note(patient_id, f"note {chance.random()}"),
            lambda: file.remove(criterion_id, [file.selection.of(criterion_id)[0].patient_id]),
            lambda: file.fix_seed(str(chance.random()), "entered", "again"),
            lambda: file.draw(eligible(), 2),
            lambda: file.import_results(judged(criterion_id, patient_id, chance)),
            lambda: choose_one(file, chance),
            file.undo,
            file.redo,
        ]
    )
    try:
        do()
    except (UserError, IndexError, StopIteration):
        return


def judged(criterion_id: str, patient_id: str, chance: random.Random) -> FilledIn:
    """Return what a key on the checking screen gives: one result of one of two people."""
    said, who = chance.choice(["same", "not there"]), chance.choice(["AB", "CD"])
    entry = Entry(criterion_id, patient_id, 1, 1, said, initials=who)
    return FilledIn("first check", "RP-AAAAAAAA-01", "", "", (entry,))


def choose_one(file: WorkingFile, chance: random.Random) -> None:
    """Decide about the first line on which the two disagree."""
    key, results = next(iter(file.selection.settled.disagreements.items()))
    file.resolve(key, results[0][0], "RP-AAAAAAAA-01", f"reason {chance.random()}")


def work(path: Path, pipe: int, seed: int) -> None:
    """Be the child: change the file until somebody ends this program."""
    chance = random.Random(seed)
    file = WorkingFile.open(path, JO) if path.exists() else new_file(path)
    said = 0
    while True:
        if len(file.events) != said:
            said = len(file.events)
            os.write(pipe, f"{said} {file.head}\n".encode())
        change(file, chance)


def started(path: Path, seed: int) -> tuple[IO[bytes], Callable[[], None]]:
    """Start a child; return the pipe with its acknowledgements, and what ends it at once."""
    if os.name == "nt":
        words = [sys.executable, __file__, CHILD, str(path), str(seed)]
        program = subprocess.Popen(words, stdout=subprocess.PIPE)
        assert program.stdout is not None

        def terminate() -> None:
            program.kill()
            program.wait()

        return program.stdout, terminate
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work(path, writing, seed)
        finally:
            os._exit(1)
    os.close(writing)

    def kill() -> None:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

    return os.fdopen(reading, "rb"), kill


def kill_once(path: Path, seed: int) -> int:
    """Let a child work, end it, check the file; give how many events it has."""
    chance = random.Random(seed)
    acknowledgements = chance.randrange(0, 12)
    pipe, end = started(path, seed)
    with pipe:
        lines = [pipe.readline() for _ in range(acknowledgements)]
        for _ in range(chance.randrange(20_000)):
            pass
        end()
        lines += pipe.readlines()
    if not path.exists():
        assert lines == [], "a file that was acknowledged is not there"
        return 0
    with WorkingFile.open(path, JO) as file:
        assert not file.read_only, file.why_read_only
        events = file.events
    for line in lines:
        seq, head = line.split()
        assert events[int(seq) - 1].hash == head.decode(), f"event {seq} was lost"
    if lines:
        assert len(events) <= int(lines[-1].split()[0]) + 1, "more was written than acknowledged"
    return len(events)


def main(folder: str, times: str, seed: str = "1") -> None:
    """Kill as often as asked, with a new file every 20 times."""
    if folder == CHILD:
        work(Path(times), sys.stdout.fileno(), int(seed))
    for number in range(int(times)):
        path = Path(folder) / f"{number // 20}.recordpick"
        events = kill_once(path, int(seed) * 1_000_000 + number)
        if number % 20 == 19 or number + 1 == int(times):
            print(f"{number + 1} killed, {events} events in the file")  # noqa: T201 - a command


if __name__ == "__main__":
    main(*sys.argv[1:])

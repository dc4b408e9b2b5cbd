"""Ending a command with SIGKILL at a chosen moment, and looking at what it left."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FILE_EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.chmod"}
LEFTOVER = re.compile(r"\..+\.(part|old|part-journal)|.+\.recordpick(\.lock|-journal)")
KEPT = re.compile(
    r"practice\.recordpick(\.(\d{4}-\d\d-\d\d|version-1)\.backup|"
    r"(\.journal)?\.\d{4}-\d\d-\d\d-\d{6}(-\d+)?\.kept)?"
)
"""The working file, its copies, and what was found beside it and kept when it was opened again."""


def in_child(do: Callable[[], object]) -> int:
    """Do something in a child of this program; give its exit code, -9 if it was ended."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            do()
            code = 0
        except BaseException:  # noqa: BLE001 - what failed is said, and the parent told
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at_file_event(
    do: Callable[[], object], number: int, later: float = 0.0
) -> Callable[[], None]:
    """Give the same, ended just before its n-th call about a file, or so many seconds later.

    Later, because SQLite writes by itself: its calls are not seen from here.
    """

    def end() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def call() -> None:
        count = 0

        def watch(event: str, _: object) -> None:
            nonlocal count
            if event in FILE_EVENTS:
                count += 1
                if count == number and later:
                    threading.Timer(later, end).start()
                elif count == number:
                    end()

        sys.addaudithook(watch)
        do()

    return call


def killed_after(do: Callable[[], object], seconds: float) -> int:
    """Do it in a child and end it after so many seconds; give its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            do()
            code = 0
        finally:
            os._exit(code)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@dataclass
class Work:
    """A command that writes, in a folder of its own.

    `done` checks what it made, if that is there; `always` checks what has to be there in any case.
    """

    name: str
    folder: Path
    out: Path
    run: Callable[[], None]
    done: Callable[[Path], None]
    before: Callable[[], None]
    always: Callable[[], None]
    seconds: float = 0.0
    file_events: int = 0
    whole: int = 0
    killed: int = 0
    left: set[str] = field(default_factory=set)

    def measure(self) -> None:
        """Run it once to its end: how long it takes, how many calls about files it makes."""
        self.before()
        counted = self.folder / "counted"
        began = time.perf_counter()
        assert in_child(lambda: self._count(counted)) == 0, self.name
        self.seconds = time.perf_counter() - began
        self.file_events = int(counted.read_text())
        counted.unlink()
        self._take()
        assert self.whole == 1, f"{self.name} made nothing"

    def _count(self, counted: Path) -> None:
        count = 0

        def watch(event: str, _: object) -> None:
            nonlocal count
            count += event in FILE_EVENTS

        sys.addaudithook(watch)
        self.run()
        counted.write_text(str(count))

    def kill(self, chance: random.Random) -> None:
        """Run it, end it at some moment, and check what is there."""
        self.before()
        manner, number = chance.randrange(4), chance.randrange(1, self.file_events + 1)
        if manner < 2:
            code = killed_after(self.run, chance.random() * self.seconds)
        else:
            later = 0.0 if manner == 2 else chance.expovariate(200)
            code = in_child(killed_at_file_event(self.run, number, later))
        assert code in {0, -signal.SIGKILL}, f"{self.name} ended with {code}"
        self.killed += code != 0
        self._take()

    def _take(self) -> None:
        """Check what was made, take it away, and look at what else lies there."""
        self.always()
        for path in self.folder.glob("practice.recordpick.*"):
            assert path.stat().st_mode & 0o077 == 0, f"{path} can be read by others"
        if self.out.exists():
            for path in [self.out, *self.out.rglob("*")]:
                assert path.stat().st_mode & 0o077 == 0, f"{path} can be read by others"
            self.done(self.out)
            self.whole += 1
            shutil.rmtree(self.out) if self.out.is_dir() else self.out.unlink()
        for beside in self.folder.iterdir():
            if KEPT.fullmatch(beside.name):
                continue
            assert LEFTOVER.fullmatch(beside.name), f"{self.name} left {beside}"
            assert beside.stat().st_mode & 0o077 == 0, f"{beside} can be read by others"
            self.left.add(beside.name.rsplit(".", 1)[1])

    def tidy(self) -> None:
        """An hour later, the next run leaves nothing behind of those that were ended."""
        past = time.time() - 4_000
        for beside in [*self.folder.iterdir(), *self.folder.rglob("*")]:
            os.utime(beside, (past, past))
        self.before()
        assert in_child(self.run) == 0, self.name
        self._take()
        left = [path.name for path in self.folder.iterdir() if not KEPT.fullmatch(path.name)]
        assert left == [], f"{self.name} does not take away {left}"

"""The app on a terminal that controls it, as in a window: signals end it as its keys do.

Every change is in the file, nobody is locked out of it, no name stays on the screen, and the
terminal is what a shell expects.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from examples import usually

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal of POSIX", allow_module_level=True)

from on_a_pty import SWITCHES, Terminal, left_on

from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.signals import HUNG_UP

ENDING = [signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP]
NEEDS_STATES = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="needs the states of processes, as Linux says them"
)


def started(terminal: Terminal) -> None:
    """Wait for the list of patients, and pick one."""
    terminal.wait_for(b"ALL-01")
    terminal.press("\r")
    terminal.wait_for("␛".encode())
    terminal.press("\x1b[B")
    terminal.press(" ")


def is_as_before(terminal: Terminal, work: Path) -> None:
    """Nothing of the app is left: neither at the terminal nor beside the working file."""
    assert all(mode in terminal.written for mode in SWITCHES.values())
    assert left_on(terminal.written) == []
    assert terminal.echoes()
    assert not work.with_name(f"{work.name}.lock").exists()
    with WorkingFile.open(work, Person("Jo", "practice")) as file:
        assert not file.read_only
        assert file.selection.count("ALL-01") == 1


@pytest.mark.parametrize("number", usually(ENDING, signal.SIGHUP), ids=lambda number: number.name)
def test_a_signal_ends_the_app_as_its_keys_do(number: signal.Signals, home: Path, work: Path):
    """SIGTERM (a system that shuts down), SIGQUIT, SIGHUP (a window that is closed)."""
    with Terminal(["-m", "recordpick", str(work)], home, controlling=True) as terminal:
        started(terminal)
        terminal.signal(number)
        assert terminal.end() == 128 + number
        is_as_before(terminal, work)


@pytest.mark.thorough
def test_a_signal_ends_the_app_amid_a_question(home: Path, work: Path) -> None:
    """Also where a box is open that waits for an answer."""
    with Terminal(["-m", "recordpick", str(work)], home, controlling=True) as terminal:
        started(terminal)
        terminal.press("n")
        terminal.signal(signal.SIGHUP)
        assert terminal.end() == 128 + signal.SIGHUP
        is_as_before(terminal, work)


@pytest.mark.thorough
def test_the_app_ends_when_the_terminal_that_controls_it_goes(home: Path, work: Path) -> None:
    """The system says so by a signal, and its output has nowhere to go."""
    with Terminal(["-m", "recordpick", str(work)], home, controlling=True) as terminal:
        started(terminal)
        terminal.vanish()
        assert terminal.wait() == HUNG_UP
    assert not work.with_name(f"{work.name}.lock").exists()
    with WorkingFile.open(work, Person("Jo", "practice")) as file:
        assert file.selection.count("ALL-01") == 1


@NEEDS_STATES
def test_the_app_can_be_suspended_and_resumed_and_left(home: Path, work: Path) -> None:
    """Several times; suspended it shows nothing, and the terminal is the shell's."""
    with Terminal(["-m", "recordpick", str(work)], home, controlling=True) as terminal:
        started(terminal)
        for _ in range(3):
            terminal.signal(signal.SIGTSTP)
            terminal.wait_until_stopped()
            terminal.press("")
            assert left_on(terminal.written) == []
            assert terminal.echoes()
            seen = len(terminal.written)
            terminal.signal(signal.SIGCONT)
            terminal.wait_for(b"\x1b[?1049h", seen)
            terminal.wait_for(b"ALL-01", seen)
        terminal.press("q")
        assert terminal.end() == 0
        is_as_before(terminal, work)


@pytest.mark.thorough
@NEEDS_STATES
@pytest.mark.parametrize("stop", [True, False])
def test_the_app_can_be_left_after_it_was_stopped_unasked(stop: bool, home: Path, work: Path):
    """SIGSTOP cannot be noticed, and SIGCONT may come to a program that was never stopped."""
    with Terminal(["-m", "recordpick", str(work)], home, controlling=True) as terminal:
        started(terminal)
        if stop:
            terminal.signal(signal.SIGSTOP)
            terminal.wait_until_stopped()
        for _ in range(2):
            seen = len(terminal.written)
            terminal.signal(signal.SIGCONT)
            terminal.wait_for(b"ALL-01", seen)
        terminal.press("q")
        assert terminal.end() == 0
        is_as_before(terminal, work)


@pytest.mark.thorough
@NEEDS_STATES
def test_a_suspended_app_ends_when_it_is_asked_to(home: Path, work: Path) -> None:
    """As soon as it is continued."""
    with Terminal(["-m", "recordpick", str(work)], home, controlling=True) as terminal:
        started(terminal)
        terminal.signal(signal.SIGTSTP)
        terminal.wait_until_stopped()
        terminal.signal(signal.SIGTERM)
        terminal.signal(signal.SIGCONT)
        assert terminal.end() == 128 + signal.SIGTERM
        is_as_before(terminal, work)


STUCK = """
import os, pty, signal, sys, threading
from recordpick.tui import signals

signals.PATIENCE = 0.3
never = threading.Event()
_, terminal = pty.openpty()
watcher = signals.ShutdownWatcher(terminal, lambda code: never.wait(), lambda: never.wait())
with watcher.watching():
    os.kill(os.getpid(), signal.SIGTERM)
    never.wait()
"""


def test_a_lock_that_is_held_does_not_keep_the_process() -> None:
    """Neither the app nor what releases its file comes to an end: the process ends all the same."""
    done = subprocess.run(
        [sys.executable, "-c", STUCK],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=60,
        check=False,
    )
    assert done.returncode == 128 + signal.SIGTERM


ELSEWHERE = """
import os, pty, select, signal, threading
from recordpick.tui import signals

_, terminal = pty.openpty()
watcher = signals.ShutdownWatcher(terminal, os._exit, lambda: None)
asleep, _ = os.pipe()


def quit_when_asleep():
    times = 0
    while times < 200:
        with open(f"/proc/self/task/{os.getpid()}/stat") as file:
            times = times + 1 if file.read().rpartition(")")[2].split()[0] == "S" else 0
    signal.pthread_kill(threading.get_ident(), signal.SIGQUIT)


with watcher.watching():
    threading.Thread(target=quit_when_asleep).start()
    poll = select.poll()
    poll.register(asleep, select.POLLIN)
    poll.poll()
"""


@NEEDS_STATES
def test_a_signal_that_another_thread_gets_is_heard_at_once() -> None:
    """The main thread sleeps until somebody types, and nobody does."""
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=60,
        check=False,
    )
    assert done.returncode == 128 + signal.SIGQUIT

"""The app on a terminal of its own: signals at any moment, and hostile texts in its text boxes."""

from __future__ import annotations

import json
import random
import re
import shutil
import signal
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hostile_data import AS_AT, ATTACKS, NEVER_RAW, naughty_strings, write_hostile

from recordpick.criteria.load import parse_pack
from recordpick.index.build.build_index import build_index
from recordpick.selection.events import Event, Person
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.signals import HUNG_UP

from .limits import within_seconds
from .registry import attack

if TYPE_CHECKING:
    from on_a_pty import Terminal

KIM = Person("Kim", "practice")
SECONDS = 150
PACK = """
[pack]
title = "Everybody"
version = "1"

[[criterion]]
id = "ALL-01"
area = "Area"
title = "Everybody with an entry"
find = "Everybody."

[[criterion.rule]]
says = "an entry"
table = "events"
"""
DOWN, ESCAPE = "\x1b[B", "\x1b"


@cache
def _practice(top: Path) -> Path:
    """Index the hostile practice, and make a working file of it, once for a run."""
    folder = top / "source-at-a-terminal"
    folder.mkdir()
    index = build_index([write_hostile(folder / "source")], folder / "index", as_at=AS_AT)
    pack = parse_pack({"pack.toml": PACK})
    WorkingFile.create(folder / "work.recordpick", pack, index, AS_AT, "A", KIM).close()
    return folder


def prepare(folder: Path) -> Path:
    """Copy working file and index into a folder; let the app know who works. Return the file."""
    shutil.copytree(_practice(folder.parent), folder, dirs_exist_ok=True)
    (folder / "recordpick").mkdir()
    known = {"name": "Kim", "tour_seen": True}
    (folder / "recordpick" / "app.json").write_text(json.dumps(known), encoding="utf-8")
    return folder / "work.recordpick"


def events_of(path: Path) -> tuple[Event, ...]:
    with WorkingFile.open(path, read_only=True) as file:
        return file.events


def is_sound(path: Path, before: tuple[Event, ...]) -> None:
    """Everything that was acknowledged is in the file, which opens for writing; no lock is left."""
    assert not path.with_name(f"{path.name}.lock").exists(), "the lock was left"
    with WorkingFile.open(path, KIM) as file:
        assert not file.read_only, file.why_read_only
        assert file.events[: len(before)] == before, "something acknowledged was lost"


# ------------------------------------------------------------------ signals


def _once(number: signal.Signals) -> Callable[..., set[int]]:
    def send(terminal: Terminal) -> set[int]:
        terminal.signal(number)
        return {128 + number, -number}

    send.__name__ = number.name
    return send


def both(terminal: Terminal) -> set[int]:
    """Two signals, one behind the other."""
    terminal.signal(signal.SIGTERM)
    terminal.signal(signal.SIGHUP)
    return {128 + signal.SIGTERM, -signal.SIGTERM, 128 + signal.SIGHUP, -signal.SIGHUP}


def while_suspended(terminal: Terminal) -> set[int]:
    """A signal to the suspended app, which is then continued."""
    terminal.signal(signal.SIGTSTP)
    terminal.wait_until_stopped()
    terminal.signal(signal.SIGTERM)
    terminal.signal(signal.SIGCONT)
    return {128 + signal.SIGTERM, -signal.SIGTERM}


def after_a_stop(terminal: Terminal) -> set[int]:
    """Stopped without notice, continued, and then a signal."""
    terminal.signal(signal.SIGSTOP)
    terminal.wait_until_stopped()
    terminal.signal(signal.SIGCONT)
    terminal.signal(signal.SIGHUP)
    return {128 + signal.SIGHUP, -signal.SIGHUP}


def vanish(terminal: Terminal) -> set[int]:
    """The terminal goes."""
    terminal.vanish()
    return {HUNG_UP, 128 + signal.SIGHUP, -signal.SIGHUP}


ENDS: tuple[Callable[..., set[int]], ...] = (
    *(_once(signal.SIGTERM), _once(signal.SIGQUIT), _once(signal.SIGHUP)),
    *(both, while_suspended, after_a_stop, vanish),
)
BOXES = ("n", "a", "e", "r", "s", "o", "/", "?", "v", "b", "l")


@attack(
    "signals", "SIGTERM, SIGHUP, SIGQUIT, suspending, a terminal that goes, at any moment", quick=1
)
def signals(folder: Path, chance: random.Random) -> str:
    """No acknowledged change is lost, no lock is left, the terminal is what a shell expects."""
    if sys.platform == "win32":
        return "not on this system"
    from on_a_pty import Terminal, left_on

    path = prepare(folder)
    before = events_of(path)
    moment = chance.choice(["starting", "starting", "opened", "working", "working", "in a box"])
    end = chance.choice(ENDS)
    if moment == "starting" and end is while_suspended:
        # Until the app handles SIGTSTP itself, Linux discards it where no shell would continue it.
        end = after_a_stop
    with (
        within_seconds(SECONDS),
        Terminal(["-m", "recordpick", str(path)], folder, controlling=True) as terminal,
    ):
        if moment == "starting":
            terminal.read_for(chance.random() * 1.5)
        else:
            terminal.wait_for(b"ALL-01")
            terminal.press("\r")
            terminal.wait_for("␛".encode())
        if moment == "working":
            for _ in range(chance.randrange(4)):
                terminal.press(chance.choice([DOWN, " "]))
            before = events_of(path)
            terminal.type(chance.choice([" ", " ", "u", DOWN, "s"]) * chance.randrange(1, 4))
        if moment == "in a box":
            terminal.press(chance.choice(BOXES))
        allowed = end(terminal)
        if end is vanish:
            code = terminal.wait()
        else:
            code = terminal.end()
            assert left_on(terminal.written) == [], "the terminal was left in another mode"
            assert terminal.echoes(), "the terminal does not show what is typed"
    assert code in allowed, f"exit code {code}"
    is_sound(path, before)
    return f"{moment}: ended by {end.__name__.replace('_', ' ')}"


# ------------------------------------------------------------------ text boxes


def hostile_text(chance: random.Random) -> str:
    """Return a text that a terminal would obey if it came to it as it is."""
    parts: list[str] = []
    for _ in range(chance.randrange(1, 5)):
        match chance.randrange(4):
            case 0:
                parts.append("".join(map(chr, chance.choices(range(32), k=chance.randrange(1, 9)))))
            case 1 if naughty_strings():
                parts.append(chance.choice(naughty_strings()))
            case 2:
                parts.append(chr(chance.choice([0x80, 0x9B, 0x9D, 0x202E, 0x2066, 0x200B, 0xFEFF])))
            case _:
                parts.append(chance.choice(ATTACKS))
    text = "PWNED".join(parts) * chance.choice([1, 1, 1, 40])
    # What ends a paste cannot be in one: a terminal takes it out.
    return text.replace("\x1b[201~", "").replace("\x1b[200~", "")


WITH_ENTER = ("/", "a", "n", "f")
"""Boxes in which Enter may be pressed: the others write files where the text says."""
WITHOUT = ("e", "l", "r")


@attack("text-boxes", "texts with escape sequences, pasted into every text box", quick=1)
def text_boxes(folder: Path, chance: random.Random) -> str:
    """None of it reaches the terminal raw, the app goes on, notes hold no control characters."""
    if sys.platform == "win32":
        return "not on this system"
    from on_a_pty import Terminal

    path = prepare(folder)
    boxes = [chance.choice((*WITH_ENTER, *WITHOUT)) for _ in range(chance.randrange(1, 4))]
    with (
        within_seconds(SECONDS),
        Terminal(["-m", "recordpick", str(path)], folder, controlling=True) as terminal,
    ):
        terminal.wait_for(b"ALL-01")
        terminal.press("\r")
        terminal.wait_for("␛".encode())
        for box in boxes:
            terminal.press(box)
            for _ in range(chance.choice([1, 1, 2])):
                terminal.paste(hostile_text(chance))
                terminal.press(chance.choice(["", "\x1b[D", "\x7f", "\x1b[H", "x"]))
                if box in WITHOUT:
                    terminal.press("\t")
            if box in WITH_ENTER and chance.random() < 0.7:
                terminal.press("\r")
            terminal.press(ESCAPE)
            terminal.press(ESCAPE)
        before = events_of(path)
        terminal.press("\x11")  # Ctrl+Q: leaves from everywhere
        code = terminal.end()
    assert code == 0, terminal.written[-2_000:]
    assert NEVER_RAW.findall(terminal.written) == []
    assert re.findall(rb"\x1b\][012];", terminal.written) == [], "a window's title was set"
    is_sound(path, before)
    with WorkingFile.open(path, read_only=True) as file:
        texts = [
            *file.selection.notes.values(),
            *(one.reason for one in file.selection.closed.values()),
        ]
    for text in texts:
        assert all(sign >= " " and not "\x7f" <= sign <= "\x9f" for sign in text), repr(text)
    return "kept out"

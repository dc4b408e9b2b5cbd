"""The app on a terminal of its own: no data reaches it raw, nor does a crash show any."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal of POSIX", allow_module_level=True)

from hostile_data import AS_AT, NEVER_RAW, write_hostile
from on_a_pty import Terminal

from recordpick.criteria.reading import parse_pack
from recordpick.index.build import build_index
from recordpick.selection.state import Person
from recordpick.selection.working_file import WorkingFile

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
SECRET = "Quillfeather"
CRASH = f"""
import sys
from recordpick.cli import main
from recordpick.tui.work import WorkScreen

def action_undo(self):
    patient = "{SECRET}"
    raise ValueError(f"{{patient}} was born on 1 May 1951")

WorkScreen.action_undo = action_undo
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the app remembers that Kim has used it before."""
    (tmp_path / "recordpick").mkdir()
    (tmp_path / "recordpick" / "app.json").write_text(
        json.dumps({"name": "Kim", "tour_seen": True}), encoding="utf-8"
    )
    return tmp_path


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A working file of the hostile practice."""
    index = build_index([write_hostile(tmp_path / "source")], tmp_path / "index", as_at=AS_AT)
    path = tmp_path / "work.recordpick"
    person = Person("Kim", "practice")
    WorkingFile.create(
        path, parse_pack({"pack.toml": PACK}), index, AS_AT, "PWNED Surgery", person
    ).close()
    return path


def test_nothing_of_the_data_reaches_the_terminal_raw(home: Path, work: Path) -> None:
    """Lists, records, filters, a patient's box, pictures, notes."""
    with Terminal(["-m", "recordpick", str(work)], home) as terminal:
        terminal.wait_for(b"ALL-01")
        terminal.press("\r")
        terminal.wait_for("␛".encode())
        down, right, page, escape = "\x1b[B", "\x1b[C", "\x1b[6~", "\x1b"
        for keys in (down, " ", "w", down, "\t", right, right, page, "\t", "o", escape):
            terminal.press(keys)
        for keys in ("v", escape, "/", "PWNED", escape, "c", "p", "p", "a", escape, "q"):
            terminal.press(keys)
        assert terminal.end() == 0, terminal.written[-3000:]
    assert NEVER_RAW.findall(terminal.written) == []
    assert re.findall(rb"\x1b\][012];", terminal.written) == [], "a window's title was set"
    assert terminal.written.count(b"PWNED") > 5
    assert terminal.written.count("␛".encode()) > 5


def test_a_crash_of_the_app_shows_no_data(home: Path, work: Path) -> None:
    """Where the mistake is, and neither what was worked on nor what the message says of it."""
    script = home / "crash.py"
    script.write_text(CRASH, encoding="utf-8")
    with Terminal([str(script), str(work)], home) as terminal:
        terminal.wait_for(b"ALL-01")
        terminal.press("u")
        assert terminal.end() == 1
    assert b"recordpick has made a mistake" in terminal.written
    assert b"ValueError at" in terminal.written
    assert b"crash.py, line 8, in action_undo" in terminal.written
    assert SECRET.encode() not in terminal.written
    assert b"1951" not in terminal.written

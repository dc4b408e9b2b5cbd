"""The app on a terminal of its own: no data reaches it raw, nor does a crash show any."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
import pyzipper

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal of POSIX", allow_module_level=True)

from hostile_data import AS_AT, NEVER_RAW
from on_a_pty import Terminal

from recordpick.index.practice_index import open_index
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.signals import HUNG_UP

SECRET = "Quillfeather"
CRASH = f"""
import sys
from recordpick.cli.main import main
from recordpick.tui.screens.picking import PickingScreen

def action_undo(self):
    patient = "{SECRET}"
    raise ValueError(f"{{patient}} was born on 1 May 1951")

PickingScreen.action_undo = action_undo
sys.exit(main(sys.argv[1:]))
"""


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


def test_the_app_ends_when_its_terminal_goes(home: Path, work: Path) -> None:
    """Every pick is in the file, nobody is kept out of it, and no program runs on by itself."""
    with Terminal(["-m", "recordpick", str(work)], home) as terminal:
        terminal.wait_for(b"ALL-01")
        terminal.press("\r")
        terminal.wait_for("␛".encode())
        for keys in ("\x1b[B", " ", "\x1b[B", " "):
            terminal.press(keys)
        with WorkingFile.open(work, read_only=True) as file:
            picks = file.selection.of("ALL-01")
        assert len(picks) == 2
        terminal.vanish()
        assert terminal.wait() == HUNG_UP
    assert not work.with_name(f"{work.name}.lock").exists()
    with WorkingFile.open(work, Person("Jo", "practice")) as file:
        assert not file.read_only
        assert file.selection.of("ALL-01") == picks
    remembered = json.loads((home / "recordpick" / "app.json").read_text(encoding="utf-8"))
    assert remembered["last_criterion"] == {str(work): "ALL-01"}


@pytest.mark.thorough
def test_the_app_ends_amid_a_question_when_its_terminal_goes(home: Path, work: Path) -> None:
    """Also where a box is open that waits for an answer."""
    with Terminal(["-m", "recordpick", str(work)], home) as terminal:
        terminal.wait_for(b"ALL-01")
        terminal.press("n")
        terminal.vanish()
        assert terminal.wait() == HUNG_UP
    assert not work.with_name(f"{work.name}.lock").exists()


def test_a_passphrase_that_nobody_types_is_asked_for_in_words(home: Path) -> None:
    """The end of the input instead of a line."""
    pack = home / "pack.zip"
    with pyzipper.AESZipFile(pack, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"secret")
        archive.writestr("pack/README.txt", "x")
    with Terminal(["-m", "recordpick", "verify", str(pack)], home) as terminal:
        terminal.wait_for(b"Passphrase of pack.zip")
        terminal.press("\x04")
        assert terminal.end() == 2
    assert b"type its passphrase when asked" in terminal.written


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


@pytest.mark.thorough
def test_nothing_of_a_path_reaches_the_terminal_raw_by_a_text_box(home: Path, work: Path) -> None:
    """Folders whose names a terminal would obey: export, file picker, pasting.

    The working file is in one, and names another as its practice index, which the app has not seen
    it with: the question whether to look there shows that name.
    """
    name = "\x1b]0;PWNED\x07\x1b[2J\x1b[HPWNED\x9b31m\u202e"
    folder, elsewhere = home / name, home / "elsewhere" / name
    folder.mkdir()
    elsewhere.parent.mkdir()
    index = open_index((home / "index").rename(elsewhere))
    with WorkingFile.open(work, read_only=True) as file:
        pack = file.pack
    path, person = folder / "named.recordpick", Person("Kim", "practice")
    WorkingFile.create(path, pack, index, AS_AT, "PWNED Surgery", person).close()
    with Terminal(["-m", "recordpick", str(path)], home, controlling=True) as terminal:
        terminal.wait_for(b"Open it")
        asked = len(terminal.written)
        terminal.press("\t")
        terminal.press("\r")
        terminal.wait_for(b"ALL-01", asked)
        for keys in ("e", "\x1b", "l", "\x1b", "/", "\x1b[200~PWNED\x1b\x1b[201~", "\x1b", "\x1b"):
            terminal.press(keys)
        terminal.press("q")
        assert terminal.end() == 0, terminal.written[-3000:]
    assert "␛]0;PWNED␇".encode() in terminal.written
    assert NEVER_RAW.findall(terminal.written) == []
    assert re.findall(rb"\x1b\][012];", terminal.written) == [], "a window's title was set"


@pytest.mark.thorough
def test_a_very_long_word_may_be_pasted_into_the_filter(home: Path, work: Path) -> None:
    """400,000 characters: they are refused in a sentence, and the app goes on."""
    with Terminal(["-m", "recordpick", str(work)], home, controlling=True) as terminal:
        terminal.wait_for(b"ALL-01")
        terminal.press("\r")
        terminal.wait_for("␛".encode())
        terminal.press("/")
        terminal.paste("x" * 400_000)
        terminal.wait_for(b"at most 500")
        terminal.press("\x1b")
        terminal.press("q")
        assert terminal.end() == 0, terminal.written[-3000:]

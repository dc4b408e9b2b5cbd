"""Each screen as text, at 80×24 and 120×30: to be looked at when one changes on purpose.

Those where people spend their day are held at 200×60 and 60×20, too. One run of the app is resized
from one size to the next. `RECORDPICK_WRITE_SCREENS=1 pytest tests/tui/test_screens_as_text.py`
writes them again.
"""

import os
import re
import shutil
from contextlib import nullcontext
from itertools import chain
from pathlib import Path

import pytest
from driving import LARGE, SMALL, app_on, using
from tiny import make_tiny

from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.app import RecordpickApp
from recordpick.tui.settings import Settings

SCREENS = Path(__file__).parent / "screens"
SMALLEST, LARGEST = (60, 20), (200, 60)
AT_EVERY_SIZE = {"work", "picked", "record", "help", "all-picked", "finish", "suggest", "patient"}
"""Screens that are held at the smallest and the largest size, too."""
DO = {
    "start": (),
    "form": ("n", ("#path", "our-practice.recordpick")),
    "work": ("open",),
    "picked": ("open", "enter", "space", "down", "space"),
    "record": ("open", "enter", "enter"),
    "filter": ("open", "enter", "slash"),
    "whole-list": ("open", "w"),
    "most-useful": ("open", "m"),
    "patient": ("open", "enter", "o"),
    "privacy": ("open", "enter", "p"),
    "suggest": ("open", "s"),
    "draw": ("open", "r"),
    "no-more": ("open", "n"),
    "note": ("open", "enter", "a"),
    "help": ("open", "f1"),
    "tour": ("tour",),
    "nothing-picked": ("open", "v"),
    "nobody-meets-it": ("open", "down", "down", "enter"),
    "unanswerable": ("open", "end", "up", "up", "up"),
    "by-hand": ("open", "end", "up", "up"),
    "random": ("open", "end", "up"),
    "all-picked": ("open", "s", "enter", "enter", "end", "enter"),
    "finish": ("open", "s", "enter", "enter", "d"),
    "not-picked": ("open", "enter", "space", "full_stop", "full_stop"),
    "zoomed": ("open", "enter", "z"),
    "full": ("open", "s", "enter", "enter"),
    "ages": ("open", "s", "enter", "enter", "v"),
    "how-full": ("open", "s", "enter", "enter", "v", "2"),
    "overlap": ("open", "s", "enter", "enter", "v", "3"),
    "assurance": ("open", "v", "4"),
    "to-put-right": ("open", "t"),
    "to-put-right-help": ("open", "t", "f1"),
    "reports": ("open", "i"),
    "capitation": ("open", "i", "3", "end"),
    "no-differences": ("open", "i", "4"),
    "reports-help": ("open", "i", "f1"),
    "area": ("open", "A"),
    "sort": ("open", "enter", "b"),
    "sorted": ("open", "enter", "b", "down", "enter"),
    "export": ("open", "e", ("#answer", "hand-over")),
    "export-ticked": ("open", "e", ("#answer", "pack"), "tab", "space", "tab", "space"),
    "passphrase": ("open", "e", ("#answer", "pack"), "tab", "space", "tab", "tab", "enter"),
    "picker": ("open", "l", ("#folder", "a folder")),
    "note-hidden": ("open", "enter", "p", "a", ("#answer", "somebody")),
    "pictures-help": ("open", "v", "f1"),
    "held": ("held",),
    "who": ("who",),
    "palette": ("open", "colon"),
}


def plain(text, folder):
    """Leave out what differs between machines and days: paths, when a file was opened."""
    text = text.replace(str(folder), "…").replace("\\", "/")
    text = re.sub(r"(?<!\S)(?:[A-Za-z]:)?/\S{3,}", "PATH", text)
    text = re.sub(r"\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d", "01 Oct 2026 09:00", text)
    text = re.sub(r"\d\d [A-Z][a-z]{2} (\d{4} )?…", r"01 Oct \1…", text)  # cut off
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Give the tiny practice's working file; it is copied for each screen."""
    return make_tiny(tmp_path_factory.mktemp("tiny") / "made")


@pytest.fixture
def tiny(made, tmp_path):
    """Give a copy of it."""
    return Path(shutil.copytree(made.parent, tmp_path / "made")) / made.name


@pytest.fixture
def held(tiny, monkeypatch):
    """Give what opens the file for somebody else, on a computer of that name."""
    monkeypatch.setattr("platform.node", lambda: "FRONT-DESK")
    monkeypatch.setenv("COMPUTERNAME", "FRONT-DESK")
    return lambda: WorkingFile.open(tiny, Person("Bea Other", "practice"))


@pytest.mark.parametrize("name", DO)
async def test_the_screen_is_as_it_was(tiny, held, name, monkeypatch):
    """A picture in text: no colours, all that a person reads."""
    monkeypatch.chdir(tiny.parent)
    monkeypatch.setattr("recordpick.handover.encrypted.new_passphrase", lambda: "23456-ABCDE" * 2)
    first, *keys = DO[name] or ("",)
    app = app_on(tiny if first in {"open", "held"} else None)
    if first in {"tour", "who"}:
        app = RecordpickApp(tiny, settings=Settings(name="" if first == "who" else "Ann"))
    sizes = (SMALL, LARGE, LARGEST, SMALLEST) if name in AT_EVERY_SIZE else (SMALL, LARGE)
    shown = {}
    with held() if first == "held" else nullcontext():
        async with using(app, SMALL) as user:
            for key in [*([first] if first == "n" else []), *keys]:
                await (user.press(key) if isinstance(key, str) else user.fill(*key))
            if first == "held":
                await user.press("enter")
            for width, height in sizes:
                await user.pilot.resize_terminal(width, height)
                await user.settled()
                shown[f"{name}-{width}x{height}"] = plain(user.text, tiny.parent)
    if os.environ.get("RECORDPICK_WRITE_SCREENS"):
        SCREENS.mkdir(exist_ok=True)
        for kept, text in shown.items():
            (SCREENS / f"{kept}.txt").write_text(text, encoding="utf-8")
    held_as = {kept: (SCREENS / f"{kept}.txt").read_text(encoding="utf-8") for kept in shown}
    assert shown == held_as


WGL4 = frozenset(
    chain(
        *(range(0x20, 0x7F), range(0xA0, 0x180), range(0x384, 0x3CF), range(0x401, 0x460)),
        *(range(0x2500, 0x2501), range(0x2550, 0x256D)),
        map(ord, "ƒǺǻǼǽǾǿˆˇˉ˘˙˚˛˜˝ẀẁẂẃẄẅỲỳ–—―‗‘’‚‛“”„†‡•…‰′″‹›‼‾⁄ⁿ₣₤₧€№™Ω℮⅛⅜⅝⅞←↑→↓↔↕↨"),  # noqa: RUF001
        map(ord, "∂∆∏∑−∕∙√∞∟∩∫≈≠≡≤≥⌂⌐⌠⌡─│┌┐└┘├┤┬┴┼▀▄█▌▐░▒▓■□▪▫▬▲►▼◄◊○●◘◙◦☺☻☼♀♂♠♣♥♦♪♫"),  # noqa: RUF001
    )
)
"""The characters that the fonts of every Windows console have."""


def test_every_screen_has_only_characters_that_windows_consoles_show():
    """Any other is a box in Consolas and Lucida Console; the names here are within WGL4."""
    others = {
        path.name: found
        for path in sorted(SCREENS.glob("*.txt"))
        if (found := {c for c in path.read_text("utf-8") if c != "\n" and ord(c) not in WGL4})
    }
    assert others == {}


@pytest.mark.parametrize("name", ["picked", "all-picked", "finish"])
async def test_without_colours_a_screen_says_the_same(tiny, name, monkeypatch):
    """NO_COLOR: every sign and word is there."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with using(app_on(tiny), SMALL) as user:
        await user.press(*DO[name][1:])
        shown = plain(user.text, tiny.parent)
    assert shown == (SCREENS / f"{name}-80x24.txt").read_text(encoding="utf-8")


def test_no_screen_is_held_that_nobody_makes():
    """A file that no step writes would never be compared."""
    names = {path.stem.rpartition("-")[0] for path in SCREENS.glob("*.txt")}
    assert names == set(DO)

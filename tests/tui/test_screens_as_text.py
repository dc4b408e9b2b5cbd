"""Each screen as it stands, at 80×24 and 140×45: to be looked at when one changes on purpose.

`RECORDPICK_WRITE_SCREENS=1 pytest tests/tui/test_screens_as_text.py` writes them anew.
"""

import os
import re
import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest
from driving import LARGE, SMALL, app_on, using
from tiny import make_tiny

from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.app import RecordpickApp
from recordpick.tui.settings import Settings

SCREENS = Path(__file__).parent / "screens"
DO = {
    "start": (),
    "form": ("n",),
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
    "unanswerable": ("open", "end", "up", "up"),
    "by-hand": ("open", "end", "up"),
    "random": ("open", "end"),
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
    "palette": ("open", "ctrl+p"),
}


def plain(text, folder):
    """Leave out what differs between machines and days: paths, when a file was opened."""
    text = re.sub(r"(?<!\S)/\S{3,}", "PATH", text.replace(str(folder), "…"))
    text = re.sub(r"\d\d/\d\d/\d{4} \d\d:\d\d", "01/10/2026 09:00", text)
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
    return lambda: WorkingFile.open(tiny, Person("Bea Other", "practice"))


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", DO)
async def test_the_screen_is_as_it_was(tiny, held, name, size, monkeypatch):
    """A picture in text: no colours, all that a person reads."""
    monkeypatch.chdir(tiny.parent)
    monkeypatch.setattr("recordpick.handover.encrypted.new_passphrase", lambda: "23456-ABCDE" * 2)
    first, *keys = DO[name] or ("",)
    app = app_on(tiny if first in {"open", "held"} else None)
    if first in {"tour", "who"}:
        app = RecordpickApp(tiny, settings=Settings(name="" if first == "who" else "Ann"))
    with held() if first == "held" else nullcontext():
        async with using(app, size) as user:
            for key in [*([first] if first == "n" else []), *keys]:
                await (user.press(key) if isinstance(key, str) else user.fill(*key))
            if first == "held":
                await user.press("enter")
            shown = plain(user.text, tiny.parent)
    kept = SCREENS / f"{name}-{size[0]}x{size[1]}.txt"
    if os.environ.get("RECORDPICK_WRITE_SCREENS"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(shown, encoding="utf-8")
    assert kept.read_text(encoding="utf-8") == shown

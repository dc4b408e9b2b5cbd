"""Each screen as it stands, at 80×24 and 140×45: to be looked at when one changes on purpose.

`RECORDPICK_WRITE_SCREENS=1 pytest tests/tui/test_screens_as_text.py` writes them anew.
"""

import os
import re
import shutil
from pathlib import Path

import pytest
from driving import LARGE, SMALL, app_on, using
from tiny import make_tiny

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
}


def plain(text, folder):
    """Leave out what differs between machines: paths."""
    text = re.sub(r"(?<!\S)/\S{3,}", "PATH", text.replace(str(folder), "…"))
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Give the tiny practice's working file; it is copied for each screen."""
    return make_tiny(tmp_path_factory.mktemp("tiny") / "made")


@pytest.fixture
def tiny(made, tmp_path):
    """Give a copy of it."""
    return Path(shutil.copytree(made.parent, tmp_path / "made")) / made.name


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", DO)
async def test_the_screen_is_as_it_was(tiny, name, size):
    """A picture in text: no colours, all that a person reads."""
    keys = DO[name]
    if keys[:1] == ("tour",):
        app = RecordpickApp(tiny, settings=Settings(name="Ann"))
    else:
        app = app_on(tiny if keys[:1] == ("open",) else None)
    async with using(app, size) as user:
        await user.press(*(key for key in keys if key not in {"open", "tour"}))
        shown = plain(user.text, tiny.parent)
    kept = SCREENS / f"{name}-{size[0]}x{size[1]}.txt"
    if os.environ.get("RECORDPICK_WRITE_SCREENS"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(shown, encoding="utf-8")
    assert kept.read_text(encoding="utf-8") == shown

"""Make the pictures of the guide from the running app: `python docs/make_pictures.py`.

A member of staff does the tasks of guide.md on the demonstration practice, and each screen is
saved as an SVG in docs/pictures. The practice, the seeds and the names are fixed, so that a picture
changes only where the app does. To add a picture, name it in `walk` and show it in a page.
"""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from recordpick.criteria.load import read_pack
from recordpick.demo import make_demo
from recordpick.index.practice_index import open_index
from recordpick.matching import match
from recordpick.resources import criteria_folder, general_practice_pack
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.app import RecordpickApp
from recordpick.tui.settings import Settings
from recordpick.tui.widgets.records_table import RecordsTable

PICTURES = Path(__file__).parent / "pictures"
SIZE = (120, 30)
MEMBER = "Ann Other"
DEMONSTRATION = "demonstration.recordpick"
BY_HAND = "by-hand.recordpick"
CHECKED = "checked.recordpick"
LIST = "patients-for-the-criterion.csv"
# a supplier's list without rules, as in a spreadsheet
CRITERIA = """\
id,area,title,what to find,what to compare,how many
H-1,Workflow,Complaint on record,A patient who made a complaint in the last year,The letter,5
H-2,Workflow,Home visits,A patient who is visited at home every week,Visits; Who came,5
H-3,Medication,Dosette box,A patient whose medication comes in a dosette box,Drugs; Times,5
"""

_MOMENT = "12&#160;Nov&#160;2026&#160;10:41"
"""When everything was done, in every picture."""

Keep = Callable[[str, str], None]
"""Receives a picture's name and its SVG."""


class Member:
    """A member of the practice's staff at the keyboard."""

    def __init__(self, app: RecordpickApp, pilot: Pilot[None], keep: Keep) -> None:
        """Take the running app, and the function that keeps its pictures."""
        self.app = app
        self.pilot = pilot
        self._keep = keep

    async def settled(self) -> None:
        """Wait until no worker runs and everything is painted."""
        for _ in range(100):
            await self.pilot.pause()
            running = [w for w in self.app.workers if w.group == "background" and not w.is_finished]
            if not running:
                break
            await self.app.workers.wait_for_complete(running)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys, each after the one before has been handled."""
        for key in keys:
            await self.pilot.press(key)
            await self.settled()

    async def fill(self, field: str, text: str | Path) -> None:
        """Type a text into a field."""
        self.app.screen.query_one(field, Input).value = str(text)
        await self.settled()

    async def picture(self, name: str) -> None:
        """Keep a picture of the screen."""
        for field in self.app.screen.query(Input):
            field.cursor_blink = False
        await self.settled()
        self._keep(name, cleaned(self.app.export_screenshot(title="recordpick")))


def cleaned(svg: str) -> str:
    """Remove the fonts that the SVG would fetch; name fonts that systems have; fix the moment."""
    svg = re.sub(r"@font-face\s*\{[^}]*\}\s*", "", svg)
    svg = re.sub(r"<!--.*?-->\s*", "", svg)
    svg = re.sub(
        r"font-family: ?\"?Fira Code\"?[^;]*;",
        "font-family: Cascadia Mono, Consolas, Menlo, DejaVu Sans Mono, monospace;",
        svg,
    )
    svg = re.sub(r"\d\d&#160;[A-Z][a-z]{2}&#160;\d{4}&#160;\d\d:\d\d", _MOMENT, svg)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def prepare(folder: Path) -> None:
    """Write what the walk needs beside the demonstration: two files and a list."""
    (folder / "criteria.csv").write_text(CRITERIA, encoding="utf-8")
    index = open_index(folder / "index")
    pack = read_pack(folder / "criteria.csv")
    person = Person(MEMBER, "practice")
    as_at = index.manifest.as_at
    WorkingFile.create(
        folder / BY_HAND, pack, index, as_at, index.manifest.practice, person, suggestion_seed="1"
    ).close()
    practice, general = index.manifest.practice, read_pack(general_practice_pack())
    matches = match(general, index, as_at)
    with WorkingFile.create(
        folder / CHECKED, general, index, as_at, practice, person, suggestion_seed="1"
    ) as file:
        for criterion_id in ("MED-01", "PRO-01", "DEM-04"):
            file.pick(criterion_id, matches.patients(criterion_id)[:3].to_list())
        file.record_export(Path("hand-over"), "ab" * 32)
    known = index.patients(as_at).head(4).collect()["patient_id"]
    lines = ["Patient number", *known, "0"]
    (folder / LIST).write_text("\n".join(lines) + "\n", encoding="utf-8")


async def walk(folder: Path, keep: Keep) -> None:
    """Do the tasks of the guide, on a demonstration that `prepare` has prepared."""
    app = RecordpickApp(settings=Settings(name=MEMBER, tour_seen=False))
    async with app.run_test(size=SIZE) as pilot:
        member = Member(app, pilot, keep)
        await member.settled()
        await _start(member, folder)
        await _look(member)
        await _pick(member)
        await _many(member)
        await _hand_over(member)
        await _check(member, folder)
        await _by_hand(member, folder)


async def _start(member: Member, folder: Path) -> None:
    await member.picture("start")
    await _rules(member, folder)
    await member.press("n")
    await member.fill("#path", r"C:\Data checking\our-practice.recordpick")
    await member.fill("#records", r"C:\Data checking\export")
    await member.fill("#pack", r"C:\Data checking\supplier.toml")
    await member.fill("#practice", "Our Practice")
    await member.fill("#as_at", "01/10/2026")
    await member.picture("new-file")
    await member.press("escape")
    member.app.open_file(folder / DEMONSTRATION)
    await member.settled()
    await member.picture("tour")
    await member.press("escape")


async def _rules(member: Member, folder: Path) -> None:
    await member.press("w")
    await member.fill("#sheet", criteria_folder() / "supplier_sheet.xlsx")
    await member.fill("#records", folder / "index")
    await member.fill("#pack", folder / "supplier_sheet.toml")
    await member.press("enter", "enter", "y", "y", "down", "down")
    await member.picture("rules")
    await member.press("q", "enter", "escape")


async def _look(member: Member) -> None:
    await member.picture("criteria")
    await member.press("A")
    await member.picture("area")
    await member.press("A", "escape")
    await member.press("enter", "down", "down")
    await member.picture("patients")
    await member.press("enter", "right", "right", "right")
    await member.picture("record")
    await member.press("escape", "f")
    frame = member.app.screen.query_one(RecordsTable).frame
    assert frame is not None  # the whole list is shown
    born = frame["date_of_birth"][7]
    await member.fill("#filter", f"{born.day}/{born.month}/{born.year}")
    await member.picture("find")
    await member.press("escape", "w", "f1")
    await member.picture("help")
    await member.press("escape")


async def _pick(member: Member) -> None:
    await member.press("home", "space", "space", "space")
    await member.picture("picked")
    await member.press("u")
    await member.picture("undone")
    await member.press("m", "o")
    await member.picture("one-patient")
    await member.press("escape", "m", "p")
    await member.picture("hidden")
    await member.press("p", "n")
    await member.fill("#answer", "Nobody else on our list has such a name.")
    await member.picture("no-more")
    await member.press("escape")


async def _many(member: Member) -> None:
    await member.press("s")
    await member.picture("suggest")
    await member.press("enter", "enter", "r")
    await member.fill("#seed", "52403316914207581690")
    await member.picture("draw")
    await member.press("enter")
    await member.picture("random")
    await member.press("v")
    await member.picture("ages")
    await member.press("2")
    await member.picture("how-full")
    await member.press("escape")


async def _hand_over(member: Member) -> None:
    await member.press("escape", "end", "enter")
    await member.picture("all-picked")
    await member.press("escape", "d")
    await member.picture("finish")
    await member.press("escape", "e")
    await member.fill("#answer", r"C:\Data checking\hand-over")
    await member.picture("export")
    await member.press("escape", "ctrl+o")


async def _check(member: Member, folder: Path) -> None:
    member.app.open_file(folder / CHECKED)
    await member.settled()
    await member.press("k")
    await member.picture("phases")
    await member.press("enter", "enter", "d")
    await member.fill("#check-differs", "one address is missing")
    await member.picture("checking")
    await member.press("escape", "escape", "ctrl+o")


async def _by_hand(member: Member, folder: Path) -> None:
    member.app.open_file(folder / BY_HAND)
    await member.settled()
    await member.press("w")
    await member.picture("by-hand")
    with contextlib.chdir(folder):  # so that no path of this computer is in the picture
        await member.press("l")
        await member.fill("#folder", LIST)
        await member.press("shift+tab", "enter")
        await member.picture("from-a-list")
    await member.press("enter", "ctrl+o")


def main() -> None:
    """Make all pictures."""
    made: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "demo"
        make_demo(folder)
        prepare(folder)
        asyncio.run(walk(folder, made.__setitem__))
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir()
    for name, svg in made.items():
        (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8", newline="\n")
    sys.stdout.write(f"{len(made)} pictures in {PICTURES}\n")


if __name__ == "__main__":
    main()

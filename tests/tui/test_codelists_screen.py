"""Codelists from official files in the app: seen before anything changes, then used."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import Driver, app_on, using
from textual.widgets import Button

from recordpick.codelist_import.cluster_map import needed_lists
from recordpick.codelist_import.made_up import write_other_lists, write_reference_sets
from recordpick.selection.working_file import WorkingFile

FILE = "demonstration.recordpick"
NAME = "20260521_PCD_Refset_Content.csv"


@pytest.fixture
def official(demo: Path) -> Path:
    """Made-up official files beside the working file, without two of the own lists."""
    folder = demo / "official"
    folder.mkdir()
    write_reference_sets(folder / NAME, 2026)
    write_other_lists(folder / "own", 2026)
    (folder / "own" / "safeguarding.csv").unlink()
    with (folder / NAME).open("a", encoding="utf-8", newline="") as file:
        file.write("AFIB_COD,AF,9.99E+14,Rounded,1,QOF - made-up ruleset 0, made up\r\n")
        file.write('AFIB_COD,AF,9.99E+14,Rounded,1,"QOF - made-up ruleset 0, made up"\r\n')
    return folder


async def _open_lists(user: Driver, demo: Path, official: Path) -> None:
    """From the reports, choose the files and where the lists are kept."""
    await user.press("l")
    user.screen._show(official)
    user.screen.query_one("#choose", Button).press()
    await user.settled()
    await user.fill("#answer", demo / "lists")
    await user.press("enter")


async def test_what_is_missing_comes_first_and_nothing_changes_until_used(
    demo: Path, official: Path
) -> None:
    """Rejected lines, lists without codes, codes, filter, the practice's own codes; then used.

    A file that is cut off is refused before, in words.
    """
    async with using(app_on(demo / FILE)) as user:
        await user.press("i")
        whole = (official / NAME).read_bytes()
        (official / NAME).write_bytes(whole[:-30])
        await _open_lists(user, demo, official)
        assert user.title == "Your lists are unchanged"
        said = " ".join(str(one.visual) for one in user.screen.query(".modal--message"))
        assert "ends in the middle of line" in said
        (official / NAME).write_bytes(whole)
        await user.press("enter")
        await _open_lists(user, demo, official)
        every = len(needed_lists())
        title = f"21 May 2026 · QOF 2026/27 {every - 1} of {every} lists filled"
        assert title in user.part(".screen--title")
        assert "2 rejected" in user.part("#list-rows")
        listed = user.screen._listed
        assert [one and one.name for one in listed[:2]] == [None, "safeguarding"]
        assert "9.99E+14" in user.part("#code-list")
        await user.press("down")
        assert "no cluster is known publicly" in user.part("#code-list")
        names = [one and one.name for one in listed]
        user.screen.query_one("#code-lists").highlighted = names.index("af")
        await user.press("enter")
        assert "49436004 Atrial fibrillation" in user.part("#code-list")
        await user.press("o")
        assert "codes of your records are in a list" in user.part("#code-list")
        await user.press("slash")
        await user.fill("#answer", "asthma")
        await user.press("enter")
        assert {one.name for one in user.screen._listed} >= {"asthma", "asthma_drugs"}
        assert not (demo / "lists").exists()
        await user.press("escape")
        assert not (demo / "lists").exists()
        await _open_lists(user, demo, official)
        user.screen.query_one("#use", Button).press()
        await user.settled()
        assert user.title == "The lists are used"
    with WorkingFile.open(demo / FILE, read_only=True) as file:
        kept = dict(file.selection.reports_by["rules"].files)
    assert "49436004" in kept["codelists/af.csv"]

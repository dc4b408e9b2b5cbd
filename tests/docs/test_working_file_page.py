"""The page on the working file describes every kind of event that recordpick writes."""

import re

from pages import DOCS

from recordpick.selection.kinds.event_kind import FIRST_VERSION
from recordpick.selection.kinds.registry import KEPT, KINDS, NEWEST_VERSION

PAGE = (DOCS / "working-file.md").read_text(encoding="utf-8")
ROWS = {
    kind: body
    for kinds, body in re.findall(r"^\| ([a-z_, ]+) \| (.+) \|$", PAGE, re.MULTILINE)
    for kind in kinds.split(", ")
}


def test_every_kind_of_event_has_its_row():
    """Whoever reads a journal without recordpick finds what each event holds."""
    assert sorted(KINDS.keys() - ROWS.keys()) == []


def test_what_a_merge_holds_names_every_table_that_is_kept_by_key():
    """Each is there as the copy has it."""
    assert sorted(name for name in KEPT if not re.search(rf"\b{name} \(", ROWS["merged"])) == []


def test_the_page_says_from_which_kind_on_a_file_has_which_version():
    """An older recordpick refuses such a file, and the page says because of what."""
    versions = PAGE.split("user_version is ")[1].split("\n\n")[0]
    newer = [kind.name for kind in KINDS.values() if kind.version > FIRST_VERSION]
    assert [name for name in newer if f"`{name}`" not in versions] == []
    assert f"as this one does with {NEWEST_VERSION + 1};" in " ".join(versions.split())

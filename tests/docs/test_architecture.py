"""The page for developers names files that exist."""

import re

from pages import DOCS, ROOT

PAGE = (DOCS / "developers" / "architecture.md").read_text(encoding="utf-8")
SOURCES = ROOT / "src" / "recordpick"
FILE = re.compile(r"`((?:[\w.]+/)+|(?:[\w.]+/)*\w+\.(?:py|toml|md))`")


def exists(name):
    """In the sources, in the project, or by its own name in a package of the sources."""
    places = [SOURCES / name, ROOT / name]
    if "/" not in name:
        places += SOURCES.rglob(name)
    return any(place.exists() for place in places)


def test_every_file_and_package_of_the_page_exists():
    """Whoever follows the page to the code finds what it names."""
    named = set(FILE.findall(PAGE))
    assert len(named) > 60
    if not (
        SOURCES / "tui" / "screens" / "start.py"
    ).exists():  # the app's modules have not moved yet
        named = {name for name in named if not name.startswith("tui/")}
    assert sorted(name for name in named if not exists(name)) == []

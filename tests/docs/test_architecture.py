"""The page for developers, docstrings and comments name files that exist."""

import re
from pathlib import Path

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
    assert sorted(name for name in named if not exists(name)) == []


def is_there(name: str, source: Path) -> bool:
    """From the folder of the source or one above it; by its own name anywhere in the sources."""
    if any((folder / name).exists() for folder in source.parents):
        return True
    return "/" not in name and any(ROOT.glob(f"*/**/{name}"))


def test_every_module_and_page_that_a_source_names_exists():
    """A docstring or comment that leads to another file leads there after a move too."""
    named = re.compile(r"(?<![\w/…*<>{}.-])((?:[\w.-]+/)*[a-z_][\w-]*\.(?:py|md))\b")
    lost = [
        f"{source.relative_to(SOURCES)}: {name}"
        for source in sorted(SOURCES.rglob("*.py"))
        for name in set(named.findall(source.read_text(encoding="utf-8")))
        if not is_there(name, source)
    ]
    assert lost == []

"""The guide's tasks work as it says; its pictures and its quotations are those of the app."""

import ast
import re
import shutil
import sys

import pytest
from pages import DOCS, ROOT, links_of

sys.path.insert(0, str(DOCS))
import make_pictures

PICTURES = sorted((DOCS / "pictures").iterdir())


async def test_every_task_of_the_guide_works(made_demo, tmp_path):
    """From the start screen to the export: the walk that makes the pictures, in small."""
    folder = tmp_path / "demo"
    shutil.copytree(made_demo, folder)
    make_pictures.prepare(folder)
    taken = {}
    await make_pictures.walk(folder, taken.__setitem__)
    assert sorted(taken) == [picture.stem for picture in PICTURES]
    for name, says in {
        "picked": "3 of 20",
        "undone": "Undone: picked",
        "hidden": "are hidden",
        "suggest": "Suggested records",
        "random": "drawn at random",
        "from-a-list": "Pick 4 records",
    }.items():
        assert says in words_of(taken[name]), name
    assert not any(str(tmp_path) in words_of(svg) for svg in taken.values())


def words_of(svg):
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return " ".join(" ".join(texts).replace("&#160;", " ").replace("\xa0", " ").split())


def test_every_picture_of_the_guide_is_there_and_shown():
    """No picture is missing or unused."""
    shown = {link for link in links_of(DOCS / "guide.md") if link.startswith("pictures/")}
    assert shown == {f"pictures/{picture.name}" for picture in PICTURES}


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.stem)
def test_a_picture_fetches_nothing_and_is_small(picture):
    """No font, address or script from elsewhere, no path of a computer; under 150 kB."""
    svg = picture.read_text(encoding="utf-8")
    assert len(svg.encode()) < 150_000
    assert set(re.findall(r"https?://[^\"'\s)]*", svg)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"@font-face|@import|<script|<image|href=|url\((?!#)", svg)
    assert not re.search(r"/(?:home|root|work|tmp|Users)/", words_of(svg))


def texts_of_the_program():
    """Every text in the program's source, a placeholder in place of each value."""
    for path in (ROOT / "src" / "recordpick").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                parts = [part for part in node.values if isinstance(part, ast.Constant)]
                yield "{}".join(str(part.value) for part in parts)


def test_what_the_guide_quotes_is_what_the_program_says():
    """A person finds on the screen what the guide prints in italics; … stands for a value."""
    said = " ".join(" ".join(texts_of_the_program()).split())
    guide = " ".join((DOCS / "guide.md").read_text(encoding="utf-8").split())
    quoted = set(re.findall(r"(?<![*\w])\*([^*|]+)\*(?![*\w])", guide))
    assert len(quoted) > 20
    parts = {part.strip() for quotation in quoted for part in quotation.split("…")} - {""}
    assert sorted(part for part in parts if part not in said) == []


def test_the_readme_has_a_picture_and_the_two_commands():
    """CI reads the test command from there, word for word."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "docs/pictures/" in readme[:1500]
    assert "\n    python scripts/run.py demo\n" in readme
    assert "\n    python scripts/run.py test\n" in readme

"""The guide's tasks can be done as it says, and its pictures are of the app."""

import re
import shutil
import sys

import pytest
from pages import DOCS, ROOT, links_of

sys.path.insert(0, str(DOCS))
import make_pictures

PICTURES = sorted((DOCS / "pictures").iterdir())


async def test_every_task_of_the_guide_can_be_gone_through(made_demo, tmp_path):
    """From the start screen to the export: the walk that makes the pictures, on fewer people."""
    folder = tmp_path / "demo"
    shutil.copytree(made_demo, folder)
    make_pictures.prepare(folder)
    made = {}
    await make_pictures.walk(folder, made.__setitem__)
    assert sorted(made) == [picture.stem for picture in PICTURES]
    for name, says in {
        "picked": "3 of 20",
        "undone": "Undone: picked",
        "hidden": "are hidden",
        "suggest": "Suggested records",
        "random": "drawn at random",
        "from-a-list": "Pick 4 records",
    }.items():
        assert says in words_of(made[name]), name
    assert not any(str(tmp_path) in words_of(svg) for svg in made.values())


def words_of(svg):
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return " ".join(" ".join(texts).replace("&#160;", " ").replace("\xa0", " ").split())


def test_every_picture_of_the_guide_is_there_and_shown():
    """No picture is missing, and none is left over."""
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


def test_the_readme_has_a_picture_and_the_two_commands():
    """CI reads the two commands from there, word for word."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "docs/pictures/" in readme[:1500]
    assert "\n    python -m pip install . && recordpick demo\n" in readme
    assert '\n    python -m pip install ".[test]" && pytest\n' in readme

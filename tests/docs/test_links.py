"""Every link in the pages leads somewhere."""

import re

import pytest
from pages import DOCS, PAGES, ROOT, anchors_of, links_of, name_of

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page):
    """To a file of the project, written in the same case, and to a heading that it has."""
    broken = []
    for link in links_of(page):
        if _ELSEWHERE.match(link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not (target.is_relative_to(ROOT) and target.exists()):
            broken.append(f"{link}: no such file")
        elif target.name not in {other.name for other in target.parent.iterdir()}:
            broken.append(f"{link}: written in another case")
        elif anchor and anchor not in anchors_of(target):
            broken.append(f"{link}: no such heading")
    assert broken == []


def test_every_file_of_docs_can_be_reached():
    """From the README or the contents page of docs; a picture from the page that shows it."""
    shown = {ROOT / "README.md", DOCS / "README.md", DOCS / "benchmarks.md"}  # its plot, its JSON
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in PAGES
        for link in links_of(page)
        if not _ELSEWHERE.match(link) and (page in shown or "pictures/" in link)
    }
    files = {
        file.resolve()
        for file in DOCS.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith(".")
    }
    assert sorted(map(name_of, files - linked - {DOCS / "README.md"})) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_a_place_that_others_do_not_have(page):
    """No home or working folder of a computer, and no package registry's address."""
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w.])/(?:home|root|work|tmp|Users)/\S*", text) == []
    assert re.findall(r"\S*(?:pypi\.org|pythonhosted|/simple/)\S*", text) == []

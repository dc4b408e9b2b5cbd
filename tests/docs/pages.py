"""The project's pages, their links and headings, for tests."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    page
    for folder in (ROOT, ROOT / "criteria", ROOT / "sample_data", ROOT / "benchmarks")
    for page in folder.glob("*.md")
) + sorted(DOCS.rglob("*.md"))

_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_HEADING = re.compile(r"^#{1,6} +(.*?) *#*$", re.MULTILINE)


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def links_of(page):
    """Return the targets of a page's links and pictures, as written, without those in code."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return _LINK.findall(_CODE.sub("code", text))


def anchors_of(page):
    """Return the anchors that sites such as GitHub give to a page's headings."""
    seen, out = {}, set()
    for heading in _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        anchor = re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-")
        number = seen.get(anchor, 0)
        seen[anchor] = number + 1
        out.add(f"{anchor}-{number}" if number else anchor)
    return out

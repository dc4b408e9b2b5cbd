"""The page for a colleague, the text and the JSON of `recordpick criteria ask`."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from recordpick.cli.main import main
from recordpick.criteria.load import read_pack
from recordpick.document import Document, Grid, Items, Paragraph, Section, as_html, as_text
from recordpick.report_requests.describe import document_of
from recordpick.report_requests.plan import plan_requests
from recordpick.resources import general_practice_pack

PACK = str(general_practice_pack())


class Tags(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def tags_of(page):
    parser = Tags()
    parser.feed(page)
    parser.close()
    return parser.found


def check_is_self_contained(page):
    """Nothing is run, nothing is loaded from elsewhere, and nothing leads elsewhere."""
    found = tags_of(page)
    assert not {tag for tag, _ in found} & {"script", "img", "link", "iframe", "object", "a"}
    assert not any(name.startswith("on") or name in {"src", "href"} for _, a in found for name in a)
    assert "http:" not in page
    assert "https:" not in page
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_the_page_is_one_file_that_asks_for_nothing(tmp_path, capsys):
    """It can be handed over and printed: no scripts, no addresses, everything inside."""
    page = tmp_path / "ask.html"
    assert main(["criteria", "ask", PACK, "--html", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    check_is_self_contained(text)
    for system in ("EMIS Web", "SystmOne", "Vision"):
        assert f"In {system}" in text
    assert "answer 40 of 46 criteria" in capsys.readouterr().out
    assert main(["criteria", "ask", PACK, "--html", str(page)]) == 2
    assert "already exists" in capsys.readouterr().err


def test_texts_of_a_pack_are_never_markup_or_control_characters(tmp_path):
    """A title with tags, escapes and characters that turn the line round is shown as text."""
    odd = '<script>alert(1)</script> " \x1b[31m \u202e & </td>'
    pack = read_pack(general_practice_pack())
    criteria = tuple(
        replace(one, title=odd, find=odd, steps=one.steps if number else ())
        for number, one in enumerate(pack.criteria)
    )
    codelists = {
        name: replace(one, terms=dict.fromkeys(one.codes, odd))
        for name, one in pack.codelists.items()
    }
    document = document_of(
        plan_requests(replace(pack, title=odd, criteria=criteria, codelists=codelists))
    )
    page = as_html(document)
    check_is_self_contained(page)
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert not any("\x1b" in line or "\u202e" in line for line in as_text(document))


def test_the_text_and_the_json_say_the_same(capsys):
    """Programs get what people read: the order, the criteria, the columns."""
    assert main(["criteria", "ask", PACK, "--system", "systmone", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert main(["criteria", "ask", PACK, "--system", "systmone"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert values["summary"] in text
    for number, request in enumerate(values["requests"], 1):
        assert f"{number}. {request['title']}".upper() in text.upper()
        assert list(request["systems"]) == ["systmone"]
        assert f"Columns: {', '.join(request['systems']['systmone']['columns'])}." in text
    assert "EMIS" not in text.replace("EMIS Number", "")
    assert "30,000 rows" in text


@pytest.mark.parametrize("width", [40, 60, 100])
def test_text_fits_its_width_and_loses_no_word(width):
    """On a narrow terminal a table is narrower, and still says everything."""
    row = ("1,234", "a reason of several words that goes on and on", "line 1, 2, 3")
    grid = Grid(("Rows", "Reason", "Such as"), (row,), frozenset({0}))
    section = Section("Rejected", (Paragraph("One two three.", warns=True), grid), mark="!")
    lines = as_text(Document("T", ("about",), (section, Section("S", (Items(("a", "b")),)))), width)
    assert all(len(line) <= width for line in lines)
    words = re.findall(r"\w+", " ".join(lines))
    assert {"1", "234", "goes", "several", "three"} <= set(words)


def test_bad_input_is_refused_in_a_sentence(tmp_path, capsys):
    """No pack, no index, or an index of an older format: where, what, what to do."""
    assert main(["criteria", "ask", str(tmp_path / "none.toml")]) == 2
    assert main(["criteria", "ask", PACK, "--index", str(tmp_path)]) == 2
    assert "is not a practice index" in capsys.readouterr().err
    (tmp_path / "index.json").write_text('{"format": 1, "made_by": "recordpick 0.1"}')
    for command in (["criteria", "ask"], ["criteria", "check"]):
        assert main([*command, PACK, "--index", str(tmp_path)]) == 2
        assert "made by an older recordpick" in capsys.readouterr().err

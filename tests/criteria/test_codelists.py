"""Codelists as suppliers and practices have them: CSV from whatever made it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.criteria.codelists import codelist_from_csv, is_safe_name
from recordpick.criteria.pack import Codelist
from recordpick.criteria.problems import Problems
from recordpick.criteria.snomed_codes import has_check_digit, looks_rounded
from recordpick.csvio.records import decoded
from recordpick.errors import UserError


def read(text: str) -> Codelist:
    problems = Problems("pack.toml")
    codelist = codelist_from_csv("x", text, problems)
    problems.raise_any()
    assert codelist is not None
    return codelist


def problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(UserError) as refused:
        read(text)
    return refused.value.messages


@pytest.mark.parametrize(
    "text",
    [
        "code,term\n38341003,Hypertension\n007,Bond\n",
        "code;term\n38341003;Hypertension\n007;Bond\n",
        "code\tterm\n38341003\tHypertension\n007\tBond\n",
        "Code,Term,Notes\n38341003,Hypertension,x\n007,Bond\n",
        "term,code\nHypertension,38341003\nBond,007\n",
        '"code","term"\n" 38341003 ","Hypertension"\n\n,\n"007","Bond"\n',
        "code,term\n38341003,Hypertension\n007,Bond\n38341003,Hypertension\n38341003,\n",
        "code,term\n38341003,\n007,Bond\n38341003,Hypertension\n",
    ],
)
def test_codes_are_text_and_come_once_in_order(text: str) -> None:
    """Zeros in front stay, doubles go, whichever way the file is laid out."""
    assert read(text) == Codelist(
        "x", ("38341003", "007"), {"38341003": "Hypertension", "007": "Bond"}
    )


def test_terms_are_not_needed() -> None:
    """A list of codes alone will do."""
    assert read("code\n1\n2\n") == Codelist("x", ("1", "2"))


def test_a_term_may_hold_anything_that_can_be_seen() -> None:
    """Commas and quotes, as CSV writes them."""
    assert read('code,term\n1,"a, ""b"" é"\n').terms == {"1": 'a, "b" é'}


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("", "line 1: The first row must name the columns code and term"),
        ("38341003,Hypertension\n", "line 1: The first row must name the columns"),
        ("codes,terms\n1,x\n", "line 1: The first row must name the columns"),
        ("code,term\n", "The codelist is empty; a rule with it would find nobody"),
        ("code,term\n\n,,\n", "The codelist is empty"),
        ("code,term\n1,x\n,y\n", "line 3: The row has no code"),
        ("code,term\n3.83E+07,x\n", "line 2: '3.83E+07' is a code that a spreadsheet has rounded"),
        ("code,term\n42109611000001100,x\n", "line 2: '42109611000001100' is a code that a spre"),
        ("code,term\n" + "1" * 101 + ",x\n", "line 2: The code 1111"),
        ("code,term\n1\u202e2,x\n", "line 2: The code 1<U+202E>2 has the character U+202E"),
        ("code,term\n12,x\x1b[2J\n", "line 2: The term x<U+001B>[2J has the character U+001B"),
        ('code,term\n1,"x\n2,y\n3,z\n', "line 2: The row cannot be read"),
        ('code,term\n1,"x" y\n', "line 2: The row cannot be read"),
    ],
)
def test_what_is_wrong_with_a_codelist(text: str, reported: str) -> None:
    """File and line; a quote that is not closed must not swallow the codes below it."""
    (message,) = problems_of(text)
    assert message.startswith("codelists/x.csv")
    assert reported in message


def test_every_bad_row_is_reported() -> None:
    """In one go."""
    messages = problems_of("code,term\n,x\n1,ok\n,y\n1E5,z\n")
    assert [message.split(":")[0] for message in messages] == [
        "codelists/x.csv, line 2",
        "codelists/x.csv, line 4",
        "codelists/x.csv, line 5",
    ]


@pytest.mark.parametrize(
    ("name", "is_safe"),
    [
        ("controlled_drugs", True),
        ("a-1", True),
        ("", False),
        ("Drugs", False),
        ("a.b", False),
        ("a/b", False),
        ("..", False),
        ("a\\b", False),
        ("c:x", False),
        ("a\n", False),
        ("con", False),
        ("com1", False),
        ("x" * 61, False),
    ],
)
def test_a_codelists_name_can_be_no_path(name: str, is_safe: bool) -> None:
    """Nor one of the names that are devices on Windows."""
    assert is_safe_name(name) is is_safe


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("code,térm\n".encode(), "code,térm\n"),
        ("code,térm\n".encode("utf-8-sig"), "code,térm\n"),
        ("code,térm\n".encode("cp1252"), "code,térm\n"),
        ("code,térm\n".encode("utf-16"), "code,térm\n"),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b'sep=;\r\n"code";"term"\r\n', '\n"code";"term"\n'),
    ],
)
def test_encodings_that_spreadsheets_write(data: bytes, text: str) -> None:
    """UTF-8 with and without its mark, Windows-1252, UTF-16; any line ends."""
    assert decoded(data, "x.csv") == text


@pytest.mark.parametrize("data", [b"a\x00b", b"\x81\x8d\xff", b"\xff\xfe\x00"])
def test_bytes_that_are_no_text(data: bytes) -> None:
    """Named, with what to do."""
    with pytest.raises(UserError, match="x.csv: this is not text; save it as CSV"):
        decoded(data, "x.csv")


@pytest.mark.parametrize("code", ["38341003", "163020007", "75367002", "42109611000001109"])
def test_codes_of_snomed_ct_and_dmd_have_their_check_digit(code: str) -> None:
    """And no other last digit fits."""
    others = {code[:-1] + digit for digit in "0123456789"} - {code}
    assert has_check_digit(code)
    assert not any(has_check_digit(other) for other in others)
    assert not looks_rounded(code)


@pytest.mark.parametrize(
    "code", ["42109611000001100", "4.21096E+16", "4,21096E+16", "4E+16", "4e16"]
)
def test_codes_that_went_through_a_spreadsheet_as_numbers(code: str) -> None:
    """Only 15 digits are left of them, so they would find nobody."""
    assert looks_rounded(code)


@pytest.mark.parametrize("code", ["100000000000000", "E11", "X-0101", "H33z.", "1000", ""])
def test_other_codes_are_not_suspected(code: str) -> None:
    """Short codes that end in zeros, and codes with letters, are what they are."""
    assert not looks_rounded(code)


@pytest.mark.parametrize(
    "code",
    [
        *("'59621000", "59621000.0", "59621000 |Hypertension|", "\u201959621000", "5962 1000"),
        *("5962\u00a01000", "5962\u20091000", "?59621000", "59621000_", "59621000;Hypertension"),
        *('"=""59621000"""', '"59,621,000"'),
    ],
)
def test_a_code_with_something_around_it_is_refused(code: str) -> None:
    """It is no patient's code as it stands, so that the list would find fewer, or nobody."""
    assert "has more in it than a code" in problems_of(f"code,term\n44054006,x\n{code},x\n")[0]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("#N/A,x", "is an error of a spreadsheet's formula"),
        ("#REF!,x", "is an error of a spreadsheet's formula"),
        ("Total,1", "is a total and no code"),
        ("Grand total,", "has more in it than a code"),
        ("\uff11\uff19\uff15\uff19\uff16\uff17\uff10\uff10\uff11,x", "has digits of full width"),
    ],
)
def test_what_can_be_no_code_is_refused(row: str, says: str) -> None:
    """It would find nobody, or stands for a code that is lost."""
    assert says in problems_of(f"code,term\n44054006,x\n{row}\n")[0]


@pytest.mark.parametrize("code", ["2469.", "G20..", "1371.", "X-0101", "EMISNQLO1", "246"])
def test_codes_of_older_systems_keep_their_dots(code: str) -> None:
    assert read(f"code,term\n{code},x\n").codes == (code,)


SHIFTED = [
    ("term,code\nAsthma,195967001\nAsthma, severe,708038006\n", 3, "more cells (3)"),
    ("code,term\n195967001,Asthma\n708038006,Asthma, severe\n", 3, "more cells (3)"),
    ("term;code\nAsthma;195967001\nAsthma; severe;708038006\n", 3, "more cells (3)"),
    ("term\tcode\nAsthma\t195967001\nAsthma\tsevere\t708038006\n", 3, "more cells (3)"),
    ("term,code,\nAsthma,195967001,\nAsthma, severe,708038006,\n", 3, "more cells (3)"),
    ("term,code,notes\nA,195967001,x\nA, severe,708038006,\n", 3, "more cells (4)"),
    ("term,code,,\nA,195967001,,\nA, severe,708038006\n", 3, "more cells (3)"),
    ("term,code\nAsthma, severe,708038006\nA, mild,195967001\n", 2, "more cells (3)"),
    ("code\n195967001\n708038006,Asthma\n", 3, "more cells (2)"),
    ("term,code\nAsthma,195967001\nAsthma severe 708038006\n", 3, "fewer cells (1)"),
    ("code,term\n195967001\n", 2, "fewer cells (1)"),
    ("term,code,notes\nA,195967001,x\nA, severe,708038006\n", 3, "'severe' does not look like a"),
    ("code,term\n1,x\nterm,code\ny,2\n", 3, "The header is repeated here"),
    ("code,term,code\n1,x,2\n", 1, "The header names the column code twice"),
    ("term,code,term\nx,1,y\n", 1, "The header names the column term twice"),
]


@pytest.mark.parametrize(("text", "line", "reported"), SHIFTED)
def test_no_cell_is_taken_for_the_code_because_a_delimiter_is_too_many(
    text, line, reported
) -> None:
    """A term with an unquoted comma moves the code: the row is named, and nothing is loaded."""
    message = problems_of(text)[0]
    assert message.startswith(f"codelists/x.csv, line {line}: ")
    assert reported in message


@pytest.mark.parametrize(
    "text",
    [
        "code,term,,\n1,x,,\n2,y,,\n",
        "code,term\n1,x,\n2,y,\n",
        "code,term,,\n1,x\n2,y\n",
        "code,term\n1,x\ncode,term\n2,y\n",
        "\n\ncode,term\n\n1,x\n,\n2,y\n",
    ],
)
def test_trailing_delimiters_and_repeated_headers_move_nothing(text: str) -> None:
    """As spreadsheets and pasted lists have them."""
    assert read(text) == Codelist("x", ("1", "2"), {"1": "x", "2": "y"})


def notes_of(text: str) -> tuple[str, ...]:
    problems = Problems("pack.toml")
    assert codelist_from_csv("x", text, problems) is not None
    problems.raise_any()
    return problems.notes


def test_columns_that_are_not_used_are_named() -> None:
    """And rows that lack some of them."""
    assert notes_of("code,term\n1,x\n") == ()
    unused, fewer = notes_of("Code,Term,Notes,Author\n1,x,y,z\n2,x\n")
    assert unused == 'codelists/x.csv, line 1: 2 columns are not used: "notes" and "author".'
    assert fewer.startswith("codelists/x.csv, line 3: The row has fewer cells (2) than the header")


def test_a_code_with_two_terms_is_named() -> None:
    """One of the two may be another code that was mistyped."""
    (note,) = notes_of("code,term\n1,Asthma\n2,x\n1,Diabetes\n1,ASTHMA\n")
    assert note.startswith("codelists/x.csv, line 4: The code 1 is there with another term before")
    assert "'Asthma' and 'Diabetes'" in note


_cells = st.text(st.sampled_from("ab, ;\"'\u00e9"), max_size=8)


@given(st.lists(st.tuples(st.integers(100000, 10**17), _cells), min_size=1, max_size=6), st.data())
def test_a_code_is_the_one_that_was_written_or_the_list_is_refused(rows, data) -> None:
    """Whatever quotes were forgotten in the terms: no other code is ever loaded."""
    order = data.draw(st.sampled_from(["code,term", "term,code", "term,code,notes"]))
    lines = [order]
    for code, term in rows:
        quoted = data.draw(st.booleans())
        cell = '"' + term.replace('"', '""') + '"' if quoted else term
        by_name = {"code": str(code), "term": cell, "notes": ""}
        lines.append(",".join(by_name[name] for name in order.split(",")))
    problems = Problems("pack.toml")
    found = codelist_from_csv("x", "\n".join(lines) + "\n", problems)
    if found is not None:
        assert set(found.codes) == {str(code) for code, _ in rows}

"""Official files as they go wrong: named with file and line, and nothing is half taken."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.cli.main import main
from recordpick.codelist_import.checks import CheckedFile, check_files
from recordpick.codelist_import.code_problems import why_not_usable
from recordpick.codelist_import.filled_lists import ListImport
from recordpick.criteria.snomed_codes import check_digit_of
from recordpick.errors import UserError

Plan = Callable[..., ListImport]
Write = Callable[..., Path]
Rows = list[Sequence[str]]
HEADER = ("Cluster_ID", "Cluster_Description", "SNOMED_code", "SNOMED_code_description")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("9.99E+14", "rounded"),
        ("999791000000111", "check digit"),
        ("1234567890123450000", "not a SNOMED CT code"),
        ("912345678901234000", "rounded"),
        ("H33..", "Read or CTV3 code"),
        ("XE2Y4", "Read or CTV3 code"),
        ("", "no code"),
        ("'59621000", "more in it than a code"),
        ("59621000 |Hypertension|", "more in it than a code"),
        ("59621001", "check digit"),
        ("mild (finding)", "more in it than a code"),
        ("mild", "comma without quotation marks"),
    ],
)
def test_codes_that_cannot_be_used(
    write: Write, plan: Plan, codes: list[str], code: str, why: str
) -> None:
    """Each with its line and cluster; the others of the cluster are not taken in silence."""
    path = write(
        [
            HEADER,
            *(("AFIB_COD", "AF", one, "A") for one in codes[:9]),
            ("AFIB_COD", "AF", code, "B"),
        ]
    )
    found = plan(path)
    (reject,) = found.rejects
    assert str(reject).startswith(f"{path.name}, line 11: AFIB_COD:")
    assert why in reject.why
    assert (found.rejected, found.used, found.rows) == (1, 9, 10)
    af = next(one for one in found.lists if one.name == "af")
    assert (af.mark, af.rejected, len(af.codes)) == ("!", 1, 9)


def test_nothing_is_written_where_rows_cannot_be_used(
    write: Write, tmp_path: Path, codes: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless that is asked for; then the list says how many rows are missing."""
    path = write([HEADER, ("AFIB_COD", "AF", codes[0], "A"), ("AFIB_COD", "AF", "9.99E+14", "B")])
    words = ["codelists", "import", str(path), "--into", str(tmp_path / "lists")]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "line 3: AFIB_COD: '9.99E+14' is a code that a spreadsheet has rounded" in said
    assert "Nothing was written, because 1 line cannot be used." in said
    assert not (tmp_path / "lists").exists()
    assert main([*words, "--without-rejected"]) == 0
    assert "1 line cannot be used" in capsys.readouterr().out
    assert codes[0] in (tmp_path / "lists" / "codelists" / "af.csv").read_text()


def test_an_unquoted_comma_moves_the_columns(write: Write, plan: Plan, codes: list[str]) -> None:
    """The row has a field too many: rejected with its line, whatever is now in the code's place."""
    path = write([HEADER, *(("AFIB_COD", "AF", one, "A") for one in codes)])
    path.write_text(path.read_text() + f"AFIB_COD,AF, fast,{codes[0]},A\r\n", newline="")
    found = plan(path)
    assert [one.line for one in found.rejects] == [len(codes) + 2]
    assert found.rows == found.used + found.rejected


@given(st.data())
def test_a_download_that_was_cut_anywhere(data: st.DataObject) -> None:
    """Refused, or every row of it is whole: never half a code."""
    lines = [
        ",".join((*HEADER, "Service")),
        *(
            f"AFIB_COD,AF,{code}{check_digit_of(code)},Term {code},QOF rules"
            for code in ("123456789", "223456789", "323456789", "423456789")
        ),
    ]
    text = "\r\n".join(lines) + "\r\n"
    cut = data.draw(st.integers(len(lines[0]) + 3, len(text)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "20260521.csv"
        path.write_text(text[:cut], newline="")
        if (found := _read(path)) is not None:
            coded = [line for line in lines[1:] if line.rpartition(",")[0] in text[:cut]]
            assert (found.codes, found.wrong_rows) == (len(coded), 0)


def _read(path: Path) -> CheckedFile | None:
    """Return what is found in a file; None where it is refused as cut off."""
    try:
        (found,) = check_files([path])
    except UserError as error:
        if "ends in the middle of line" not in str(error):
            raise
        return None
    return found


def test_a_file_that_was_cut_between_two_lines(rows: Rows, write: Write, plan: Plan) -> None:
    """It looks whole; but all clusters that are missing would come after its last one."""
    cut = [row for row in rows if row[0] < "N" or row[0] == "Cluster_ID"]
    (note,) = plan(write(cut)).notes
    assert f"the last cluster is {cut[-1][0]}, and all" in note
    assert plan(write(rows)).notes == ()


def test_a_cut_file_changes_nothing(
    rows: Rows, write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lists of an earlier import stay, to the byte."""
    out = tmp_path / "lists"
    words = ["codelists", "import", str(write(rows)), "--into", str(out)]
    assert main(words) == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    path = write(rows)
    path.write_bytes(path.read_bytes()[:-20])
    assert main(words) == 2
    assert (
        f"ends in the middle of line {len(rows):,}. Download it again." in capsys.readouterr().err
    )
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_lists_of_other_code_systems(tmp_path: Path, plan: Plan) -> None:
    """Read and CTV3 lists find nobody in SNOMED CT records: refused as a whole."""
    (tmp_path / "asthma.csv").write_text("code,term\nH33..,Asthma\nXE0YW,Asthma\n")
    with pytest.raises(UserError, match="Read or CTV3 codes, such as H33"):
        plan(tmp_path / "asthma.csv", year=2026)
    (tmp_path / "old.csv").write_text("CTV3Code,Description\nH33..,Asthma\n")
    with pytest.raises(UserError, match="this is a list of CTV3 codes"):
        plan(tmp_path / "old.csv", year=2026)


def test_two_lists_of_one_name(tmp_path: Path, plan: Plan, codes: list[str]) -> None:
    """Both files are named; the same list twice is one list."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "af.csv").write_text(f"code,term\n{codes[0]},AF\n")
    assert plan(tmp_path, year=2026).used == 1
    (tmp_path / "b" / "af.csv").write_text(f"code,term\n{codes[1]},AF\n")
    with pytest.raises(UserError, match=r"b.af\.csv: af is also in .*a.af\.csv, and 2 codes are"):
        plan(tmp_path, year=2026)


def test_files_that_are_no_sources(tmp_path: Path, plan: Plan) -> None:
    """An archive, a folder without lists, nothing at all, a table of something else."""
    (tmp_path / "x.zip").write_bytes(b"PK\3\4")
    (tmp_path / "empty").mkdir()
    (tmp_path / "people.csv").write_text("patient,born\n1,2001\n")
    for name, says in {
        "x.zip": "this is an archive. Unpack it",
        "empty": "no file in this folder holds codes",
        "none.csv": "there is no such file",
        "people.csv": "no column holds codes",
    }.items():
        with pytest.raises(UserError, match=says):
            plan(tmp_path / name, year=2026)


def test_what_check_says_of_a_list(tmp_path: Path, codes: list[str]) -> None:
    """Wrong rows with their lines; duplicates, local and old codes to look at."""
    path = tmp_path / "af.csv"
    path.write_text(
        f"code,term\n{codes[0]},A\n9.99E+14,B\n{codes[0]},A\nH33..,C\n12345678,D\n{codes[1]},E, F\n"
    )
    (found,) = check_files([path])
    assert [one.line for one in found.wrong] == [3, 7]
    look = " ".join(found.look)
    assert f"1 code is in it more than once, such as {codes[0]} on lines 2, 4" in look
    assert "1 code looks like a Read or CTV3 code, such as H33.." in look
    assert "1 code has no check digit of SNOMED CT, such as 12345678" in look


def test_a_comma_that_moved_the_code_of_a_list(tmp_path: Path, codes: list[str]) -> None:
    """The row has as many cells as it may have, and a word where its code was."""
    path = tmp_path / "af.csv"
    path.write_text(f"term,code,note\nAF,{codes[0]},x\nAF, fast,{codes[1]}\n")
    (found,) = check_files([path])
    assert [(one.line, one.code) for one in found.wrong] == [(3, "fast")]
    assert "may have moved the columns" in found.wrong[0].why


def test_check_as_a_command(
    tmp_path: Path, codes: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with 2 where a row cannot be used."""
    path = tmp_path / "af.csv"
    path.write_text(f"code,term\n{codes[0]},A\n")
    assert main(["codelists", "check", str(path)]) == 0
    assert "No row of 1 file is wrong." in capsys.readouterr().out
    path.write_text(f"code,term\n{codes[0]},A\n9.99E+14,A\n")
    assert main(["codelists", "check", str(path)]) == 2
    assert "line 3:" in capsys.readouterr().out


@given(st.from_regex(r"[1-9][0-9]{5,16}", fullmatch=True), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(digits: str, more: int) -> None:
    """The check digit of a code fits no other last digit."""
    right = check_digit_of(digits)
    wrong = str((int(right) + more) % 10)
    assert why_not_usable(digits + right, "", True) == ""
    assert why_not_usable(digits + wrong, "", True)

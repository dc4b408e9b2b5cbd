"""A pack says of which kind each patient is and whose list it is; its fingerprint can be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from damaged_packs import SUMS, change, change_descriptor, make_sums_fit, verdict_of

from recordpick.cli.main import main
from recordpick.criteria.load import read_pack
from recordpick.errors import UserError
from recordpick.handover.export import export
from recordpick.handover.selection_list import spoken_fingerprint
from recordpick.identifiers import ods_code
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import match
from recordpick.selection.events import Person
from recordpick.selection.typed_text import clean_ods_code
from recordpick.selection.working_file import WorkingFile
from recordpick.verify.fingerprint_check import parse_fingerprint, with_fingerprint
from recordpick.verify.verdict_page import verdict_page

PACK = """\
[pack]
title = "A small pack"
version = "1"
records_per_criterion = 2

[[criterion]]
id = "DEM-03"
area = "Demographics"
title = "NHS number, or none"
find = "Patients with and without an NHS number. Take some of each."

[[criterion.rule]]
says = "a patient number"
where = "patient_id <> ''"

[[criterion.each]]
says = "no number"
least = 1
where = "nhs_number IS NULL"

[[criterion.each]]
says = "a number, of the NHS"
least = 1
where = "nhs_number <> ''"

[[criterion.each]]
says = "verified"
least = 1
where = "email_verified"
"""
LIST, REPORT = "selection_list.csv", "criteria_report.csv"
STAFF = Person("Aoife Ní Bhriain", "practice")
_MADE: dict[str, bytes] = {}


@pytest.fixture
def pack(tmp_path: Path, index: PracticeIndex) -> Path:
    """A pack to damage: exported once, then copied."""
    folder = tmp_path / "exported"
    if not _MADE:
        (tmp_path / "pack.toml").write_text(PACK, encoding="utf-8")
        criteria = read_pack(tmp_path / "pack.toml")
        path = tmp_path / "work.recordpick"
        as_at = index.manifest.as_at
        with WorkingFile.create(
            path, criteria, index, as_at, "Example Surgery", STAFF, ods_code=" a81001 "
        ) as file:
            file.pick("DEM-03", ["007", "{A-1}"])
            export(file, index, folder, match(criteria, index, as_at))
        with WorkingFile.open(path) as again:
            assert again.ods_code == "A81001"
        _MADE.update({one.name: one.read_bytes() for one in folder.iterdir()})
    else:
        folder.mkdir()
        for name, content in _MADE.items():
            (folder / name).write_bytes(content)
    return folder


def test_the_pack_says_kinds_and_code_and_verify_shows_them(pack: Path) -> None:
    """Both picks are of one kind: the other is reported as short, and the pack is right."""
    verdict = verdict_of(pack)
    page = " ".join("\n".join(verdict_page(verdict)).split())

    assert verdict.problems == ()
    assert verdict.selected is not None
    assert verdict.selected["kind"].to_list() == ["a number, of the NHS"] * 2
    assert verdict.selected["ods_code"].to_list() == ["A81001"] * 2
    assert "ODS code A81001" in page
    assert "1 criterion takes some of each of 2 kinds; 1 have fewer than wanted." in page
    assert "DEM-03: no number 0 of at least 1." in page


def test_the_report_says_what_is_not_known(pack: Path) -> None:
    """A kind whose rule asks for a missing column is not known; the others are counted."""
    report = pl.read_csv(pack / REPORT, infer_schema=False)

    assert report["kinds"][0] == (
        "no number 0 of at least 1; a number, of the NHS 2 of at least 1; verified not known"
    )
    assert report["found"][0] == "6"
    assert "“verified”: the index has no column email_verified" in report["cautions"][0]


@pytest.mark.parametrize(
    ("file", "how", "says"),
    [
        (LIST, lambda text: text.replace('"a number, of the NHS"', "no number", 1), "1 lines of"),
        (LIST, lambda text: text.replace('"a number, of the NHS"', "other", 1), "does not name"),
        (LIST, lambda text: text.replace(",A81001\r\n", ",A81002\r\n", 1), "ods_code is not that"),
        (LIST, lambda text: text.replace(",A81001\r\n", ",A8100\r\n"), "required format"),
        (REPORT, lambda text: text.replace("NHS 2 of", "NHS 9 of"), "says that 9 were picked"),
        (REPORT, lambda text: text.replace("NHS 2 of at least", "NHS two of"), "another form"),
    ],
)
def test_what_was_changed_to_fit_is_found(
    pack: Path, file: str, how: Callable[[str], str], says: str
) -> None:
    """Even where the sums were made to fit the changed file."""
    change(pack / file, how)
    make_sums_fit(pack)

    assert any(says in problem for problem in verdict_of(pack).problems)


def test_a_code_that_is_not_one_is_not_believed(pack: Path) -> None:
    """The descriptor is read without trusting it."""
    change_descriptor(pack, lambda one: one["recordpick"].update(ods_code="=cmd"))
    make_sums_fit(pack)

    assert any("ods_code has another form" in one for one in verdict_of(pack).problems)


def test_the_fingerprint_is_taken_as_people_read_it(pack: Path) -> None:
    """In any case, with or without blanks or hyphens; 0, 1 and 8 are the letters they look like."""
    verdict = verdict_of(pack)
    spoken = spoken_fingerprint(verdict.fingerprint, 16)
    read_out = [
        spoken,
        spoken.lower().replace(" ", ""),
        spoken.replace(" ", "-"),
        f"  {spoken} ".replace("O", "0").replace("I", "1").replace("B", "8"),
        verdict.fingerprint.upper(),
        spoken_fingerprint(verdict.list_sha256),
    ]

    assert len(spoken.replace(" ", "")) == 16
    for text in read_out:
        assert with_fingerprint(verdict, parse_fingerprint(text)).is_sound
    of_list = with_fingerprint(verdict, parse_fingerprint(read_out[-1]))
    assert any("no NHS numbers" in one for one in of_list.cautions)


def test_verify_with_another_fingerprint_is_not_right(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 1; a changed NHS number changes what has to be read out."""
    spoken = spoken_fingerprint(verdict_of(pack).fingerprint, 16)
    assert main(["verify", str(pack), "--fingerprint", spoken]) == 0
    assert "is the one that you were told" in capsys.readouterr().out

    change(pack / LIST, lambda text: text.replace("9990000034", "9990000050"))
    make_sums_fit(pack)
    assert main(["verify", str(pack), "--fingerprint", spoken]) == 1
    assert "NOT the one that you were told" in " ".join(capsys.readouterr().out.split())
    (pack / SUMS).unlink()
    assert any(
        "has none to compare with" in one
        for one in with_fingerprint(verdict_of(pack), parse_fingerprint(spoken)).problems
    )


@pytest.mark.parametrize("text", ["", "K3M5 PQ7A", "K3M5 PQ7A 2XBN 4CD9", "K3M5 PQ7A 2XBN 4CDÉ"])
def test_what_cannot_be_a_fingerprint_is_said(text: str) -> None:
    with pytest.raises(UserError, match="is not a fingerprint: it has 16 letters"):
        parse_fingerprint(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A81001", "A81001"),
        (" y0 2345\u200b", "Y02345"),
        ("A8100", None),
        ("81001A", None),
        ("A81001002", None),
        ("\uff2181001", None),
    ],
)
def test_an_ods_code_is_a_letter_and_five_digits(text: str, code: str | None) -> None:
    """In any case and with blanks; the code of a branch is not that of the practice."""
    assert ods_code(text) == code


def test_a_wrong_ods_code_is_refused_with_what_to_do() -> None:
    """It may be empty; a branch's code names the practice's."""
    assert clean_ods_code("  ") == ""
    with pytest.raises(UserError, match="one letter and five digits, such as A81001"):
        clean_ods_code("A8100")
    with pytest.raises(UserError, match="that of a branch. The practice's is A81001"):
        clean_ods_code("A81001002")


def test_the_command_line_takes_the_code_or_that_of_the_index(
    tmp_path: Path, index: PracticeIndex, capsys: pytest.CaptureFixture[str]
) -> None:
    """--ods-code comes first; a wrong one is refused, and no file is made."""
    from recordpick.index.manifest import write_manifest

    (tmp_path / "pack.toml").write_text(PACK, encoding="utf-8")
    write_manifest(index.folder, replace(index.manifest, ods_code="B82002"))
    words = ["--index", str(index.folder), "--criteria", str(tmp_path / "pack.toml")]
    words += ["--name", "Kim"]

    def code_of(name: str, *more: str) -> str:
        assert main(["new", str(tmp_path / name), *words, *more]) == 0
        with WorkingFile.open(tmp_path / name) as file:
            return file.ods_code

    assert code_of("own.recordpick") == "B82002"
    assert code_of("typed.recordpick", "--ods-code", "a81001") == "A81001"
    assert main(["new", str(tmp_path / "wrong"), *words, "--ods-code", "A8100"]) == 2
    assert "is not the ODS code of a practice" in capsys.readouterr().err
    assert not (tmp_path / "wrong").exists()


def test_practices_are_distinguished_by_their_codes(pack: Path) -> None:
    """One code twice, two codes of one name, and a name without codes are each reported."""
    from recordpick.verify.receive import combine_lists

    one = verdict_of(pack)
    other = replace(
        one, list_id="RP-AAAAAAAA-01", working_file="RP-AAAAAAAA", fingerprint="ab" * 32
    )

    def said(*verdicts: object) -> str:
        return " ".join(combine_lists(verdicts)[1])  # type: ignore[arg-type]

    assert "2 packs are from the practice with the ODS code A81001" in said(one, other)
    apart = said(one, replace(other, ods_code="A81002"))
    assert "2 practices are named Example Surgery" in apart
    assert "by ods_code (A81001, A81002)" in apart
    assert "not all have an ODS code" in said(one, replace(other, ods_code=""))

"""What a supplier writes in a TOML pack is what the program then has."""

from __future__ import annotations

from pathlib import Path

import pytest
from packs import CODELISTS, SOUND, changed, parsed, written

from recordpick.criteria.load import parse_pack, read_pack
from recordpick.criteria.pack import Codelist, Rule, Step, columns_of, words_of
from recordpick.errors import UserError
from recordpick.resources import general_practice_pack

import small_practice

REGISTERED = small_practice.parsed("status = 'registered'")


def test_the_head_of_a_pack() -> None:
    """Title, supplier, version, numbers and who is asked about."""
    pack = parsed(SOUND)
    assert pack.title == "Data-checking criteria"
    assert pack.supplier == "Example Clinical Systems"
    assert pack.version == "2026.1"
    assert (pack.records_per_criterion, pack.random_records) == (15, 25)
    assert pack.population == pack.random_population == REGISTERED
    assert pack.areas == ("Medication", "Observations")


def test_a_criterion_has_the_packs_number_and_population_or_its_own() -> None:
    """`everyone` undoes the pack's population."""
    first, second = parsed(SOUND).criteria
    assert (first.records, first.population) == (15, REGISTERED)
    assert (second.records, second.population) == (5, None)


def test_prose_is_taken_without_its_line_breaks() -> None:
    """So that a screen can break it where it likes; one thing to compare is a list of one."""
    second = parsed(SOUND).criterion("OBS-01")
    assert second.find == "Patients with readings."
    assert second.compare == ("Both readings",)


def test_rules_with_their_defaults() -> None:
    """One row of patients is asked for unless a rule says otherwise; at_most = 0 means none."""
    first, second = parsed(SOUND).criteria
    assert first.steps == (
        Step(
            (
                Rule(
                    says="a controlled drug on a current repeat",
                    table="medications",
                    where=small_practice.parsed("course = 'repeat' AND is_active", "medications"),
                    codes="controlled_drugs",
                ),
            )
        ),
    )
    either, visits = second.steps
    assert [rule.says for rule in either.rules] == ["two readings", "no lab"]
    assert [(rule.at_least, rule.at_most) for rule in either.rules] == [(2, None), (0, 0)]
    (rule,) = visits.rules
    assert (rule.distinct, rule.per, rule.at_least) == ("date", "kind", 3)


def test_codelists_are_files_beside_the_pack_or_stand_in_it() -> None:
    """Codes are text, in the order given, with their terms where there are any."""
    pack = parsed(SOUND)
    assert pack.codelists == {
        "blood_pressure": Codelist("blood_pressure", ("163020007", "75367002")),
        "controlled_drugs": Codelist(
            "controlled_drugs", ("1234", "5678"), {"1234": "Morphine", "5678": "Methadone"}
        ),
    }


def test_codes_in_a_pack_may_have_terms() -> None:
    """As a table of code and term."""
    pack = parsed(changed(('["163020007", "75367002"]', '{ "163020007" = "Blood pressure" }')))
    assert pack.codelists["blood_pressure"].terms == {"163020007": "Blood pressure"}


def test_a_packs_own_tables_have_a_patient_id() -> None:
    """And no vocabularies; recordpick's own tables have theirs."""
    pack = parsed(SOUND)
    assert columns_of(pack, "labs") == {"patient_id": "text", "START": "date", "result": "number"}
    assert columns_of(pack, "patients")["age"] == "integer"
    assert words_of("labs") == {}
    assert words_of("patients")["sex"] == ("F", "M", "I", "U")
    with pytest.raises(KeyError):
        columns_of(pack, "nothing")


def test_a_pack_carries_its_texts_and_reads_back_from_them(tmp_path: Path) -> None:
    """A working file keeps these, so the originals may go."""
    pack = read_pack(written(tmp_path))
    assert pack.files == {"pack.toml": SOUND, **CODELISTS}
    assert parse_pack(pack.files) == pack
    assert parse_pack(pack.files).fingerprint == pack.fingerprint


def test_line_ends_and_byte_order_marks_make_no_other_pack(tmp_path: Path) -> None:
    """A pack that went through Notepad or a checkout on Windows is the same pack."""
    path = written(tmp_path)
    pack = read_pack(path)
    for file in (path, tmp_path / "codelists" / "controlled_drugs.csv"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_pack(path) == pack


def test_only_codelists_that_rules_ask_for_are_read(tmp_path: Path) -> None:
    """Another pack's broken codelist in the same folder is none of this pack's business."""
    path = written(tmp_path)
    (tmp_path / "codelists" / "other.csv").write_bytes(b"\x00\x01")
    assert set(read_pack(path).files) == {"pack.toml", "codelists/controlled_drugs.csv"}


def test_a_criterion_may_have_no_rules() -> None:
    """Staff then pick for it by browsing, or from a list."""
    text = SOUND[: SOUND.index("[[criterion.rule]]")]
    assert parsed(text).criteria[0].steps == ()


def test_the_random_draw_may_have_a_population_of_its_own() -> None:
    """Such as everyone, or those registered a year ago."""
    added = 'random_records = 25\nrandom_population = "everyone"'
    assert parsed(changed(("random_records = 25", added))).random_population is None
    assert parsed(changed(("random_records = 25", "random_records = 0"))).random_records == 0


@pytest.mark.parametrize("name", ["pack.TOML", "Pack 2026.toml"])
def test_the_ending_of_the_name_tells_what_a_pack_is(tmp_path: Path, name: str) -> None:
    """In capitals or not."""
    path = written(tmp_path).rename(tmp_path / name)
    assert read_pack(path).title == "Data-checking criteria"


def test_files_that_are_no_pack(tmp_path: Path) -> None:
    """Each is named, with what is wrong and nothing of Python's."""
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "pack.docx").write_bytes(b"PK")
    (tmp_path / "pack.md").write_text("# A list")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "latin.toml").write_bytes('[pack]\ntitle = "Café"\n'.encode("cp1252"))
    (tmp_path / "empty.toml").write_bytes(b"")
    (tmp_path / "large.toml").write_bytes(b"#" * 1_100_000)
    reported = {
        "missing.toml": "there is no such file",
        "folder.toml": "is a folder",
        "pack.docx": "is damaged or not complete",
        "pack.md": ".toml, .csv, .xlsx, .ods or .docx",
        "binary.toml": "line 1: the file is not UTF-8",
        "latin.toml": "line 2: the file is not UTF-8",
        "empty.toml": "has no [pack]",
        "large.toml": "larger than 1,024 KiB",
    }
    for name, part in reported.items():
        with pytest.raises(UserError) as refused:
            read_pack(tmp_path / name)
        assert name in str(refused.value)
        assert part in str(refused.value)


def test_a_pack_of_no_texts() -> None:
    """A working file whose pack is gone or of no known kind says so."""
    with pytest.raises(UserError, match="criteria pack is missing"):
        parse_pack({})
    with pytest.raises(UserError, match=r"pack\.docx"):
        parse_pack({"pack.docx": ""})


def test_the_pack_that_ships_is_sound() -> None:
    """And reads back from the texts it carries."""
    pack = read_pack(general_practice_pack())
    assert len(pack.criteria) >= 40
    assert all(criterion.steps and criterion.compare for criterion in pack.criteria)
    assert parse_pack(pack.files) == pack

"""A supplier verifies a pack: a sound pack is reported as right, and all damage is found."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from damaged_packs import DESCRIPTOR, SUMS, change, change_descriptor, make_sums_fit, verdict_of
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_descriptor import CRITERIA, DAMAGES, LIST

from examples import examples
from recordpick.csv_safety import as_csv
from recordpick.errors import UserError
from recordpick.handover.contract import TABLES
from recordpick.handover.descriptor import schema
from recordpick.handover.export import export, export_encrypted
from recordpick.handover.pack_contents import FILES
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.reports.columns import Column, Table
from recordpick.selection.working_file import WorkingFile
from recordpick.verify.csv_files import LINE, check_columns, parse_table, with_types
from recordpick.verify.descriptor import read_descriptor
from recordpick.verify.open_pack import open_pack
from recordpick.verify.random_draw import check_tickets
from recordpick.verify.selection_list import check_numbering
from recordpick.verify.verdict_page import verdict_page
from recordpick.verify.verify import verify

from small_practice import AS_AT

_MADE: dict[str, bytes] = {}


@pytest.fixture
def pack(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A pack to damage: exported once, then copied."""
    folder = tmp_path / "pack"
    if not _MADE:
        export(
            *map(request.getfixturevalue, ("file", "index")),
            folder,
            request.getfixturevalue("answers"),
        )
        _MADE.update({path.name: path.read_bytes() for path in folder.iterdir()})
    else:
        folder.mkdir()
        for name, content in _MADE.items():
            (folder / name).write_bytes(content)
    return folder


def page(folder: Path, index: PracticeIndex | None = None) -> str:
    return "\n".join(verdict_page(verdict_of(folder, index)))


def test_a_pack_as_written_is_right(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    """And its fingerprint is what the practice's working file has noted."""
    verdict = verdict_of(export(file, index, tmp_path / "out", answers))
    assert (verdict.is_sound, verdict.problems) == (True, ())
    assert verdict.fingerprint == file.selection.exports[-1].sha256
    assert verdict.practice == "Example Surgery"
    assert verdict.selected is not None
    assert verdict.selected["patient_id"].to_list()[:3] == ["102", "007", "102"]


def test_a_pack_as_written_is_right_with_its_index(pack: Path, index: PracticeIndex) -> None:
    assert verdict_of(pack, index).problems == ()
    assert "drawn again from 6 eligible patients" in page(pack, index)


def test_an_encrypted_pack_is_right(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    """Also if the passphrase is typed in small letters."""
    out = tmp_path / "pack.zip"
    passphrase = export_encrypted(file, index, out, answers)
    assert verdict_of(out, passphrase=passphrase).problems == ()
    assert verdict_of(out, passphrase=f" {passphrase.lower()} ").encrypted is True


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_even_if_the_sums_were_made_to_fit(pack: Path, damage: str) -> None:
    """What Frictionless finds by the schema is found here as well."""
    name, how = DAMAGES[damage]
    change(pack / name, how)
    make_sums_fit(pack)
    verdict = verdict_of(pack)
    assert not verdict.is_sound
    assert any(name in problem for problem in verdict.problems)
    assert verdict.selected is None


def _renumbered(text: str) -> str:
    """Take the second line of the list out and number the rest again."""
    rows = list(csv.DictReader(io.StringIO(text)))
    del rows[1]
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    for number, row in enumerate(rows, start=1):
        writer.writerow(row | {"line": number})
    return written.getvalue()


def _line(number: int, column: str, value: str) -> Callable[[str], str]:
    def how(text: str) -> str:
        rows = list(csv.DictReader(io.StringIO(text)))
        rows[number - 1][column] = value
        written = io.StringIO()
        writer = csv.DictWriter(written, list(rows[0]), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        return written.getvalue()

    return how


def _swapped(text: str) -> str:
    lines = text.split("\r\n")
    return "\r\n".join([lines[0], lines[2], lines[1], *lines[3:]])


FINER: dict[str, tuple[str, Callable[[str], str], str]] = {
    "a line taken out, the others numbered again": (LIST, _renumbered, "picked"),
    "lines in another order": (LIST, _swapped, "do not count up"),
    "another patient's record number": (LIST, _line(2, "record_number", "1"), "record_number"),
    "an NHS number with two digits changed round": (
        *(LIST, _line(2, "nhs_number", "9990000062"), "check digit"),
    ),
    "an NHS number of somebody else on one line": (
        *(LIST, _line(1, "nhs_number", "9434765919"), "same NHS number"),
    ),
    "a random record that is somebody else": (LIST, _line(4, "patient_id", "100"), "ticket"),
    "a random record said to be chosen by staff": (
        *(LIST, _line(4, "chosen_by", "staff"), "chosen_by"),
    ),
    "a ticket given to a pick": (LIST, _line(1, "ticket", "3"), "ticket"),
    "another list's line": (LIST, _line(3, "list_id", "RP-AAAAAAAA-01"), "list_id"),
    "another criterion's title": (LIST, _line(1, "criterion_title", "Anyone"), "title"),
    "a cell that a spreadsheet would run": (LIST, _line(1, "chosen_by_name", "=1+1"), "run"),
    "a control character": (LIST, _line(1, "chosen_by_name", "a\x1b[2J"), "could act on"),
    "a date that does not exist": (LIST, _line(1, "chosen_on", "2026-02-30"), "not a date"),
    "more picked than wanted": (CRITERIA, _line(1, "wanted", "0"), "more were picked"),
    "a state that does not match the numbers": (CRITERIA, _line(2, "state", "complete"), "state"),
    "a byte-order mark": (LIST, lambda text: "\ufeff" + text, "byte-order mark"),
    "lines that end otherwise": (LIST, lambda text: text.replace("\r\n", "\n"), "CRLF"),
    "a quotation mark that stays open": (LIST, lambda text: text.replace("RP-", '"RP-', 1), "quot"),
    "a cell with a line break": (
        *(LIST, lambda text: text.replace("Aoife", '"Ao\r\nife"', 1), "quotation"),
    ),
    "no rows at all": (LIST, lambda text: text.split("\r\n")[0] + "\r\n", "were handed over"),
}


@pytest.mark.parametrize("damage", FINER)
def test_finer_damage_is_found_and_named(pack: Path, damage: str) -> None:
    name, how, message = FINER[damage]
    change(pack / name, how)
    make_sums_fit(pack)
    problems = verdict_of(pack).problems
    assert any(message in problem and name in problem for problem in problems), problems


@pytest.mark.parametrize("name", [name for name in FILES if name != SUMS])
def test_a_file_missing_or_changed_is_named(pack: Path, name: str) -> None:
    path = pack / name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"?")
    assert any(name in problem for problem in verdict_of(pack).problems)
    path.unlink()
    assert any(f"{name} is missing" in problem for problem in verdict_of(pack).problems)


def test_a_file_cut_short_is_said_to_be(pack: Path) -> None:
    path = pack / LIST
    path.write_bytes(path.read_bytes()[:-30])
    assert any("is cut short" in problem for problem in verdict_of(pack).problems)


def test_files_added_are_named_and_links_are_not_followed(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.txt").write_text("secret", encoding="utf-8")
    (pack / "more.csv").write_text("a,b", encoding="utf-8")
    (pack / "inner").mkdir()
    expected = ["more.csv was added", "inner is a folder"]
    if os.name != "nt":
        (pack / "link.csv").symlink_to(tmp_path / "elsewhere.txt")
        expected.append("link.csv is a link")
    problems = "\n".join(verdict_of(pack).problems)
    assert all(one in problems for one in expected)


def test_what_file_managers_put_there_is_ignored(pack: Path) -> None:
    (pack / "Thumbs.db").write_bytes(b"x")
    verdict = verdict_of(pack)
    assert verdict.is_sound
    assert "Thumbs.db" in verdict.cautions[0]


@pytest.mark.parametrize("kept", [0, 1, 70, 100])
def test_sums_that_are_cut_short(pack: Path, kept: int) -> None:
    path = pack / SUMS
    path.write_bytes(path.read_bytes()[:kept])
    assert not verdict_of(pack).is_sound


def test_a_description_that_was_changed(pack: Path) -> None:
    """Whatever in it is changed to fit a changed list, it is not what the contract says."""
    change_descriptor(
        pack, lambda one: one["resources"][0]["schema"]["fields"][6].pop("constraints")
    )
    make_sums_fit(pack)
    assert any("describes the columns of" in one for one in verdict_of(pack).problems)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"[]", b"{", b"null", b'{"version": "1.0"}', b'{"a":' * 100_000, b"\xff\xfe"),
        b'{"version": "1.0", "recordpick": {"draws": [1], "pack": []}, "resources": [{}, 3]}',
    ],
)
def test_a_description_that_is_not_one(pack: Path, content: bytes) -> None:
    (pack / DESCRIPTOR).write_bytes(content)
    verdict = verdict_of(pack)
    assert any(DESCRIPTOR in problem for problem in verdict.problems)
    assert verdict_page(verdict)


def test_any_value_of_the_description_may_be_anything(pack: Path) -> None:
    """A value of another kind is reported, or does not matter; it never causes a crash."""
    original = json.loads((pack / DESCRIPTOR).read_text(encoding="utf-8"))
    contents = {path.name: path.read_bytes() for path in pack.iterdir()}
    selected = verdict_of(pack).selected
    assert selected is not None
    selected = selected.with_row_index(LINE)

    def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
        if path and path[0] == "resources" and len(path) > 3:
            return []
        inner: list[tuple[str | int, ...]] = [path] if path else []
        if isinstance(value, dict):
            inner += [deeper for key in value for deeper in places(value[key], (*path, key))]
        if isinstance(value, list):
            inner += [deeper for at, one in enumerate(value) for deeper in places(one, (*path, at))]
        return inner

    for path in places(original):
        for value in (None, [], {}, "\ud800", -1, True, [{}], {"a": [1]}, "9" * 5000):
            package = json.loads(json.dumps(original))
            at = package
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = value
            description, check = read_descriptor(
                contents | {DESCRIPTOR: json.dumps(package).encode()}
            )
            problems = check.problems + check_numbering(selected, description).problems
            problems += check_tickets(selected, description).problems
            assert problems or path[-1] not in _CHECKED, (path, value)


_CHECKED = {"lines", "records", "list_id", "draws", "seed", "drawn", "place", "ticket_number"}
_CHECKED |= {"resources", "path", "hash", "schema", "recordpick", "pack"}
"""What cannot be changed without being found."""


def test_another_contract_is_not_guessed_at(pack: Path) -> None:
    change_descriptor(pack, lambda one: one.update(version="2.0"))
    make_sums_fit(pack)
    assert any("contract '2.0'" in one for one in verdict_of(pack).problems)


def test_columns_that_a_later_recordpick_added_are_let_pass(pack: Path) -> None:
    """The contract promises that a column added at the end changes nothing else."""
    lines = (pack / LIST).read_bytes().decode().split("\r\n")
    longer = [f"{lines[0]},stratum", *(f"{line},x" for line in lines[1:-1]), ""]
    (pack / LIST).write_bytes("\r\n".join(longer).encode())
    change_descriptor(pack, lambda one: one.update(version="1.9"))
    make_sums_fit(pack)
    verdict = verdict_of(pack)
    assert verdict.problems == ()
    assert any("contract 1.9" in one for one in verdict.cautions)


def test_a_pack_of_an_earlier_contract_is_right_without_the_columns_added_since(pack: Path) -> None:
    """What version 0.1 exported can still be checked and received."""
    for table in TABLES:
        added = len(table.columns) - len(table.of_version("1.0").columns)
        text = (pack / table.file).read_bytes().decode()
        shorter = [line.rsplit(",", added)[0] if added else line for line in text.split("\r\n")]
        (pack / table.file).write_bytes("\r\n".join(shorter).encode())

    def as_before(package: dict) -> None:
        package["version"] = "1.0"
        for resource in package["resources"]:
            table = next(one for one in TABLES if one.file == resource["path"])
            resource["schema"] = schema(table.of_version("1.0"))

    change_descriptor(pack, as_before)
    make_sums_fit(pack)
    verdict = verdict_of(pack)
    assert verdict.problems == ()
    assert verdict.selected is not None
    assert verdict.selected["kind"].null_count() == verdict.selected.height


# The draw


def _draws(package: dict) -> list[dict]:
    return package["recordpick"]["draws"]


def test_another_seed_is_found_without_the_index(pack: Path) -> None:
    change_descriptor(pack, lambda one: _draws(one)[0].update(seed="1"))
    make_sums_fit(pack)
    assert any("does not have this ticket" in one for one in verdict_of(pack).problems)


def test_a_lower_ticket_passed_over_is_found_with_the_index(
    pack: Path, index: PracticeIndex
) -> None:
    """Somebody takes the third ticket for the second, and makes everything else fit."""
    from recordpick.picking.tickets import draw_order

    ids = index.patients(AS_AT).collect()["patient_id"]
    third = draw_order(ids, "20261001").row(2, named=True)
    numbers = dict(index.patients(AS_AT).select("patient_id", "nhs_number").collect().rows())

    def swap(text: str) -> str:
        rows = text.split("\r\n")
        at = len(rows) - 2
        cells = rows[at].split(",")
        cells[5] = third["patient_id"] if third["patient_id"] != "007" else "'007"
        cells[6] = numbers[third["patient_id"]] or ""
        cells[10] = "3"
        rows[at] = ",".join(cells)
        return "\r\n".join(rows)

    change(pack / LIST, swap)
    change_descriptor(
        pack,
        lambda one: _draws(one)[0]["drawn"][1].update(
            place=3, ticket_number=third["ticket_number"]
        ),
    )
    make_sums_fit(pack)
    assert not any("ticket" in one for one in verdict_of(pack).problems)
    problems = verdict_of(pack, index).problems
    assert any("draws other records" in one for one in problems), problems


def test_a_drawn_record_that_was_dropped_is_found(pack: Path) -> None:
    change_descriptor(pack, lambda one: one["recordpick"].update(random_taken_out=1))
    make_sums_fit(pack)
    assert any("removed or replaced" in one for one in verdict_of(pack).problems)


def test_more_records_and_replacements_are_drawn_again(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    """The next tickets continue where the previous draw ended."""
    eligible = index.patients(file.as_at).collect()["patient_id"].sort()
    file.replace_random(file.selection.random()[0].patient_id, "moved away", eligible)
    file.draw(eligible, 2)
    folder = export(file, index, tmp_path / "more", answers)
    assert verdict_of(folder, index).problems == ()


def test_an_index_of_other_patients_is_said_to_be_one(
    pack: Path, written: Callable[..., PracticeIndex]
) -> None:
    other = written(patients=[{"patient_id": "1", "nhs_number": "9434765919"}])
    problems = "\n".join(verdict_of(pack, other).problems)
    assert "not the practice index that the pack was made with" in problems
    assert "no such patient_id" in problems
    page = " ".join(" ".join(verdict_page(verdict_of(pack, other))).split())
    assert (
        "Everything in the pack fits together, but it was NOT made from this practice index" in page
    )
    assert "Give the index that it was made with" in page


# The page, and what is not a pack at all


def test_the_answer_is_one_page_even_if_everything_is_wrong(pack: Path) -> None:
    for name in FILES:
        (pack / name).write_bytes(b"rubbish\n" * 3)
    for number in range(100):
        (pack / f"{number}.txt").write_bytes(b"")
    lines = verdict_page(verdict_of(pack))
    assert len(lines) < 66
    assert max(map(len, lines)) <= 96
    assert "NOT right" in "\n".join(lines)


def test_no_number_of_a_patient_is_on_the_page(pack: Path) -> None:
    """The page may be sent by e-mail: it names lines, not patients."""
    change(pack / LIST, _line(2, "nhs_number", "9990000062"))
    assert "9990000062" not in page(pack)


def test_what_is_not_a_pack_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert not verdict_of(tmp_path / "empty").is_sound
    (tmp_path / "list.csv").write_text("a,b", encoding="utf-8")
    for name, says in (("nothing", "with that name"), ("list.csv", "not a hand-over pack")):
        with pytest.raises(UserError, match=says):
            verdict_of(tmp_path / name)


def test_a_folder_that_is_not_a_pack_is_not_read(tmp_path: Path) -> None:
    """Somebody who names a whole disk does not have to wait."""
    for number in range(201):
        (tmp_path / f"{number}.txt").write_bytes(b"")
    with pytest.raises(UserError, match="more than 200 files"):
        verdict_of(tmp_path)


TEXTS = Table("texts.csv", "", (Column("number", pl.Int64(), ""), Column("text", pl.String(), "")))


@settings(max_examples=examples(300), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(), min_size=1, max_size=5))
@example(texts=["\t", "'", "=1", "007", " a", "\x85b", "\u2028", "1\x002", "TRUE", "MAR1", '"'])
def test_whatever_text_was_written_is_read_as_it_was(texts: list[str]) -> None:
    """Every cell that recordpick writes passes its own check, and comes back."""
    frame = pl.DataFrame({"number": range(len(texts)), "text": texts})
    form = parse_table(TEXTS, as_csv(frame))
    assert check_columns({"texts.csv": form}).problems == ()
    read = with_types(form)["text"].fill_null("").to_list()
    printable = [one for one in zip(texts, read, strict=True) if one[0].isprintable()]
    assert all(was == now for was, now in printable)
    assert with_types(form)[LINE].to_list() == list(range(2, len(texts) + 2))


@settings(max_examples=examples(200))
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
@example(content=b"number,text\r\n" + b'1,"\r\n')
@example(content=b'number,text\r\n1,"a""b"\r\n2,x"y\r\n')
def test_no_content_of_a_csv_is_an_error_of_ours(content: bytes) -> None:
    form = parse_table(TEXTS, content)
    assert form.problems or form.rows is not None
    check_columns({"texts.csv": form})


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_content_of_any_file_is_an_error_of_ours(pack: Path, data: st.DataObject) -> None:
    """Bytes put in, taken out and cut off, anywhere: the pack is not right, and a page says so."""
    files = open_pack(pack, str)
    contents = dict(files.contents)
    for name in data.draw(st.lists(st.sampled_from(sorted(contents)), min_size=1, max_size=3)):
        content = contents[name]
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        new = data.draw(st.sampled_from(_PIECES) | st.binary(max_size=5))
        tail = b"" if data.draw(st.integers(0, 9)) == 0 else content[end:]
        contents[name] = content[:start] + new + tail
    verdict = verify(replace(files, contents=contents))
    assert verdict.is_sound == (contents == files.contents)
    assert verdict_page(verdict)


_PIECES = [b",", b'"', b"\r\n", b"\n", b"'", b"\0", b"\xff", b"-1", b"9" * 20, b"=", b"[", b"}"]


def test_a_file_made_to_take_all_memory_is_not_read(pack: Path) -> None:
    for content in (b"a," * 200_000 + b"\r\n", b"x\r\n" * 300_001):
        (pack / LIST).write_bytes(content)
        assert any("more or longer lines" in one for one in verdict_of(pack).problems)
    (pack / SUMS).write_bytes(b"x\n" * 1024**2)
    assert any("larger than in any" in one for one in verdict_of(pack).problems)

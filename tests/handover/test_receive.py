"""Several practices' lists in one table: only right ones, and each only once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from recordpick.atomic import write_file
from recordpick.csv_safety import plain
from recordpick.errors import UserError
from recordpick.handover.selection_list import SELECTION_LIST
from recordpick.verify.receive import RECEIVED, check_out, combine_lists, encode_table
from recordpick.verify.verdict import Check, Verdict


def verdict(name: str, selected: pl.DataFrame, number: int = 1, **more: object) -> Verdict:
    """A pack that is right, of a practice and its list."""
    list_id = f"RP-{name * 8}-{number:02d}"
    given = Verdict(
        path=f"{name}{number}",
        list_id=list_id,
        practice=f"Practice {name}",
        criteria_pack="Pack, version 1",
        criteria_fingerprint="ef" * 32,
        written="2026-10-06T12:00:00Z",
        synthetic=True,
        encrypted=None,
        fingerprint=f"{number}{name.lower()}" * 32,
        checks=(Check("Files and sums", "10 files."),),
        selected=selected.with_columns(list_id=pl.lit(list_id)),
    )
    return replace(given, **more)  # type: ignore[arg-type]


def test_lists_are_one_below_the_other_with_practice_and_fingerprint(
    selected: pl.DataFrame,
) -> None:
    one, two = verdict("A", selected), verdict("B", selected)
    table, cautions = combine_lists([one, two])
    assert dict(table.schema) == RECEIVED
    assert table.height == 2 * selected.height
    assert table["practice"].unique(maintain_order=True).to_list() == ["Practice A", "Practice B"]
    assert table["pack_sha256"].n_unique() == 2
    assert one.selected is not None
    assert table.head(selected.height).select(*SELECTION_LIST).equals(one.selected)
    assert any("more than one practice" in sentence for sentence in cautions)


def test_what_is_written_is_what_was_received(selected: pl.DataFrame, tmp_path: Path) -> None:
    """Typed in Parquet; in a CSV no cell that a spreadsheet would run, and the same texts."""
    table, _ = combine_lists([verdict("A", selected)])
    for name in ("all.parquet", "ALL.CSV"):
        write_file(tmp_path / name, encode_table(table, tmp_path / name))
    assert pl.read_parquet(tmp_path / "all.parquet").equals(table)
    written = (tmp_path / "ALL.CSV").read_bytes()
    assert b",'=2+3," in written
    read = pl.read_csv(written, infer_schema=False).select(plain(pl.all()))
    texts = [name for name, kind in RECEIVED.items() if kind == pl.String]
    assert read.select(texts).equals(table.select(texts))


def test_a_pack_that_is_not_right_is_named_with_its_problems(selected: pl.DataFrame) -> None:
    """All packs are checked before anything is refused: one answer for all of them."""
    wrong = Check("Columns", "", tuple(f"problem {number}." for number in range(5)))
    bad = replace(verdict("B", selected), checks=(wrong,), selected=None)
    with pytest.raises(UserError) as error:
        combine_lists([verdict("A", selected), bad, replace(bad, path="C", list_id="")])
    assert [message.split(" ")[0] for message in error.value.messages] == ["B1", "C"]
    assert "problem 2. And 2 more" in error.value.messages[0]


def test_a_pack_twice_or_two_with_one_list_are_refused(selected: pl.DataFrame) -> None:
    one = verdict("A", selected)
    for other, says in (
        (replace(one, path="copy"), "A1 and copy are the same pack"),
        (replace(one, path="other", fingerprint="00" * 32), "A1 and other are two packs"),
    ):
        with pytest.raises(UserError, match=says):
            combine_lists([one, other])


def test_an_earlier_list_of_the_same_working_file_is_refused(selected: pl.DataFrame) -> None:
    """The later one has everything, and nobody must be counted twice."""
    with pytest.raises(UserError, match="two lists of one working file"):
        combine_lists(
            [verdict("A", selected, 1), verdict("B", selected), verdict("A", selected, 2)]
        )


def test_made_up_patients_are_not_combined_with_real_ones(selected: pl.DataFrame) -> None:
    with pytest.raises(UserError, match="leave out A1"):
        combine_lists([verdict("A", selected), verdict("B", selected, synthetic=False)])


def test_a_pack_that_is_not_right_does_not_say_whose_patients_are_made_up(
    selected: pl.DataFrame,
) -> None:
    """A folder that is not a pack made a sound pack of made-up patients look like the odd one."""
    wrong = Check("Columns", "", ("problem.",))
    bad = replace(verdict("B", selected, synthetic=False), checks=(wrong,), selected=None)
    with pytest.raises(UserError) as error:
        combine_lists([verdict("A", selected), bad])
    assert len(error.value.messages) == 1


def test_what_is_worth_knowing_is_reported(selected: pl.DataFrame) -> None:
    caution = Check("Files and sums", "", cautions=("The zip is not encrypted.",))
    _, cautions = combine_lists(
        [
            verdict("A", selected, checks=(caution,)),
            verdict("B", selected, practice="Practice A", criteria_fingerprint="00" * 32),
        ]
    )
    text = "\n".join(cautions)
    assert "A1: The zip is not encrypted." in text
    assert "not all made with the same criteria pack" in text
    assert "2 packs are from a practice named Practice A" in text


def test_an_empty_list_is_received_as_one(selected: pl.DataFrame) -> None:
    table, cautions = combine_lists([verdict("A", selected.clear()), verdict("B", selected)])
    assert (table.height, cautions) == (selected.height, ())


def test_only_endings_that_are_known_and_names_that_are_free(tmp_path: Path) -> None:
    (tmp_path / "taken.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match=".parquet or .csv"):
        check_out(tmp_path / "all.xlsx")
    for name, says in (("taken.csv", "already exists"), ("no/all.csv", "no folder")):
        with pytest.raises(UserError, match=says):
            write_file(tmp_path / name, b"")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.csv"]

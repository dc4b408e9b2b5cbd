"""A synthetic practice is written atomically: complete or not at all."""

from __future__ import annotations

import tomllib
from pathlib import Path

import polars as pl
import pytest

from recordpick.errors import UserError
from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.practice import GENERATED_TABLES, Practice, make_practice


@pytest.fixture(scope="module")
def few() -> Practice:
    return make_practice(30, 2)


def test_what_is_written_is_what_was_generated(practice: Practice, written: Path) -> None:
    """Every row and every type is the same."""
    for table in GENERATED_TABLES:
        assert practice.tables[table].equals(pl.read_parquet(written / f"{table}.parquet"))


def test_the_folder_says_what_it_is(written: Path) -> None:
    """It has its name, its date, that it is synthetic, and what made it."""
    about = tomllib.loads((written / "practice.toml").read_text(encoding="utf-8"))

    assert about["synthetic"] is True
    assert about["as_at"].isoformat() == "2026-10-01"
    assert "made up" in about["name"]
    assert "seed 11" in about["made_by"]


def test_csv_holds_the_same_texts(few: Practice, tmp_path: Path) -> None:
    """Identifiers keep leading zeros, names their accents, long texts their lines."""
    rows = write_tables(few, tmp_path / "out", "csv")

    for table in GENERATED_TABLES:
        back = pl.read_csv(tmp_path / "out" / f"{table}.csv", infer_schema=False)
        expected = few.tables[table]
        assert rows[table] == back.height == expected.height
        for column, kind in expected.schema.items():
            if kind == pl.String:
                assert back[column].to_list() == expected[column].to_list(), column


def test_an_empty_folder_is_filled(few: Practice, tmp_path: Path) -> None:
    """A folder that somebody created beforehand is accepted."""
    (tmp_path / "out").mkdir()

    write_tables(few, tmp_path / "out")

    assert (tmp_path / "out" / "patients.parquet").is_file()


def test_a_folder_that_is_not_empty_is_left_alone(few: Practice, tmp_path: Path) -> None:
    """An error says so, and nothing is overwritten."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(UserError, match="is not empty"):
        write_tables(few, out)

    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_a_file_is_left_alone(few: Practice, tmp_path: Path) -> None:
    """The name of an existing file is refused."""
    out = tmp_path / "out"
    out.write_text("mine", encoding="utf-8")

    with pytest.raises(UserError, match="is a file"):
        write_tables(few, out)


def test_an_impossible_folder_is_reported(few: Practice, tmp_path: Path) -> None:
    """A folder under a file cannot be created."""
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(UserError, match="there is no folder"):
        write_tables(few, tmp_path / "file" / "out")


@pytest.mark.parametrize("fmt", ["parquet", "csv"])
def test_stopping_half_way_leaves_nothing_behind(few: Practice, tmp_path: Path, fmt: str) -> None:
    """An exception raised by the progress call stops the work, and reaches the caller."""

    class Stopped(Exception):  # noqa: N818 - a person's action, not an error
        pass

    def progress(doing: str, fraction: float | None = None) -> None:
        if "medications" in doing:
            raise Stopped

    with pytest.raises(Stopped):
        write_tables(few, tmp_path / "out", fmt, progress)  # type: ignore[arg-type]

    assert list(tmp_path.iterdir()) == []


def test_progress_grows_to_the_end(few: Practice, tmp_path: Path) -> None:
    """Fractions never decrease, and end at 1."""
    seen: list[float] = []

    def progress(doing: str, fraction: float | None = None) -> None:
        assert fraction is not None
        seen.append(fraction)

    write_tables(few, tmp_path / "out", progress=progress)

    assert sorted(seen) == seen
    assert seen[-1] == 1.0

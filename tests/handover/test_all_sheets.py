"""All sheets of a workbook read at once, by one process with the limits of one sheet."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from recordpick.errors import UserError
from recordpick.spreadsheets import read_rows, read_sheets


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "One"
    book["One"].append(["a", 1])
    book.create_sheet("Empty")
    book.create_sheet("--all").append(["dashes"])
    two = book.create_sheet("Ünî & 'so on'")
    two.append([])
    two.append([None, "b"])
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def test_each_sheet_is_as_it_is_read_alone(workbook: Path) -> None:
    sheets = read_sheets(workbook)
    assert set(sheets) >= {"One", "--all", "Ünî & 'so on'"}
    for name in ("One", "--all", "Ünî & 'so on'"):
        assert sheets[name] == read_rows(workbook, name)
    assert sheets["--all"] == [["dashes"]]
    assert read_rows(workbook) == sheets["One"] == [["a", "1"]]


def test_sheets_are_limited_together(tmp_path: Path) -> None:
    """Each may be just small enough: all of them are not."""
    book = openpyxl.Workbook()
    for number in range(3):
        book.create_sheet(f"S{number}")["ZZ4000"] = "x"
    book.save(tmp_path / "large.xlsx")
    assert len(read_rows(tmp_path / "large.xlsx", "S1")) == 4000
    with pytest.raises(UserError, match="span 8,424,000 cells together"):
        read_sheets(tmp_path / "large.xlsx")

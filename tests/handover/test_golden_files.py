"""A golden file guards each format: what others read does not change unless somebody means it to.

After a change that is meant, write the file anew and look at the difference before committing it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from recordpick import __version__
from recordpick.cells import as_csv
from recordpick.criteria.pack import Pack
from recordpick.handover.capitation import capitation_rows
from recordpick.handover.descriptor import descriptor
from recordpick.handover.readme import About, readme
from recordpick.handover.schemas import TABLES
from recordpick.handover.tick_text import tick_text
from recordpick.handover.tick_words import sheets_of
from recordpick.selection.state import Selection

from small_practice import AS_AT, small_index

GOLDEN = Path(__file__).parent / "golden"


def _golden(name: str) -> str:
    return (GOLDEN / name).read_bytes().decode("utf-8")


def test_readme(about: About, selection: Selection) -> None:
    assert readme(about, selection).replace(__version__, "VERSION") == _golden("README.txt")


def test_datapackage(about: About, selection: Selection) -> None:
    contents = {table.file: b"" for table in TABLES}
    written = json.loads(descriptor(about, selection, contents))
    written["recordpick"]["version"] = "VERSION"
    assert written == json.loads(_golden("datapackage.json"))


def test_tick_sheets_on_paper(about: About, pack: Pack, selected: pl.DataFrame) -> None:
    assert tick_text(about, sheets_of(pack, selected)) == _golden("tick_sheets.txt")


def test_capitation() -> None:
    patient: dict[str, Any] = {
        "patient_id": "1", "status": "registered", "registration": "regular", "sex": "F",
        "date_of_birth": AS_AT.replace(year=1980), "age": 46, "registered_on": AS_AT,
        "institution": None,
    }  # fmt: skip
    rows = capitation_rows(small_index(patients=[patient]), AS_AT)
    assert as_csv(rows).decode("utf-8") == _golden("capitation.csv")

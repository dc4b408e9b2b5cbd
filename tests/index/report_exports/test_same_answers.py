"""A list and six exports of the made-up practice answer as the practice's whole records do.

In each of three styles: where a criterion is answered, its patients are those that the whole
records give, or a caution says why not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from recordpick.criteria.load import read_pack
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import open_index
from recordpick.matching import match
from recordpick.resources import general_practice_pack
from recordpick.synthetic.as_reports import STYLES, write_reports
from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.practice import make_practice

PACK = read_pack(general_practice_pack())
AS_AT = date(2026, 10, 1)
SIX = ("Problems", "Allergies", "Immunisations", "Coded entries", "Medication", "Appointments")
NAMES = tuple(style.name for style in STYLES)


@pytest.fixture(scope="session")
def made(made_once: Callable[..., Path]) -> Path:
    """Return a folder with the index of a practice, and of six exports of it in each style."""
    return made_once("report exports", _make)


def _make(folder: Path) -> None:
    folder.mkdir()
    practice = make_practice(130, seed=5, as_at=AS_AT, recent_years=2)
    write_tables(practice, folder / "tables")
    write_reports(practice, folder / "reports")
    build_index([folder / "tables"], folder / "whole")
    for name in NAMES:
        files = sorted((folder / "reports" / name).glob("*.csv"))
        wanted = ("Patient list", *SIX)
        own = [path for path in files if path.stem.startswith(wanted)]
        build_index(own, folder / name, as_at=AS_AT)


@pytest.mark.parametrize("style", NAMES)
def test_six_exports_answer_most_criteria_alike(made: Path, style: str) -> None:
    whole, index = open_index(made / "whole"), open_index(made / style)
    expected, found = match(PACK, whole, AS_AT), match(PACK, index, AS_AT)
    answered = [one.id for one in PACK.criteria if found.answers[one.id].answered]
    same = [name for name in answered if found.patients(name).equals(expected.patients(name))]

    assert len(answered) >= 30
    assert len(same) >= 30
    for name in answered:
        assert name in same or found.answers[name].cautions, name
    for name in same:  # none of them is "nobody"
        assert expected.answers[name].matches, name


@pytest.mark.parametrize("style", NAMES)
def test_every_answer_from_exports_says_what_it_goes_by(made: Path, style: str) -> None:
    """A report lists only what its search asks for: no answer from one hides that."""
    found = match(PACK, open_index(made / style), AS_AT)

    for criterion in PACK.criteria:
        tables = {rule.table for step in criterion.steps for rule in step.rules} - {"patients"}
        answer = found.answers[criterion.id]
        if answer.answered and tables & {"events", "medications", "appointments"}:
            assert any(".csv" in caution for caution in answer.cautions), criterion.id
        if tables & {"referrals", "recalls", "documents", "addresses"}:
            assert not answer.answered


@pytest.mark.parametrize("style", NAMES)
def test_no_entry_is_lost(made: Path, style: str) -> None:
    """Only headers and feet of pages are rejected, and each row is accounted for."""
    whole, index = open_index(made / "whole"), open_index(made / style)

    for table in ("events", "medications", "appointments"):
        assert index.manifest.tables[table].rows == whole.manifest.tables[table].rows
    rejected = (index.folder / "rejected_rows.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert all("the header again" in row or "not an entry" in row for row in rejected)
    for count in index.manifest.files:
        assert count.rows_read == count.rows_indexed + count.rows_rejected + count.rows_deleted

"""A vaccine refused in a system's own extract is given in no report and no criterion."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from recordpick.criteria.load import read_pack
from recordpick.matching import match
from recordpick.reports.rules import answer_rules, target_figures
from recordpick.reports.targets import target_table
from recordpick.resources import general_practice_pack

import systmone_extracts
import vision_extracts
from emis_extracts import indexed

AS_AT = date(2026, 10, 1)
DAYS = {"X-0301": (2, 10), "X-0304": (3, 10), "X-0307": (4, 10)}
"""Three doses in time for a child born on 10 January 2026."""
STATUSES = {1: "Given", 2: "Refused", 3: "Advised", 4: "Given in error", 5: "Not given"}
"""What each child's entries say, in the words of the status."""
REFUSED = ["2", "3", "5"]
"""Whom PRE-02 finds: an entry in error is no refusal."""


def _systmone(folder: Path) -> Path:
    registered = {"DateRegistration": "20 Jan 2026 00:00:00", "DateDeRegistration": ""}
    return systmone_extracts.write_extract(
        folder,
        SRPatient=[
            systmone_extracts.patient(number, DateBirth="10 Jan 2026 00:00") for number in STATUSES
        ],
        SRPatientRegistration=[
            systmone_extracts.row(90 + number, number, RegistrationStatus="GMS", **registered)
            for number in STATUSES
        ],
        SRProblem=[],
        SRImmunisation=[
            systmone_extracts.row(
                100 * number + place,
                number,
                ImmsSNOMEDCode=code,
                VaccinationStatus=status,
                DateEvent=f"{date(2026, *day):%d %b %Y} 10:00:00",
            )
            for number, status in STATUSES.items()
            for place, (code, day) in enumerate(DAYS.items())
        ],
    )


def _vision(folder: Path) -> Path:
    return vision_extracts.write_extract(
        folder,
        Patient=[
            vision_extracts.patient(number, DATE_OF_BIRTH="20260110", REGISTERED_DATE="20260120")
            for number in STATUSES
        ],
        Journal=[
            vision_extracts.entry(
                100 * number + place,
                number,
                SNOMED_CODE=code,
                RUBRIC="DTaP/IPV/Hib/HepB vaccination",
                SUBSET="I",
                IMMS_STATUS=status,
                IMMS_REASON="" if status == "Given" else "Parent's wish",
                DATE=f"{date(2026, *day):%Y%m%d}",
            )
            for number, status in STATUSES.items()
            for place, (code, day) in enumerate(DAYS.items())
        ],
    )


@pytest.mark.parametrize("write", [_systmone, _vision], ids=["SystmOne", "Vision"])
def test_statuses_of_each_system_are_understood(
    write: Callable[[Path], Path], tmp_path: Path
) -> None:
    """VI001 has one child of five immunised, and PRE-02 finds those who were not for a reason."""
    index = indexed(write(tmp_path / "extract"))
    figures = target_figures(target_table(), answer_rules(index, AS_AT))
    found = {name: figures["VI001", name].value for name in ("eligible", "immunised")}
    assert found == {"eligible": 5, "immunised": 1}
    assert figures["VI001", "achievement"].value == 20
    assert sorted(match(read_pack(general_practice_pack()), index, AS_AT).patients("PRE-02")) == (
        REFUSED
    )

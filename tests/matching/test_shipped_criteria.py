"""Criteria of the shipped pack, held against what they say, over extracts written by hand."""

from __future__ import annotations

from pathlib import Path

from recordpick.criteria.reading import read_pack
from recordpick.matching import match
from recordpick.shipped import general_practice_pack

from emis_extracts import indexed
from systmone_extracts import patient, row, write_extract, write_table

DOSES = [f"X-03{number:02d}" for number in range(1, 15)]


def test_who_is_on_a_register_or_refused_vaccines_is_found_and_nobody_else(tmp_path: Path) -> None:
    """SystmOne tells refusals by a status, and those at risk by registers without codes.

    A child who refused every dose has no full schedule; a baby born after the as-at date is none
    under 8 weeks.
    """
    extract = write_extract(
        tmp_path / "extract",
        SRPatient=[
            patient(1, DateBirth="01 Jan 2018 00:00"),
            patient(2, DateBirth="01 Jan 2018 00:00"),
            patient(3, DateBirth="06 Aug 2026 00:00"),  # 56 days: 8 weeks old
            patient(4, DateBirth="07 Aug 2026 00:00"),
            patient(5, DateBirth="02 Oct 2026 00:00"),  # the day after the as-at date
            patient(6, DateBirth="01 Oct 1926 00:00"),
            patient(7, DateBirth="02 Oct 1926 00:00"),
        ],
        SRPatientRegistration=[
            row(
                90 + number,
                number,
                DateRegistration="01 Jan 2018 00:00:00",
                DateDeRegistration="",
                RegistrationStatus="GMS",
            )
            for number in range(1, 8)
        ],
        SRProblem=[],
        SRImmunisation=[
            row(100 * of + number, of, ImmsSNOMEDCode=dose, VaccinationStatus=status)
            for of, status in ((1, "Given"), (2, "Refused"))
            for number, dose in enumerate(DOSES)
        ],
        SRChildAtRisk=[row(41, 2, DateAdded="01 Jan 2020 00:00:00", ChildProtectionPlan="TRUE")],
        SRPersonAtRisk=[row(42, 6, DateAdded="01 Jan 2020 00:00:00", ProtectionPlan="FALSE")],
    )
    index = indexed(extract)
    found = match(read_pack(general_practice_pack()), index, index.manifest.as_at)
    assert str(found.as_at) == "2026-10-01"
    assert {name: found.patients(name).to_list() for name in WANTED} == WANTED


WANTED = {
    "PRE-01": ["1"],
    "PRE-02": ["2"],
    "WRK-05": ["2", "6"],
    "DEM-07": ["4", "6"],
}


def test_a_number_that_cannot_be_right_is_not_silently_no_number(tmp_path: Path) -> None:
    """The patient has one in the clinical system: whoever reads "no NHS number" must be told."""
    for number, cautioned in (("9434765918", True), ("9434765919", False)):
        folder = tmp_path / number
        write_extract(folder, SRPatient=[patient(1, NHSNumber=number), patient(2, NHSNumber="")])
        write_table(folder, "SRPatientRegistration", REGISTERED)
        index = indexed(folder)
        answer = match(read_pack(general_practice_pack()), index, index.manifest.as_at)
        cautions = " ".join(answer.answers["DEM-03"].cautions)
        assert ("1 NHS number that cannot be right was left empty" in cautions) is cautioned
        assert "2" in answer.patients("DEM-03").to_list()


REGISTERED = [
    row(
        90 + number,
        number,
        DateRegistration="01 Jan 2018 00:00:00",
        DateDeRegistration="",
        RegistrationStatus="GMS",
    )
    for number in (1, 2)
]

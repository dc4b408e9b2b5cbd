"""Medicines from the dm+d release: made up in its published form, with generated codes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recordpick.codelist_import.checks import check_files
from recordpick.codelist_import.filled_lists import ListImport
from recordpick.errors import UserError

Plan = Callable[..., ListImport]


@pytest.fixture
def release(tmp_path: Path, codes: list[str]) -> Path:
    """A release with a controlled drug, warfarin, a hospital-only brand and an appliance."""
    vtm, tablet, old, patch, brand, second, hospital, bag = codes[:8]
    other, pack, box = codes[8:11]
    files = {
        "f_vtm2_3180526.xml": "<VIRTUAL_THERAPEUTIC_MOIETIES>"
        f"<VTM><VTMID>{vtm}</VTMID><NM>Warfarin</NM></VTM></VIRTUAL_THERAPEUTIC_MOIETIES>",
        "f_vmp2_3180526.xml": "<VIRTUAL_MED_PRODUCTS><VMPS>"
        f"<VMP><VPID>{tablet}</VPID><VTMID>{vtm}</VTMID><NM>Warfarin 1mg tablets</NM></VMP>"
        f"<VMP><VPID>{old}</VPID><VTMID>{vtm}</VTMID><INVALID>1</INVALID><NM>Old</NM></VMP>"
        f"<VMP><VPID>{patch}</VPID><NM>A &amp; B patches</NM></VMP>"
        f"<VMP><VPID>{other}</VPID><NM>Bag</NM></VMP></VMPS><CONTROL_DRUG_INFO>"
        f"<CONTROL_INFO><VPID>{patch}</VPID><CATCD>0004</CATCD></CONTROL_INFO>"
        f"<CONTROL_INFO><VPID>{tablet}</VPID><CATCD>0000</CATCD></CONTROL_INFO>"
        "</CONTROL_DRUG_INFO></VIRTUAL_MED_PRODUCTS>",
        "f_amp2_3180526.xml": "<ACTUAL_MEDICINAL_PRODUCTS><AMPS>"
        + "".join(
            f"<AMP><APID>{apid}</APID><VPID>{vpid}</VPID><NM>Short</NM><DESC>{name}</DESC>"
            f"<AVAIL_RESTRICTCD>{restricted}</AVAIL_RESTRICTCD></AMP>"
            for apid, vpid, name, restricted in (
                (brand, tablet, "Warfarin 1mg tablets (A Ltd)", "0001"),
                (second, patch, "Patch (A Ltd)", "0001"),
                (hospital, patch, "Patch (B Ltd)", "0007"),
                (bag, other, "Bag (B Ltd)", "0001"),
            )
        )
        + "</AMPS></ACTUAL_MEDICINAL_PRODUCTS>",
        "f_ampp2_3180526.xml": "<ACTUAL_MEDICINAL_PROD_PACKS><AMPPS>"
        f"<AMPP><APPID>{pack}</APPID><APID>{brand}</APID></AMPP>"
        f"<AMPP><APPID>{box}</APPID><APID>{bag}</APID></AMPP></AMPPS><APPLIANCE_PACK_INFO>"
        f"<PACK_INFO><APPID>{box}</APPID></PACK_INFO></APPLIANCE_PACK_INFO>"
        "</ACTUAL_MEDICINAL_PROD_PACKS>",
        "f_lookup2_3180526.xml": "<LOOKUP><CONTROL_DRUG_CATEGORY>"
        "<INFO><CD>0000</CD><DESC>No Controlled Drug Status</DESC></INFO>"
        "<INFO><CD>0004</CD><DESC>Schedule 2 (CD)</DESC></INFO></CONTROL_DRUG_CATEGORY>"
        "<AVAILABILITY_RESTRICTION><INFO><CD>0007</CD><DESC>Hospital only</DESC></INFO>"
        "</AVAILABILITY_RESTRICTION></LOOKUP>",
    }
    folder = tmp_path / "nhsbsa_dmd_5.2.0_20260518000001"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(f'<?xml version="1.0" encoding="utf-8"?>{text}', "utf-8")
    (folder / "f_ingredient2_3180526.xml").write_text("<X/>")
    return folder


def test_lists_of_medicines(release: Path, plan: Plan, codes: list[str]) -> None:
    """Generic products and their brands; invalid ones are left out; all records are counted."""
    _, tablet, _, patch, brand, second, hospital, bag, other = codes[:9]
    found = plan(release, year=2026)
    lists = {one.name: set(one.codes) for one in found.lists}
    assert lists["warfarin"] == {tablet, brand}
    assert lists["controlled_drugs"] == {patch, second, hospital}
    assert lists["hospital_only_drugs"] == {hospital}
    assert lists["appliances"] == {other, bag}
    assert not lists["dmards"]
    by_name = next(one for one in found.lists if one.name == "controlled_drugs")
    assert by_name.codes[patch] == "A & B patches"
    assert by_name.codes[second] == "Patch (A Ltd)"
    assert (found.rows, found.used) == (1 + 4 + 2 + 4 + 2 + 1, 7)
    assert "v5.2.0, 18 May 2026" in found.release_in_words


def test_check_of_a_release(release: Path) -> None:
    """It is read to its end; a list is not expected in it."""
    (found,) = check_files([release])
    assert (found.rows, found.wrong_rows) == (14, 0)
    assert "The release is complete" in " ".join(found.look)


def test_a_release_that_is_cut_off(release: Path, plan: Plan) -> None:
    """The file and the line are named, and nothing is read from it."""
    path = release / "f_amp2_3180526.xml"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UserError, match="f_amp2.*line 1.* ends too early .*Download it again"):
        plan(release, year=2026)


def test_a_document_type_is_refused(release: Path, plan: Plan) -> None:
    """Entities could grow without end, or read files."""
    path = release / "f_vtm2_3180526.xml"
    path.write_text('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    with pytest.raises(UserError, match="declares a document type"):
        plan(release, year=2026)


def test_parts_of_a_release(release: Path, plan: Plan) -> None:
    """Without the generic products nothing can be filled; without others, some lists are empty."""
    (release / "f_lookup2_3180526.xml").unlink()
    found = plan(release, year=2026)
    assert any("controlled and hospital drugs cannot be recognised" in note for note in found.notes)
    assert not next(one for one in found.lists if one.name == "controlled_drugs").codes
    (release / "f_vmp2_3180526.xml").unlink()
    with pytest.raises(UserError, match="Give the folder of the whole release"):
        plan(release, year=2026)

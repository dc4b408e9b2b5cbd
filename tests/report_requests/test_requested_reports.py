"""What `criteria ask` requests is what the readers need."""

import csv
import re

import pytest

from recordpick.criteria.load import read_pack
from recordpick.index.build.build_index import build_index
from recordpick.index.list_columns import find_header
from recordpick.index.readers.report_exports.reader import recognise
from recordpick.index.readers.report_exports.vocabulary import said_kind
from recordpick.matching.rules import lacks_for_rule
from recordpick.report_requests.describe import command_of, how_to
from recordpick.report_requests.instructions import LIST, systems, wordings
from recordpick.report_requests.plan import plan_requests
from recordpick.report_requests.supplies import supplies
from recordpick.resources import general_practice_pack

VALUES = {
    "patient_id": "4711",
    "nhs_number": "9990000018",
    "sex": "F",
    "registration": "regular",
    "status": "registered",
    "code": "195967001",
    "term": "Asthma",
    "drug": "Metformin 500mg tablets",
    "dosage": "one a day",
    "quantity": "56 tablets",
    "value": "54",
    "unit": "mL/min",
    "range_low": "60",
    "range_high": "90",
    "is_abnormal": "yes",
    "is_confidential": "yes",
    "is_absent": "no",
    "is_complete": "no",
    "problem_status": "active",
    "course": "repeat",
    "is_active": "current",
    "urgency": "routine",
    "ubrn": "123456789012",
    "file_name": "letter.pdf",
    "file_type": "pdf",
}
IDENTITY = {
    "EMIS Number": "4711",
    "Patient ID": "4711",
    "NHS Number": "9990000018",
    "NHS number": "9990000018",
    "Full Name": "EXAMPLE, Ada",
    "Surname": "Example",
    "Family Name": "Example",
    "Forename": "Ada",
    "First name": "Ada",
    "Given Name": "Ada",
    "Date of Birth": "05/04/1951",
    "Date of birth": "05/04/1951",
}
STATUS = {"appointments": "booked", "recalls": "pending", "referrals": "open"}


@pytest.fixture(scope="module")
def plan():
    """What to ask for so that the shipped criteria can be answered."""
    return plan_requests(read_pack(general_practice_pack()))


def write_export(folder, request, word):
    """Write an export of one row with the columns that the instructions for a system name."""
    own = systems()[word].columns[request.kind]
    roles = {own.get(role) or request.supply.labels[role]: role for role in request.roles}
    header = how_to(request, word).columns
    row = []
    for name in header:
        role = roles.get(name, "")
        if name in IDENTITY:
            row.append(IDENTITY[name])
        elif name == "Name, Dosage and Quantity":
            row.append("Metformin 500mg tablets, one a day, 56 tablets")
        elif role == "status" and request.kind in STATUS:
            row.append(STATUS[request.kind])
        elif role == "date" and request.kind == "entries":
            row.append("2001")  # a partial date, for which one criterion looks
        elif role == "date" or role.endswith("_on"):
            row.append("" if role in {"left_on", "died_on"} else "13/06/2025")
        else:
            row.append(VALUES.get(role, "Words"))
    path = folder / request.supply.wording.file
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, row])
    return path if request.kind == LIST else path.with_name(f"{path.name}={request.kind}")


@pytest.mark.parametrize("word", list(systems()))
def test_the_columns_named_are_read_as_what_they_are_for(plan, word, tmp_path):
    """Each column that the instructions for a clinical system name is one that recordpick reads."""
    for request in plan.requests:
        path = write_export(tmp_path, request, word)
        own = systems()[word].columns[request.kind]
        named = {own.get(role) or request.supply.labels[role]: role for role in request.roles}
        if request.kind == LIST:
            header = find_header([how_to(request, word).columns])
            assert (header is not None and not header.unused) or header.unused == ("Full Name",)
            assert {*request.roles} <= {*header.taken, "family_name", "given_name"}
            continue
        export = recognise(tmp_path / request.supply.wording.file, said_kind(request.kind))
        ((grid, layout),) = export.tables
        read = {grid.header[at] for group in layout.groups for at in group.columns.values()}
        assert read >= named.keys() - IDENTITY.keys(), path


def test_reports_with_the_columns_named_supply_what_criteria_need(plan, tmp_path):
    """A colleague who chooses just these columns has chosen enough.

    No rule that the page names lacks a table or a column afterwards. (Most have no row here, as
    each report has only one.)
    """
    paths = [write_export(tmp_path, request, "systmone") for request in plan.requests]
    index = build_index(paths, tmp_path / "index", as_at=None)
    assert index.manifest.tables["patients"].rows == 1
    for request in plan.requests:
        for wanted in request.wanted:
            steps = plan.pack.criterion(wanted.criterion_id).steps
            (rule,) = (one for step in steps for one in step.rules if one.says == wanted.says)
            assert "has no" not in lacks_for_rule(plan.pack, index, rule), wanted
    given = re.findall(r"\S+\.csv(?:=\w+)?", command_of(plan))
    assert given == [path.name for path in paths]


def test_every_kind_has_steps_without_gaps_in_each_system(plan):
    """Each step is a sentence with all its blanks filled in."""
    assert wordings().keys() == supplies().keys()
    for request in plan.requests:
        for word in systems():
            how = how_to(request, word)
            assert how.report
            assert how.search
            assert how.basis
            for text in (*how.report, *how.search, *how.beware):
                assert "{" not in text
                assert text.endswith((".", "?"))
            assert len(set(how.columns)) == len(how.columns)

"""Dates of patients: one row's day can be compared with the latest or earliest of other rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.criteria.load import parse_pack
from recordpick.criteria.pack import Pack
from recordpick.criteria.pack_writer import pack_text
from recordpick.errors import UserError
from recordpick.matching import explain, match

from small_practice import AS_AT, SmallIndex, small_index

PACK = """
[pack]
title = "Dates"
version = "1"

[codelist.asthma]
codes = ["a", "b"]

[codelist.resolved]
codes = ["r"]

[codelist.invited]
codes = ["i"]

[date.resolved_on]
which = "latest"
codes = "resolved"
where = "date <= :as_at"

[date.asthma_since]
which = "earliest"
codes = "asthma"
where = "date <= :as_at AND (resolved_on IS NULL OR date > resolved_on)"

[date.invited_on]
which = "earliest"
codes = "invited"

[date.last_row_on]
which = "latest"

[date.due_on]
which = "latest"
codes = "invited"
add = "1 month"

[[criterion]]
id = "ACTIVE"
area = "A"
title = "Active"
find = "The latest diagnosis is later than the latest code for resolved."
rule = [{ says = "not resolved", where = "asthma_since IS NOT NULL" }]

[[criterion]]
id = "TWICE"
area = "A"
title = "Invited twice"
find = "Two invitations at least 7 days apart."
[[criterion.rule]]
says = "a second"
table = "events"
codes = "invited"
where = "date >= invited_on + INTERVAL '7 days'"

[[criterion]]
id = "NONE-SINCE"
area = "A"
title = "No value since"
find = "No row with a value since the diagnosis that is not resolved."
[[criterion.rule]]
says = "not resolved"
where = "asthma_since IS NOT NULL"

[[criterion.rule]]
says = "no value since"
table = "events"
where = "value IS NOT NULL AND date >= asthma_since"
at_most = 0

[[criterion]]
id = "LAST"
area = "A"
title = "Seen on the last day"
find = "The last row is of the as-at date."
rule = [{ says = "the last row", where = "last_row_on = :as_at" }]

[[criterion]]
id = "DUE"
area = "A"
title = "Due"
find = "A month has passed since the last invitation."
rule = [{ says = "due", where = "due_on <= :as_at" }]
"""

DAYS = [None, *(AS_AT - timedelta(days=days) for days in (30, 23, 20, 8, 1, 0)), date(2026, 10, 9)]
rows_of_events = st.lists(
    st.fixed_dictionaries(
        {
            "patient_id": st.sampled_from(["p1", "p2", "p3"]),
            "code": st.sampled_from(["a", "b", "r", "i", None]),
            "date": st.sampled_from(DAYS),
            "value": st.sampled_from([None, 1.0]),
        }
    ),
    max_size=20,
)


def pack_of(text: str = PACK) -> Pack:
    return parse_pack({"pack.toml": text})


def practice(rows: list[dict[str, Any]]) -> SmallIndex:
    people = [{"patient_id": name, "status": "registered"} for name in ("p1", "p2", "p3")]
    empty = {"patient_id": "p9", "code": None, "date": None, "value": None}
    return small_index(patients=people, events=[*rows, empty])


def expected(rows: list[dict[str, Any]], patient: str) -> set[str]:
    """Answer every criterion for one patient, as its words say, with nothing but Python."""
    own = [row for row in rows if row["patient_id"] == patient]
    dated = [row for row in own if row["date"] is not None]
    past = [row for row in dated if row["date"] <= AS_AT]
    resolved = max((row["date"] for row in past if row["code"] == "r"), default=date.min)
    active = [row["date"] for row in past if row["code"] in ("a", "b") and row["date"] > resolved]
    invited = [row["date"] for row in dated if row["code"] == "i"]
    found = set()
    if active:
        found.add("ACTIVE")
        if not any(row["value"] is not None and row["date"] >= min(active) for row in dated):
            found.add("NONE-SINCE")
    if invited and (max(invited) - min(invited)).days >= 7:
        found.add("TWICE")
    if invited and max(invited) <= date(2026, 9, 1):
        found.add("DUE")
    if dated and max(row["date"] for row in dated) == AS_AT:
        found.add("LAST")
    return found


@settings(max_examples=examples(60), deadline=None)
@given(rows=rows_of_events)
def test_dates_are_those_of_a_plain_loop(rows: list[dict[str, Any]]) -> None:
    """Whatever is recorded, and in whatever order; and explaining one patient says the same."""
    index, pack = practice(rows), pack_of()
    matches = match(pack, index, AS_AT)
    for patient in ("p1", "p2", "p3"):
        meets = {one.id for one in pack.criteria if patient in matches.patients(one.id).to_list()}
        assert meets == expected(rows, patient)
    why = explain(pack, index, AS_AT, "NONE-SINCE", "p1")
    assert why.meets == ("NONE-SINCE" in expected(rows, "p1"))


def test_the_evidence_names_the_dates() -> None:
    """Somebody who asks why sees from when on."""
    index = practice([{"patient_id": "p1", "code": "a", "date": date(2020, 3, 1), "value": None}])
    why = explain(pack_of(), index, AS_AT, "ACTIVE", "p1")
    assert why.rows["summary"].to_list() == ["asthma since 01 Mar 2020"]


def test_a_date_that_the_index_cannot_give_leaves_the_criterion_unanswered() -> None:
    """No codes in the records: nobody knows who is resolved, and the answer is not nobody."""
    index = small_index(
        patients=[{"patient_id": "p1"}], events=[{"patient_id": "p1", "date": date(2020, 1, 1)}]
    )
    answers = match(pack_of(), index, AS_AT).answers
    assert "no column code in events" in answers["ACTIVE"].why_not
    assert answers["LAST"].answered


def test_a_codelist_of_a_date_without_a_row_is_a_caution_unless_it_may_be_absent() -> None:
    """The practice may code in another system, and then nobody is resolved."""
    index = practice([{"patient_id": "p1", "code": "a", "date": date(2020, 1, 1), "value": None}])
    cautions = match(pack_of(), index, AS_AT).answers["ACTIVE"].cautions
    assert any("the codelist resolved" in text for text in cautions)
    allowed = pack_of(PACK.replace('version = "1"', 'version = "1"\nmay_be_absent = ["resolved"]'))
    assert match(allowed, index, AS_AT).answers["ACTIVE"].cautions == ()


def test_a_pack_with_dates_is_written_as_it_was_read() -> None:
    """Confirming a rule rewrites a pack: its dates must not be lost."""
    text = PACK.replace('version = "1"', 'version = "1"\nmay_be_absent = ["resolved"]')
    pack = pack_of(text.replace('version = "1"', 'version = "1"\nqof_years = ["2026/27"]'))
    again = parse_pack({"pack.toml": pack_text(pack)})
    assert again.dates == pack.dates
    assert (again.may_be_absent, again.qof_years) == ({"resolved"}, ("2026/27",))
    assert again.criteria == pack.criteria


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('which = "last"', "which must be 'latest' or 'earliest'"),
        ('which = "latest"\ntable = "patients"', "name another table"),
        ('which = "latest"\ncolumn = "code"', "'code' is not a column with dates in events"),
        ('which = "latest"\nwhere = "date > other_on"', "other_on"),
        ('which = "latest"\nadd = "soon"', "In add: An interval is a whole number"),
        ('which = "latest"\ncode = "asthma"', "'code' is not a key of a date"),
    ],
)
def test_what_is_no_date_is_refused_with_its_name(lines: str, says: str) -> None:
    text = PACK.replace("[[criterion]]", f"[date.wrong_on]\n{lines}\n\n[[criterion]]", 1)
    with pytest.raises(UserError, match=says):
        pack_of(text)


@pytest.mark.parametrize("name", ["date", "registered_on", "Since", "is"])
def test_a_date_cannot_take_the_name_of_a_column(name: str) -> None:
    """A condition would mean something else than it says."""
    with pytest.raises(UserError, match="give the date another name|cannot be a date's name"):
        pack_of(PACK.replace("[[criterion]]", f'[date.{name}]\nwhich = "latest"\n[[criterion]]', 1))


def test_a_population_cannot_use_dates() -> None:
    """It says among whom to look, before anything is counted."""
    with pytest.raises(UserError, match="asthma_since"):
        pack_of(
            PACK.replace('version = "1"', 'version = "1"\npopulation = "asthma_since < :as_at"')
        )

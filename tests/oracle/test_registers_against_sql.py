"""The registers agree to the patient with SQL written from public descriptions of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import pytest
from made_practices import AS_AT, SEEDS, Opinions
from second_opinion import queries, read_codelists

from recordpick.index.practice_index import open_index
from recordpick.reports.rules import answer_rules
from recordpick.reports.what_counts import is_definition, read_shipped_rules
from recordpick.resources import data_file

SQL = queries("registers")


@pytest.mark.parametrize("seed", SEEDS)
def test_seventeen_registers_are_who_sql_finds(
    seed: int, opinions: Callable[[int], Opinions]
) -> None:
    """Resolved diseases, ages and drugs: the same patients, in a practice with edges."""
    both = opinions(seed)
    con = both.con.cursor()
    read_codelists(con, "report_code", data_file("reports") / "codelists")
    for view in ("diagnosis", "off", "active", "person", "reading"):
        con.execute(SQL[view])
    expected: dict[str, set[str]] = defaultdict(set)
    for register, patient in con.execute(SQL["members"]).fetchall():
        expected[register].add(patient)
    pack = read_shipped_rules()
    few = [one for one in pack.criteria if one.id.endswith(".register") or is_definition(one)]
    rules = answer_rules(open_index(both.index), AS_AT[seed], replace(pack, criteria=tuple(few)))
    assert len(expected) >= 16  # MH also has those on lithium, whom nobody takes here
    for register, patients in expected.items():
        found = rules.of(register)
        assert found.why_empty == "", register
        assert found.patients is not None
        assert set(found.patients) == patients, register

"""The rules and the acceptance matrix that come with recordpick fit the index and each other."""

from __future__ import annotations

import pytest

from recordpick.comparison.acceptance import read_acceptance
from recordpick.comparison.folds import FOLD_RULES
from recordpick.comparison.rules import comparison_rules
from recordpick.errors import UserError
from recordpick.schema import TABLES

RULES = comparison_rules()


@pytest.mark.parametrize("table", RULES.tables, ids=lambda table: table.name)
def test_every_column_is_compared_or_has_a_reason_why_not(table):
    """No column of an index is left out silently."""
    known = TABLES[table.name]
    named = {field.name for field in table.fields} | set(table.not_compared)
    named |= {"patient_id", table.id}
    wanted = {column.name for column in known.columns if not column.derived}
    assert named == wanted
    assert table.id == known.row_id


def test_every_table_of_an_index_is_compared():
    """No table is left out silently."""
    assert {table.name for table in RULES.tables} == set(TABLES)


def test_every_fold_has_a_rule_and_a_reason():
    """A difference is only taken out by a kind of rule that exists, and with a reason."""
    for fold in RULES.folds:
        assert fold.reason
        assert fold.rule == "entry_of" or fold.rule in FOLD_RULES
        assert not fold.field or (RULES.tables and TABLES[fold.table].column(fold.field))


def test_every_field_has_a_severity():
    """The matrix that comes with recordpick says how bad each difference is."""
    matrix = read_acceptance()
    for table in RULES.tables:
        assert set(matrix.severity[table.name]) == {field.name for field in table.fields}
        for area in matrix.areas_of(table.name):
            assert set(area.fields) <= {field.name for field in table.fields}


def test_harm_is_never_tolerated_where_it_can_be_immediate():
    """Allergies, active medication, safeguarding and opt-outs have limits of none."""
    areas = {area.name: area for area in read_acceptance().areas}
    for name in ("patients", "allergies", "active_medication", "safeguarding", "opt_outs"):
        assert areas[name].limits["high"] == 0
        assert areas[name].limits["unsure"] == 0
        assert areas[name].missing == "high"


def test_a_matrix_with_mistakes_is_refused_with_all_of_them(tmp_path):
    """Someone who writes an own matrix sees every mistake at once, and nothing is assumed."""
    path = tmp_path / "own.toml"
    path.write_text(
        '[severity.events]\ncode = "dreadful"\n[[area]]\nname = "all"\ntable = "events"\n'
        "limits = { high = 2 }\n",
        encoding="utf-8",
    )
    with pytest.raises(UserError) as caught:
        read_acceptance(path)
    said = str(caught.value)
    assert "“dreadful” is not high, medium, low or none" in said
    assert "“high = 2” is not a share from 0 to 1" in said
    assert "no area takes the rest of medications" in said


def test_what_is_not_a_matrix_is_refused(tmp_path):
    """Another file is named as what it is not, without a traceback."""
    path = tmp_path / "own.toml"
    path.write_bytes(b"\xff\xfe not TOML")
    with pytest.raises(UserError, match="not an acceptance matrix"):
        read_acceptance(path)

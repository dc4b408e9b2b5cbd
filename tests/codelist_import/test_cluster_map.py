"""The cluster map: every list that rules name has a row, and a person's own rows replace those."""

from __future__ import annotations

from pathlib import Path

import pytest

from recordpick.codelist_import.cluster_map import (
    cluster_map,
    needed_lists,
    of_year,
    parse_year,
    year_in_words,
)
from recordpick.errors import UserError


def test_every_list_that_rules_name_has_a_row() -> None:
    """A list without one would never be filled, and nothing would say so."""
    missing = sorted(set(needed_lists()) - set(cluster_map()))
    assert not missing, f"add a row for each to data/codelist_clusters.csv: {missing}"


def test_a_row_says_how_it_is_known() -> None:
    """So that somebody can check it: also where no cluster is known."""
    assert all(row.source for rows in cluster_map().values() for row in rows)


def test_clusters_differ_by_year() -> None:
    """The COPD register of 2026/27 comes from other clusters than that of 2025/26."""
    rows = cluster_map()
    assert [row.cluster for row in of_year(rows, 2025)["copd"]] == ["COPD_COD"]
    assert [row.cluster for row in of_year(rows, 2026)["copd"]] == ["COPDDIAG_COD", "COPDPROC_COD"]


def test_own_rows_replace_those_of_their_lists(tmp_path: Path) -> None:
    """And only those: the other lists stay as they ship."""
    own = tmp_path / "map.csv"
    own.write_text("list,cluster,term_has\naf,MY_AF,Fibrillation\nours,123456789,\n")
    rows = cluster_map(own)
    (af,) = rows["af"]
    assert (af.cluster, af.term_has) == ("MY_AF", "fibrillation")
    assert rows["ours"][0].takes("123456789")
    assert rows["asthma"] == cluster_map()["asthma"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,cluster\naf,AF\n", "line 1: a cluster map has the columns list, cluster"),
        ("list,cluster\n../af,AF\n", "line 2: '../af' cannot be a list's name"),
        ("list,cluster\naf,not one\n", "line 2: 'not one' is not a cluster"),
        ("list,cluster,from_year\naf,AF,26\n", "line 2: from_year and to_year are years"),
        ('list,cluster\naf,"AF\n', "line 2: "),
    ],
)
def test_a_map_that_cannot_be_used(tmp_path: Path, text: str, says: str) -> None:
    """Named with its line, and what to write."""
    own = tmp_path / "map.csv"
    own.write_text(text)
    with pytest.raises(UserError, match="map.csv") as refused:
        cluster_map(own)
    assert says in str(refused.value)


def test_a_qof_year() -> None:
    """Written as people write it."""
    assert parse_year(" 2026/27 ") == 2026
    assert year_in_words(2099) == "2099/00"
    for wrong in ("2026", "2026/28", "26/27", ""):
        with pytest.raises(UserError, match="is not a QOF year: write it as 2026/27"):
            parse_year(wrong)

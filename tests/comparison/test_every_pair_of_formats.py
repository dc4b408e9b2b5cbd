"""One practice in any two formats: no entry is called changed, missing or additional.

What the formats themselves do differently is taken out by rules, or not compared; what is left
would be a wrong flag in every practice that moves between these systems.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import polars as pl
import pytest

from examples import usually
from recordpick.comparison.compare import compare_records
from recordpick.comparison.contract import DIFFERENCES
from recordpick.comparison.report import report_on
from recordpick.index.build.build_index import build_index
from recordpick.synthetic.as_emis import write_emis
from recordpick.synthetic.as_systmone import write_systmone
from recordpick.synthetic.as_vision import write_vision
from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.migration.fault_plan import FaultPlan
from recordpick.synthetic.migration.migrate import migrate
from recordpick.synthetic.practice import make_practice

WRITERS = {
    "emis": write_emis,
    "systmone": write_systmone,
    "vision": write_vision,
    "tables": write_tables,
}
PATIENTS, SEED = 25, 17


@pytest.fixture(scope="module")
def index_of(tmp_path_factory):
    """Give what makes the practice in a format, and again as migrated, with ids of its own."""
    folder = tmp_path_factory.mktemp("formats")
    before = make_practice(PATIENTS, SEED)

    @cache
    def make(side, system):
        practice = before
        if side == "new":
            practice = migrate(before, system, FaultPlan(), level="ids").practice
        extract, index = (folder / f"{side} {system}{more}" for more in ("", " index"))
        WRITERS[system](practice, extract)
        return build_index([extract], index, as_at=practice.as_at)

    return make


@pytest.mark.parametrize(
    ("before", "after"),
    usually(product(WRITERS, WRITERS), ("emis", "systmone"), ("vision", "tables")),
)
def test_without_faults_nothing_differs(index_of, before, after):
    """Every entry that both formats have is the same; a difference names field and values here."""
    old, new = index_of("old", before), index_of("new", after)
    report = report_on(compare_records(old, new))
    rows = pl.concat([pl.DataFrame(schema=DIFFERENCES.schema), *report.differences(accepted=True)])
    shown = rows.select("table", "result", "field", "old_value", "new_value").rows()
    assert shown == []
    assert report.compared.patients.pairs.height == old.manifest.tables["patients"].rows
    both = {one.rules.name for one in report.compared.tables if not one.why_not}
    assert {"patients", "events", "medications"} <= both
    for name in both:
        counts = report.tables[name]
        compared = counts["in_old"] - counts["not_compared"]
        assert counts["same"] == compared >= 0.9 * min(counts["in_old"], counts["in_new"])

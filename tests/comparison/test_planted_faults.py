"""Faults planted in a made-up migration are found, and little else is called a fault."""

from __future__ import annotations

import polars as pl
import pytest

from recordpick.comparison.compare import compare_records
from recordpick.comparison.report import report_on
from recordpick.comparison.rules import comparison_rules
from recordpick.index.build.build_index import build_index
from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.migration.fault_kinds import FAULT_KINDS
from recordpick.synthetic.migration.fault_plan import FaultPlan
from recordpick.synthetic.migration.migrate import migrate
from recordpick.synthetic.practice import make_practice

RULES = comparison_rules()
OF_EACH = 2
WHOLE_PATIENTS = {"patient_missing", "patients_merged"}
"""Kinds that are said once for a patient, not entry by entry."""
FIELD = ["table", "old_id", "new_id", "field"]


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Compare a practice with its harshest migration: (report, differences, truth)."""
    folder = tmp_path_factory.mktemp("planted")
    practice = make_practice(250, 17)
    write_tables(practice, folder / "old")
    plan = FaultPlan(counts=dict.fromkeys(FAULT_KINDS, OF_EACH), seed=3)
    migrated = migrate(practice, "tables", plan, level="harsh")
    write_tables(migrated.practice, folder / "new")
    indexes = [
        build_index([folder / name], folder / f"{name} index", as_at=practice.as_at)
        for name in ("old", "new")
    ]
    report = report_on(compare_records(*indexes))
    rows = pl.concat(report.differences(accepted=True))
    truth = migrated.truth()
    assert truth["kind"].n_unique() > 0.95 * len(FAULT_KINDS)
    return report, rows, truth


def filled(rows):
    """Return rows with empty text for what is missing, so that keys compare."""
    return rows.with_columns(pl.col(pl.String).fill_null(""))


def test_nearly_every_planted_fault_is_found(judged):
    """At least 99% of changed fields and missing entries, in the right row and field."""
    _, rows, truth = judged
    follows = [name for table in RULES.tables for name in table.not_compared]
    truth = filled(truth).filter(
        ~pl.col("kind").is_in(WHOLE_PATIENTS) & ~pl.col("field").is_in(follows)
    )
    rows = filled(rows)
    changed = truth.filter(pl.col("result") == "changed")
    found = changed.join(rows, on=FIELD, how="semi").height
    missing = truth.filter(pl.col("result") == "missing")
    entries = rows.filter(pl.col("result") == "missing")
    found += missing.join(entries, on=["table", "old_id"], how="semi").height
    assert found >= 0.99 * (changed.height + missing.height)


def test_doubles_are_additional_entries(judged):
    """An entry that is there twice is one additional entry; which of two equal ones is open."""
    _, rows, truth = judged
    merged = truth.filter(pl.col("kind") == "patients_merged")
    entries = rows.filter(pl.col("result") == "additional")
    others = entries.join(merged, on=["table", "new_id"], how="anti")
    wanted = truth.filter(pl.col("result") == "additional")
    assert abs(others.height - wanted.height) <= 0.01 * wanted.height + 1


def test_little_else_is_called_a_fault(judged):
    """At most one entry in a thousand has a single difference that nobody planted."""
    report, rows, truth = judged
    single = filled(rows).filter(pl.col("systematic").is_null())
    wrong = single.filter(pl.col("result") == "changed").join(filled(truth), on=FIELD, how="anti")
    lost = single.filter(pl.col("result") == "missing").join(
        filled(truth), on=["table", "old_id"], how="anti"
    )
    entries = sum(counts["in_old"] for counts in report.tables.values())
    assert wrong.height + lost.height <= entries / 1000
    unsure = single.filter(pl.col("result") == "unsure").height
    assert unsure <= entries / 1000


def test_what_everybody_has_is_said_in_a_few_lines(judged):
    """Harsh rewriting of a field is at most three lines, not ten thousand faults."""
    report, _, _ = judged
    lines = report.lines.group_by("table", "field").len()
    assert lines["len"].max() <= 3


def test_patients_who_are_lost_are_named_once_and_merges_recognised(judged):
    """A missing patient is one missing patient, and whose record it is in is said."""
    report, _, truth = judged
    gone = truth.filter((pl.col("table") == "patients") & (pl.col("result") == "missing"))
    assert set(report.unmatched()["patient_id"]) == set(gone["old_patient_id"])
    merged = gone.filter(pl.col("kind") == "patients_merged")["old_patient_id"]
    said = report.unmatched().filter(pl.col("reason").str.contains("merged?", literal=True))
    assert set(said["patient_id"]) <= set(merged)
    assert said.height >= merged.len() - 1  # one with hardly any entries cannot be recognised

"""A practice after a migration: rewritten systematically, and with the faults that were asked for.

Judged by indexes made from the written extracts, not by the frames that they were written from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import polars as pl
import pytest

from examples import usually
from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.schema import TABLES
from recordpick.synthetic.as_emis import write_emis
from recordpick.synthetic.as_systmone import write_systmone
from recordpick.synthetic.as_vision import write_vision
from recordpick.synthetic.losses import NOT_CARRIED
from recordpick.synthetic.migration.fault_kinds import FAULT_KINDS
from recordpick.synthetic.migration.fault_plan import FaultPlan, read_fault_plan
from recordpick.synthetic.migration.migrate import Migrated, migrate
from recordpick.synthetic.practice import Practice, make_practice

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "migration_faults.toml"
WRITERS = {"emis": write_emis, "systmone": write_systmone, "vision": write_vision}
EVERY_KIND = FaultPlan(dict.fromkeys(FAULT_KINDS, 2))


@dataclass(frozen=True)
class Kept(Practice):
    """A practice whose rows are generated once, as every migration of it needs them again."""

    kept: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    def parts(self, table: str) -> Iterator[pl.DataFrame]:
        if table == "patients":
            yield self.patients
        else:
            rows = self.kept[table]
            yield rows if self.change is None else self.change(table, rows)


@pytest.fixture(scope="session")
def old() -> Practice:
    practice = make_practice(80, 7, recent_years=4)
    own = {name.name: getattr(practice, name.name) for name in fields(practice)}
    return Kept(**own, kept=practice.tables)


@pytest.fixture(scope="session")
def old_index(old: Practice, tmp_path_factory: pytest.TempPathFactory) -> PracticeIndex:
    folder = tmp_path_factory.mktemp("old")
    write_emis(old, folder / "emis")
    build_index([folder / "emis"], folder / "index")
    return open_index(folder / "index")


@pytest.fixture(scope="session", params=usually(WRITERS, "emis", "tables"))
def migrated(
    request: pytest.FixtureRequest, old: Practice, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Migrated, PracticeIndex]:
    """Give the practice in each format after a harsh migration with every kind of fault."""
    folder = tmp_path_factory.mktemp("new")
    after = migrate(old, request.param, EVERY_KIND, level="harsh", old_system="emis")
    WRITERS[request.param](after.practice, folder / "extract")
    build_index([folder / "extract"], folder / "index")
    return after, open_index(folder / "index")


def row(index: PracticeIndex, table: str, row_id: str) -> dict[str, str | None] | None:
    """Give a row of an index as text; None where there is none."""
    found = index.scan(table).filter(pl.col(TABLES[table].row_id) == row_id).collect()
    return found.cast(pl.String).row(0, named=True) if found.height else None


def test_the_truth_names_what_both_indexes_hold(
    migrated: tuple[Migrated, PracticeIndex], old_index: PracticeIndex
) -> None:
    """Each changed field has its old value in the old index and its new one in the new index."""
    after, index = migrated
    truth = after.truth()

    assert truth.height > 0
    for fault in truth.iter_rows(named=True):
        table, name = fault["table"], fault["field"]
        before = row(old_index, table, fault["old_id"]) if old_index.has(table) else None
        now = row(index, table, fault["new_id"]) if fault["new_id"] else None
        if before is not None:
            assert before["patient_id"] == fault["old_patient_id"]
            if name in before:
                assert before[name] == fault["old_value"], fault
        if fault["result"] == "missing":
            assert now is None
            continue
        assert now is not None, fault
        assert now["patient_id"] == fault["new_patient_id"]
        if name is not None:
            assert now[name] == fault["new_value"], fault


def test_nothing_else_is_lost(migrated: tuple[Migrated, PracticeIndex], old: Practice) -> None:
    """Rows of the old practice, less those missing and with those doubled, are all there."""
    after, index = migrated
    truth = after.truth().unique(["fault", "table", "old_id"])
    for table in ("patients", "events", "medications", "consultations"):
        of_table = truth.filter(table=table)
        missing = of_table.filter(result="missing").height
        doubled = of_table.filter(result="additional").height
        rows = index.scan(table)
        if table == "events" and after.system == "emis":
            referrals = index.scan("referrals").select(event_id="referral_id")
            rows = rows.join(referrals, on="event_id", how="anti")

        found = rows.select(pl.len()).collect().item()

        assert found == old.tables[table].height - missing + doubled


def differences(one: pl.DataFrame, other: pl.DataFrame, row_id: str) -> set[tuple[str, ...]]:
    """Give (id, column, value in one, value in other) of each cell that differs; "" for all."""
    before, after = (
        {row[row_id]: row for row in frame.cast(pl.String).iter_rows(named=True)}
        for frame in (one, other)
    )
    found = {(row, "", "", "") for row in set(before) ^ set(after)}
    for row in set(before) & set(after):
        for name, value in before[row].items():
            if after[row][name] != value:
                found.add((row, name, value or "", after[row][name] or ""))
    return found


BESIDE = {"second_code", "code"}
"""Columns that change with others, of which the truth says nothing where each format differs."""


def test_the_truth_is_complete(old: Practice) -> None:
    """A migration with faults differs from one without where the truth says so, nowhere else."""
    faithful = migrate(old, "tables", FaultPlan(), level="ids")
    faulty = migrate(old, "tables", EVERY_KIND, level="ids")
    tables, changed = faithful.practice.tables, faulty.practice.tables
    truth = faulty.truth().with_columns(pl.col("field", "old_value", "new_value").fill_null(""))
    kinds = set()
    for table in TABLES:
        row_id = TABLES[table].row_id
        new_ids = dict(zip(old.tables[table][row_id], tables[table][row_id], strict=True))
        said = set()
        for fault in truth.filter(table=table).iter_rows(named=True):
            kinds.add(fault["kind"])
            if fault["result"] == "missing":
                said.add((new_ids[fault["old_id"]], "", "", ""))
            elif fault["result"] == "additional":
                said.add((fault["new_id"], "", "", ""))
            else:
                assert new_ids[fault["old_id"]] == fault["new_id"]
                said.add((fault["new_id"], fault["field"], fault["old_value"], fault["new_value"]))
        found = differences(tables[table], changed[table], row_id)
        links = {"patient_id", "parent_id", "header_id", "consultation_id"}
        assert {one[:2] for one in said} <= {one[:2] for one in found}
        assert {one for one in found if one[1] not in links | BESIDE} == {
            one for one in said if one[1] not in links | BESIDE
        }
    assert len(kinds) > 60


def test_a_missing_patient_is_missing_with_the_whole_record(old: Practice) -> None:
    """Every row is in the truth, and none is left."""
    plan = FaultPlan({"patient_missing": 1, "day_shifted": 30})
    after = migrate(old, "tables", plan)
    tables = after.practice.tables
    truth = after.truth()
    gone = truth.filter(kind="patient_missing")
    (patient,) = gone.filter(table="patients")["old_patient_id"]

    for table in TABLES:
        rows = old.tables[table].filter(patient_id=patient)
        assert gone.filter(table=table).height == rows.height
        assert tables[table].height == old.tables[table].height - rows.height
    assert gone["new_patient_id"].null_count() == gone.height
    assert patient not in truth.filter(kind="day_shifted")["old_patient_id"].to_list()


def test_a_merged_patient_is_in_another_record(old: Practice) -> None:
    """All entries are there, with the number of the other patient."""
    after = migrate(old, "tables", FaultPlan({"patients_merged": 1}))
    tables, truth = after.practice.tables, after.truth()
    merged = truth.filter(table="patients").row(0, named=True)
    moved = truth.filter(table="events")

    assert tables["patients"].height == old.patients.height - 1
    assert moved.height == old.tables["events"].filter(patient_id=merged["old_patient_id"]).height
    assert set(moved["new_patient_id"]) == set(moved["new_value"]) == {merged["new_patient_id"]}
    assert merged["new_patient_id"] in tables["patients"]["patient_id"].to_list()
    new = tables["events"].filter(patient_id=merged["new_patient_id"])
    assert set(moved["new_id"]) < set(new["event_id"])
    assert tables["events"].height == old.tables["events"].height


def test_without_faults_only_the_rewriting_differs(old: Practice) -> None:
    """Dates, values, statuses and quantities of a faithful migration are those of the old one."""
    after = migrate(old, "systmone", FaultPlan(), level="harsh")

    assert after.truth().is_empty()
    kept = ("date", "value", "value_text", "problem_status", "ended_on", "kind", "quantity")
    for table in ("events", "medications"):
        before, now = old.tables[table], after.practice.tables[table]
        for name in set(kept) & set(before.columns):
            assert now[name].equals(before[name]), name
        for name in ("patient_id", TABLES[table].row_id, "code"):
            assert not set(now[name]) & set(before[name]), name


def test_rewriting_is_one_to_one(old: Practice) -> None:
    """No two codes, terms, drugs, patients or rows become one."""
    after = migrate(old, "systmone", FaultPlan(), level="harsh").practice.tables
    for table, names in {
        "patients": ("patient_id",),
        "events": ("event_id", "code", "term"),
        "medications": ("medication_id", "code", "drug"),
    }.items():
        for name in names:
            before = old.tables[table][name]
            pairs = pl.DataFrame({"old": before, "new": after[table][name]}).unique()
            assert pairs.height == before.n_unique() == pairs["new"].n_unique(), name


def test_links_lead_to_the_same_entries(old: Practice) -> None:
    """A result still has its header, and an entry its problem."""
    before, now = (
        practice.tables["events"] for practice in (old, migrate(old, "emis", FaultPlan()).practice)
    )
    for name in ("parent_id", "header_id"):
        assert now[name].null_count() == before[name].null_count() < before.height
        assert now[name].drop_nulls().is_in(now["event_id"].implode()).all()


def test_the_same_plan_plants_the_same_faults(old: Practice) -> None:
    """Seeds decide; another seed of the plan chooses other rows."""
    plan = FaultPlan({"day_shifted": 20})
    first, again, other = (
        migrate(old, "emis", chosen).chosen.rows
        for chosen in (plan, plan, FaultPlan({"day_shifted": 20}, seed=2))
    )

    assert first.equals(again)
    assert set(first["id"]) != set(other["id"])


def test_each_row_has_one_fault_at_most(old: Practice) -> None:
    """However many are asked for; what cannot be planted is said."""
    after = migrate(old, "tables", FaultPlan(dict.fromkeys(FAULT_KINDS, 400)))
    rows = after.chosen.rows

    assert not rows.select("table", "id").is_duplicated().any()
    said = list(after.shortfalls())
    assert any("allergy_degraded (" in sentence for sentence in said)


@pytest.mark.parametrize("system", ["tables", "emis", "systmone", "vision", "list", "reports"])
def test_no_format_hides_a_planted_fault(old: Practice, system: str) -> None:
    """What its extract would not show is not planted, and said."""
    after = migrate(old, system, EVERY_KIND, old_system=system)
    lost = {(loss.table, loss.column) for loss in NOT_CARRIED.get(system, ())}
    for table in TABLES:
        if (table, "") not in lost:  # a writer asks for no other tables
            list(after.practice.parts(table))
    truth = after.truth()

    shown = set(truth.select("table", "field").drop_nulls().iter_rows())
    assert not shown & lost
    assert not {(table, "") for table in truth["table"]} & lost
    hidden = set(FAULT_KINDS) - set(after.chosen.rows["__kind"])
    assert {name for name in hidden if name in " ".join(after.shortfalls())} == hidden
    assert len(truth["kind"].unique()) > (2 if system == "list" else 40)


def test_the_example_can_be_read() -> None:
    """The shipped file of faults names every kind that exists."""
    assert set(read_fault_plan(EXAMPLE, FAULT_KINDS).counts) == set(FAULT_KINDS)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.toml", "[faults]\nday_shifed = 1\n", "Did you mean day_shifted"),
        ("a.toml", "[faults]\nday_shifted = -1\n", "whole number"),
        ("a.toml", "[faults]\nday_shifted = true\n", "whole number"),
        ("a.toml", "[fault]\nday_shifted = 1\n", "Did you mean faults"),
        ("a.toml", "faults = 3\n", "is not a table"),
        ("a.toml", "seed = 'x'\n", "seed is not"),
        ("a.toml", "[faults\n", "line 1"),
        ("a.csv", "kind,count\nday_shifed,1\n", "line 2.*Did you mean day_shifted"),
        ("a.csv", "kind,count\nday_shifted,many\n", "line 2.*whole number"),
        ("a.csv", "kind,count\nday_shifted,1\nday_shifted,2\n", "line 3.*twice"),
        ("a.csv", "what\n", "kind,count"),
        ("a.csv", "kind,count\nday_shifted,1,2\n", "line 2"),
    ],
)
def test_a_wrong_plan_is_refused(tmp_path: Path, name: str, text: str, says: str) -> None:
    """The message names the place and what was meant."""
    (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(UserError, match=says):
        read_fault_plan(tmp_path / name, FAULT_KINDS)


def test_a_plan_may_be_a_csv(tmp_path: Path) -> None:
    """It says the same as one in TOML."""
    (tmp_path / "plan.csv").write_text("kind,count\nday_shifted,4\n\n", encoding="utf-8")

    assert read_fault_plan(tmp_path / "plan.csv", FAULT_KINDS) == FaultPlan({"day_shifted": 4})

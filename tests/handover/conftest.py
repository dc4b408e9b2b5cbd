"""A practice of six patients, a pack of four criteria and what was picked from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Criterion, Pack, Rule, Step
from recordpick.handover.criteria_report import criteria_rows
from recordpick.handover.readme import About
from recordpick.handover.selection_list import list_sha256, selection_rows
from recordpick.index.manifest import FORMAT, Manifest, TableSummary, write_manifest
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Answer, KindFound, Matches, match
from recordpick.matching.answers import KINDS
from recordpick.schema import Kind
from recordpick.selection.events import Person
from recordpick.selection.state import Closed, Draw, Drawn, Pick, Selection
from recordpick.selection.working_file import WorkingFile

from small_practice import parsed, small_index

AS_AT = date(2026, 10, 1)
STAFF = Person("Aoife Ní Bhriain", "practice")
PICKED_ON = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)

SURNAME = "Quillfeather"

# NHS numbers of the range that is never issued.
PATIENTS = {
    "100": "9434765919",
    "007": "9990000026",  # a leading zero, which a spreadsheet would cut
    "{A-1}": "9990000034",
    "102": None,
    "=2+3": "9990000042",
    "123456789012345678": "9990000050",
}


@pytest.fixture
def pack() -> Pack:
    step = Step((Rule("a controlled drug on repeat", "medications"),))
    return Pack(
        title="Data-checking criteria",
        supplier="Example Clinical Systems",
        version="2026.1",
        records_per_criterion=2,
        random_records=3,
        population=parsed("status = 'registered'"),
        random_population=None,
        criteria=(
            Criterion(
                "MED-04", "Medication", "Controlled drug on repeat", "…", records=2, steps=(step,)
            ),
            Criterion(
                "DEM-01", "Demographics", 'Sjögren, "double" name', "…", records=2, steps=(step,)
            ),
            Criterion("DEM-02", "Demographics", "=Previous name", "…", records=2, steps=(step,)),
            Criterion("BRO-01", "Browse", "Anyone at all", "…", records=2),
            Criterion("DOC-01", "Documents", "Absent attachment", "…", records=2, steps=(step,)),
        ),
        codelists={},
        files={"pack.toml": "[pack]"},
    )


def answer(criterion_id: str, matches: int, why_not: str = "", *cautions: str) -> Answer:
    return Answer(criterion_id, not why_not, why_not, cautions, 6, (), matches)


@pytest.fixture
def matches() -> Matches:
    answers = [
        answer("MED-04", 5),
        answer("DEM-01", 1),
        answer("DEM-02", 4, "", "Two, at least, are not told.", "Nor is this."),
        answer("BRO-01", 0, "This criterion has no rules: pick by browsing or from a list."),
        answer("DOC-01", 0, "It cannot be answered: the index has no table documents."),
    ]
    found = pl.DataFrame(schema={"criterion_id": pl.String, "patient_id": pl.String})
    drugs = KindFound("a controlled drug", 2, 2), KindFound("morphine, by mouth", 1, 3)
    answers[0] = replace(answers[0], kinds=drugs)
    kinds = [("MED-04", "100", 0), ("MED-04", "100", 1), ("MED-04", "101", 0)]
    return Matches(
        AS_AT,
        {one.criterion_id: one for one in answers},
        found,
        pl.DataFrame(kinds, schema=KINDS, orient="row"),
    )


def pick(patient_id: str, criterion_id: str | None, ticket: int | None = None) -> Pick:
    return Pick(
        patient_id,
        criterion_id,
        "random" if criterion_id is None else "staff",
        STAFF.name,
        STAFF.role,
        PICKED_ON,
        ticket,
    )


@pytest.fixture
def selection() -> Selection:
    drawn = (Drawn("007", 1, "0.1"), Drawn("102", 2, "0.2"))
    closed: Mapping[str, Closed] = {"DEM-02": Closed("Asked Mr Smith, no more.", STAFF, PICKED_ON)}
    return Selection(
        picks=(
            pick("102", None, 2),
            pick("007", None, 1),
            pick("{A-1}", "DEM-01"),
            pick("100", "MED-04"),
            pick("{A-1}", "MED-04"),
            pick("=2+3", "DEM-02"),
            pick("123456789012345678", "BRO-01"),
        ),
        closed=closed,
        draws=(Draw("12345678901234567890", 6, "ab" * 32, 3, drawn, PICKED_ON, STAFF),),
    )


@pytest.fixture
def patients() -> pl.DataFrame:
    return pl.DataFrame(list(PATIENTS.items()), schema=["patient_id", "nhs_number"], orient="row")


@pytest.fixture
def index(tmp_path: Path) -> PracticeIndex:
    folder = tmp_path / "index"
    folder.mkdir()
    columns: dict[str, Kind] = {"patient_id": "text", "nhs_number": "text", "family_name": "text"}
    pl.DataFrame(
        [(*one, SURNAME) for one in sorted(PATIENTS.items())],
        schema=dict.fromkeys(columns, pl.String),
        orient="row",
    ).write_parquet(folder / "patients.parquet")
    manifest = Manifest(
        FORMAT,
        "test",
        "2026-10-01T00:00:00+00:00",
        "Example Surgery",
        True,
        AS_AT,
        {"patients": TableSummary(6, columns)},
        (),
        "cd" * 32,
    )
    write_manifest(folder, manifest)
    return PracticeIndex(folder, manifest)


PACK = """\
[pack]
title = "A small pack"
supplier = "Example Clinical Systems"
version = "2026.1"
records_per_criterion = 2
random_records = 3

[[criterion]]
id = "DEM-03"
area = "Demographics"
title = "No NHS number"
find = "Patients without an NHS number."

[[criterion.rule]]
says = "no NHS number"
where = "nhs_number IS NULL"

[[criterion]]
id = "DOC-01"
area = "Documents"
title = "Absent attachment"
find = "Patients with a document whose file is not there."

[[criterion.rule]]
says = "a document whose file is absent"
table = "documents"
where = "is_absent"

[[criterion]]
id = "BRO-01"
area = "Browse"
title = "Anyone"
find = "Anyone at all."
"""


@pytest.fixture
def file(tmp_path: Path, index: PracticeIndex) -> Iterator[WorkingFile]:
    """A working file with three picks and two random records."""
    path = tmp_path / "pack.toml"
    path.write_text(PACK, encoding="utf-8")
    practice = index.manifest.practice
    with WorkingFile.create(
        tmp_path / "work.recordpick",
        read_pack(path),
        index,
        index.manifest.as_at,
        practice,
        Person("Aoife Ní Bhriain", "practice"),
    ) as made:
        made.pick("DEM-03", ["102"])
        made.pick("BRO-01", ["007", "102"])
        made.note("102", "Asked Mrs Jones about this one.")
        made.fix_seed("20261001", "entered")
        made.draw(index.patients(made.as_at).collect()["patient_id"].sort(), 2)
        yield made


@pytest.fixture
def answers(file: WorkingFile, index: PracticeIndex) -> Matches:
    return match(file.pack, index, file.as_at)


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., PracticeIndex]:
    """Give a function that writes an index of the tables it is given as rows."""

    def write(**tables: Sequence[Mapping[str, Any]]) -> PracticeIndex:
        small = small_index(**tables)
        folder = tmp_path / "written"
        folder.mkdir()
        for name, frame in small.tables.items():
            frame.write_parquet(folder / f"{name}.parquet")
        summaries = {
            name: TableSummary(frame.height, small.kinds[name])
            for name, frame in small.tables.items()
        }
        manifest = Manifest(
            FORMAT, "test", "2026-10-01T00:00:00+00:00", "", True, AS_AT, summaries, (), "12" * 32
        )
        write_manifest(folder, manifest)
        return PracticeIndex(folder, manifest)

    return write


@pytest.fixture
def selected(
    selection: Selection, pack: Pack, patients: pl.DataFrame, matches: Matches
) -> pl.DataFrame:
    kinds = matches.kinds_in_words()
    return selection_rows(
        selection, pack, patients, "RP-TESTTEST-01", kinds=kinds, ods_code="A81001"
    )


@pytest.fixture
def about(pack: Pack, selected: pl.DataFrame) -> About:
    return About(
        list_id="RP-TESTTEST-01",
        pack=pack,
        practice="Example Surgery",
        ods_code="A81001",
        as_at=datetime(2026, 10, 1, tzinfo=UTC).date(),
        index_fingerprint="cd" * 32,
        synthetic=True,
        written_on=datetime(2026, 10, 6, 12, tzinfo=UTC),
        lines=selected.height,
        records=selected["patient_id"].n_unique(),
        qof_year="2025/26",
        qof_table=("qof_2025_26.csv", "ab" * 32),
        report_rules=("Report rules", "2026.1", "ef" * 32),
        list_sha256=list_sha256(selected),
        working_file="RP-TESTTEST",
        notes=("Local codes of events are not listed: the index has no table events.",),
        files={"selection_list.csv": "the selected patients", "README.txt": "this text"},
    )


@pytest.fixture
def criteria(selection: Selection, pack: Pack, matches: Matches) -> pl.DataFrame:
    return criteria_rows(selection, pack, matches)


@pytest.fixture
def run_command(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Give a function that runs a command: its exit code, standard output and standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        from recordpick.cli.main import main

        capsys.readouterr()
        code = main(list(words))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run

"""From the source's files to the hand-over pack everything adds up: rows, picks, criteria."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.cli.main import main
from recordpick.criteria.load import parse_pack
from recordpick.criteria.pack import Pack
from recordpick.handover.export import export
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import match, random_population
from recordpick.picking.tickets import suggest_by_ticket
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile

KIM = Person("Kim", "practice")
PACK = """
[pack]
title = "Three"
version = "1"
records_per_criterion = 3
random_records = 2

[[criterion]]
id = "A"
area = "Area"
title = "An entry"
find = "Patients with an entry."
[[criterion.rule]]
says = "an entry"
table = "events"

[[criterion]]
id = "B"
area = "Area"
title = "A document"
find = "Patients with a document: this source gives none."
[[criterion.rule]]
says = "a document"
table = "documents"

[[criterion]]
id = "C"
area = "Area"
title = "By browsing"
find = "Anyone."

[[criterion]]
id = "D"
area = "Area"
title = "Women"
find = "Women."
[[criterion.rule]]
says = "sex is F"
where = "sex = 'F'"
"""

ids = st.sampled_from(["1", "2", "3", "4", "5", "6", "7", "8", "", "x y"])
patients = st.lists(
    st.tuples(
        ids,
        st.sampled_from(["F", "M", "I", "?"]),
        st.sampled_from(["1950-02-03", "2020-12-31", "31/31/2020", ""]),
        st.sampled_from(["registered", "left", "elsewhere"]),
    ),
    min_size=3,
    max_size=12,
    unique_by=lambda row: row[0],
)
events = st.lists(
    st.tuples(st.integers(1, 30).map(str), ids, st.sampled_from(["2020-01-01", "yesterday", ""])),
    max_size=25,
)


def written(folder: Path, name: str, header: str, rows: list[tuple[str, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([header.split(","), *rows])
    (folder / name).write_text(text.getvalue(), encoding="utf-8", newline="")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_rows(index: PracticeIndex, given_rows: dict[str, int]) -> None:
    """Rows read = rows indexed + rows rejected + rows deleted; each is where it is said to be."""
    rejected = rows_of(index.folder / "rejected_rows.csv")
    for count in index.manifest.files:
        assert count.rows_read == given_rows[count.file]
        assert count.rows_read == count.rows_indexed + count.rows_rejected + count.rows_deleted
        assert index.scan(count.table).collect().height == count.rows_indexed
        assert sum(row["file"] == count.file for row in rejected) == count.rows_rejected


def worked(folder: Path, index: PracticeIndex, pack: Pack, chosen: list[int]) -> Path:
    """Suggest, remove, undo, draw as chance says; export; give the hand-over folder."""
    with WorkingFile.create(
        folder / "work.recordpick", pack, index, index.manifest.as_at, "", KIM, suggestion_seed="1"
    ) as file:
        matches = match(pack, index, file.as_at)
        picks = suggest_by_ticket(matches, pack, file.selection, file.suggestion_seed)
        if picks:
            file.suggest(picks, "ticket")
        for number in chosen:
            there = file.selection.picks
            if there and number % 3 == 0:
                pick = there[number % len(there)]
                file.remove(pick.criterion_id, [pick.patient_id], "by chance")
            elif file.selection.can_undo and number % 3 == 1:
                file.undo()
        eligible = random_population(pack, index, file.as_at)
        if len(eligible):
            file.fix_seed("2", "entered")
            file.draw(eligible)
        export(file, index, folder / "out", matches)
        check_pack(folder / "out", file, pack)
    return folder / "out"


def check_pack(out: Path, file: WorkingFile, pack: Pack) -> None:
    """Picks in the file = lines in the list; every criterion is in the report, once, in order."""
    lines = rows_of(out / "selection_list.csv")
    listed = sorted(line["patient_id"] for line in lines)
    assert listed == sorted(pick.patient_id for pick in file.selection.picks)
    assert len(lines) == len(file.selection.picks)
    report = rows_of(out / "criteria_report.csv")
    named = [row["criterion_id"] for row in report if row["criterion_id"] in set("ABCD")]
    assert named == [criterion.id for criterion in pack.criteria]
    for criterion in pack.criteria:
        here = sum(line["criterion_id"] == criterion.id for line in lines)
        row = next(row for row in report if row["criterion_id"] == criterion.id)
        assert int(row["picked"]) == here == file.selection.count(criterion.id)


@settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
@given(people=patients, entries=events, chosen=st.lists(st.integers(0, 30), max_size=6))
def test_everything_adds_up_from_source_to_pack(
    people: list[tuple[str, ...]], entries: list[tuple[str, ...]], chosen: list[int]
) -> None:
    """Whatever stands in the files and whatever was picked, removed, undone and drawn."""
    folder = Path(tempfile.mkdtemp())
    try:
        source = folder / "source"
        source.mkdir()
        people = [("0", "F", "1960-01-01", "registered"), *people]
        entries = [("0", "0", "2020-01-01"), *entries]
        written(source, "patients.csv", "patient_id,sex,date_of_birth,status", people)
        written(source, "events.csv", "event_id,patient_id,date", entries)
        index = build_index([source], folder / "index")
        check_rows(index, {"patients.csv": len(people), "events.csv": len(entries)})
        pack = parse_pack({"pack.toml": PACK})
        worked(folder, index, pack, chosen)
    finally:
        shutil.rmtree(folder)


def test_every_criterion_is_answered_or_said_not_to_be(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In match, in its JSON and in the report: those that cannot be answered have their reason."""
    work = demo / "demonstration.recordpick"
    with WorkingFile.open(work, read_only=True) as file:
        wanted = [criterion.id for criterion in file.pack.criteria]
    assert main(["match", str(work), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["criteria"]
    assert [one["criterion_id"] for one in said] == wanted
    for one in said:
        assert one["answered"] != bool(one["why_not"])
        assert one["matches"] == len(one["patients"])
    assert main(["match", str(work)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed[1 : len(wanted) + 1]] == wanted

"""Whatever stands in the files: each row is in the index, or set aside with its line and reason."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex

blank = st.sampled_from(["", " "])
junk = st.text(alphabet='x1,"\n\r é', max_size=3)
ids = st.sampled_from(["1", "2", "3", "03", " 3 "]) | junk
days = (
    st.sampled_from(
        ["2020-01-31", "2020-02-30", "1850-01-01", "31/01/2020", "9999-12-31", "1/2/20"]
    )
    | blank
)
words = st.sampled_from(["observation", "Problem", "family history", "whim"]) | blank
numbers = st.sampled_from(["1", "-0.5", "1e400", "nan", "1,5"]) | blank
event = st.tuples(ids, st.integers(0, 8).map("e{}".format) | blank, days, words, numbers).map(list)
ragged = st.lists(junk, min_size=1, max_size=7)


SURELY_GOOD = ["1", "surely good", "2020-01-31", "observation", "1"]
READABLE = {
    "date": {"", "2020-01-31", "1850-01-01", "31/01/2020"},
    "kind": {"", "observation", "Problem", "family history"},
    "value": {"", "1", "-0.5"},
}


def as_csv(header: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    return text.getvalue().encode()


def number_meant(cell: str) -> str:
    """Return the patient number of a cell: one quotation mark at an end was left open by its file.

    The rule of docs/formats for numbers that another program spoilt, written again in plain Python.
    """
    number = cell.strip()
    if number.count('"') == 1 and (number.startswith('"') or number.endswith('"')):
        return number.strip('"').strip()
    return number


def indexed(index: PracticeIndex, table: str, column: str) -> list[str]:
    return index.scan(table).collect()[column].to_list() if index.has(table) else []


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(patients=[["1", "2020-01-31"], ['"', "2020-01-31"]], events=[])
@given(
    patients=st.lists(st.tuples(ids, days).map(list), min_size=1, max_size=4),
    events=st.lists(event | ragged, max_size=12),
)
def test_rows_read_are_rows_indexed_and_rows_rejected(
    patients: list[list[str]], events: list[list[str]]
) -> None:
    """The sums are true, and the rows behind them are these very rows."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "practice").mkdir()
        (folder / "practice" / "patients.csv").write_bytes(
            as_csv(["patient_id", "date_of_birth"], patients)
        )
        header = ["patient_id", "event_id", "date", "kind", "value"]
        (folder / "practice" / "events.csv").write_bytes(as_csv(header, events))
        index = None
        message = ""
        try:
            index = build_index([folder / "practice"], folder / "index")
        except UserError as error:
            message = str(error)

        if index is None:  # a sentence about a file, and nothing left behind
            assert ".csv" in message
            assert [path.name for path in folder.iterdir()] == ["practice"]
            return
        with (folder / "index" / "rejected_rows.csv").open(encoding="utf-8", newline="") as file:
            away = list(csv.DictReader(file))

    counts = {count.table: count for count in index.manifest.files}
    given_rows = {"patients": patients, "events": events}
    for table, rows in given_rows.items():
        count = counts[table]
        assert count.rows_read == len(rows)
        assert count.rows_read == count.rows_indexed + count.rows_rejected + count.rows_deleted
        assert count.rows_rejected == sum(row["table"] == table for row in away)
        assert all(row["reason"] and int(row["line"]) > 1 for row in away)


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(events=[['1"', "e1", "2020-01-31", "observation", "1e400"]])
@example(events=[['" 2', "e1", "2020-01-31", "observation", "1"]])
@given(events=st.lists(event, max_size=15))
def test_the_rows_of_the_index_are_those_that_were_good(events: list[list[str]]) -> None:
    """Judged one by one in plain Python: the same rows go in, in whatever order they come.

    Each of their values is in the index, or named among those that were left empty.
    """
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "practice").mkdir()
        header = ["patient_id", "event_id", "date", "kind", "value"]
        files = {
            "patients": as_csv(["patient_id"], [["1"], ["2"], ["3"]]),
            "events": as_csv(header, [SURELY_GOOD, *events]),
        }
        for name, content in files.items():
            (folder / "practice" / f"{name}.csv").write_bytes(content)

        index = build_index([folder / "practice"], folder / "index")
        found = sorted(indexed(index, "events", "event_id"))
        with (folder / "index" / "set_aside_values.csv").open(encoding="utf-8") as file:
            emptied = [(row["patient_id"], row["column"]) for row in csv.DictReader(file)]
        sizes = dict(
            zip(
                indexed(index, "patients", "patient_id"),
                indexed(index, "patients", "entries"),
                strict=True,
            )
        )

    good: dict[str, str] = {"surely good": "1"}
    unread: list[tuple[str, str]] = []
    for patient, name, *values in events:
        number = number_meant(patient)
        if number in {"1", "2", "3"} and name.strip() and name not in good:
            good[name] = number
            unread += [
                (number, column)
                for column, value in zip(header[2:], values, strict=True)
                if value.strip() not in READABLE[column]
            ]
    assert emptied == unread
    assert found == sorted(good)
    assert sizes == {who: list(good.values()).count(who) for who in ("1", "2", "3")}

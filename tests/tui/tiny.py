"""A practice of 24 patients and a pack of 7 criteria, one in each state a criterion can be in."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta

from recordpick.criteria.load import read_pack
from recordpick.index.build.build_index import build_index
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile

AS_AT = date(2026, 10, 1)
MADE = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
"""When its working file was made: whatever day the tests run, what they do comes later."""
FAMILIES = ("Ng", "O'Brien", "Smith", "Łukasz", "Zhào", "García-Márquez")
GIVEN = ("Ann", "Bea", "Cal", "Dev")
PATIENT_COLUMNS = (
    "patient_id nhs_number family_name given_name date_of_birth sex status registration "
    "usual_gp address is_sensitive"
)
EVENT_COLUMNS = "patient_id event_id date kind code term value unit text"
PACK = """
[pack]
title = "Tiny criteria"
supplier = "Example Clinical Systems"
version = "1"
records_per_criterion = 4
random_records = 5

[[criterion]]
id = "A-1"
area = "People"
title = "A name with an apostrophe"
find = "Patients whose surname has an apostrophe."
compare = ["Spelling of the name"]
[[criterion.rule]]
says = "an apostrophe in the surname"
where = "family_name LIKE '%''%'"

[[criterion]]
id = "A-2"
area = "People"
title = "Aged 90 and over"
find = "Patients who are 90 or older."
compare = ["Date of birth", "Age"]
[[criterion.rule]]
says = "aged 90 or over"
where = "age >= 90"

[[criterion]]
id = "A-3"
area = "People"
title = "Aged 150 and over"
find = "Nobody meets this one."
compare = ["Age"]
[[criterion.rule]]
says = "aged 150 or over"
where = "age >= 150"

[[criterion]]
id = "B-1"
area = "Results"
title = "Two blood pressures"
find = "Patients with two blood pressures or more."
compare = ["Value", "Unit", "Date"]
[[criterion.rule]]
says = "two blood pressures"
table = "events"
where = "term = 'Blood pressure'"
at_least = 2

[[criterion]]
id = "B-2"
area = "Results"
title = "A document"
find = "Patients with a document: the index has no documents."
compare = ["The document"]
[[criterion.rule]]
says = "a document"
table = "documents"

[[criterion]]
id = "B-3"
area = "Results"
title = "As the practice thinks best"
find = "A criterion without rules."
compare = ["Everything"]
"""


def write_tables(folder):
    folder.mkdir()
    with (folder / "patients.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(PATIENT_COLUMNS.split())
        for n in range(24):
            born = date(1930, 1, 15) + timedelta(days=1234 * n)
            rows.writerow(
                [
                    f"P{n:02d}",
                    NUMBERS[n],
                    FAMILIES[n % 6],
                    GIVEN[n % 4],
                    born.isoformat(),
                    "FM"[n % 2],
                    "deceased" if n == 5 else "registered",
                    "regular",
                    ("Dr Gray", "Dr Hill")[n % 2],
                    f"{n + 1} High Street",
                    "true" if n == 7 else "false",
                ]
            )
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(EVENT_COLUMNS.split())
        for n in range(24):
            for k in range(n % 4):
                day = AS_AT - timedelta(days=100 * k + n)
                event = [f"P{n:02d}", f"E{n}-{k}", day.isoformat(), "observation"]
                rows.writerow([*event, "246", "Blood pressure", 120 + n + k, "mmHg", "Sitting"])
            rows.writerow(
                [f"P{n:02d}", f"H{n}", "2019-05-04", "problem", "H33", "Asthma", "", "", ""]
            )


def _with_check_digit(number):
    total = sum(int(digit) * weight for digit, weight in zip(number, range(10, 1, -1), strict=True))
    return number + str((11 - total % 11) % 11)


NUMBERS = [
    number
    for number in (_with_check_digit(f"9990000{n:02d}") for n in range(99))
    if len(number) == 10
][:24]


def make_tiny(folder):
    """Make a working file of it in the folder, and give its path."""
    folder.mkdir(parents=True)
    write_tables(folder / "practice")
    (folder / "practice" / "practice.toml").write_text(
        'name = "Tiny Surgery"\nas_at = 2026-10-01\nsynthetic = true\n', encoding="utf-8"
    )
    (folder / "pack.toml").write_text(PACK, encoding="utf-8")
    index = build_index([folder / "practice"], folder / "index")
    path = folder / "tiny.recordpick"
    pack = read_pack(folder / "pack.toml")
    person = Person("Ann Other", "practice")
    WorkingFile.create(
        path, pack, index, AS_AT, "Tiny Surgery", person, suggestion_seed="1", now=lambda: MADE
    ).close()
    return path

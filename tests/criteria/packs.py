"""Packs for tests: a small sound one, and how to write and read one with some of it changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from recordpick.criteria.load import parse_pack
from recordpick.criteria.pack import Pack
from recordpick.errors import UserError

SOUND = """\
# A pack of two criteria
[pack]
title = "Data-checking criteria"
supplier = "Example Clinical Systems"
version = "2026.1"
records_per_criterion = 15
random_records = 25
population = "status = 'registered'"

[codelist.blood_pressure]
codes = ["163020007", "75367002"]

[tables.labs]
START = "date"
result = "number"

[[criterion]]
id = "MED-04"
area = "Medication"
title = "Controlled drug on repeat"
find = "Patients with a controlled drug."
compare = ["Drug", "Review date"]

[[criterion.rule]]
says = "a controlled drug on a current repeat"
table = "medications"
codes = "controlled_drugs"
where = "course = 'repeat' AND is_active"

[[criterion]]
id = "OBS-01"
area = "Observations"
title = "Blood pressure"
find = \"\"\"Patients with
  readings.\"\"\"
compare = "Both readings"
records = 5
population = "everyone"

[[criterion.rule]]
any = [
  { says = "two readings", table = "events", codes = "blood_pressure", at_least = 2 },
  { says = "no lab", table = "labs", where = "START > :as_at", at_most = 0 },
]

[[criterion.rule]]
says = "three visits on different days of one kind"
table = "events"
distinct = "date"
per = "kind"
at_least = 3
"""
CODELISTS = {"codelists/controlled_drugs.csv": "code,term\n1234,Morphine\n5678,Methadone\n"}


def parsed(text: str, codelists: Mapping[str, str] = CODELISTS) -> Pack:
    return parse_pack({"pack.toml": text, **codelists})


def changed(*changes: tuple[str, str]) -> str:
    text = SOUND
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def problems_of(text: str, codelists: Mapping[str, str] = CODELISTS) -> tuple[str, ...]:
    with pytest.raises(UserError) as refused:
        parsed(text, codelists)
    return refused.value.messages


def line_of(text: str, part: str) -> int:
    """The number of the line on which the part first stands."""
    return text[: text.index(part)].count("\n") + 1


def written(folder: Path, text: str = SOUND, codelists: Mapping[str, str] = CODELISTS) -> Path:
    path = folder / "pack.toml"
    path.write_text(text, encoding="utf-8", newline="\n")
    for name, codelist in codelists.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(codelist, encoding="utf-8", newline="\n")
    return path

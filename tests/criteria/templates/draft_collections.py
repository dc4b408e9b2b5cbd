"""Collections of criteria in other people's words, with the right answers as rules."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from recordpick.criteria.conditions import Condition
from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Criterion, Pack, Rule, Step, condition_over, registered
from recordpick.criteria.templates import CriterionText, Proposal, propose
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import match
from recordpick.resources import general_practice_pack

FOLDER = Path(__file__).parent
AS_AT = date(2026, 10, 1)
PACK = read_pack(general_practice_pack())
_RULE = re.compile(
    r"(?P<table>[a-z_]+)(?:\[(?P<least>\d+)\.\.(?P<most>\d*)\])?(?:\{(?P<codes>\w+)\})?"
    r"(?:\((?P<distinct>\w*)/(?P<per>\w*)\))?: ?(?P<where>.*)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Expected:
    """A criterion in words and its rules; none where it is to stay by hand."""

    text: str
    steps: tuple[Step, ...]
    population: Condition | None
    area: str = ""
    title: str = ""


def collection(name: str) -> list[Expected]:
    """Return the criteria of a file."""
    data = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
    return [_expected(one) for one in data["criterion"]]


def shipped() -> list[Expected]:
    """Return the shipped pack's own prose with its rules."""
    return [
        Expected(one.find, one.steps, one.population, one.area, one.title) for one in PACK.criteria
    ]


def _expected(one: dict[str, object]) -> Expected:
    expect, text = str(one["expect"]), str(one["text"])
    population = None if one.get("everyone") else registered()
    if expect.startswith("="):
        same = PACK.criterion(expect[1:])
        return Expected(text, same.steps, same.population, str(one.get("area", "")))
    steps = tuple(
        Step(tuple(_rule(rule) for rule in step.split(" | ")))
        for step in expect.split(" & ")
        if step
    )
    return Expected(text, steps, population, str(one.get("area", "")))


def _rule(text: str) -> Rule:
    found = _RULE.fullmatch(text)
    assert found is not None, text
    where = found["where"].strip() or None
    if where is None and found["table"] == "events":
        where = "event_id IS NOT NULL"
    return Rule(
        says="x",
        table=found["table"],
        where=None if where is None else condition_over(found["table"], where),
        codes=found["codes"],
        distinct=found["distinct"] or None,
        per=found["per"] or None,
        at_least=int(found["least"] or 1),
        at_most=int(found["most"]) if found["most"] else None,
    )


@dataclass(frozen=True)
class Judged:
    """What was proposed first for a criterion, and whether it finds the right patients."""

    expected: Expected
    proposals: list[Proposal]
    is_right: bool
    wanted: int
    found: int
    right_place: int = -1


def judge(
    expected: Sequence[Expected], index: PracticeIndex, most: int | None = None
) -> list[Judged]:
    """Return whether each first proposal finds the same patients, in one pass over the index.

    Of each criterion's proposals the first `most` are matched; all, if it is None.
    """
    proposals = [
        propose(CriterionText("", one.area, one.text, title=one.title), AS_AT)[:most]
        for one in expected
    ]
    criteria = []
    for number, (one, proposed) in enumerate(zip(expected, proposals, strict=True)):
        if one.steps:
            criteria.append(_criterion(f"e{number}", one.steps, one.population))
        for place, proposal in enumerate(proposed):
            criteria.append(_criterion(f"p{number}.{place}", proposal.steps, proposal.population))
    pack: Pack = replace(PACK, criteria=tuple(criteria))
    matches = match(pack, index, AS_AT)
    by_id: dict[str, set[str]] = {one.id: set() for one in criteria}
    for criterion_id, patient in matches.found.iter_rows():
        by_id[criterion_id].add(patient)
    judged = []
    for number, (one, proposed) in enumerate(zip(expected, proposals, strict=True)):
        wanted = by_id.get(f"e{number}", set())
        found = [by_id[f"p{number}.{place}"] for place in range(len(proposed))]
        is_right = (found[0] == wanted if found else False) if one.steps else not proposed
        place = next((k for k, patients in enumerate(found) if patients == wanted), -1)
        judged.append(
            Judged(one, proposed, is_right, len(wanted), len(found[0]) if found else -1, place)
        )
    return judged


def _criterion(
    criterion_id: str, steps: tuple[Step, ...], population: Condition | None
) -> Criterion:
    return Criterion(criterion_id, "area", "title", "find", population=population, steps=steps)

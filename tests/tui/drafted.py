"""A drafted pack of five criteria over the tiny practice: one in each state one can be in."""

from __future__ import annotations

from dataclasses import replace

from recordpick.criteria.pack import (
    Criterion,
    Pack,
    Proposal,
    Rule,
    Step,
    condition_over,
    registered,
)
from recordpick.criteria.pack_writer import pack_text


def rule_of(says, where, **more):
    return Step((Rule(says, where=condition_over("patients", where), **more),))


def proposed(template, says, where, confidence, **more):
    return Proposal(
        template, says, f"“{says}” was understood", confidence, (rule_of(says, where),), **more
    )


def criterion_of(number, find, *proposals):
    return Criterion(
        f"T-{number}",
        "People",
        find,
        find,
        ("Date of birth", "Address"),
        source=f'sheet.xlsx, sheet "Criteria", row {number + 1}',
        population=registered(),
        proposals=proposals,
    )


CRITERIA = (
    criterion_of(
        1,
        "Pts over 75",
        proposed("age", "aged over 75", "age > 75", 0.9, params={"age": 75}),
        proposed("age", "aged 75 or over", "age >= 75", 0.7, params={"age": 75}),
    ),
    criterion_of(
        2,
        "Surname with an apostrophe",
        proposed("name", "an apostrophe in the surname", "family_name LIKE '%''%'", 0.95),
        proposed("name.any", "an apostrophe in a name", "given_name LIKE '%''%'", 0.9),
    ),
    criterion_of(3, "Patient the receptionists know well"),
    criterion_of(4, "Has a carer", proposed("carer", "a carer", "carer IS NOT NULL", 0.8)),
    criterion_of(
        5,
        "Anybody at all",
        proposed("all", "everybody", "age >= 0", 0.5, population=None, unused=("anybody",)),
    ),
)


def drafted_pack(**changes):
    pack = Pack(
        title="Supplier's sheet",
        supplier="Example Clinical Systems",
        version="1",
        records_per_criterion=20,
        random_records=20,
        population=registered(),
        random_population=registered(),
        criteria=CRITERIA,
        codelists={},
        files={},
    )
    return replace(pack, **changes)


def write_drafted(path, **changes):
    path.write_text(pack_text(drafted_pack(**changes)), encoding="utf-8")
    return path

"""Check that the selection list is consistent: its numbering, its patients, and how many there are.

The rules are those of docs/selection-list.md.
"""

from __future__ import annotations

import re

import polars as pl

from recordpick.handover.selection_list import list_sha256
from recordpick.index.values import is_valid
from recordpick.matching.answers import BETWEEN_KINDS
from recordpick.text import plural
from recordpick.verify.csv_files import LINE, line_numbers
from recordpick.verify.descriptor import Description
from recordpick.verify.open_pack import shown
from recordpick.verify.verdict import Check

LIST, REPORT = "selection_list.csv", "criteria_report.csv"
_RANDOM = pl.col("criterion_id").is_null()


def check_numbering(selected: pl.DataFrame, description: Description) -> Check:
    """Check the numbers of lines and records, and that list_id is that of the pack.

    Lines count from 1, records in order of first appearance.
    """
    first = selected.select("patient_id").unique(maintain_order=True).with_row_index("n", offset=1)
    numbered = selected.join(first, on="patient_id", how="left", maintain_order="left")
    rules = [
        (pl.col("line") != pl.int_range(1, pl.len() + 1), "line numbers do not count up from 1"),
        (pl.col("record_number") != pl.col("n"), "record_number is not that of the patient"),
        (
            pl.col("ods_code").fill_null("") != description.ods_code,
            "ods_code is not that of the pack",
        ),
        (pl.col("list_id") != description.list_id, "list_id is not that of the pack"),
    ]
    if not description.list_id:
        rules.pop()
    problems = _find(numbered, rules)
    for what, counted, expected in (
        ("lines", selected.height, description.lines),
        ("records", first.height, description.records),
    ):
        if expected is not None and counted != expected:
            problems.append(f"{LIST} has {counted:,} {what}, and {expected:,} were handed over.")
    if description.list_sha256 and list_sha256(selected) != description.list_sha256:
        problems.append(f"{LIST} is not the list that was handed over: its fingerprint differs.")
    says = f"{selected.height:,} lines for {first.height:,} patient records, numbered without gaps."
    return Check("Numbering", says, tuple(problems))


def check_people(selected: pl.DataFrame) -> Check:
    """Check NHS numbers (modulus 11, one a patient) and that no patient is on a criterion twice."""
    number = pl.col("nhs_number")
    of_patient = number.n_unique().over("patient_id")
    rules = [
        (~is_valid(number), "this is not an NHS number: its check digit is wrong"),
        (of_patient > 1, "one patient_id does not always have the same NHS number"),
        (
            pl.struct(pl.col("criterion_id").fill_null(""), "patient_id").is_duplicated(),
            "a patient appears twice for the same criterion",
        ),
        (
            (pl.col("chosen_by") == "random") != _RANDOM,
            "chosen_by is random for a criterion, or a random record was chosen otherwise",
        ),
        (
            pl.col("ticket").is_null() == _RANDOM,
            "a pick for a criterion has a ticket, or a random record has none",
        ),
    ]
    patients = selected.unique("patient_id")
    without = patients["nhs_number"].null_count()
    shared = (
        patients.filter(number.is_not_null()).group_by("nhs_number").len().filter(pl.col.len > 1)
    )
    cautions = []
    if shared.height:
        cautions.append(
            f"{shared.height:,} NHS numbers belong to more than one patient_id: perhaps the "
            "practice holds these records twice."
        )
    says = f"{patients.height - without:,} NHS numbers, {without:,} patients without one."
    return Check("Patients", says, tuple(_find(selected, rules)), tuple(cautions))


def check_criteria(selected: pl.DataFrame, report: pl.DataFrame) -> Check:
    """Check each criterion's lines against the picks in the report, and that none has too many."""
    key = pl.col("criterion_id").fill_null("")
    counted = selected.group_by(key).agg(pl.len().alias("lines"))
    places = report.with_columns(key).with_row_index("place")
    rows = places.join(counted, on="criterion_id", how="left").with_columns(
        pl.col("lines").fill_null(0)
    )
    name = pl.when(key == "").then(pl.lit("the random records")).otherwise(key)
    problems = [
        f"{one}: {LIST} has {lines:,} lines, and {REPORT} says that {picked:,} were picked."
        for one, lines, picked in rows.filter(pl.col("lines") != pl.col("picked"))
        .select(name, "lines", "picked")
        .iter_rows()
    ]
    rules = [
        ((pl.col("picked") > pl.col("wanted")) & (key != ""), "more were picked than are wanted"),
        (
            (pl.col("picked") >= pl.col("wanted")) != (pl.col("state") == "complete"),
            "its state does not match the numbers",
        ),
    ]
    problems += _find(rows, rules, REPORT)
    if report["criterion_id"].is_null().to_list() != [False] * (report.height - 1) + [True]:
        problems.append(f"{REPORT} does not end with one row for the random records.")
    listed = selected.with_columns(key).join(
        places.select("criterion_id", "place", title="criterion_title"),
        on="criterion_id",
        how="left",
        maintain_order="left",
    )
    order = pl.struct("place", pl.when(key == "").then("ticket").otherwise(0))
    problems += _find(
        listed.with_columns(before=order.shift(1), now=order),
        [
            (
                pl.col("criterion_title") != pl.col("title"),
                "criterion_title is that of another criterion",
            ),
            (_before(), "it is too far down for the order of the list"),
        ],
    )
    criteria = report.filter(~_RANDOM)
    random = selected.filter(_RANDOM).height
    says = (
        f"{criteria.height:,} criteria, {selected.height - random:,} picks for them; "
        f"{random:,} random records."
    )
    return Check(
        "Numbers for each criterion", says, tuple(problems), tuple(_short_criteria(criteria))
    )


_KIND = re.compile(r"(.+) ([0-9]+(?:,[0-9]{3})*) of at least ([0-9]+(?:,[0-9]{3})*)")
_NOT_KNOWN = " not known"


def check_kinds(selected: pl.DataFrame, report: pl.DataFrame) -> Check:
    """Check what the report says of each kind against the list's lines.

    Only criteria that take some of each kind have kinds.
    """
    kinds = pl.col("kind").str.split(BETWEEN_KINDS)
    lines = selected.select("criterion_id", kinds).explode("kind").drop_nulls()
    counted = {
        (criterion_id, kind): number
        for criterion_id, kind, number in lines.group_by("criterion_id", "kind").len().iter_rows()
    }
    problems, short, named = [], [], set()
    rows = report.filter(pl.col("kinds").is_not_null()).select(LINE, "criterion_id", "kinds")
    for line, criterion_id, text in rows.iter_rows():
        for part in text.split(BETWEEN_KINDS):
            found = _KIND.fullmatch(part)
            if found is None:
                if not part.endswith(_NOT_KNOWN):
                    problems.append(f"{REPORT}, line {line:,}: kinds has another form than usual.")
                continue
            named.add((criterion_id, found[1]))
            has, wanted = (int(number.replace(",", "")) for number in found.groups()[1:])
            listed = counted.get((criterion_id, found[1]), 0)
            if has != listed:
                problems.append(
                    f"{criterion_id}: {LIST} has {listed:,} lines of the kind {shown(found[1])!r}, "
                    f"and {REPORT} says that {has:,} were picked."
                )
            elif has < wanted:
                short.append(f"{criterion_id}: {shown(part)}.")
    unknown = sorted(f"{one} {shown(kind)}" for one, kind in counted.keys() - named)
    problems += [f"{REPORT} does not name the kind of {one}, which {LIST} has." for one in unknown]
    criteria = rows.height
    says = (
        f"{plural(criteria, 'criterion takes', 'criteria take')} some of each of "
        f"{plural(len(named), 'kind')}; "
        + (f"{len(short):,} have fewer than wanted." if short else "each has what is wanted.")
    )
    return Check("Some of each", says, tuple(problems), tuple(short))


def _before() -> pl.Expr:
    place, ticket = (
        (pl.col("before").struct[number], pl.col("now").struct[number]) for number in (0, 1)
    )
    return (place[0] > place[1]) | ((place[0] == place[1]) & (ticket[0] > ticket[1]))


def _short_criteria(criteria: pl.DataFrame) -> list[str]:
    short = criteria.filter(pl.col("picked") < pl.col("wanted"))
    if short.is_empty():
        return []
    return [
        f"{short.height:,} criteria have fewer records than wanted; {REPORT} says why for each."
    ]


def _find(rows: pl.DataFrame, rules: list[tuple[pl.Expr, str]], file: str = LIST) -> list[str]:
    problems = []
    for wrong, says in rules:
        lines = rows.filter(wrong)[LINE].to_list()
        if lines:
            problems.append(f"{file}, {line_numbers(lines)}: {says}.")
    return problems

"""Results that the comparison proposes for lines of the selection; a person confirms each.

For a record picked for a criterion, the entries that made it match are looked up in the comparison.
A proposal is only made where all of them were compared with certainty. Random records have none:
people check them without seeing the comparison, and the two are held against each other afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.comparison.acceptance import SEVERITIES
from recordpick.comparison.contract import PROPOSED
from recordpick.comparison.judgement import Judged
from recordpick.comparison.report import ComparisonReport, one_line_each
from recordpick.comparison.rows import ROW
from recordpick.criteria.pack import Pack
from recordpick.matching.evidence import evidence_rows
from recordpick.selection.results import Outcome, Severity
from recordpick.selection.working_file import WorkingFile

_SEVERITIES: dict[str | None, Severity] = {"high": "high", "medium": "medium", "low": "low"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the comparison proposes for one line: a result, what differs, how bad that is."""

    outcome: Outcome
    differs: str = ""
    severity: Severity = ""


LONGEST = 400
"""Characters of what differs in a proposal."""
BY = "comparison"
"""Whose proposals these are: never a person's."""


def proposed_results(
    report: ComparisonReport, pack: Pack, as_at: date, lines: Iterable[tuple[str, str]]
) -> pl.DataFrame:
    """Return a row for each line (criterion, patient), columns as in `contract.PROPOSED`.

    `result` is same, different or not there; empty where an entry that counts is unsure or was not
    compared, or where there is no entry to look up.
    """
    wanted: dict[str, list[str]] = {}
    for criterion_id, patient_id in lines:
        wanted.setdefault(criterion_id, []).append(patient_id)
    outcomes = _outcomes(report)
    index = report.compared.read[0]
    if index is report.compared.old:  # all were compared: read the rows of those only
        people = frozenset(one for patients in wanted.values() for one in patients)
        index = index.of_patients(people)
    rows = evidence_rows(pack, index, as_at, wanted)
    rows = rows.join(outcomes, on=["table", "row_id"], how="left", maintain_order="left")
    asked = pl.DataFrame(
        [(name, one) for name, patients in wanted.items() for one in patients],
        schema={"criterion_id": pl.String, "patient_id": pl.String},
        orient="row",
    )
    return _worst(asked, rows).sort("criterion_id", "patient_id")


def proposals_for(
    report: ComparisonReport, file: WorkingFile
) -> dict[tuple[str | None, str], Proposal]:
    """Return what is proposed for the lines of a selection, by criterion and patient.

    Nothing for a patient who is a random record, also for another criterion: whoever checks a
    random record must not have seen what the comparison found in it.
    """
    selection = file.selection
    random = {pick.patient_id for pick in selection.random()}
    lines = [
        (criterion.id, pick.patient_id)
        for criterion in file.pack.criteria
        for pick in selection.of(criterion.id)
        if pick.patient_id not in random
    ]
    rows = proposed_results(report, file.pack, file.as_at, lines).drop_nulls("result")
    found: dict[tuple[str | None, str], Proposal] = {}
    for criterion_id, patient_id, outcome, differs, severity in rows.select(
        "criterion_id", "patient_id", "result", "differs", "severity"
    ).iter_rows():
        said = () if outcome == "same" else (_short(differs), _SEVERITIES.get(severity, ""))
        found[criterion_id, patient_id] = Proposal(outcome, *said)
    return found


def _short(differs: str | None) -> str:
    """Return what differs as it fits a line; the comparison has it in full."""
    text = differs or ""
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rpartition("; ")[0] + "; …"


def _outcomes(report: ComparisonReport) -> pl.DataFrame:
    """Return of each old entry compared: table, row_id, result, differs and severity."""
    schema = {"table": pl.String, "row_id": pl.String, "result": pl.String}
    found = [pl.DataFrame(schema=schema | {"differs": pl.String, "severity": pl.String})]
    for one in report.judged:
        encoded = one.table.encoded
        assert encoded is not None
        old = one.entries.drop_nulls(ROW)
        ids = encoded.old.raw.gather(encoded.rules.id, old[ROW])
        entries = pl.DataFrame(
            {"row_id": ids, "result": old["result"], ROW: old[ROW]}
        ).with_columns(table=pl.lit(one.table.rules.name))
        details = _details(report, one)
        entries = entries.join(details, on=ROW, how="left", maintain_order="left")
        found.append(entries.select(*schema, "differs", "severity"))
    return pl.concat(found)


def _details(report: ComparisonReport, one: Judged) -> pl.DataFrame:
    """Return r, what differs in words, and the worst severity; without what has no limit."""
    people = report.compared.patients.everybody
    rows = one.differences.filter((pl.col("severity") != "none") & pl.col(ROW).is_not_null())
    described = one_line_each(one, rows, people)
    return described.select(ROW, "differs", pl.col("severity").cast(pl.String))


def _worst(asked: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each line asked for: the worst of the entries that count for it."""
    line = ["criterion_id", "patient_id"]
    result, worst = pl.col("result"), pl.col("severity").cast(pl.Enum(SEVERITIES))
    unknown = result.is_null() | result.is_in(["unsure", "not_compared", "set_apart"])
    differs = (result == "changed") & pl.col("severity").is_not_null()
    by_line = rows.group_by(line).agg(
        entries=pl.len(),
        unknown=unknown.any(),
        missing=(result == "missing").any(),
        different=differs.any(),
        differs=pl.col("differs").drop_nulls().sort().str.join("; "),
        severity=worst.min().cast(pl.String),
    )
    lines = asked.join(by_line, on=line, how="left", maintain_order="left")
    says = (
        pl.when(pl.col("unknown").fill_null(value=True))
        .then(None)
        .when(pl.col("missing"))
        .then(pl.lit("not there"))
        .when(pl.col("different"))
        .then(pl.lit("different"))
        .otherwise(pl.lit("same"))
    )
    return lines.with_columns(
        result=says,
        entries=pl.col("entries").fill_null(0),
        differs=pl.when(pl.col("differs").str.len_chars() > 0).then(pl.col("differs")),
        proposed_by=pl.lit(BY),
    ).select(pl.col(name).cast(dtype) for name, dtype in PROPOSED.schema.items())

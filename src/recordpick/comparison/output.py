"""Write a comparison: its CSVs with their schemas, the sums, and the page for the clinician."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from recordpick import __version__
from recordpick.atomic import atomic_folder, write_new
from recordpick.comparison.blind import RandomResults, blind_records
from recordpick.comparison.contract import (
    AREAS,
    CODE_MAP,
    CONTRACT,
    DIFFERENCES,
    PATIENTS,
    PROPOSED,
    SUMS,
    TABLES,
    TO_CHECK,
    TRANSFORMATIONS,
)
from recordpick.comparison.page import page_of
from recordpick.comparison.report import ComparisonReport
from recordpick.comparison.sums import total
from recordpick.comparison.transformations import SHARED_BY, Enough
from recordpick.csv_safety import as_csv
from recordpick.handover.descriptor import table_resource
from recordpick.index.practice_index import PracticeIndex
from recordpick.progress import Progress, silent
from recordpick.reports.local_codes import LOCAL

SUMMARY = "summary.json"
PAGE = "comparison.html"
PACKAGE = "datapackage.json"


def write_comparison(
    out: Path,
    report: ComparisonReport,
    *,
    accepted: bool = False,
    proposed: pl.DataFrame | None = None,
    random: RandomResults | None = None,
    progress: Progress = silent,
) -> None:
    """Write the folder, complete or not at all; UserError where `out` cannot be created.

    With `accepted`, differences.csv also has what the matrix has no limit for and a line says.
    `proposed` are the results proposed for a selection (columns as in `contract.PROPOSED`),
    `random` what people found in the random records, which the comparison is held against.
    """
    if proposed is None:
        proposed = pl.DataFrame(schema=PROPOSED.schema)
    with atomic_folder(out) as folder:
        resources = []
        for table, parts in (
            frames(report, accepted=accepted) | {PROPOSED.file: [proposed]}
        ).items():
            progress(f"writing {table}", None)
            resources.append(_write_table(folder, table, parts))
        write_new(folder / SUMMARY, _json(summary(report, random)))
        write_new(folder / PAGE, page_of(report).encode("utf-8"))
        write_new(folder / PACKAGE, _json(_package(report, resources)))


def frames(report: ComparisonReport, *, accepted: bool) -> dict[str, Iterable[pl.DataFrame]]:
    """Return the rows of every CSV, in parts, by the name of the file."""
    return {
        DIFFERENCES.file: report.differences(accepted=accepted),
        TO_CHECK.file: [report.to_check()],
        TRANSFORMATIONS.file: [report.lines],
        CODE_MAP.file: [report.code_map.cast(CODE_MAP.schema)],  # type: ignore[arg-type]
        LOCAL.file: [report.local_codes()],
        AREAS.file: [report.area_rows()],
        SUMS.file: [report.patient_counts().cast(SUMS.schema)],  # type: ignore[arg-type]
        PATIENTS.file: [report.unmatched()],
    }


def _write_table(folder: Path, file: str, parts: Iterable[pl.DataFrame]) -> dict[str, Any]:
    """Write one CSV part by part, and return its entry in the descriptor."""
    table = next(one for one in TABLES if one.file == file)
    digest, size = hashlib.sha256(), 0
    with (folder / file).open("xb") as written:
        for number, part in enumerate(chain([pl.DataFrame(schema=table.schema)], parts)):
            content = as_csv(part)
            if number:  # the header is that of the empty part
                content = content.partition(b"\r\n")[2]
            written.write(content)
            digest.update(content)
            size += len(content)
    return table_resource(table, size, digest.hexdigest())


def summary(report: ComparisonReport, random: RandomResults | None = None) -> dict[str, Any]:
    """Return the sums, the answers by area and what was not compared, for programs.

    `random_records` is null where the comparison was not held against any.
    """
    compared = report.compared
    enough = Enough.of(compared.patients.pairs.height)
    return {
        "format": CONTRACT,
        "recordpick": __version__,
        "synthetic": compared.old.manifest.synthetic or compared.new.manifest.synthetic,
        "old": _side(compared.old),
        "new": _side(compared.new),
        "notes": list(compared.notes),
        "patients": {
            "old": compared.patients.old,
            "new": compared.patients.new,
            "in_both": compared.patients.pairs.height,
            **{
                word: compared.patients.unmatched.filter(pl.col("result") == word).height
                for word in ("missing", "additional", "ambiguous")
            },
        },
        "all": total(list(report.tables.values())),
        "tables": report.tables,
        "differences_said_once_and_accepted": report.left_out,
        "not_compared": not_compared(report),
        "folded": [
            {"table": one.table, "field": one.field, "entries": one.number, "reason": one.reason}
            for table in compared.tables
            for one in table.folded
        ],
        "areas": report.area_rows().to_dicts(),
        "acceptance": {
            "version": report.acceptance.version,
            "source": report.acceptance.source,
            "systematic_from_share": SHARED_BY,
            "systematic_from_patients": enough.patients,
            "systematic_from_entries": enough.entries,
        },
        "code_map": report.agreement,
        "random_records": None if random is None else _random_records(report, random),
    }


def _random_records(report: ComparisonReport, random: RandomResults) -> dict[str, Any]:
    """Return how the comparison and people agree, and by which state of which working file."""
    held = blind_records(report, random)
    return {
        "working_file": random.working_file,
        "head": random.head,
        "results": random.digest,
        "phase": random.phase,
        **asdict(held),
        "most_missed": held.most_missed,
    }


def not_compared(report: ComparisonReport) -> list[dict[str, str]]:
    """Return the tables and fields that one side does not have, with the side."""
    found, compared = [], report.compared
    for table in compared.tables:
        name = table.rules.name
        if table.encoded is None:
            found.append({"table": name, "field": "", "why": table.why_not})
            continue
        found += [
            {"table": name, "field": field.name, "why": f"not in the {side} system's extract"}
            for field, side in table.encoded.absent
        ]
        found += [
            {"table": name, "field": column, "why": why}
            for column, why in table.rules.not_compared.items()
            if any(column in one.columns(name) for one in (compared.old, compared.new))
        ]
    return found


def _side(index: PracticeIndex) -> dict[str, str]:
    return {
        "practice": index.manifest.practice,
        "as_at": index.manifest.as_at.isoformat(),
        "fingerprint": index.manifest.fingerprint,
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _package(report: ComparisonReport, resources: list[dict[str, Any]]) -> dict[str, Any]:
    compared = report.compared
    synthetic = compared.old.manifest.synthetic or compared.new.manifest.synthetic
    return {
        "profile": "tabular-data-package",
        "name": "comparison",
        "title": "Records of two systems compared entry by entry",
        "description": "SYNTHETIC DATA" if synthetic else "Identifiable patient data",
        "version": CONTRACT,
        "recordpick": {
            "version": __version__,
            "kind": "comparison",
            "old": _side(compared.old),
            "new": _side(compared.new),
        },
        "resources": resources,
    }

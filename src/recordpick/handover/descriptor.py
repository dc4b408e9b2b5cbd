"""Write datapackage.json, which describes the pack for public tools (Frictionless).

Data Package and Table Schema, version 1. Each CSV has its size and SHA-256, its dialect, and a
schema with types, vocabularies, keys and references.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from recordpick import __version__
from recordpick.criteria.conditions import text_of
from recordpick.handover.contract import CONTRACT, TABLES
from recordpick.handover.readme import About
from recordpick.reports.columns import Column, Table
from recordpick.selection.state import Draw, Selection

NAME = "datapackage.json"


def descriptor(about: About, selection: Selection, contents: dict[str, bytes]) -> bytes:
    """Return the descriptor: the tables as they are in `contents`, and what the list is about.

    What recordpick adds to the standard is under the key `recordpick`.
    """
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": about.list_id.lower(),
        "title": f"Patient records selected for data checking: {about.practice or 'no name'}",
        "description": "SYNTHETIC DATA" if about.synthetic else "Identifiable patient data",
        "version": CONTRACT,
        "created": f"{about.written_on:%Y-%m-%dT%H:%M:%SZ}",
        "recordpick": {
            "version": __version__,
            "list_id": about.list_id,
            "list_sha256": about.list_sha256,
            "working_file": about.working_file,
            "practice": about.practice,
            **({"ods_code": about.ods_code} if about.ods_code else {}),
            "synthetic": about.synthetic,
            "as_at": about.as_at.isoformat(),
            "index_fingerprint": about.index_fingerprint,
            "pack": {
                "title": about.pack.title,
                "supplier": about.pack.supplier,
                "version": about.pack.version,
                "fingerprint": about.pack.fingerprint,
                "random_population": text_of(about.pack.random_population),
            },
            "qof_year": about.qof_year,
            "qof_table": dict(zip(("file", "sha256"), about.qof_table, strict=True)),
            "report_rules": dict(
                zip(("title", "version", "fingerprint"), about.report_rules, strict=True)
            ),
            "lines": about.lines,
            "records": about.records,
            "draws": [_draw(draw) for draw in selection.draws if draw.withdrawn is None],
            "random_taken_out": len(selection.removed_random),
            "notes": list(about.notes),
        },
        "resources": [_resource(table, contents[table.file]) for table in TABLES],
    }
    return (json.dumps(package, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _resource(table: Table, content: bytes) -> dict[str, Any]:
    return table_resource(table, len(content), hashlib.sha256(content).hexdigest())


def table_resource(table: Table, size: int, sha256: str) -> dict[str, Any]:
    """Return the entry of one CSV in a descriptor: its size in bytes, hash, dialect and schema."""
    return {
        "profile": "tabular-data-resource",
        "name": table.file.removesuffix(".csv"),
        "title": table.title,
        "path": table.file,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{sha256}",
        "dialect": {
            "delimiter": ",",
            "lineTerminator": "\r\n",
            "quoteChar": '"',
            "doubleQuote": True,
            "skipInitialSpace": False,
            "header": True,
        },
        "schema": schema(table),
    }


def schema(table: Table) -> dict[str, Any]:
    """Return the Table Schema of one CSV."""
    described: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
    }
    if table.key:
        described["primaryKey"] = list(table.key)
    if table.refers:
        described["foreignKeys"] = [
            {
                "fields": [column],
                "reference": {"resource": file.removesuffix(".csv"), "fields": [other]},
            }
            for column, (file, other) in table.refers.items()
        ]
    return described


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.unique:
        constraints["unique"] = True
    if column.words:
        constraints["enum"] = list(column.words)
    if column.pattern:
        constraints["pattern"] = column.pattern
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    described: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "description": column.meaning,
    }
    if column.type == "date":
        described["format"] = "%Y-%m-%d"
    return described | ({"constraints": constraints} if constraints else {})


def _draw(draw: Draw) -> dict[str, Any]:
    return {
        "seed": draw.seed,
        "eligible": draw.eligible,
        "eligible_sha256": draw.eligible_sha256,
        "drawn_on": f"{draw.drawn_on:%Y-%m-%dT%H:%M:%SZ}",
        "replacement": draw.replaces is not None,
        "drawn": [{"place": one.place, "ticket_number": one.ticket_number} for one in draw.drawn],
        **_strata(draw),
    }


def _strata(draw: Draw) -> dict[str, Any]:
    if not draw.strata:
        return {}
    return {
        "strata": [
            {"name": one.name, "eligible": one.eligible, "drawn": one.drawn} for one in draw.strata
        ],
        "strata_sha256": draw.strata_sha256,
    }

"""The columns of each system's export, from public documents: names, in file order.

EMIS: by table and version. SystmOne: by table. Vision: by the type of file, which has no header.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from recordpick.resources import data_file

VISION_STAFF_ORDERS = (
    ("ID", "SURNAME", "FORENAME", "TITLE", "SEX", "GMP_CODE", "HCP_TYPE", "SERVICE_ID"),
    ("ID", "HCP_TYPE", "GMP_CODE", "SURNAME", "FORENAME", "TITLE", "SEX", "SERVICE_ID"),
)
"""The orders of the columns of Vision's staff file: of the supplier's test pack, of live extracts.

endeavourhealth/Transforms reads both like this.
"""


@cache
def _all() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(data_file("export_columns.json").read_text(encoding="utf-8"))
    return found


def emis_columns(table: str, version: str = "8.2") -> tuple[str, ...]:
    """Return the columns of a table of the EMIS extract, in the newest version known."""
    versions = _all()["emis"][table]
    return tuple(versions.get(version, versions["8.2"]))


def emis_versions(table: str) -> tuple[str, ...]:
    """Return the versions of a table of the EMIS extract, the newest first."""
    return tuple(_all()["emis"][table])


def systmone_columns(table: str) -> tuple[str, ...]:
    """Return the columns of a table of the SystmOne extract."""
    return tuple(_all()["systmone"][table])


def systmone_tables() -> tuple[str, ...]:
    """Return the tables of the SystmOne extract."""
    return tuple(_all()["systmone"])


def vision_columns(kind: str) -> tuple[str, ...]:
    """Return the columns of a type of file of the Vision extract (Patient, Journal …)."""
    return tuple(_all()["vision"][kind])

"""The contract of a hand-over pack: every CSV in it, and the version of their columns.

Each table is described in the module that makes its rows. `datapackage.json` is written from these
descriptions, and the documents are checked against them.
"""

from __future__ import annotations

from recordpick.handover.criteria_report import CRITERIA
from recordpick.handover.selection_list import SELECTION
from recordpick.reports.capitation import CAPITATION_TABLE
from recordpick.reports.columns import newest_version
from recordpick.reports.local_codes import LOCAL
from recordpick.reports.qof import QOF
from recordpick.reports.targets import TARGETS

TABLES = (SELECTION, CRITERIA, QOF, TARGETS, CAPITATION_TABLE, LOCAL)
"""Every CSV of a pack, in the order in which README.txt names them."""

_LAST_BREAK = "1.0"
"""The version since which nothing but added columns has changed: raise its first number otherwise.

Columns that are added later than that have a second number above 0 (`Column.since`).
"""

CONTRACT = newest_version(
    (_LAST_BREAK, *(column.since for table in TABLES for column in table.columns))
)
"""The version of the contract: that of the column added last."""

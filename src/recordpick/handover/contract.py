"""The contract of a hand-over pack: every CSV in it, and the version of their columns.

Each table is described in the module that makes its rows. `datapackage.json` is written from these
descriptions, and the documents are checked against them.
"""

from __future__ import annotations

from recordpick.handover.criteria_report import CRITERIA
from recordpick.handover.selection_list import SELECTION
from recordpick.reports.capitation import CAPITATION_TABLE
from recordpick.reports.local_codes import LOCAL
from recordpick.reports.qof import QOF
from recordpick.reports.targets import TARGETS

CONTRACT = "1.1"
"""The version of the contract: the second number grows with a column added at the end."""

TABLES = (SELECTION, CRITERIA, QOF, TARGETS, CAPITATION_TABLE, LOCAL)
"""Every CSV of a pack, in the order in which README.txt names them."""

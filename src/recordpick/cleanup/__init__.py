"""What a practice corrects before its first extract, and the comparison with PCSE's list.

`run_checks` runs the checks, `reconcile` compares with PCSE's list, `write_clean_up` writes
the folder that staff work through.
"""

from __future__ import annotations

from recordpick.cleanup.checks import CHECKS, run_checks
from recordpick.cleanup.finding import FOUND, NONE, UNKNOWN, Check, Finding
from recordpick.cleanup.pcse_findings import pcse_findings
from recordpick.cleanup.pcse_list import PcseList, read_pcse_list
from recordpick.cleanup.reconcile import Reconciliation, reconcile
from recordpick.cleanup.report import summary, write_clean_up

__all__ = [
    "CHECKS",
    "FOUND",
    "NONE",
    "UNKNOWN",
    "Check",
    "Finding",
    "PcseList",
    "Reconciliation",
    "pcse_findings",
    "read_pcse_list",
    "reconcile",
    "run_checks",
    "summary",
    "write_clean_up",
]

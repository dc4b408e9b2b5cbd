"""`recordpick clean-up`: list what to correct before the first extract."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_as_at, add_out
from recordpick.cli.common import parse_as_at
from recordpick.cli.output import print_message, print_result, print_table, progress_on_stderr

if TYPE_CHECKING:
    from recordpick.cleanup import Finding, Reconciliation

HELP = "list what to correct before the first extract"
EXAMPLE = "recordpick clean-up practice-index --out clean-up"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("index", type=Path, metavar="INDEX", help="the practice index")
    add_out(parser, "DIR", "a new folder")
    parser.add_argument(
        "--pcse",
        type=Path,
        metavar="FILE",
        help="PCSE's list of your registered patients (CSV, XLSX), to compare with",
    )
    add_as_at(parser, "the day of the export (otherwise the index's own)")


def run(options: argparse.Namespace) -> int:
    """Run the checks on the index, compare with PCSE's list if there is one, write and print."""

    from recordpick.atomic import check_free
    from recordpick.cleanup import (
        pcse_findings,
        read_pcse_list,
        reconcile,
        run_checks,
        write_clean_up,
    )
    from recordpick.index.practice_index import open_index

    given_day = parse_as_at(options.as_at)
    check_free(options.out)
    index = open_index(options.index)
    as_at = given_day or index.manifest.as_at
    reconciled: Reconciliation | None = None
    with progress_on_stderr() as progress:
        if options.pcse is not None:
            progress(f"comparing with {options.pcse.name}", None)
            reconciled = reconcile(index, read_pcse_list(options.pcse))
        findings = run_checks(index, as_at, progress)
        if reconciled is not None:
            findings += pcse_findings(reconciled)
        write_clean_up(options.out, index, as_at, findings, reconciled, progress)
    _print_findings(findings)
    if reconciled is not None:
        _print_reconciliation(reconciled)
    print_result()
    print_result(f"Written to {options.out}: begin with README.txt.")
    return 0


def _print_findings(findings: Sequence[Finding]) -> None:
    from recordpick.cleanup import FOUND, UNKNOWN

    rows: list[tuple[str, ...]] = [("finding", "number", "counts", "registered")]
    for finding in findings:
        number = "none" if not finding.number else f"{finding.number:,}"
        rows.append(
            (
                finding.title,
                finding.state if finding.state == UNKNOWN else number,
                finding.counts if finding.state == FOUND else "",
                f"{finding.registered:,}" if finding.registered else "",
            )
        )
    print_table(rows, right=frozenset({1, 3}))
    for finding in findings:
        if finding.why:
            print_message(f"{finding.title}: {finding.why}")


def _print_reconciliation(one: Reconciliation) -> None:
    print_result()
    print_result(
        f"Here {one.here:,}: {one.matched:,} on both lists, {one.likely:,} likely, "
        f"{one.unclear_here:,} unclear, {one.only_here:,} only here."
    )
    print_result(
        f"{one.file} {one.there:,}: {one.matched:,} on both lists, {one.likely:,} likely, "
        f"{one.unclear_there:,} unclear, {one.only_there:,} only there."
    )
    print_message(one.scope)
    for note in one.notes:
        print_message(note)

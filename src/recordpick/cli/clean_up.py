"""`recordpick clean-up`: what to correct before the first extract."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from recordpick.atomic import check_free
from recordpick.cleanup import (
    FOUND,
    UNKNOWN,
    Finding,
    Reconciliation,
    look_through,
    pcse_findings,
    read_pcse_list,
    reconcile,
    write_clean_up,
)
from recordpick.cli.common import day, progress_on_stderr, say, table, tell
from recordpick.index.practice_index import open_index


def run(options: argparse.Namespace) -> int:
    """Check the index, compare it with PCSE's list if there is one, write and print."""
    asked = day(options.as_at)
    check_free(options.out)
    index = open_index(options.index)
    as_at = asked or index.manifest.as_at
    reconciled: Reconciliation | None = None
    with progress_on_stderr() as progress:
        if options.pcse is not None:
            progress(f"comparing with {options.pcse.name}", None)
            reconciled = reconcile(index, read_pcse_list(options.pcse))
        findings = look_through(index, as_at, progress)
        if reconciled is not None:
            findings += pcse_findings(reconciled)
        write_clean_up(options.out, index, as_at, findings, reconciled, progress)
    _print(findings)
    if reconciled is not None:
        _print_pcse(reconciled)
    say()
    say(f"Written to {options.out}: begin with README.txt.")
    return 0


def _print(findings: Sequence[Finding]) -> None:
    rows: list[tuple[str, ...]] = [("finding", "number", "counts", "registered")]
    for finding in findings:
        number = "none" if not finding.number else f"{finding.number:,}"
        rows.append(
            (
                finding.title,
                "cannot be told" if finding.state == UNKNOWN else number,
                finding.counts if finding.state == FOUND else "",
                f"{finding.registered:,}" if finding.registered else "",
            )
        )
    for line in table(rows, right=frozenset({1, 3})):
        say(line)
    for finding in findings:
        if finding.why:
            tell(f"{finding.title}: {finding.why}")


def _print_pcse(one: Reconciliation) -> None:
    say()
    say(
        f"Here {one.here:,}: {one.matched:,} on both lists, {one.likely:,} likely, "
        f"{one.unclear_here:,} unclear, {one.only_here:,} only here."
    )
    say(
        f"{one.file} {one.there:,}: {one.matched:,} on both lists, {one.likely:,} likely, "
        f"{one.unclear_there:,} unclear, {one.only_there:,} only there."
    )
    tell(one.scope)
    for note in one.notes:
        tell(note)

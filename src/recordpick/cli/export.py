"""`recordpick export`: write the selection list and the reports."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.atomic import check_free
from recordpick.cli.common import may_write_names, opened, progress_on_stderr, say, tell, who
from recordpick.cli.passphrase import show_passphrase
from recordpick.cli.reports import take_in_given
from recordpick.handover.encrypted import check_free_file, new_passphrase
from recordpick.handover.export import FILES, Options, export, export_encrypted
from recordpick.handover.warnings import doubts
from recordpick.matching import match
from recordpick.reports.practice_reports import counted_by
from recordpick.reports.qof import year_caution


def run(options: argparse.Namespace) -> int:
    """Match again, so that the reports agree with the index as it is now, and write the pack."""
    asked = Options(with_names=may_write_names(options, "tick_sheets.xlsx"))
    out: Path = _zip(options.out) if options.encrypt else options.out
    (check_free_file if options.encrypt else check_free)(out)
    passphrase = new_passphrase() if options.encrypt else ""
    with opened(options, who(options), to_write=True) as (file, index):
        take_in_given(options, file, index)
        with progress_on_stderr() as progress:
            matches = match(file.pack, index, file.as_at, progress)
        if options.encrypt:
            # First, so that there is never a file whose passphrase was not seen.
            show_passphrase(passphrase, out)
        with progress_on_stderr() as progress:
            if options.encrypt:
                export_encrypted(
                    file, index, out, matches, progress, options=asked, passphrase=passphrase
                )
            else:
                export(file, index, out, matches, progress, options=asked)
        say(f"{len(file.selection.picks):,} lines written to {out}.")
        fingerprint = file.selection.exports[-1].sha256
        if of_another_year := year_caution(counted_by(file.selection).table, file.as_at):
            tell(of_another_year)
        for doubt in doubts(file.selection, index, file.as_at, matches, file.reused_numbers()):
            tell(doubt.in_words)
    for name in FILES:
        say(f"  {name}")
    say(f"Fingerprint: {fingerprint}")
    if passphrase:
        tell(
            "The passphrase (above) is shown only once and is not stored. Write it down, and give "
            "it to the supplier separately from the file."
        )
    return 0


def _zip(out: Path) -> Path:
    """Return the name of the encrypted file: `out`, with .zip added if it has no such ending."""
    return out if out.suffix.casefold() == ".zip" else out.with_name(f"{out.name}.zip")

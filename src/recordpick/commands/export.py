"""`recordpick export`: write the selection list and the reports."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from recordpick.commands.common import opened, progress_on_stderr, say, tell, who
from recordpick.errors import UserError
from recordpick.handover.export import FILES, Options, export, export_encrypted
from recordpick.matching import match


def run(options: argparse.Namespace) -> int:
    """Match again, so that the reports say what the index says now, and write the pack."""
    asked = Options(
        qof=options.qof,
        report_rules=options.report_rules,
        with_names="names" in options.also,
        current=options.current,
        new=options.new,
    )
    if asked.with_names and not options.yes:
        _ask_for_names()
    passphrase = ""
    with opened(options, who(options), to_write=True) as (file, index):
        with progress_on_stderr() as progress:
            matches = match(file.pack, index, file.as_at, progress)
            out: Path = _zip(options.out) if options.encrypt else options.out
            if options.encrypt:
                passphrase = export_encrypted(file, index, out, matches, progress, options=asked)
            else:
                export(file, index, out, matches, progress, options=asked)
        say(f"{len(file.selection.picks):,} lines written to {out}.")
        fingerprint = file.selection.exports[-1].sha256
    for name in FILES:
        say(f"  {name}")
    say(f"Fingerprint: {fingerprint}")
    if passphrase:
        say()
        say(f"Passphrase: {passphrase}")
        tell(
            "The passphrase is shown this once and kept nowhere. Note it, and tell it to the "
            "supplier by another way than the file."
        )
    return 0


def _zip(out: Path) -> Path:
    """Give the name of the encrypted file: `out`, with .zip behind it if need be."""
    return out if out.suffix.casefold() == ".zip" else out.with_name(f"{out.name}.zip")


def _ask_for_names() -> None:
    """Go on only if a person says that names may be written."""
    if not sys.stdin.isatty():
        raise UserError(
            "--with names puts patients' names into tick_sheets.xlsx. Nobody can be asked here: "
            "add --yes if that is wanted."
        )
    tell("Patients' names will stand in tick_sheets.xlsx, for the practice's own use.")
    tell("Type yes to go on:")
    if sys.stdin.readline().strip().casefold() != "yes":
        raise UserError("Nothing was written: leave out --with names to export without them.")

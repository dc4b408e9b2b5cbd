"""`recordpick receive`: several practices' lists in one table."""

from __future__ import annotations

import argparse

from recordpick.atomic import check_new, write_file
from recordpick.cli.common import ask_passphrase, say, tell
from recordpick.verify.open_pack import open_pack
from recordpick.verify.receive import as_file, check_out, received
from recordpick.verify.verify import verify


def run(options: argparse.Namespace) -> int:
    """Verify every pack; write the table only if all of them are right."""
    check_out(options.out)
    check_new(options.out)
    verdicts = [verify(open_pack(pack, ask_passphrase(pack))) for pack in options.packs]
    table, cautions = received(verdicts)
    for caution in cautions:
        tell(caution)
    write_file(options.out, as_file(table, options.out))
    for one in verdicts:
        lines = 0 if one.selected is None else one.selected.height
        say(f"{one.list_id}  {lines:>6,} lines  {one.practice or 'practice not named'}")
    say(f"{table.height:,} lines of {len(verdicts)} packs written to {options.out}.")
    return 0

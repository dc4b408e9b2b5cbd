"""`recordpick issues sign-off`: the page that the lead clinician signs."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from recordpick.atomic import check_new, write_file
from recordpick.cli.common import opened_file, say
from recordpick.data_checking.sign_off import sign_off


def run(options: argparse.Namespace) -> int:
    """Write the page as text, to print."""
    check_new(options.out)
    with opened_file(options, to_write=False) as file:
        page = sign_off(file, datetime.now(UTC))
    write_file(options.out, page.encode("utf-8"))
    say(f"Written to {options.out}: print and sign it.")
    return 0

"""`recordpick verify`: check that a hand-over pack is complete, unaltered and consistent."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_json
from recordpick.cli.common import passphrase_prompt
from recordpick.cli.output import print_json, print_result

if TYPE_CHECKING:
    from recordpick.verify.verdict import Verdict

HELP = "check a hand-over pack before importing it, or a comparison"
EXAMPLE = "recordpick verify hand-over"
NOT_RIGHT = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "pack",
        type=Path,
        metavar="PACK",
        help="the folder, or the zip (asks for its passphrase); or the folder of a comparison",
    )
    parser.add_argument(
        "--index", type=Path, metavar="DIR", help="the practice index, to repeat the random draw"
    )
    parser.add_argument(
        "--fingerprint",
        metavar="LETTERS",
        help="what the practice reads out: 16 letters and digits of the pack, or 12 of the list, "
        "in any case, with or without blanks",
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print the verdict on a page; return 0 if the pack is right, 1 if it is not."""
    from recordpick.index.practice_index import open_index
    from recordpick.verify.comparison import is_comparison
    from recordpick.verify.fingerprint_check import parse_fingerprint, with_fingerprint
    from recordpick.verify.open_pack import open_pack
    from recordpick.verify.verdict_page import verdict_page
    from recordpick.verify.verify import verify

    if is_comparison(options.pack):
        return _verify_comparison(options)
    expected = None if options.fingerprint is None else parse_fingerprint(options.fingerprint)
    index = None if options.index is None else open_index(options.index)
    verdict = verify(open_pack(options.pack, passphrase_prompt(options.pack)), index)
    if expected is not None:
        verdict = with_fingerprint(verdict, expected)
    if options.json:
        print_json(_as_json(verdict))
    else:
        for line in verdict_page(verdict):
            print_result(line)
    return 0 if verdict.is_sound else NOT_RIGHT


def _verify_comparison(options: argparse.Namespace) -> int:
    """Print what is right or wrong with a comparison; return 0 if it is right, 1 if it is not."""
    from recordpick.sanitize import visible
    from recordpick.verify.comparison import verify_comparison
    from recordpick.verify.verdict_page import check_lines

    checks = verify_comparison(options.pack)
    is_right = all(check.is_sound for check in checks)
    if options.json:
        print_json(
            {
                "comparison": str(options.pack),
                "sound": is_right,
                "problems": [problem for check in checks for problem in check.problems],
                "cautions": [caution for check in checks for caution in check.cautions],
            }
        )
        return 0 if is_right else NOT_RIGHT
    print_result(f"Comparison  {visible(str(options.pack))}")
    for check in checks:
        for line in check_lines(check):
            print_result(line)
    print_result(
        "The comparison is right: it is complete, and its sums add up."
        if is_right
        else "The comparison is NOT right: ask for it again as it was written."
    )
    return 0 if is_right else NOT_RIGHT


def _as_json(verdict: Verdict) -> dict[str, object]:
    """Return everything for programs; the form is described in docs/reference.md."""
    from recordpick.verify.verdict_page import short_fingerprint

    return {
        "pack": verdict.path,
        "sound": verdict.is_sound,
        "list_id": verdict.list_id or None,
        "list_sha256": verdict.list_sha256 or None,
        "practice": verdict.practice or None,
        "ods_code": verdict.ods_code or None,
        "criteria_pack": verdict.criteria_pack or None,
        "synthetic": verdict.synthetic,
        "encrypted": verdict.encrypted,
        "fingerprint": verdict.fingerprint or None,
        "fingerprint_short": short_fingerprint(verdict.fingerprint) or None,
        "lines": None if verdict.selected is None else verdict.selected.height,
        "problems": list(verdict.problems),
        "cautions": list(verdict.cautions),
    }

"""`recordpick codelists check`: what is wrong with files of codes, line by line."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.cli.arguments import add_json
from recordpick.cli.output import print_json, print_message, print_result, progress_on_stderr
from recordpick.text import plural

HELP = "report what is wrong with files of codes: rounded, retired, moved, of another system"
EXAMPLE = "recordpick codelists check our-lists/codelists"
_SHOWN = 20
_WRONG = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="files of codes, or folders of them"
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Check each file; the exit code is 2 where a row cannot be used."""
    from recordpick.codelist_import.checks import check_files

    with progress_on_stderr() as progress:
        found = check_files(options.paths, progress)
    if options.json:
        print_json(
            [
                {
                    "file": str(one.path),
                    "kind": one.kind,
                    "rows": one.rows,
                    "codes": one.codes,
                    "wrong_rows": one.wrong_rows,
                    "wrong": [
                        {"line": at.line, "group": at.group, "code": at.code, "why": at.why}
                        for at in one.wrong
                    ],
                    "look": list(one.look),
                }
                for one in found
            ]
        )
    else:
        for one in found:
            mark = "×" if one.wrong_rows else "!" if one.look else "√"
            print_result(
                f"{mark} {one.path}: {one.kind}, {plural(one.rows, 'row')}, "
                f"{plural(one.codes, 'code')}"
            )
            for at in one.wrong[:_SHOWN]:
                print_result(f"    {at}")
            if (more := one.wrong_rows - min(len(one.wrong), _SHOWN)) > 0:
                print_result(f"    and {plural(more, 'more line')}: see --json")
            for text in one.look:
                print_result(f"    {text}")
    wrong = sum(one.wrong_rows for one in found)
    if wrong:
        print_message(f"{plural(wrong, 'row')} cannot be used.")
        return _WRONG
    if not options.json:
        print_result(f"No row of {plural(len(found), 'file')} is wrong.")
    return 0

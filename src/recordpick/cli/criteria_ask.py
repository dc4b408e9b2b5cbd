"""`recordpick criteria ask`: which exports would answer which criteria, and how to make them."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.cli.arguments import add_sheets
from recordpick.cli.output import print_json, print_message, print_pack_notes, print_result

HELP = "which reports to export so that criteria can be answered, and how to make them"
EXAMPLE = "recordpick criteria ask supplier.toml --index index --html ask.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("pack", type=Path, metavar="PACK", help="TOML, CSV, XLSX, ODS or DOCX")
    add_sheets(parser)
    parser.add_argument(
        "--index", type=Path, metavar="DIR", help="a practice index: only what it cannot answer yet"
    )
    parser.add_argument(
        "--system",
        choices=("emis", "systmone", "vision"),
        help="the clinical system (otherwise all three)",
    )
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="also write it as a new page to print (HTML)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")


def run(options: argparse.Namespace) -> int:
    """Print what to ask for, most useful first; as a page for a colleague with --html."""
    from recordpick.atomic import check_new, write_file
    from recordpick.criteria.load import read_pack
    from recordpick.document import as_html, as_text
    from recordpick.index.practice_index import open_index
    from recordpick.report_requests.describe import as_values, document_of, summary_of
    from recordpick.report_requests.plan import plan_requests

    if options.html is not None:
        check_new(options.html)
    pack = read_pack(options.pack, options.sheet) if options.sheet else read_pack(options.pack)
    index = None if options.index is None else open_index(options.index)
    print_pack_notes(pack)
    plan = plan_requests(pack, index)
    document = document_of(plan, index, options.system)
    if options.html is not None:
        write_file(options.html, as_html(document).encode())
        print_message(f"Written: {options.html}, one page to print or hand over.")
    if options.json:
        print_json(as_values(plan, options.system))
    elif options.html is not None:
        print_result(summary_of(plan))
    else:
        for line in as_text(document):
            print_result(line)
    return 0

"""`recordpick read-report`: what was read for a practice index, and what was not."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.cli.output import print_json, print_message, print_pack_notes, print_result

HELP = "what was read for a practice index, and what was not"
EXAMPLE = "recordpick read-report index --criteria supplier.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("index", type=Path, metavar="DIR", help="a practice index")
    parser.add_argument(
        "--criteria",
        type=Path,
        metavar="PACK",
        help="a criteria pack: also which criteria the index can answer",
    )
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="also write it as a new page to print (HTML)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")


def run(options: argparse.Namespace) -> int:
    """Print what was read; with a pack also which of its criteria can be answered."""
    from recordpick.atomic import check_new, write_file
    from recordpick.document import as_html, as_text
    from recordpick.index.practice_index import open_index
    from recordpick.index.read_report import read_report
    from recordpick.index.read_report_page import as_values, document_of

    if options.html is not None:
        check_new(options.html)
    index = open_index(options.index)
    report = read_report(index.folder, index.manifest)
    values, sections = as_values(report), []
    if options.criteria is not None:
        from recordpick.criteria.load import read_pack
        from recordpick.report_requests.criteria_status import criteria_section, status_of

        pack = read_pack(options.criteria)
        print_pack_notes(pack)
        sections.append(criteria_section(pack, index))
        values["criteria"] = [
            {"id": one.criterion.id, "status": one.status, "reason": one.reason}
            for one in status_of(pack, index)
        ]
    document = document_of(report, sections)
    if options.html is not None:
        write_file(options.html, as_html(document).encode())
        print_message(f"Written: {options.html}, one page to print.")
    if options.json:
        print_json(values)
    elif options.html is None:
        for line in as_text(document):
            print_result(line)
    return 0

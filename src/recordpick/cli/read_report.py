"""`recordpick read-report`: what was read for a practice index, and what was not."""

from __future__ import annotations

import argparse

from recordpick.atomic import write_file
from recordpick.cli.common import must_be_new, say, say_json, tell, tell_notes
from recordpick.document import as_html, as_text
from recordpick.index.practice_index import open_index
from recordpick.index.read_report import read_report
from recordpick.index.read_report_page import as_values, document_of


def run(options: argparse.Namespace) -> int:
    """Print what was read; with a pack also which of its criteria can be answered."""
    if options.html is not None:
        must_be_new(options.html)
    index = open_index(options.index)
    report = read_report(index.folder, index.manifest)
    values, sections = as_values(report), []
    if options.criteria is not None:
        from recordpick.criteria.load import read_pack
        from recordpick.report_requests.criteria_status import criteria_section, status_of

        pack = read_pack(options.criteria)
        tell_notes(pack)
        sections.append(criteria_section(pack, index))
        values["criteria"] = [
            {"id": one.criterion.id, "status": one.status, "reason": one.reason}
            for one in status_of(pack, index)
        ]
    document = document_of(report, sections)
    if options.html is not None:
        write_file(options.html, as_html(document).encode())
        tell(f"Written: {options.html}, one page to print.")
    if options.json:
        say_json(values)
    elif options.html is None:
        for line in as_text(document):
            say(line)
    return 0

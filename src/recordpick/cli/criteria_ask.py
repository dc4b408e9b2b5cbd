"""`recordpick criteria ask`: which exports would answer which criteria, and how to make them."""

from __future__ import annotations

import argparse

from recordpick.atomic import write_file
from recordpick.cli.common import must_be_new, say, say_json, tell, tell_notes
from recordpick.criteria.load import read_pack
from recordpick.document import as_html, as_text
from recordpick.index.practice_index import open_index
from recordpick.report_requests.describe import as_values, document_of, summary_of
from recordpick.report_requests.plan import plan_requests


def run(options: argparse.Namespace) -> int:
    """Print what to ask for, most useful first; as a page for a colleague with --html."""
    if options.html is not None:
        must_be_new(options.html)
    pack = read_pack(options.pack)
    index = None if options.index is None else open_index(options.index)
    tell_notes(pack)
    plan = plan_requests(pack, index)
    document = document_of(plan, index, options.system)
    if options.html is not None:
        write_file(options.html, as_html(document).encode())
        tell(f"Written: {options.html}, one page to print or hand over.")
    if options.json:
        say_json(as_values(plan, options.system))
    elif options.html is not None:
        say(summary_of(plan))
    else:
        for line in as_text(document):
            say(line)
    return 0

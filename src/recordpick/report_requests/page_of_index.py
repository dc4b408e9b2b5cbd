"""The page of what was read, with the criteria of a pack, written into an index that is there."""

from __future__ import annotations

import os
from contextlib import suppress

from recordpick.atomic import temporary_name, write_new
from recordpick.criteria.pack import Pack
from recordpick.document import as_html
from recordpick.index.manifest import READ_REPORT
from recordpick.index.practice_index import PracticeIndex
from recordpick.index.read_report import read_report
from recordpick.index.read_report_page import document_of
from recordpick.report_requests.criteria_status import criteria_section


def write_page_with_criteria(pack: Pack, index: PracticeIndex) -> bool:
    """Put the page with the pack's criteria in the place of the index's own, whole or not at all.

    False where the index's folder cannot be written to: the page that is there then stays.
    """
    report = read_report(index.folder, index.manifest)
    page = as_html(document_of(report, [criteria_section(pack, index)]))
    path = index.folder / READ_REPORT
    finished = temporary_name(path)
    try:
        write_new(finished, page.encode())
        os.replace(finished, path)  # noqa: PTH105 - one call of the system
    except OSError:
        return False
    finally:
        with suppress(OSError):
            finished.unlink(missing_ok=True)
    return True

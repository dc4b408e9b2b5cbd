"""`recordpick codelists import`: fill the lists that rules name from official files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recordpick.cli.arguments import add_json
from recordpick.cli.output import (
    print_json,
    print_message,
    print_result,
    print_table,
    progress_on_stderr,
)
from recordpick.text import plural

if TYPE_CHECKING:
    from recordpick.codelist_import.filled_lists import ListImport

HELP = "fill the lists that the reports and criteria use from official files"
EXAMPLE = "recordpick codelists import PCD_Refset_Content.txt dmd-release --into our-lists"
_CLUSTERS_NAMED = 10
_CLUSTERS_OF_A_LIST = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "sources",
        nargs="+",
        type=Path,
        metavar="SOURCE",
        help="reference-set files, releases or lists: files, or folders of them",
    )
    parser.add_argument(
        "--into",
        type=Path,
        required=True,
        metavar="DIR",
        help="the folder of lists: new, or one of an earlier import, which is then replaced",
    )
    parser.add_argument(
        "--year", metavar="YEAR", help="the QOF year of the lists, as 2026/27 (else the files')"
    )
    parser.add_argument(
        "--map", type=Path, metavar="CSV", help="your own rows of the cluster map: list, cluster"
    )
    parser.add_argument(
        "--without-rejected",
        action="store_true",
        help="fill the lists without the rows that cannot be used, which are listed",
    )
    parser.add_argument("--dry-run", action="store_true", help="show it, and write nothing")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Read the files; print what they fill; write the folder, as a whole or not at all."""
    from recordpick.codelist_import.cluster_map import cluster_map, parse_year
    from recordpick.codelist_import.folder import kept_lists, with_kept, write_lists
    from recordpick.codelist_import.importing import plan_import
    from recordpick.errors import UserError

    year = None if options.year is None else parse_year(options.year)
    with progress_on_stderr() as progress:
        found = plan_import(options.sources, cluster_map(options.map), year, progress)
    kept = kept_lists(found, options.into, all_years=year is not None)
    shown = with_kept(found, kept)
    if options.json:
        print_json(as_json(shown, {name: one.why for name, one in kept.items()}))
    else:
        _print(shown)
    for note in found.notes:
        print_message(note)
    if found.rejected and not (options.without_rejected or options.dry_run):
        raise UserError.of(_refusal(found))
    if options.dry_run:
        print_message("Nothing was written.")
        return 0
    write_lists(found, options.into, kept)
    done = f"Written to {options.into}: {found_in_words(shown)}."
    (print_message if options.json else print_result)(done)
    print_message(
        f"Reports: recordpick reports FILE --report-rules {options.into / 'report_rules.toml'}"
    )
    print_message(
        "Criteria: recordpick new FILE --index INDEX --criteria "
        f"{options.into / 'general_practice.toml'}"
    )
    return 0


def found_in_words(found: ListImport) -> str:
    """Return how many lists are filled."""
    return f"{found.filled:,} of {plural(len(found.lists), 'list')} filled"


def clusters_in_words(names: Sequence[str]) -> str:
    """Return the clusters that fill a list in a few words: the first three by name."""
    if not names:
        return "none"
    more = len(names) - _CLUSTERS_OF_A_LIST
    return ", ".join(names[:_CLUSTERS_OF_A_LIST]) + (f" and {more} more" if more > 0 else "")


def _refusal(found: ListImport) -> list[str]:
    from recordpick.codelist_import.importing import REJECTS_SHOWN

    lines = [str(one) for one in found.rejects[:REJECTS_SHOWN]]
    if (more := found.rejected - len(lines)) > 0:
        lines.append(f"{plural(more, 'more line')} cannot be used: see --json.")
    count = plural(found.rejected, "line")
    lines.append(
        f"Nothing was written, because {count} cannot be used. Get the file again, or fill the "
        "lists without them: --without-rejected."
    )
    return lines


def _print(found: ListImport) -> None:
    """Print the lists, what is missing first, and the account of the rows."""
    print_result(f"{found.release_in_words}: {found_in_words(found)}")
    print_result(found.rows_in_words)
    print_result()
    rows: list[tuple[str, ...]] = [("", "list", "codes", "from", "")]
    for one in found.lists_missing_first:
        names = [use.cluster.removeprefix("list ") for use in one.clusters]
        rows.append((one.mark, one.name, f"{len(one.codes):,}", clusters_in_words(names), one.says))
    print_table(rows, right=frozenset({2}))
    print_result()
    needless = {name: rows for name, rows in found.not_needed.items() if name}
    if needless:
        largest = sorted(needless, key=lambda name: -needless[name])[:_CLUSTERS_NAMED]
        more = "" if len(needless) <= len(largest) else " and others"
        print_result(f"{plural(len(needless), 'cluster')} not needed: {', '.join(largest)}{more}")
    for path in found.not_used[:_CLUSTERS_NAMED]:
        print_message(f"{path}: not used; no codes were recognised in it.")


def as_json(found: ListImport, kept: dict[str, str]) -> dict[str, Any]:
    """Return everything for programs; the form is described in docs/reference.md."""
    return {
        "release": found.release_in_words,
        "rows": {
            "read": found.rows,
            "used": found.used,
            "not_needed": found.rows - found.used - found.rejected,
            "rejected": found.rejected,
        },
        "lists": [
            {
                "name": one.name,
                "codes": len(one.codes),
                "used_by": list(one.used_by),
                "clusters": [
                    {"name": use.cluster, "codes": use.codes, "says": use.text, "known": use.source}
                    for use in one.clusters
                ],
                "missing": list(one.missing),
                "rejected": one.rejected,
                "retired": one.retired,
                "reason": one.reason,
                "kept": kept.get(one.name, ""),
            }
            for one in found.lists_missing_first
        ],
        "not_needed": dict(found.not_needed),
        "rejected": [
            {
                "file": one.file,
                "line": one.line,
                "group": one.group,
                "code": one.code,
                "why": one.why,
            }
            for one in found.rejects
        ],
        "sources": [
            {
                "file": one.path.name,
                "kind": one.kind,
                "version": one.version,
                "date": one.day and one.day.isoformat(),
                "rows": one.rows,
                "sha256": one.sha256,
            }
            for one in found.sources
        ],
        "not_used": [str(path) for path in found.not_used],
    }

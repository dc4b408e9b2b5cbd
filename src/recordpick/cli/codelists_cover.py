"""`recordpick codelists cover`: which codes of a practice's records are in no list."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.cli.arguments import add_json
from recordpick.cli.output import print_json, print_message, print_result, print_table
from recordpick.text import day, plural

HELP = "list the codes of the practice's records that are in no list, the most used first"
EXAMPLE = "recordpick codelists cover practice-index --lists our-lists"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("index", type=Path, metavar="INDEX", help="the practice index")
    parser.add_argument(
        "--lists",
        type=Path,
        metavar="DIR",
        help="the folder of lists (otherwise those that ship, for demonstration)",
    )
    parser.add_argument(
        "--top", type=int, default=50, metavar="N", help="how many codes to show (0: all)"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write all as a new CSV file")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Count the codes of the records, and print those that no list has."""
    from recordpick.atomic import check_new, write_file
    from recordpick.codelist_import.coverage import coverage, lists_in
    from recordpick.csv_safety import as_csv
    from recordpick.index.practice_index import open_index
    from recordpick.resources import criteria_folder, data_file

    if options.out is not None:
        check_new(options.out)
    index = open_index(options.index)
    folders = [options.lists] if options.lists else [criteria_folder(), data_file("reports")]
    lists = [one for folder in folders for one in lists_in(folder).values()]
    found = coverage(index, lists)
    shown = found.unlisted.head(options.top) if options.top > 0 else found.unlisted
    if options.json:
        print_json(
            {
                "codes": found.codes,
                "listed_codes": found.listed_codes,
                "entries": found.entries,
                "listed_entries": found.listed_entries,
                "entries_without_code": found.uncoded,
                "unused_lists": list(found.unused_lists),
                "missing_tables": list(found.missing_tables),
                "unlisted": [
                    {**row, "last_used": row["last_used"] and row["last_used"].isoformat()}
                    for row in shown.iter_rows(named=True)
                ],
            }
        )
    else:
        print_result(
            f"{found.listed_codes:,} of {plural(found.codes, 'code')} in the records are in a "
            f"list, with {found.listed_entries:,} of {found.entries:,} coded "
            "entries."
        )
        print_result()
        rows: list[tuple[str, ...]] = [("entries", "patients", "code", "last used", "term")]
        rows += [
            (
                f"{row['entries']:,}",
                f"{row['patients']:,}",
                row["code"],
                day(row["last_used"]),
                row["term"],
            )
            for row in shown.iter_rows(named=True)
        ]
        print_table(rows, right=frozenset({0, 1}))
    for table in found.missing_tables:
        print_message(f"The index has no codes in {table}: nothing is known of them.")
    if found.uncoded:
        print_message(f"{plural(found.uncoded, 'entry has', 'entries have')} no code.")
    if found.unused_lists:
        print_message(f"No code occurs in the records of: {', '.join(found.unused_lists)}.")
    if shown.height < found.unlisted.height:
        print_message(f"{found.unlisted.height - shown.height:,} more codes: --top 0 shows all.")
    if options.out is not None:
        write_file(options.out, as_csv(found.unlisted))
        print_message(f"All {found.unlisted.height:,} codes written to {options.out}.")
    return 0

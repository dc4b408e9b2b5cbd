"""`recordpick new`: start a working file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_as_at, add_person
from recordpick.cli.common import acting_person, parse_as_at
from recordpick.cli.output import print_message, print_pack_notes, print_result
from recordpick.text import day, plural

if TYPE_CHECKING:
    from datetime import date

    from recordpick.criteria.pack import Pack
    from recordpick.index.manifest import Manifest

HELP = "start a working file for one practice and one pack"
EXAMPLE = "recordpick new our-practice.recordpick --index practice-index --criteria supplier.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the working file to make")
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="practice index")
    parser.add_argument(
        "--criteria", type=Path, metavar="PACK", help="criteria pack (otherwise the one that ships)"
    )
    parser.add_argument("--practice", default="", metavar="NAME", help="the practice's name")
    parser.add_argument(
        "--ods-code",
        default="",
        metavar="CODE",
        help="the practice's ODS code, such as A81001 (otherwise the index's own)",
    )
    add_as_at(parser, "the day for which ages are calculated (otherwise the index's own)")
    add_person(parser)


def run(options: argparse.Namespace) -> int:
    """Make the working file from an index and a pack."""

    from recordpick.atomic import check_new
    from recordpick.criteria.load import read_pack
    from recordpick.index.practice_index import open_index
    from recordpick.resources import general_practice_pack
    from recordpick.selection.working_file import WorkingFile

    check_new(options.file)
    index = open_index(options.index)
    pack = read_pack(options.criteria or general_practice_pack())
    print_pack_notes(pack)
    as_at = parse_as_at(options.as_at) or index.manifest.as_at
    practice = options.practice or index.manifest.practice
    person = acting_person(options)
    code = options.ods_code or index.manifest.ods_code
    with WorkingFile.create(options.file, pack, index, as_at, practice, person, ods_code=code):
        pass
    criteria = plural(len(pack.criteria), "criterion", "criteria")
    patients = plural(index.manifest.tables["patients"].rows, "patient")
    print_result(f"{options.file}: {criteria} of {f'{pack.title} {pack.version}'.strip()},")
    print_result(f"{patients}, as at {day(as_at)}.")
    _print_warnings(index.manifest, pack, as_at)
    print_result(f"Open it with: recordpick {options.file}")
    return 0


def _print_warnings(manifest: Manifest, pack: Pack, as_at: date) -> None:
    from recordpick.criteria.shipped_codelists import is_demonstration

    for warning in manifest.warnings:
        print_message(f"Warning: {warning}")
    if as_at != manifest.as_at:
        print_message(
            f"The records are as at {day(manifest.as_at)}: only ages and periods are calculated "
            f"as at {day(as_at)}, not who is registered or which medicines are current."
        )
    demonstrations = sum(map(is_demonstration, pack.codelists.values()))
    if demonstrations and not manifest.synthetic:
        print_message(
            f"{demonstrations} of {len(pack.codelists)} codelists are recordpick's own for "
            "demonstration: they hold a few codes, so that criteria that use them find few "
            "patients or nobody. Replace them with the supplier's or the practice's own "
            "(criteria/README.md)."
        )

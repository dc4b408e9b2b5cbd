"""`recordpick codelists show`: the lists of an import, or the codes of one of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.cli.arguments import add_json
from recordpick.cli.codelists_import import clusters_in_words
from recordpick.cli.output import print_json, print_result, print_table
from recordpick.text import plural, similar_hint

HELP = "show the lists of an import and where they come from, or one list's codes"
EXAMPLE = "recordpick codelists show our-lists asthma"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of imported lists")
    parser.add_argument("list", nargs="?", metavar="LIST", help="one list: its codes and terms")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print what the folder says of its lists, or a list's codes."""
    from recordpick.codelist_import.coverage import lists_in
    from recordpick.codelist_import.folder import open_lists
    from recordpick.errors import UserError

    before = open_lists(options.folder)
    if options.list is None:
        _print_lists(options, dict(before.about))
        return 0
    lists = lists_in(options.folder)
    codelist = lists.get(options.list)
    if codelist is None:
        raise UserError(
            f"{options.folder}: there is no list {options.list!r}."
            f"{similar_hint(options.list, lists)}"
        )
    about = before.lists.get(codelist.name, {})
    if options.json:
        codes = {code: codelist.terms.get(code, "") for code in codelist.codes}
        print_json({"name": codelist.name, **about, "codes": codes})
        return 0
    reason = codelist.not_filled
    print_result(f"{codelist.name}: {reason or plural(len(codelist.codes), 'code')}")
    for cluster in about.get("clusters", []):
        print_result(f"{cluster['name']}  {cluster['codes']:,}  {cluster['says']}")
    rows = [(code, codelist.terms.get(code, "")) for code in codelist.codes]
    print_table(list(rows))
    return 0


def _print_lists(options: argparse.Namespace, about: dict[str, object]) -> None:
    if options.json:
        print_json(about)
        return
    lists: dict[str, dict[str, object]] = about["lists"]  # type: ignore[assignment] # as written
    filled = sum(bool(one["codes"]) for one in lists.values())
    print_result(f"{about['release']}: {filled:,} of {plural(len(lists), 'list')} filled")
    rows: list[tuple[str, ...]] = [("list", "codes", "from", "")]
    for name, one in sorted(lists.items(), key=lambda item: (bool(item[1]["codes"]), item[0])):
        clusters: list[dict[str, str]] = one.get("clusters", [])  # type: ignore[assignment]
        origin = clusters_in_words([cluster["name"] for cluster in clusters])
        says = "; ".join(
            filter(
                None,
                [
                    str(one.get("kept", "")),
                    str(one.get("reason", "")),
                    f"{one['rejected']} lines not used" if one.get("rejected") else "",
                ],
            )
        )
        rows.append((name, f"{one['codes']:,}", origin, says))
    print_table(rows, right=frozenset({1}))

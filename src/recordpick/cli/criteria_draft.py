"""`recordpick criteria draft`: propose rules for a supplier's sheet of criteria in words."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_as_at, add_sheets
from recordpick.cli.common import parse_as_at
from recordpick.cli.output import (
    print_json,
    print_message,
    print_pack_notes,
    print_result,
    print_table,
)
from recordpick.errors import UserError
from recordpick.standard_streams import is_terminal
from recordpick.text import plural

if TYPE_CHECKING:
    from recordpick.criteria.list_documents import WhichTableError
    from recordpick.criteria.pack import Criterion, Pack
    from recordpick.matching.answers import Answer, Matches


HELP = "propose rules for a supplier's sheet of criteria in words; none is used until confirmed"
EXAMPLE = "recordpick criteria draft supplier.xlsx --out supplier.toml --index index"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "pack", type=Path, metavar="SHEET", help="the supplier's sheet: XLSX, ODS, CSV or DOCX"
    )
    add_sheets(parser)
    parser.add_argument(
        "--out", type=Path, metavar="PACK", help="the pack (.toml) to write, with the proposals"
    )
    parser.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="a practice index: say how many patients each finds",
    )
    parser.add_argument("--json", action="store_true", help="all proposals, for programs")
    add_as_at(parser, "the day on which ages are calculated (else the index's, else today)")


def run(options: argparse.Namespace) -> int:
    """Print what is proposed, and write it as a pack with `--out`. Nothing is confirmed by it."""
    if options.out is None and options.index is None and not options.json:
        raise UserError(
            "Say what to do with the proposals: --out PACK.toml to write a pack, --index DIR to "
            "see how many patients each finds, or --json for programs."
        )
    as_at = parse_as_at(options.as_at)
    index = None
    if options.index is not None:
        from recordpick.index.practice_index import open_index

        index = open_index(options.index)
        as_at = as_at or index.manifest.as_at
    as_at = as_at or datetime.now(UTC).astimezone().date()
    pack = _with_the_right_sheet(options, as_at)
    print_pack_notes(pack)
    found: list[Matches] = []
    if index is not None:
        from recordpick.matching.proposals import match_proposals

        found = list(match_proposals(pack, index, as_at))
    if options.json:
        print_json(as_json(pack, found))
    else:
        _print(pack, found, options.out)
    return 0


def _with_the_right_sheet(options: argparse.Namespace, as_at: date) -> Pack:
    """Return the draft; where several sheets could be meant, a person at the terminal is asked."""
    from recordpick.criteria.list_documents import WhichTableError

    try:
        return _drafted(options, options.sheet or [], as_at)
    except WhichTableError as error:
        import sys

        if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
            raise
        return _drafted(options, [_ask_which(error)], as_at)


def _ask_which(error: WhichTableError) -> str:
    print_message("Several sheets could be the list of criteria:")
    for number, name in enumerate(error.names, 1):
        print_message(f"  {number}  {name}")
    print_message("Which is meant? Type its number; anything else stops.")
    try:
        answer = input().strip()
    except EOFError:
        raise error from None
    if not answer.isdecimal() or not 1 <= int(answer) <= len(error.names):
        raise error
    return error.names[int(answer) - 1]


def _drafted(options: argparse.Namespace, sheets: list[str], as_at: date) -> Pack:
    from recordpick.criteria.drafting import draft_of, draft_pack
    from recordpick.criteria.load import read_criteria_list

    if options.out is not None:
        return draft_pack(options.pack, options.out, as_at, sheets)
    return draft_of(read_criteria_list(options.pack, sheets), options.pack.name, as_at)


def as_json(pack: Pack, found: list[Matches]) -> list[dict[str, object]]:
    """Return all proposals for programs; the form is described in docs/reference.md.

    `patients` is null where no index was given, or it cannot answer.
    """
    from recordpick.matching.proposals import proposal_key

    def patients(ref: str, number: int) -> list[str] | None:
        key = proposal_key(ref, number)
        for matches in found:
            if key in matches.answers and matches.answers[key].answered:
                return matches.patients(key).to_list()
        return None

    return [
        {
            "ref": criterion.id,
            "proposals": [
                {
                    "template": proposal.template,
                    "says": proposal.says,
                    "confidence": round(proposal.confidence, 3),
                    "patients": patients(criterion.id, number),
                }
                for number, proposal in enumerate(criterion.proposals, 1)
            ],
        }
        for criterion in pack.criteria
    ]


def _print(pack: Pack, found: list[Matches], out: Path | None) -> None:
    """Print the first proposal of each criterion, and where to go on."""
    answers = {key: answer for matches in found for key, answer in matches.answers.items()}
    rows: list[tuple[str, ...]] = [("criterion", "the supplier's words", "first proposal", "found")]
    rows += [_row(criterion, answers) for criterion in pack.criteria]
    print_table([row if found else row[:3] for row in rows], right=frozenset({3}))
    proposed = sum(bool(criterion.proposals) for criterion in pack.criteria)
    print_result(
        f"{plural(len(pack.criteria), 'criterion', 'criteria')}: rules are proposed for "
        f"{proposed}; {len(pack.criteria) - proposed} are picked for by hand. Nothing is used "
        "until a person confirms it."
    )
    if out is not None:
        print_result(f"Written to {out}. Confirm in the app (Rules from words), or with:")
        print_result(f"recordpick criteria confirm {out} REF N --by INITIALS")


def _row(criterion: Criterion, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    from recordpick.matching.proposals import proposal_key

    answer = answers.get(proposal_key(criterion.id, 1))
    number = ""
    if answer is not None:
        number = f"{answer.matches:,}" if answer.answered else "?"
    first = criterion.proposals[0].says if criterion.proposals else "– by hand"
    return (criterion.id, criterion.title, first, number)

"""What the commands on criteria in words can be asked: `criteria draft` and `criteria confirm`."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.argument_parts import Parsers, as_at, command


def sheets(parser: argparse.ArgumentParser) -> None:
    """Take which sheets of a workbook, or tables of a document, are meant."""
    parser.add_argument(
        "--sheet",
        action="append",
        metavar="NAME",
        help="of a workbook: the sheet that is meant, where several could be (may be repeated: "
        "they are one list then); of a Word document: the number of a table",
    )


def draft_arguments(commands: Parsers) -> None:
    """Add `criteria draft`."""
    draft = command(
        commands,
        "draft",
        "propose rules for a supplier's sheet of criteria in words; none is used until confirmed",
        "criteria_draft",
    )
    draft.add_argument(
        "pack", type=Path, metavar="SHEET", help="the supplier's sheet: XLSX, ODS, CSV or DOCX"
    )
    sheets(draft)
    draft.add_argument(
        "--out", type=Path, metavar="PACK", help="the pack (.toml) to write, with the proposals"
    )
    draft.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="a practice index: say how many patients each finds",
    )
    draft.add_argument("--json", action="store_true", help="all proposals, for programs")
    as_at(draft, "the day on which ages are calculated (else the index's, else today)")


def confirm_arguments(commands: Parsers) -> None:
    """Add `criteria confirm`."""
    confirm = command(
        commands,
        "confirm",
        "confirm the rule of a criterion in words, or show what is proposed",
        "criteria_confirm",
    )
    confirm.add_argument("pack", type=Path, metavar="PACK", help="a drafted pack (.toml)")
    confirm.add_argument(
        "ref",
        nargs="?",
        metavar="REF",
        help="the criterion's id; alone it shows the proposals; without it, what is left to do",
    )
    confirm.add_argument(
        "number", nargs="?", type=int, metavar="N", help="the number of the proposal to confirm"
    )
    choice = confirm.add_mutually_exclusive_group()
    choice.add_argument(
        "--template", metavar="ID", help="the proposal made from that template, instead of N"
    )
    choice.add_argument(
        "--condition", metavar="TEXT", help="a condition of your own, in the pack's language"
    )
    choice.add_argument("--by-hand", action="store_true", help="no rule: pick by hand")
    choice.add_argument(
        "--withdraw", action="store_true", help="take the decision back: not confirmed again"
    )
    confirm.add_argument(
        "--set",
        dest="changes",
        action="append",
        metavar="NAME=VALUE",
        help="another number or name in the proposal (may be repeated)",
    )
    confirm.add_argument(
        "--says", metavar="WORDS", help="with --condition: the rule in words, as staff read it"
    )
    confirm.add_argument("--table", metavar="TABLE", help="with --condition: its table (patients)")
    confirm.add_argument(
        "--everyone",
        action="store_true",
        help="with --condition: among everyone, not only those registered now",
    )
    confirm.add_argument("--by", metavar="INITIALS", help="who decides; stands in the pack")
    confirm.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="a practice index: say how many patients each finds",
    )
    as_at(confirm, "the day on which ages are calculated (else the index's)")

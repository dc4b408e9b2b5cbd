"""`recordpick merge`: merge two copies of a working file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_out, add_person
from recordpick.cli.common import acting_person
from recordpick.cli.output import print_json, print_message, print_result
from recordpick.errors import UserError
from recordpick.text import plural

if TYPE_CHECKING:
    from recordpick.selection.merging import Choice, Conflict, Plan

HELP = "merge two copies of a working file"
EXAMPLE = "recordpick merge our-practice.recordpick from-jo.recordpick --out both.recordpick"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("first", type=Path, metavar="A", help="one copy (.recordpick)")
    parser.add_argument("second", type=Path, metavar="B", help="the other copy")
    add_out(parser, "FILE", "the new, merged working file")
    parser.add_argument(
        "--take",
        action="append",
        default=[],
        metavar="CHOICE",
        help="whose version counts where they conflict: A or B for all, NAME=A or NAME=B for one; "
        "may be given several times",
    )
    parser.add_argument("--json", action="store_true", help="list the conflicts as JSON")
    add_person(parser)


def run(options: argparse.Namespace) -> int:
    """Compare the copies, and write them as one new file where every conflict is decided.

    Return 0 when that is written, or there is nothing to merge. UserError when conflicts are not
    decided: they are listed, and nothing is written.
    """

    from recordpick.atomic import check_new
    from recordpick.selection.merging import plan_merge
    from recordpick.selection.working_file import WorkingFile

    person = acting_person(options)
    check_new(options.out)
    with (
        WorkingFile.open(options.first, read_only=True) as ours,
        WorkingFile.open(options.second, read_only=True) as theirs,
    ):
        for file in (ours, theirs):
            for warning in file.warnings:
                print_message(f"{file.path.name}: {warning}")
        plan = plan_merge(ours, theirs)
        choices = _choices(options.take, plan)
        left = [one for one in plan.conflicts if one.name not in choices]
        written = not plan.nothing_to_do and not left
        if written:
            ours.save_merged(options.out, plan.body(choices), person)
    if options.json:
        _print_plan(plan, choices, str(options.out) if written else None)
    elif left:
        _print_conflicts(left)
    if left:
        raise UserError(
            f"{plural(len(left), 'conflict is', 'conflicts are')} not decided, so nothing was "
            "written. For each, give --take NAME=A or --take NAME=B, or give --take A or --take B "
            "for all the rest."
        )
    if not options.json:
        print_result(plan.nothing_to_do or f"Written: {options.out}. Continue with this file only.")
    if written:
        for note in plan.notes:
            print_message(note)
    return 0


def _choices(given: list[str], plan: Plan) -> dict[str, Choice]:
    """Return what was decided: `A` or `B` for all that is not named, `NAME=A` for one."""
    names = {one.name for one in plan.conflicts}
    named: dict[str, Choice] = {}
    rest: Choice | None = None
    for text in given:
        name, is_named, choice = text.rpartition("=")
        chosen = _choice(choice, text)
        if not is_named:
            if rest not in {None, chosen}:
                raise UserError(
                    "--take A and --take B cannot both apply to all: name the conflicts."
                )
            rest = chosen
        elif named.setdefault(_conflict(name, names, text), chosen) != chosen:
            raise UserError(f"--take: {name} is decided twice, in different ways.")
    return named if rest is None else {name: named.get(name, rest) for name in names}


def _conflict(name: str, names: set[str], whole: str) -> str:
    """Return the conflict of that name, in any case; UserError if there is none."""
    found = [one for one in names if one == name] or [
        one for one in names if one.casefold() == name.casefold()
    ]
    if len(found) != 1:
        raise UserError(f"--take {whole}: there is no conflict {name!r} between these copies.")
    return found[0]


def _choice(text: str, whole: str) -> Choice:
    match text.strip().upper():
        case "A":
            return "A"
        case "B":
            return "B"
    raise UserError(f"--take {whole}: write A or B, or NAME=A or NAME=B.")


def _print_conflicts(conflicts: list[Conflict]) -> None:
    for one in conflicts:
        print_result(one.name)
        print_result(f"  {one.says}")
        print_result(f"  A  {_one_line(one.a)}")
        print_result(f"  B  {_one_line(one.b)}")


def _one_line(text: str) -> str:
    return " / ".join(text.split("\n"))


def _print_plan(plan: Plan, choices: dict[str, Choice], written: str | None) -> None:
    print_json(
        {
            "written": written,
            "nothing_to_do": plan.nothing_to_do or None,
            "conflicts": [
                {
                    "name": one.name,
                    "says": one.says,
                    "a": one.a,
                    "b": one.b,
                    "decided": choices.get(one.name),
                }
                for one in plan.conflicts
            ],
            "notes": list(plan.notes),
        }
    )

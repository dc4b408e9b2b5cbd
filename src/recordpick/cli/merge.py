"""`recordpick merge`: merge two copies of a working file."""

from __future__ import annotations

import argparse

from recordpick.cli.common import must_be_new, say, say_json, tell, who
from recordpick.errors import UserError
from recordpick.selection.merging import Choice, Conflict, Plan, plan_merge
from recordpick.selection.working_file import WorkingFile

NOT_DECIDED = 2


def run(options: argparse.Namespace) -> int:
    """Compare the copies, and write them as one new file if every conflict is decided.

    0 if that is written, or there is nothing to merge; 2 if conflicts are not decided:
    they are listed, and nothing is written.
    """
    person = who(options)
    must_be_new(options.out)
    with (
        WorkingFile.open(options.first, read_only=True) as ours,
        WorkingFile.open(options.second, read_only=True) as theirs,
    ):
        for file in (ours, theirs):
            for warning in file.warnings:
                tell(f"{file.path.name}: {warning}")
        plan = plan_merge(ours, theirs)
        choices = _choices(options.take, plan)
        left = [one for one in plan.conflicts if one.name not in choices]
        written = not plan.nothing_to_do and not left
        if written:
            ours.save_merged(options.out, plan.body(choices), person)
    if options.json:
        _say_json(plan, choices, str(options.out) if written else None)
    elif left:
        _say_conflicts(left)
    if left:
        raise UserError(
            f"{_conflicts(len(left))} not decided, so nothing was written. For each, give --take "
            "NAME=A or --take NAME=B, or give --take A or --take B for all the rest."
        )
    if not options.json:
        say(plan.nothing_to_do or f"Written: {options.out}. Continue with this file only.")
    if written:
        for note in plan.notes:
            tell(note)
    return 0


def _choices(given: list[str], plan: Plan) -> dict[str, Choice]:
    """Parse the decisions: `A` or `B` for all that are not named, `NAME=A` for one."""
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
        elif name not in names:
            raise UserError(f"--take {text}: there is no conflict {name!r} between these copies.")
        elif named.setdefault(name, chosen) != chosen:
            raise UserError(f"--take: {name} is decided twice, in different ways.")
    return named if rest is None else {name: named.get(name, rest) for name in names}


def _choice(text: str, whole: str) -> Choice:
    match text.strip().upper():
        case "A":
            return "A"
        case "B":
            return "B"
    raise UserError(f"--take {whole}: write A or B, or NAME=A or NAME=B.")


def _conflicts(number: int) -> str:
    return "1 conflict is" if number == 1 else f"{number:,} conflicts are"


def _say_conflicts(conflicts: list[Conflict]) -> None:
    for one in conflicts:
        say(one.name)
        say(f"  {one.says}")
        say(f"  A  {_one_line(one.a)}")
        say(f"  B  {_one_line(one.b)}")


def _one_line(text: str) -> str:
    return " / ".join(text.split("\n"))


def _say_json(plan: Plan, choices: dict[str, Choice], written: str | None) -> None:
    say_json(
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

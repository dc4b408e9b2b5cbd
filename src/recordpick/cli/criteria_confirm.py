"""`recordpick criteria confirm`: decide on the rule of a criterion in words, or show the choice."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_as_at
from recordpick.cli.common import parse_as_at
from recordpick.cli.output import print_result
from recordpick.errors import UserError
from recordpick.text import plural

if TYPE_CHECKING:
    from recordpick.criteria.pack import Criterion, Pack, Proposal
    from recordpick.matching.answers import Answer


HELP = "confirm the rule of a criterion in words, or show what is proposed"
EXAMPLE = "recordpick criteria confirm supplier.toml MED-03 1 --by AB"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("pack", type=Path, metavar="PACK", help="a drafted pack (.toml)")
    parser.add_argument(
        "ref",
        nargs="?",
        metavar="REF",
        help="the criterion's id; alone it shows the proposals; without it, what is left to do",
    )
    parser.add_argument(
        "number", nargs="?", type=int, metavar="N", help="the number of the proposal to confirm"
    )
    choice = parser.add_mutually_exclusive_group()
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
    parser.add_argument(
        "--set",
        dest="changes",
        action="append",
        metavar="NAME=VALUE",
        help="another number or name in the proposal (may be repeated)",
    )
    parser.add_argument(
        "--says", metavar="WORDS", help="with --condition: the rule in words, as staff read it"
    )
    parser.add_argument("--table", metavar="TABLE", help="with --condition: its table (patients)")
    parser.add_argument(
        "--everyone",
        action="store_true",
        help="with --condition: among everyone, not only those registered now",
    )
    parser.add_argument("--by", metavar="INITIALS", help="who decides; recorded in the pack")
    parser.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="a practice index: say how many patients each finds",
    )
    add_as_at(parser, "the day on which ages are calculated (else the index's)")


def run(options: argparse.Namespace) -> int:
    """Write the decision and say what is left; without one, show what is proposed."""

    from recordpick.criteria.drafting import change_criterion, place_of, undecided
    from recordpick.criteria.load import read_pack

    _check(options)
    if options.ref is None:
        return _show_left(read_pack(options.pack))
    if not _decides(options):
        return _show_proposals(options)
    pack = change_criterion(options.pack, options.ref, _change(options))
    criterion = pack.criteria[place_of(pack, options.ref)]
    says = criterion.confirmed.says(criterion) if criterion.confirmed else "not confirmed"
    print_result(f"{criterion.id}: {says}")
    for step in criterion.steps:
        print_result(f"  rule: {step.says}")
    left = undecided(pack)
    print_result(f"{plural(len(left), 'criterion', 'criteria')} left to confirm.")
    return 0


def _decides(options: argparse.Namespace) -> bool:
    return bool(
        options.number is not None
        or options.template is not None
        or options.condition is not None
        or options.by_hand
        or options.withdraw
    )


def _check(options: argparse.Namespace) -> None:
    """Raise UserError for options that do not go together."""
    has_other = options.template or options.condition or options.by_hand or options.withdraw
    if options.number is not None and has_other:
        raise UserError("Give the number of a proposal, or one of the other choices, not both.")
    if options.changes and options.number is None and options.template is None:
        raise UserError("--set changes a number of a proposal: say which with N or --template.")
    if (options.says or options.table or options.everyone) and options.condition is None:
        raise UserError("--says, --table and --everyone go with --condition.")
    if options.ref is not None and _decides(options) and not (options.by or options.withdraw):
        raise UserError(
            "Say who decides: add --by with your initials. They are recorded in the pack."
        )


def _change(options: argparse.Namespace) -> Callable[[Pack, Criterion], Criterion]:
    """Return the change that the options ask for, of the criterion as it is in the file then."""

    from recordpick.criteria.drafting import Decision, refilled, withdrawn
    from recordpick.criteria.list_titles import title_of
    from recordpick.criteria.pack import Rule, registered

    if options.withdraw:
        return withdrawn

    def change(pack: Pack, criterion: Criterion) -> Criterion:
        if options.condition is not None:
            says = options.says or title_of(criterion.find)
            rule = Rule(says, table=options.table or "patients")
            population = None if options.everyone else registered()
            decision = Decision(
                options.by, rule=rule, condition=options.condition, population=population
            )
        elif options.by_hand:
            decision = Decision(options.by)
        else:
            proposal = _chosen(options, criterion)
            changes = _changes(options.changes or [])
            if changes:
                proposal = refilled(proposal, changes)
            decision = Decision(options.by, proposal, is_edited=bool(changes))
        return decision(pack, criterion)

    return change


def _chosen(options: argparse.Namespace, criterion: Criterion) -> Proposal:
    """Return the proposal that is meant by its number or template."""

    from recordpick.criteria.problems import listed, shown

    proposals = criterion.proposals
    if not proposals:
        raise UserError(
            f"{criterion.id}: no rule is proposed for it. Write one with --condition, or leave it "
            "to be picked by hand."
        )
    if options.number is not None:
        if not 1 <= options.number <= len(proposals):
            raise UserError(f"{criterion.id}: choose a proposal from 1 to {len(proposals)}.")
        number: int = options.number
        return proposals[number - 1]
    named = [one for one in proposals if one.template == options.template]
    if len(named) == 1:
        return named[0]
    known = listed([f"{at} {one.template}" for at, one in enumerate(proposals, 1)], last="and")
    why = "several proposals are" if named else "no proposal is"
    raise UserError(
        f"{criterion.id}: {why} made from the template {shown(options.template)}. Choose by "
        f"number: {known}."
    )


def _changes(texts: list[str]) -> dict[str, str]:
    from recordpick.criteria.problems import shown

    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise UserError(f"--set {shown(text)}: write it as NAME=VALUE, such as age=80.")
        found[name.strip()] = value.strip()
    return found


def _show_left(pack: Pack) -> int:
    """Print each criterion with its state, one a line."""

    from recordpick.criteria.drafting import undecided

    for criterion in pack.criteria:
        print_result(f"{criterion.id}  {criterion.title}: {_state(criterion)}")
    print_result(f"{plural(len(undecided(pack)), 'criterion', 'criteria')} left to confirm.")
    return 0


def _state(criterion: Criterion) -> str:
    from recordpick.criteria.drafting import text_of
    from recordpick.criteria.templates.propose import why_by_hand

    if criterion.confirmed is not None:
        return criterion.confirmed.says(criterion)
    if criterion.proposals:
        return f"not confirmed, {plural(len(criterion.proposals), 'proposal')}"
    if criterion.steps:
        return "the supplier's own rules"
    return f"by hand: no rule is proposed. {why_by_hand(text_of(criterion))}".strip()


def _show_proposals(options: argparse.Namespace) -> int:
    """Print a criterion and its proposals, one fact a line."""

    from recordpick.criteria.drafting import place_of
    from recordpick.criteria.load import read_pack

    pack = read_pack(options.pack)
    criterion = pack.criteria[place_of(pack, options.ref)]
    print_result(f"{criterion.id}  {criterion.title}")
    if criterion.source:
        print_result(f"From: {criterion.source}")
    print_result(f"The supplier's words: {criterion.find}")
    for text in criterion.compare:
        print_result(f"To compare: {text}")
    print_result(f"Wanted: {criterion.records}")
    print_result(f"Now: {_state(criterion)}")
    found = _found(options, pack, criterion.id)
    for number, proposal in enumerate(criterion.proposals, 1):
        print_result()
        for line in proposal_lines(number, proposal, found.get(number)):
            print_result(line)
    return 0


def proposal_lines(number: int, proposal: Proposal, answer: Answer | None) -> Iterator[str]:
    """Return what a person needs to decide on a proposal, one fact a line."""
    from recordpick.criteria.conditions import text_of as condition_text
    from recordpick.criteria.problems import listed

    yield f"Proposal {number}: {proposal.says}"
    yield f"  Template: {proposal.template}"
    yield f"  Confidence: {proposal.confidence:.0%}"
    if proposal.reason:
        yield f"  Why: {proposal.reason}"
    if proposal.unused:
        yield f"  Words not used: {listed(proposal.unused, last='and')}"
    for name, value in proposal.params.items():
        yield f"  {name} = {value}"
    yield f"  Among: {condition_text(proposal.population) or 'everyone'}"
    for line in proposal.where.splitlines():
        yield f"  Condition: {line}"
    if answer is not None:
        yield f"  Found: {found_words(answer)}"
        for caution in answer.cautions:
            yield f"  Note: {caution}"


def found_words(answer: Answer) -> str:
    """Return how many patients a rule finds; what the index cannot answer is not 0."""
    if not answer.answered:
        return f"not known: {answer.why_not}"
    return plural(answer.matches, "patient")


def _found(options: argparse.Namespace, pack: Pack, ref: str) -> dict[int, Answer]:
    """Return the answers of a criterion's proposals by number; none without an index."""

    from recordpick.criteria.drafting import place_of

    if options.index is None:
        return {}
    from recordpick.index.practice_index import open_index
    from recordpick.matching.proposals import match_proposals, proposal_key

    index = open_index(options.index)
    as_at = parse_as_at(options.as_at) or index.manifest.as_at
    criterion = pack.criteria[place_of(pack, ref)]
    answers: dict[str, Answer] = {}
    for matches in match_proposals(pack, index, as_at, (criterion.id,)):
        answers |= matches.answers
    return {
        number: answers[proposal_key(criterion.id, number)]
        for number in range(1, len(criterion.proposals) + 1)
    }

"""Propose rules for a criterion in words, and fill a template with parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

from recordpick.criteria.templates.combine import Combination, NotUnderstoodError, combine
from recordpick.criteria.templates.expression import Expression, build, parse
from recordpick.criteria.templates.facts import Chooser, Fact
from recordpick.criteria.templates.library import Template, library
from recordpick.criteria.templates.model import CriterionText, ParameterValue, Proposal
from recordpick.criteria.templates.reading import read
from recordpick.criteria.templates.reasons import Account, account, reason_of
from recordpick.criteria.templates.signs import Reading
from recordpick.criteria.templates.specs import alternatives, spec_of
from recordpick.criteria.templates.tokens import tokenise
from recordpick.errors import UserError

PROPOSALS_AT_MOST = 5
LEAST_CONFIDENCE = 0.53
"""Below this more of the text is left than a person would expect: nothing is proposed."""
LEAST_IF_BARE = 0.6
"""The same where nothing but a bare word such as document or appointment was recognised."""
_NEXT = 0.85
"""How much less sure each further reading is than the one before it."""


_WITH_TITLE = 0.8
"""A rule from text and title may be so much less sure than one that leaves the title out."""


class _Templates(Mapping[str, Template]):
    """The templates by id; the files are read when one is first asked for."""

    def __getitem__(self, key: str) -> Template:
        return library().templates[key]

    def __iter__(self) -> Iterator[str]:
        return iter(library().templates)

    def __len__(self) -> int:
        return len(library().templates)


TEMPLATES: Mapping[str, Template] = _Templates()
"""The templates by id, read from the files when first used."""


def propose(text: CriterionText, as_at: date) -> list[Proposal]:  # noqa: ARG001
    """Return the rules that the text may mean, best first; none where no template fits.

    `as_at` is the day from which periods are counted. Rules name it as `:as_at`, so that they hold
    for any day, and no text is read differently for it.
    """
    return list(_proposals(text.text, _own_title(text), text.area))


def why_by_hand(text: CriterionText) -> str:
    """Return in a sentence why nothing is proposed for a text; "" where something is."""
    if _proposals(text.text, _own_title(text), text.area):
        return ""
    for one in (text.text, text.title):
        if why := read(one).by_hand:
            return f"No extract can answer it. {why}"
    reading = read(text.text)
    try:
        _first(reading)
    except (NotUnderstoodError, UserError) as error:
        return f"It was not understood: {error}"
    unknown = ", ".join(f"“{sign.value}”" for sign in reading.unknown[:5])
    if unknown:
        return f"No template fits. Words that are not understood: {unknown}."
    return "No template fits."


def _own_title(text: CriterionText) -> str:
    """Return the title where it is not just the beginning of the text."""
    title = text.title.removesuffix("…").strip()
    return "" if title.casefold() in text.text.casefold() else title


@lru_cache(maxsize=4096)
def _proposals(text: str, title: str, area: str) -> tuple[Proposal, ...]:
    reading = read(text)
    if reading.by_hand or (title and read(title).by_hand):
        return ()
    found = _of_reading(reading)
    if title and not (found and _says_as_much(text, title)):
        found = _with_title(found, text, title)
    return _with_area(text or title, area) or found


def _says_as_much(text: str, title: str) -> bool:
    """Return whether a text names every drug, condition and the like that its title names."""
    named = {(one.name, one.value) for one in read(text).signs if one.name.startswith("@")}
    return all(
        (one.name, one.value) in named for one in read(title).signs if one.name.startswith("@")
    )


def _with_title(found: tuple[Proposal, ...], text: str, title: str) -> tuple[Proposal, ...]:
    """Return the proposals for a text with its title, where they are surer than those without."""
    whole = _less_sure(_of_reading(read(f"{title} - {text}")), f"title “{title}”", 0.95)
    if whole and (not found or whole[0].confidence >= _WITH_TITLE * found[0].confidence):
        return whole
    return found or _less_sure(_of_reading(read(title)), f"title “{title}”")


def _with_area(text: str, area: str) -> tuple[Proposal, ...]:
    """Return the proposals for a text that its area completes: "degraded", among allergies.

    None where the area's words are no part of what the text asks for, or would ask for something
    more: "confidential entries" among "Confidentiality" are not entries of confidential records.
    """
    end = len(tokenise(area))
    reading = read(f"{area} {text}")
    if not end or reading.by_hand:
        return ()
    chooser = Chooser(reading)
    chooser.choose()
    of_area = [{sign.start < end for sign in fact.everything()} for fact in chooser.facts]
    if not any(len(one) == 2 for one in of_area) or {True} in of_area:
        return ()
    alone = Chooser(read(text))
    alone.choose()
    if alone.facts and len(chooser.facts) > len(alone.facts):
        return ()
    return _less_sure(_of_reading(reading), f"area “{area}”")


def _less_sure(
    proposals: tuple[Proposal, ...], why: str, share: float = 0.9
) -> tuple[Proposal, ...]:
    return tuple(
        replace(one, confidence=round(one.confidence * share, 2), reason=f"{one.reason} · {why}")
        for one in proposals
    )


def _of_reading(reading: Reading) -> tuple[Proposal, ...]:
    if reading.by_hand:
        return ()
    try:
        first = _first(reading)
    except (NotUnderstoodError, UserError):
        return ()
    if first is None:
        return ()
    expression, combination, counted = first
    is_bare = all(fact.template.is_weak for fact in _facts(combination))
    if counted.share < (LEAST_IF_BARE if is_bare else LEAST_CONFIDENCE):
        return ()
    return _with_alternatives(reading, expression, combination, counted)


def _facts(combination: Combination) -> Iterator[Fact]:
    yield from (fact for group in combination.groups for clause in group for fact in clause)


def _first(reading: Reading) -> tuple[Expression, Combination, Account] | None:
    chooser = Chooser(reading)
    chooser.choose()
    if not chooser.facts:
        return None
    combination = combine(reading, chooser)
    counted = account(reading, chooser)
    expression = tuple(
        tuple(tuple(spec_of(fact) for fact in clause) for clause in group)
        for group in combination.groups
    )
    build(expression)
    return expression, combination, counted


def _with_alternatives(
    reading: Reading, expression: Expression, combination: Combination, counted: Account
) -> tuple[Proposal, ...]:
    proposals: list[Proposal] = []
    seen: set[object] = set()
    others = alternatives(expression, combination, reading)
    for place, (other, why) in enumerate([(expression, ""), *others]):
        if len(proposals) == PROPOSALS_AT_MOST:
            break
        try:
            proposal = build(other)
        except UserError:
            continue
        key = (
            tuple(tuple(replace(rule, says="") for rule in step.rules) for step in proposal.steps),
            proposal.population,
        )
        if key in seen:
            continue
        seen.add(key)
        confidence = counted.share * (_NEXT ** min(place, 4)) * (0.95 if others else 1.0)
        reason = reason_of(reading, combination, counted)
        proposals.append(
            replace(
                proposal,
                confidence=round(confidence, 2),
                reason=f"{why} · {reason}" if why else reason,
                unused=counted.unused,
            )
        )
    return tuple(proposals)


def fill(template: str, params: Mapping[str, ParameterValue]) -> Proposal:
    """Return the rule of a template with these parameters; those left out have their defaults.

    `template` is an id, or what `Proposal.template` holds: several joined by & and |, "not" before
    one, what is said more exactly in brackets. UserError, a sentence, for an unknown template or
    parameter and for a value out of its range.
    """
    return build(parse(template, params), template)


__all__ = ["TEMPLATES", "fill", "propose", "why_by_hand"]

"""How much of a text a rule uses, and why it was chosen, in words."""

from __future__ import annotations

from dataclasses import dataclass

from recordpick.criteria.templates.combine import Combination
from recordpick.criteria.templates.facts import Chooser, Fact
from recordpick.criteria.templates.library import library
from recordpick.criteria.templates.render import render
from recordpick.criteria.templates.signs import Reading
from recordpick.criteria.templates.specs import spec_of

_UNKNOWN, _SIGN, _NUMBER = 0.85, 0.8, 1.5
"""What a word, a sign and a number that no rule uses weigh; what is used weighs 1."""
_PARENTHETICAL = 0.25


@dataclass(frozen=True, slots=True)
class Account:
    """Which share of a text is used, and what is not."""

    share: float
    unused: tuple[str, ...]


def account(reading: Reading, chooser: Chooser) -> Account:
    """Return the share of the text that the facts use."""
    used = 0.0
    for fact in chooser.facts:
        used += sum(1.0 for _ in {(sign.start, sign.end) for sign in fact.everything()})
    left = 0.0
    idle, slight = library().classes["idle"], library().classes["slight"]
    unused: list[str] = []
    spans: set[tuple[int, int]] = set()
    for sign in chooser.left:
        if (sign.start, sign.end) in spans or sign.name in idle:
            continue
        spans.add((sign.start, sign.end))
        weight = _NUMBER if sign.quantity is not None else _SIGN
        weight *= 0.25 if sign.name in slight else 1
        left += weight * (_PARENTHETICAL if sign.parenthetical else 1)
        if sign.name not in slight:
            unused.append(reading.words(sign.start, sign.end))
    for sign in reading.unknown:
        left += _UNKNOWN * (_PARENTHETICAL if sign.parenthetical else 1)
        unused.append(sign.value)
    share = used / (used + left) if used else 0.0
    share -= 0.03 * len(reading.corrections)
    return Account(max(share, 0.0), tuple(dict.fromkeys(unused)))


def reason_of(reading: Reading, combination: Combination, counted: Account) -> str:
    """Return which words led to which part, and which words were not used."""
    parts = [
        f"“{_said(reading, fact)}” = {render(spec_of(fact)).says}"
        for group in combination.groups
        for clause in group
        for fact in clause
    ]
    parts += reading.corrections
    if counted.unused:
        parts.append("not used: " + ", ".join(f"“{word}”" for word in counted.unused))
    parts += [f"only explains: “{text}”" for text in reading.commentary]
    return " · ".join(parts)


def _said(reading: Reading, fact: Fact) -> str:
    signs = sorted({(sign.start, sign.end) for sign in fact.everything()})
    text = ""
    before = None
    for start, end in signs:
        if before is not None:
            text += " " if start == before else " … "
        text += reading.words(start, end)
        before = end
    return text

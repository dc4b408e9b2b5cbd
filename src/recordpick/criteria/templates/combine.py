"""Join the facts of a text with and, or and not."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from recordpick.criteria.templates.facts import Chooser, Fact
from recordpick.criteria.templates.library import library
from recordpick.criteria.templates.signs import Reading, Sign

_NOT_REACH = 5
_PARTED = frozenset({"with", "who", "whose", "but", "and", "having", "plus", "taking"})
_AGES: dict[str, tuple[float, float]] = {
    "age.child": (0, 16),
    "age.teenager": (13, 20),
    "age.baby": (0, 1),
    "age.newborn": (0, 0.15),
    "age.toddler": (1, 5),
    "age.adult": (18, 130),
    "age.elderly": (65, 130),
    "age.oldest": (90, 130),
    "age.centenarian": (100, 130),
    "age.nonagenarian": (90, 100),
    "age.octogenarian": (80, 90),
    "age.childbearing": (15, 50),
}
"""Templates of an age without a number: from and to how many years."""
_DEMOGRAPHIC = ("age", "sex", "registration", "status")


class NotUnderstoodError(Exception):
    """A part of the text that must not be ignored could not be placed; the text says which."""


@dataclass(slots=True)
class Combination:
    """Groups of facts: every group must hold, and of a group any one clause, all of whose facts."""

    groups: list[list[list[Fact]]]
    notes: list[str] = field(default_factory=list)
    is_doubtful_or: bool = False
    """An "and" was read as "or", or could be."""


def combine(reading: Reading, chooser: Chooser) -> Combination:
    """Return the facts in groups; NotUnderstoodError where a negation cannot be placed."""
    _place_missing(reading, chooser)
    for sign in reading.nots:
        if sign.start not in chooser.fitting.used_nots:
            _place_not(reading, chooser, sign)
    facts = sorted(chooser.facts, key=lambda fact: fact.start)
    joins = _joins(reading, facts)
    return _grouped(facts, joins, reading)


# negation


def _place_missing(reading: Reading, chooser: Chooser) -> None:
    """Turn the fact beside "missing" or "blank": NHS number missing."""
    for sign in list(chooser.left):
        if sign.name != "missing":
            continue
        fact = _fact_before(chooser, sign.start, 4) or _fact_after(reading, chooser, sign.end, 3)
        if fact is not None and not fact.is_not:
            fact.is_not = True
            fact.nots.append(sign)
            chooser.left.remove(sign)


def _place_not(reading: Reading, chooser: Chooser, sign: Sign) -> None:
    if _turn_refinement(chooser, sign) or _turn_variant(chooser, sign):
        return
    if _turn_before(reading, chooser, sign):
        return
    may_follow = {"missing", *library().classes["idle"], *library().classes["slight"]}
    if any(one.start == sign.end and one.name not in may_follow for one in chooser.left):
        raise NotUnderstoodError(reading.words(sign.start, sign.end + 1))
    fact = _fact_after(reading, chooser, sign.end, _NOT_REACH)
    if fact is None and _ends(reading, sign.end):
        fact = _fact_before(chooser, sign.start, 1)
    inside = next(
        (one for one in chooser.facts if one.start < sign.start < one.end and len(one.signs) > 1),
        None,
    )
    if fact is None and inside is not None:
        raise NotUnderstoodError(reading.words(sign.start, inside.end))
    fact = fact or _fact_of_also(chooser, sign)
    if fact is None:
        if reading.tokens[sign.start].parenthetical:
            return
        raise NotUnderstoodError(reading.words(sign.start, sign.end))
    fact.nots.append(sign)
    if not fact.is_not:
        fact.is_not = True
        fact.ever = fact.ever or sign.name == "never"


def _ends(reading: Reading, place: int) -> bool:
    """Return whether a clause ends at a place, so that "no" before it is of what it follows."""
    return place >= len(reading.tokens) or bool(reading.tokens[place].mark)


def _fact_of_also(chooser: Chooser, sign: Sign) -> Fact | None:
    """Return the fact before that the words after "no" belong to: a smear … no adequate test."""
    classes = library().classes
    weak = classes["idle"] | classes["slight"]
    return next(
        (
            fact
            for fact in chooser.facts
            for also in fact.also
            if 0 <= also.start - sign.end <= 2 and also.name not in weak and fact.end <= sign.start
        ),
        None,
    )


def _turn_refinement(chooser: Chooser, sign: Sign) -> bool:
    """Turn what is said more exactly: "not active" of a problem named before it."""
    refinements = library().refinements
    for fact in chooser.facts:
        for name, signs in list(fact.refined.items()):
            near = min(signs, key=lambda one: one.start)
            if not 0 <= near.start - sign.end <= 1 or fact.start >= sign.end:
                continue
            opposite = refinements[name].opposite
            if not opposite:
                return False
            del fact.refined[name]
            fact.refined[opposite] = [*signs, sign]
            return True
    return False


def _turn_variant(chooser: Chooser, sign: Sign) -> bool:
    """Turn a form of the fact: an e-mail address but not verified."""
    for fact in chooser.facts:
        if not fact.variant:
            continue
        near = next((one for one in fact.also if one.name == fact.variant), None)
        if near is None or not 0 <= near.start - sign.end <= 1 or fact.start >= sign.end:
            continue
        opposite = fact.template.variants[fact.variant].get("opposite", "")
        if not opposite:
            raise NotUnderstoodError(f"not {fact.variant}")
        fact.variant = opposite
        fact.nots.append(sign)
        return True
    return False


def _turn_before(reading: Reading, chooser: Chooser, sign: Sign) -> bool:
    """Turn the fact before a word such as "recorded" or "done": cervical screening never done."""
    done = next(
        (
            one
            for one in reading.signs
            if one.start == sign.end and one.name in library().classes["done"]
        ),
        None,
    )
    fact = _fact_before(chooser, sign.start, 1)
    if done is None or fact is None or fact.is_not:
        return False
    fact.is_not = True
    fact.ever = fact.ever or sign.name == "never"
    fact.nots.append(sign)
    return True


def _fact_after(reading: Reading, chooser: Chooser, place: int, reach: int) -> Fact | None:
    near: tuple[int, Fact] | None = None
    for fact in chooser.facts:
        start = fact.whole_start if fact.whole_start >= place else fact.start
        if start < place or start - place > reach:
            continue
        if _is_parted(reading, place, start) or _crosses(reading, place, start):
            continue
        if near is None or start < near[0]:
            near = (start, fact)
    return near[1] if near else None


def _is_parted(reading: Reading, place: int, start: int) -> bool:
    """Return whether a word such as "with", a comma or a word not understood lies between."""
    if any(token.word in _PARTED for token in reading.tokens[place:start]):
        return True
    if any(token.mark in {",", ";", ":"} for token in reading.tokens[place : start + 1]):
        return True
    return any(place <= one.start < start for one in reading.unknown)


def _crosses(reading: Reading, place: int, start: int) -> bool:
    if place >= len(reading.tokens) or start >= len(reading.tokens):
        return True
    return reading.tokens[max(place - 1, 0)].sentence != reading.tokens[start].sentence


def _fact_before(chooser: Chooser, place: int, reach: int) -> Fact | None:
    before = [fact for fact in chooser.facts if 0 <= place - fact.whole_end <= reach]
    return max(before, key=lambda fact: fact.whole_end, default=None)


# and, or


def _joins(reading: Reading, facts: list[Fact]) -> list[str]:
    """Return what stands between each fact and the next: "or", "and", "list" or ""."""
    joins = [_join(reading, one, other) for one, other in pairwise(facts)]
    for place in range(len(joins) - 1, -1, -1):
        if joins[place] == "list":
            following = joins[place + 1] if place + 1 < len(joins) else _within(reading, facts[-1])
            joins[place] = "or" if following == "or" else "and"
    _carry_not(facts, joins, reading)
    return joins


def _begins_clause(reading: Reading, one: Fact, other: Fact) -> bool:
    """Return whether another kind of patient begins: ", patients with …", or a semicolon."""
    inner = [sign for sign in reading.signs if one.end <= sign.start < other.start]
    if any(sign.name == "patient_word" and reading.tokens[sign.start].mark for sign in inner):
        return True
    kinds = {fact.template.id.partition(".")[0] for fact in (one, other)}
    tokens = reading.tokens[one.end : other.start + 1]
    return any(token.mark == ";" for token in tokens) and not kinds & {"age", "sex"}


def _within(reading: Reading, fact: Fact) -> str:
    """Return "or" where the signs of the last fact of a list have it between them."""
    inner = [one.name for one in reading.joins if fact.start < one.start < fact.end]
    return "or" if "or" in inner else "and"


def _join(reading: Reading, one: Fact, other: Fact) -> str:
    start, end = min(one.end, other.start), other.start
    names = [
        one.name for one in reading.joins if start <= one.start < end and not one.parenthetical
    ]
    tokens = reading.tokens[start : end + 1]
    if (
        "union" in names
        or "or" in names
        or (tokens and tokens[-1].mark == "/" and len(tokens) <= 2)
    ):
        return "or"
    if _begins_clause(reading, one, other):
        return "or"
    if "and" in names:
        return "and"
    if any(token.mark in {",", "/"} for token in tokens) and not {"with"} & set(names):
        return "list"
    is_of_one_table = one.template.tables == other.template.tables
    return "list" if is_of_one_table and any(token.mark == "," for token in tokens) else ""


def _carry_not(facts: list[Fact], joins: list[str], reading: Reading) -> None:
    """Carry "no" over "or" and "nor": no mobile or e-mail is neither."""
    for place, join in enumerate(joins):
        one, other = facts[place], facts[place + 1]
        if join != "or" or not one.is_not or other.is_not:
            continue
        if one.nots and min(sign.start for sign in one.nots) >= one.end:
            continue
        between = reading.tokens[one.end : other.start]
        if any(
            token.word in {"with", "who", "on", "has", "have", "are", "patients", "those"}
            for token in between
        ):
            continue
        other.is_not = True
        other.ever = one.ever
        joins[place] = "and"


def _grouped(facts: list[Fact], joins: list[str], reading: Reading) -> Combination:
    combination = Combination([])
    for place, fact in enumerate(facts):
        join = joins[place - 1] if place else ""
        before = facts[place - 1] if place else None
        if before is not None and join != "or" and _must_be_or(before, fact, reading, join):
            join = "or"
            combination.is_doubtful_or = True
        if join == "or" and combination.groups:
            combination.groups[-1].append([fact])
        else:
            combination.groups.append([[fact]])
    _pair_qualifiers(combination, facts, joins)
    return combination


def _must_be_or(one: Fact, other: Fact, reading: Reading, join: str) -> bool:
    """Return whether nobody could be both, or "some of each" makes them alternatives."""
    if one.is_not or other.is_not:
        return False
    kinds = [fact.template.id.partition(".")[0] for fact in (one, other)]
    if kinds[0] == kinds[1] and kinds[0] in _DEMOGRAPHIC and one.template is not other.template:
        return not _overlap(one, other)
    if one.template is other.template and one.template.id == "age":
        return not _overlap(one, other)
    if not reading.takes_each or not join:
        return False
    return kinds[0] not in _DEMOGRAPHIC[:2] and kinds[1] not in _DEMOGRAPHIC[:2]


def _overlap(one: Fact, other: Fact) -> bool:
    if "age" not in one.template.id or "age" not in other.template.id:
        return False
    first, second = _days(one), _days(other)
    return first[0] <= second[1] and second[0] <= first[1]


def _days(fact: Fact) -> tuple[float, float]:
    """Return from how many to how many days old the patients of an age fact are."""
    if fact.template.id in _AGES:
        low, high = _AGES[fact.template.id]
        return low * 365, high * 365
    quantity = fact.numbers["age"].quantity if "age" in fact.numbers else None
    if quantity is None:
        return 0, 0
    unit = {"month": 30.4, "week": 7, "day": 1}.get(quantity.unit, 365)
    match quantity.compare:
        case "over" | "at least":
            return quantity.low * unit + 1, 130 * 365
        case "under" | "at most":
            return 0, quantity.low * unit
    return quantity.low * unit, (quantity.high or quantity.low) * unit + unit


def _pair_qualifiers(combination: Combination, facts: list[Fact], joins: list[str]) -> None:
    """Keep "women over 50 or men over 65" as two clauses: each sex with its own age."""
    sexes = [fact for fact in facts if fact.template.id.startswith("sex.")]
    ages = [fact for fact in facts if fact.template.id.startswith("age")]
    if len(sexes) < 2 or len(ages) < 2 or len(facts) != 4 or "or" not in joins[1:2]:
        if len(sexes) > 1 and len(ages) > 1:
            raise NotUnderstoodError("which age belongs to which sex")
        return
    combination.groups = [[facts[:2], facts[2:]]]

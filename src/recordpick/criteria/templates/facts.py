"""Choose the templates that the signs of a text fit, and what is said more exactly of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise

from recordpick.criteria.templates.fitting import REACH, Fitting, may_fit
from recordpick.criteria.templates.library import Library, Need, Refinement, Template, library
from recordpick.criteria.templates.quantities import Quantity
from recordpick.criteria.templates.signs import Reading, Sign

_PERSONS = ("child", "baby", "teenager", "toddler", "newborn", "adult", "elderly")
_APART = frozenset(
    {"with", "without", "no", "who", "having", "but", "not", "never", "has", "have", "whose"}
)
_NAMED = frozenset({"@drug", "@condition", "@vaccine", "@test"})
"""Of these a second one is another, not the same said again."""
_LISTING = frozenset({"or", "and", "a", "an", "the", "either", "nor", "no", "neither"})
"""Words that may stand between the members of a list."""


@dataclass(slots=True)
class Fact:
    """A template that fits part of a text."""

    template: Template
    signs: list[Sign]
    refined: dict[str, list[Sign]] = field(default_factory=dict)
    also: list[Sign] = field(default_factory=list)
    numbers: dict[str, Sign] = field(default_factory=dict)
    """Numbers by the parameter that they are for; "count" for how many rows."""
    variant: str = ""
    is_not: bool = False
    nots: list[Sign] = field(default_factory=list)
    ever: bool = False
    shared: list[Sign] = field(default_factory=list)
    """Signs that belong to another word of the same list."""

    @property
    def start(self) -> int:
        """The first word of its signs."""
        return min(sign.start for sign in self.signs)

    @property
    def end(self) -> int:
        """The word after the last of its signs."""
        return max(sign.end for sign in self.signs)

    @property
    def whole_start(self) -> int:
        """The first word of all that belongs to it."""
        return min(sign.start for sign in self.everything())

    @property
    def whole_end(self) -> int:
        """The word after all that belongs to it."""
        return max(sign.end for sign in self.everything())

    def everything(self) -> list[Sign]:
        """Return all signs that belong to it."""
        refined = [sign for signs in self.refined.values() for sign in signs]
        return [*self.signs, *refined, *self.numbers.values(), *self.nots]


class Chooser:
    """Chooses the facts of one reading."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.words: Library = library()
        self.facts: list[Fact] = []
        self.used: set[tuple[int, int]] = set()
        self.fitting = Fitting(reading)
        self.left: list[Sign] = []

    def choose(self) -> None:
        """Find the facts; `left` are the signs that none of them uses."""
        while (best := self._best(with_weak=False)) is not None:
            self._take(best)
        self._say_more()
        while (best := self._best(with_weak=True)) is not None:
            self._take(best)
            self._say_more()
        self._drop_unrefined()
        self._drop_parentheticals()
        self._review_of_condition()
        self.left = [sign for sign in self._unused() if not self._is_shared(sign)]

    def _say_more(self) -> None:
        self._keep_child_of_age()
        self._refine()
        self._count()
        self._vary()
        self.facts.sort(key=lambda fact: fact.start)
        self._account_also()

    def _review_of_condition(self) -> None:
        """Ask for the review of the one condition that the text names: LD, no check in 12/12."""
        conditions = [one for one in self.facts if one.template.id == "problem.condition"]
        for fact in self.facts:
            if fact.template.id != "review.any" or len(conditions) != 1:
                continue
            condition = conditions[0].signs[0]
            if ("review", condition.value) in self.words.words:
                fact.template = self.words.templates["review.condition"]
                fact.shared = [condition]

    def _drop_parentheticals(self) -> None:
        """Drop what only brackets say, unless they qualify: keep "(on insulin)"."""
        for fact in list(self.facts):
            if not all(sign.parenthetical for sign in fact.signs) or len(self.facts) == 1:
                continue
            if all(all(sign.parenthetical for sign in one.signs) for one in self.facts):
                continue
            start = fact.whole_start
            while start and self.reading.tokens[start - 1].parenthetical:
                start -= 1
            first = self.reading.tokens[start].word
            if first not in self.words.classes["qualifying"] and not fact.template.id.startswith(
                ("age", "sex")
            ):
                self.facts.remove(fact)
                self.used -= {(sign.start, sign.end) for sign in fact.everything()}

    # templates

    def _best(self, *, with_weak: bool) -> tuple[float, Template, list[Sign]] | None:
        free = self._unused()
        names = {sign.name for sign in free}
        best: tuple[float, Template, list[Sign]] | None = None
        for template in self.words.templates.values():
            for need in template.needs:
                if not may_fit(need, names):
                    continue
                for signs in self.fitting.assignments(need, free):
                    if template.is_weak and not with_weak and not self._has_number(signs):
                        continue
                    if self._is_repeated(template, signs) or not _owns_count(template, signs):
                        continue
                    if self._is_part_of_another(signs):
                        continue
                    score = self._score(template, signs)
                    if best is None or score > best[0] + 1e-9:
                        best = (score, template, signs)
        return best if best is not None and best[0] > 0.15 else None

    def _is_repeated(self, template: Template, signs: Sequence[Sign]) -> bool:
        """Return whether the template is used already for the same: it is only said twice."""
        values = {(sign.name, sign.value) for sign in signs if sign.name.startswith("@")}
        if any(self._is_denied_apart(sign, fact) for sign in signs for fact in self.facts):
            return False
        return any(
            fact.template is template
            and not any(sign.quantity for sign in signs)
            and values == {(one.name, one.value) for one in fact.signs if one.name.startswith("@")}
            for fact in self.facts
        )

    def _is_part_of_another(self, signs: Sequence[Sign]) -> bool:
        """Return whether another fact covers a sign: accents, of special characters."""
        return len(signs) == 1 and any(
            signs[0].name in fact.template.covers and self.fitting.together(signs[0], fact.signs[0])
            for fact in self.facts
        )

    def _has_number(self, signs: Sequence[Sign]) -> bool:
        """Return whether a number of its own stands just before a template's signs."""
        start = min(sign.start for sign in signs)
        return any(
            sign.name == "#count" and 0 <= start - sign.end <= 2 and sign.start >= 0
            for sign in self._unused()
        )

    def _score(self, template: Template, signs: Sequence[Sign]) -> float:
        ordered = sorted(signs, key=lambda sign: sign.start)
        gaps = sum(self.fitting.distance(one, other) for one, other in pairwise(ordered))
        length = sum(sign.end - sign.start for sign in signs)
        if template.is_tight and self.fitting.is_parted(ordered):
            return 0
        is_mixed = len({sign.parenthetical for sign in signs}) > 1
        return (
            template.weight
            + (len(signs) - 1)
            + 0.04 * length
            - 0.14 * gaps
            - 1.5 * is_mixed
            - 0.3 * all(sign.parenthetical for sign in signs)
        )

    def _take(self, best: tuple[float, Template, list[Sign]]) -> None:
        _, template, signs = best
        fact = Fact(template, [sign for sign in signs if sign.name not in {"not", "never"}])
        fact.nots = [sign for sign in signs if sign.name in {"not", "never"}]
        self.fitting.used_nots |= {sign.start for sign in fact.nots}
        self.facts.append(fact)
        self._list_values(fact)
        self._keep_condition(fact)
        for refinement in self.words.refinements.values():
            names = {part for need in refinement.needs if len(need) == 1 for part in need[0]}
            own = [one for one in fact.signs if one.name in names and one.quantity is None]
            if own and refinement.fits(template):
                fact.refined[refinement.id] = own
        for sign in signs:
            self.used.add((sign.start, sign.end))
            name = next((one.name for one in template.params.values() if one.sign == sign.name), "")
            if sign.quantity is not None and name and name not in fact.numbers:
                fact.numbers[name] = sign
            elif sign.quantity is not None and sign.name.startswith("#period"):
                fact.numbers["period"] = sign

    def _list_values(self, fact: Fact) -> None:
        """Say the same of the other words of a list: allergic to codeine or trimethoprim."""
        value = next((sign for sign in fact.signs if sign.name.startswith("@")), None)
        if value is None or len(fact.signs) < 2:
            return
        shared = [sign for sign in fact.signs if sign is not value]
        first, last, listed = value, value, {value.value}
        while (other := self._list_neighbour(value.name, first, last, listed)) is not None:
            copy = Fact(fact.template, [other], shared=shared)
            self.facts.append(copy)
            self.used.add((other.start, other.end))
            listed.add(other.value)
            first, last = min(first, other, key=_start), max(last, other, key=_start)

    def _list_neighbour(self, kind: str, first: Sign, last: Sign, listed: set[str]) -> Sign | None:
        """Return the word of a vocabulary that stands in a list just before or after others."""
        for one in self._unused():
            if one.name != kind or one.value in listed:
                continue
            if one.start >= last.end and self._is_list_step(last.end, one.start):
                return one
            if one.end <= first.start and self._is_list_step(one.end, first.start):
                return one
        return None

    def _keep_condition(self, fact: Fact) -> None:
        """Ask for the condition too where its review is said apart: asthmatics without a review."""
        if fact.template.id != "review.condition":
            return
        condition = next((one for one in fact.signs if one.name == "@condition"), None)
        review = next((one for one in fact.signs if one.name == "review"), None)
        if condition is None or review is None or condition.end > review.start:
            return
        between = self.reading.tokens[condition.end : review.start]
        if {token.word for token in between} & _APART:
            self.facts.append(Fact(self.words.templates["problem.condition"], [condition]))
            fact.signs = [review]
            fact.shared = [condition]

    def _is_list_step(self, start: int, end: int) -> bool:
        tokens = self.reading.tokens[start:end]
        has_comma = end < len(self.reading.tokens) and self.reading.tokens[end].mark in {",", "/"}
        joined = [token.word for token in tokens]
        return all(word in {"or", "and", "a", "to", "the"} for word in joined) and bool(
            joined or has_comma
        )

    def _keep_child_of_age(self) -> None:
        """Keep "child" beside an age that is not an upper limit: "children over 5"."""
        for fact in list(self.facts):
            quantity = fact.numbers["age"].quantity if fact.template.id == "age" else None
            if quantity is None or quantity.compare not in {"over", "at least"}:
                continue
            for sign in self._unused():
                template = self.words.templates.get(f"age.{sign.name}")
                if self._has_upper_age(sign):
                    continue
                if sign.name in _PERSONS[:2] and template is not None:
                    self.facts.append(Fact(template, [sign]))
                    self.used.add((sign.start, sign.end))

    def _has_upper_age(self, sign: Sign) -> bool:
        """Return whether an age after a word such as "babies" says how old they are at most."""
        return any(
            fact.template.id == "age"
            and (quantity := fact.numbers["age"].quantity) is not None
            and quantity.compare in {"under", "at most", "between"}
            and 0 <= fact.start - sign.end <= REACH
            for fact in self.facts
        )

    # what is said more exactly

    def _refine(self) -> None:
        while True:
            free = self._unused()
            names = {sign.name for sign in free}
            best: tuple[float, Fact, Refinement, list[Sign]] | None = None
            for refinement in self.words.refinements.values():
                for need in refinement.needs:
                    if not may_fit(need, names):
                        continue
                    for cost, fact, signs in self._refinements(refinement, need, free):
                        if best is None or cost < best[0] - 1e-9:
                            best = (cost, fact, refinement, signs)
            if best is None:
                break
            _, fact, refinement, signs = best
            fact.refined[refinement.id] = signs
            self.used |= {(sign.start, sign.end) for sign in signs}
            self.fitting.used_nots |= {
                sign.start for sign in signs if sign.name in {"not", "never"}
            }
        self._spread()

    def _refinements(
        self, refinement: Refinement, need: Need, free: Sequence[Sign]
    ) -> Iterator[tuple[float, Fact, list[Sign]]]:
        for signs in self.fitting.assignments(need, free):
            for fact in self.facts:
                if not refinement.fits(fact.template) or refinement.id in fact.refined:
                    continue
                if refinement.group == "when" and self._has_when(fact):
                    continue
                if self._is_of_another(fact, signs):
                    continue
                if "period" in fact.numbers and any(one.name == "#period" for one in signs):
                    continue
                cost = min(
                    self.fitting.distance(sign, own) for sign in signs for own in fact.everything()
                )
                if refinement.id == "entry.period" and fact.template.id == "problem.condition":
                    cost += 3 * (not self._says_when_diagnosed())
                if cost <= REACH + 4:
                    yield cost - _likelier(signs), fact, signs

    def _is_of_another(self, fact: Fact, signs: Sequence[Sign]) -> bool:
        """Return whether something that has a "no" of its own lies between: no …, no … in 2024."""
        start, end = fact.end, min(sign.start for sign in signs)
        starts = {one.end for one in self.reading.nots if start <= one.start < end}
        return any(
            one.start in starts and start <= one.start < end and one not in signs
            for one in self._unused()
        )

    def _says_when_diagnosed(self) -> bool:
        return any(sign.name in {"diagnosis", "new_diagnosis"} for sign in self.reading.signs)

    def _has_when(self, fact: Fact) -> bool:
        return any(self.words.refinements[name].group == "when" for name in fact.refined)

    def _spread(self) -> None:
        """Say of listed facts what is said of the first or last: flu or covid jab in 2024."""
        ordered = sorted(self.facts, key=lambda fact: fact.start)
        for one, other in [*pairwise(ordered), *((b, a) for a, b in pairwise(ordered))]:
            if not self._listed_together(one, other):
                continue
            for name, signs in one.refined.items():
                refinement = self.words.refinements[name]
                has_group = any(
                    self.words.refinements[own].group == refinement.group for own in other.refined
                )
                outside = all(
                    sign.end <= min(one.start, other.start) or sign.start >= max(one.end, other.end)
                    for sign in signs
                )
                if (
                    refinement.group
                    and not has_group
                    and outside
                    and refinement.fits(other.template)
                ):
                    other.refined[name] = signs

    def _listed_together(self, one: Fact, other: Fact) -> bool:
        first, second = (one, other) if one.start <= other.start else (other, one)
        between = self.reading.tokens[first.end : second.start]
        if first.template is not second.template and not self._are_both_denied(first, second):
            return False
        return all(token.word in _LISTING for token in between)

    def _are_both_denied(self, first: Fact, second: Fact) -> bool:
        """Return whether "no" is before both of two kinds of entries: no HbA1c or BP in a year."""
        is_denied = any(0 <= first.start - one.end <= 1 for one in self.reading.nots)
        return is_denied and first.template.tables == second.template.tables == {"events"}

    # numbers, variants, what else is accounted for

    def _count(self) -> None:
        for sign in self._unused():
            if sign.quantity is None or sign.name == "#period":
                continue
            best: tuple[float, Fact, str] | None = None
            for fact in self.facts:
                name = _number_name(fact, sign)
                if not name or name in fact.numbers:
                    continue
                cost = min(self.fitting.distance(sign, own) for own in fact.everything())
                cost += 0.5 * (fact.start < sign.start)
                own_names = {one.name for one in fact.everything()} | fact.template.also
                if sign.name == "#count" and sign.value and sign.value not in own_names:
                    cost += 4
                reach = 2 * REACH if sign.value in own_names else REACH
                if cost <= reach and (best is None or cost < best[0]):
                    best = (cost, fact, name)
            if best is not None:
                best[1].numbers[best[2]] = sign
                self.used.add((sign.start, sign.end))

        for sign in self._unused():
            if sign.name == "several" and (owner := self._counted_after(sign)) is not None:
                two = Quantity("number", sign.start, sign.end, "at least", 2)
                owner.numbers["count"] = replace(sign, quantity=two)
                self.used.add((sign.start, sign.end))

    def _counted_after(self, sign: Sign) -> Fact | None:
        """Return the fact just after a word such as "multiple" whose rows can be counted."""
        return next(
            (
                fact
                for fact in self.facts
                if fact.template.counted and "count" not in fact.numbers
                and 0 <= fact.whole_start - sign.end <= 1
            ),
            None,
        )  # fmt: skip

    def _vary(self) -> None:
        for fact in self.facts:
            present = {
                sign.name: sign
                for sign in self.reading.signs
                if sign.name in fact.template.variants and self._free_for_variant(sign, fact)
            }
            for sign in present.values():
                fact.also.append(sign)
            if len(present) == 1:
                name = next(iter(present))
                has_both = self.reading.takes_each and "opposite" in fact.template.variants[name]
                fact.variant = "" if has_both else name

    def _free_for_variant(self, sign: Sign, fact: Fact) -> bool:
        if not self.fitting.together(sign, fact.signs[0]):
            return False
        span = (sign.start, sign.end)
        own = {(one.start, one.end) for one in fact.signs}
        return span in own or span not in self.used

    def _drop_unrefined(self) -> None:
        for fact in list(self.facts):
            if fact.template.needs_refinement and not fact.refined:
                self.facts.remove(fact)
                self.used -= {(sign.start, sign.end) for sign in fact.signs}

    def _account_also(self) -> None:
        """Give signs that are left to the facts that cover them without asking for more."""
        for sign in self._unused():
            fact = next((fact for fact in self.facts if self._covers(fact, sign)), None)
            if fact is not None:
                fact.also.append(sign)
                self.used.add((sign.start, sign.end))

    def _covers(self, fact: Fact, sign: Sign) -> bool:
        """Return whether a sign only says again, or goes without saying, what a fact asks for."""
        if sign.quantity is not None or not self.fitting.together(sign, fact.signs[0]):
            return False
        if self._is_denied_apart(sign, fact):
            return False
        own = {one.name for one in fact.signs}
        own |= {one.name for signs in fact.refined.values() for one in signs}
        is_again = sign.name in own and sign.name not in _NAMED
        also = fact.template.also
        return is_again or sign.name in also or f"{sign.name}:{sign.value}" in also

    def _is_denied_apart(self, sign: Sign, fact: Fact) -> bool:
        """Return whether a repeated sign has a "no" of its own: no …, no appointments."""
        if sign.name not in {*_bare_words(), *(one.name for one in fact.signs)}:
            return False
        return any(
            0 <= sign.start - one.end <= 1 and one.start > fact.start for one in self.reading.nots
        )

    def _is_shared(self, sign: Sign) -> bool:
        return any(sign in fact.also for fact in self.facts)

    def _unused(self) -> list[Sign]:
        return [sign for sign in self.reading.signs if not self._is_used(sign)]

    def _is_used(self, sign: Sign) -> bool:
        return any(start < sign.end and sign.start < end for start, end in self.used)


@cache
def _bare_words() -> frozenset[str]:
    """Return the signs that alone are enough for a weak template: appointment, document …"""
    weak = (one for one in library().templates.values() if one.is_weak)
    needs = (need for one in weak for need in one.needs if len(need) == 1)
    return frozenset(name for need in needs for name in need[0])


def _owns_count(template: Template, signs: Sequence[Sign]) -> bool:
    """Return whether a number of things is of things that the template is about."""
    names = {sign.name for sign in signs} | template.also
    return all(not sign.value or sign.value in names for sign in signs if sign.name == "#count")


def _likelier(signs: Sequence[Sign]) -> float:
    """Return how much likelier a refinement is by what it consists of: many signs, a period."""
    phrases = sum(sign.end - sign.start > 1 for sign in signs)
    return 3 * (len(signs) - 1) + 0.5 * phrases + 4 * any(one.name == "#period" for one in signs)


def _start(sign: Sign) -> int:
    return sign.start


def _number_name(fact: Fact, sign: Sign) -> str:
    """Return which parameter of a fact a number can be for; "" if none."""
    for parameter in fact.template.params.values():
        if parameter.sign == sign.name:
            return parameter.name
    return "count" if fact.template.counted and sign.name == "#count" else ""

"""Which signs of a text fit the needs of a template, and how far apart they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from recordpick.criteria.templates.library import Need
from recordpick.criteria.templates.signs import Reading, Sign

REACH = 8
"""How many words may lie between the signs of one template."""
_NOT_GAP = 2
"""How many words may lie between a negation and the sign that it is of, within a template."""
_STRONG = frozenset({"and", "or", "union"})


class Fitting:
    """Finds the signs of one reading that fit a need, those that are near each other."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.used_nots: set[int] = set()
        """The first words of the negations that belong to a fact already."""

    def assignments(self, need: Need, free: Sequence[Sign]) -> Iterator[list[Sign]]:
        """Return the ways in which free signs fit a need: a sign for each of its parts."""
        first, *rest = need
        for sign in self._candidates(first, free):
            chosen = [sign]
            for part in rest:
                near = self._nearest(part, free, chosen)
                if near is None:
                    break
                chosen.append(near)
            else:
                if self._is_in_order(need, chosen):
                    yield chosen

    def _is_in_order(self, need: Need, chosen: Sequence[Sign]) -> bool:
        """Return whether each negation stands just before the sign that it is of."""
        for place, part in enumerate(need[:-1]):
            if not any(name.startswith("!") for name in part):
                continue
            gap = chosen[place + 1].start - chosen[place].end
            if not 0 <= gap <= _NOT_GAP:
                return False
        return True

    def _candidates(self, part: Sequence[str], free: Sequence[Sign]) -> Iterator[Sign]:
        for name in part:
            if name.startswith("!"):
                yield from (one for one in self.reading.nots if one.start not in self.used_nots)
            else:
                yield from (one for one in free if _is_called(one, name))

    def _nearest(
        self, part: Sequence[str], free: Sequence[Sign], chosen: list[Sign]
    ) -> Sign | None:
        spans = {(one.start, one.end) for one in chosen}
        best: tuple[float, Sign] | None = None
        for sign in self._candidates(part, free):
            if (sign.start, sign.end) in spans or not self.together(sign, chosen[0]):
                continue
            cost = min(self.distance(sign, one) for one in chosen)
            if sign.start < chosen[0].start:
                cost += 0.3  # what follows is meant more often than what went before
            if cost <= REACH and (best is None or cost < best[0]):
                best = (cost, sign)
        return best[1] if best else None

    def together(self, one: Sign, other: Sign) -> bool:
        """Return whether two signs are in one sentence."""
        tokens = self.reading.tokens
        return tokens[one.start].sentence == tokens[other.start].sentence

    def distance(self, one: Sign, other: Sign) -> float:
        """Return how many words lie between two signs, more where "and" or a number parts them."""
        first, second = (one, other) if one.start <= other.start else (other, one)
        tokens = self.reading.tokens[first.end : second.start + 1]
        between = sum(not token.parenthetical for token in tokens[:-1])
        between += 2 * sum(
            token.mark in {",", ";", ":"} and not token.parenthetical for token in tokens
        )
        parted = sum(
            join.name in _STRONG
            and not join.parenthetical
            and first.end <= join.start < second.start
            for join in self.reading.joins
        )
        others = sum(
            first.end <= sign.start < second.start and sign.name.startswith(("@", "#"))
            for sign in self.reading.signs
        )
        return between + 1.5 * parted + others

    def is_parted(self, ordered: Sequence[Sign]) -> bool:
        """Return whether a comma, semicolon or colon is between the first and the last sign."""
        inner = self.reading.tokens[ordered[0].start + 1 : ordered[-1].end]
        return any(token.mark in {",", ";", ":"} for token in inner)


def may_fit(need: Need, names: set[str]) -> bool:
    """Return whether each part of a need has a sign of one of its names; a quick look."""
    return all(not part.isdisjoint(names) for part in _names_of(need))


@cache
def _names_of(need: Need) -> tuple[frozenset[str], ...]:
    """Return the names of signs that each part of a need can have; negations are not among them."""
    parts = (part for part in need if not any(name.startswith("!") for name in part))
    return tuple(frozenset(name.partition(":")[0] for name in part) for part in parts)


def _is_called(sign: Sign, name: str) -> bool:
    """Return whether a sign is the one named: "missing", "#period:next", "@condition:cancer"."""
    base, _, detail = name.partition(":")
    if sign.name != base:
        return False
    if not detail:
        return True
    if sign.quantity is None:
        return sign.value == detail
    direction = sign.quantity.direction
    if detail == "old":
        return direction in {"before", "ago", "year", "on"}
    return direction == detail

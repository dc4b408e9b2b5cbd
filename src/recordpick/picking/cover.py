"""The problem of the fewest records in numbers: classes of patients, and what each criterion lacks.

Take x of each class, a whole number from 0 to the class's size, so that for each criterion the
classes that meet it give together at least what it lacks, and all the x add up to as little as
possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

UNIT = 10**9
"""Prices are reckoned in whole billionths of a record, so that a bound is exact."""


@dataclass(frozen=True)
class Cover:
    """One such problem.

    `meets` holds for each class the criteria it meets, `sizes` how many of the class can be taken,
    `lacking` how many each criterion needs (0 or more). There is always a solution: no criterion
    lacks more than all its classes have.
    """

    meets: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]
    lacking: tuple[int, ...]

    def covered_by(self, taken: Mapping[int, int]) -> bool:
        """Tell whether this gives every criterion what it lacks, and takes no more than there is.

        `taken` holds how many of which class.
        """
        given = [0] * len(self.lacking)
        for number, count in taken.items():
            if not 0 <= count <= self.sizes[number]:
                return False
            for place in self.meets[number]:
                given[place] += count
        return all(has >= needs for has, needs in zip(given, self.lacking, strict=True))

    def priced(self, prices: Sequence[float]) -> Priced:
        """Work out what these prices, one a criterion, prove: see `Priced`."""
        units = [max(0, round(price * UNIT)) for price in prices]
        costs = tuple(UNIT - sum([units[place] for place in meets]) for meets in self.meets)
        total = sum(price * needs for price, needs in zip(units, self.lacking, strict=True))
        total += sum(cost * size for cost, size in zip(costs, self.sizes, strict=True) if cost < 0)
        return Priced(total, costs)


@dataclass(frozen=True)
class Priced:
    """What follows from a price, of 0 or more, for each record that a criterion lacks.

    A record earns the prices of the criteria it serves and costs 1. Whatever is taken, earns at
    least all that is lacking at these prices; so the number of records is at least what is earned,
    less the most that classes can earn beyond their cost: `total`, in billionths, is a lower bound
    for any prices whatsoever, and checking it needs nothing but adding whole numbers. (The best
    prices are those that a linear program finds; this is linear programming's weak duality.)

    `costs` holds, for each class, what a record of it costs beyond what it earns, in billionths.
    """

    total: int
    costs: tuple[int, ...]

    @property
    def lower_bound(self) -> int:
        """No choice has fewer records than this."""
        return max(0, -(-self.total // UNIT))

    def worth_looking_at(self, records: int) -> list[int]:
        """Give the classes that a choice of at most `records` records can have any of.

        A choice with one of another class has more: `total` and that class's cost come to more.
        """
        room = records * UNIT - self.total
        return [number for number, cost in enumerate(self.costs) if cost <= room]

"""Greedy set cover: always take the patient who meets the most criteria that still lack records.

It is quick, never far from the best, and does not need a solver. It is the result where the solver
gives none, and what the solver's result is compared with.
"""

from __future__ import annotations

import heapq

from recordpick.picking.set_cover import UNIT, SetCover

SUBGRADIENT_STEPS = 100
PATIENCE = 5
"""After how many steps without a better bound the step size is halved."""


def greedy_cover(cover: SetCover) -> dict[int, int]:
    """Return how many to take of which class, so that every criterion has what it requires.

    Each step takes from the class that meets the most criteria that still lack records, on a tie
    the first such class; then records that turned out to be redundant are removed, the latest
    choice first.
    """
    still = list(cover.required)
    taken: dict[int, int] = {}
    queue = [
        (-sum(1 for criterion in meets if still[criterion] > 0), number)
        for number, meets in enumerate(cover.meets)
    ]
    heapq.heapify(queue)
    while any(still) and queue:
        known, number = heapq.heappop(queue)
        unmet = [criterion for criterion in cover.meets[number] if still[criterion] > 0]
        if len(unmet) < -known:
            if unmet:  # a class only ever loses value: put it back with its present value
                heapq.heappush(queue, (-len(unmet), number))
            continue
        if not unmet:
            continue
        left = cover.sizes[number] - taken.get(number, 0)
        count = min(left, *(still[criterion] for criterion in unmet))
        for criterion in unmet:
            still[criterion] -= count
        taken[number] = taken.get(number, 0) + count
        if count < left:
            heapq.heappush(queue, (known, number))
    return remove_redundant(cover, taken)


def remove_redundant(cover: SetCover, taken: dict[int, int]) -> dict[int, int]:
    """Return `taken` without the records that no criterion needs, the latest choice first."""
    spare = [-needed for needed in cover.required]
    for number, count in taken.items():
        for criterion in cover.meets[number]:
            spare[criterion] += count
    kept: dict[int, int] = {}
    for number, count in reversed(taken.items()):
        redundant = min(count, *(spare[criterion] for criterion in cover.meets[number]))
        for criterion in cover.meets[number]:
            spare[criterion] -= redundant
        if count > redundant:
            kept[number] = count - redundant
    return kept


def lower_bound_without_solver(cover: SetCover, records: int) -> int:
    """Return a lower bound where no solver gave prices: weaker than a solver's, and as certain.

    This is the subgradient method with Polyak's step size. It begins with the best price that is
    equal for all criteria and improves the prices step by step (up where the classes worth taking
    supply too little, down where they supply too much). The step size follows the distance to
    `records`, the size of a known choice.
    """
    prices = _even_prices(cover)
    best = max(cover.required, default=0)
    top, scale, idle = 0, 1.0, 0
    for _ in range(SUBGRADIENT_STEPS):
        dual_bound = cover.dual_bound(prices)
        idle = 0 if dual_bound.total > top else idle + 1
        top = max(top, dual_bound.total)
        best = max(best, dual_bound.lower_bound)
        if idle == PATIENCE:
            scale, idle = scale / 2, 0
        missing = list(cover.required)
        for meets, size, cost in zip(
            cover.meets, cover.sizes, dual_bound.reduced_costs, strict=True
        ):
            if cost < 0:
                for criterion in meets:
                    missing[criterion] -= size
        length = sum(amount * amount for amount in missing)
        if length == 0 or best >= records:
            break
        step = scale * (records - dual_bound.total / UNIT) / length
        prices = [
            max(0.0, price + step * amount) for price, amount in zip(prices, missing, strict=True)
        ]
    return min(best, records)


def _even_prices(cover: SetCover) -> list[float]:
    """Return the best prices that are equal for all criteria."""
    longest = max((len(meets) for meets in cover.meets), default=1)
    tries = [[1 / together] * len(cover.required) for together in range(1, longest + 1)]
    return max(tries, key=lambda prices: cover.dual_bound(prices).total)

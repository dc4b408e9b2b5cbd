"""Cover what is lacking greedily: always the patient who meets most of what is still lacking.

It is quick, never far off, and needs no solver: the answer where the solver gives none, and what
its answer is compared with.
"""

from __future__ import annotations

import heapq

from recordpick.picking.cover import UNIT, Cover

STEPS_TO_A_BOUND = 100
PATIENCE = 5
"""After how many steps without a better bound the strides are halved."""


def greedy(cover: Cover) -> dict[int, int]:
    """Choose how many of which class, so that every criterion has what it lacks.

    Always one of the class that meets most criteria that still lack records, the first such class
    on a tie; then what turned out to be needless is given back, the latest choice first.
    """
    still = list(cover.lacking)
    taken: dict[int, int] = {}
    waiting = [
        (-sum(1 for place in meets if still[place] > 0), number)
        for number, meets in enumerate(cover.meets)
    ]
    heapq.heapify(waiting)
    while any(still) and waiting:
        known, number = heapq.heappop(waiting)
        open_places = [place for place in cover.meets[number] if still[place] > 0]
        if len(open_places) < -known:
            if open_places:  # a class only ever loses worth: back into the queue with what is left
                heapq.heappush(waiting, (-len(open_places), number))
            continue
        if not open_places:
            continue
        left = cover.sizes[number] - taken.get(number, 0)
        count = min(left, *(still[place] for place in open_places))
        for place in open_places:
            still[place] -= count
        taken[number] = taken.get(number, 0) + count
        if count < left:
            heapq.heappush(waiting, (known, number))
    return without_needless(cover, taken)


def without_needless(cover: Cover, taken: dict[int, int]) -> dict[int, int]:
    """Give back every record without which all criteria still have what they lack."""
    spare = [-needs for needs in cover.lacking]
    for number, count in taken.items():
        for place in cover.meets[number]:
            spare[place] += count
    kept: dict[int, int] = {}
    for number, count in reversed(taken.items()):
        needless = min(count, *(spare[place] for place in cover.meets[number]))
        for place in cover.meets[number]:
            spare[place] -= needless
        if count > needless:
            kept[number] = count - needless
    return kept


def lower_bound_without_solver(cover: Cover, records: int) -> int:
    """Prove a lower bound where no solver gave prices: lower than a solver's, and as certain.

    Begins with the best equal price for all criteria and mends the prices step by step (up where
    the classes worth taking give too little, down where they give too much), in strides that fit
    the distance to `records`, which some choice is known to need.
    """
    prices = _even_prices(cover)
    best = max(cover.lacking, default=0)
    top, stride, idle = 0, 1.0, 0
    for _ in range(STEPS_TO_A_BOUND):
        priced = cover.priced(prices)
        idle = 0 if priced.total > top else idle + 1
        top = max(top, priced.total)
        best = max(best, priced.lower_bound)
        if idle == PATIENCE:
            stride, idle = stride / 2, 0
        missing = list(cover.lacking)
        for meets, size, cost in zip(cover.meets, cover.sizes, priced.costs, strict=True):
            if cost < 0:
                for place in meets:
                    missing[place] -= size
        length = sum(amount * amount for amount in missing)
        if length == 0 or best >= records:
            break
        step = stride * (records - priced.total / UNIT) / length
        prices = [
            max(0.0, price + step * amount) for price, amount in zip(prices, missing, strict=True)
        ]
    return min(best, records)


def _even_prices(cover: Cover) -> list[float]:
    """Give the best price that is the same for all criteria."""
    longest = max((len(meets) for meets in cover.meets), default=1)
    tries = [[1 / together] * len(cover.lacking) for together in range(1, longest + 1)]
    return max(tries, key=lambda prices: cover.priced(prices).total)

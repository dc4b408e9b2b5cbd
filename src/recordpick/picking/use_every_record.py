"""Picks that use every chosen record: for records that were chosen for more than the criteria.

A record that keeps the list's shares may not be needed by any criterion. It is then picked in place
of another one that stays picked elsewhere, or that can itself be picked in place of another (an
augmenting path, as in bipartite matching).
"""

from __future__ import annotations

from collections import Counter, defaultdict

import polars as pl

from recordpick.picking.demand import Demand, Picks, assign


def assign_all(
    demand: Demand, chosen: pl.Series, seed: str
) -> tuple[Picks, tuple[frozenset[str], ...]]:
    """Assign records to criteria as `assign` does, and then use the chosen records that are left.

    Each criterion keeps its number of picks, and of each kind of patients what is required. A
    record that no criterion can use is not picked. The picks are in the order of `assign`. For each
    record that is not picked, the second result has the criteria that would have to give it a
    place: with all those in whose places others are picked only there.
    """
    picks = list(assign(demand, chosen, seed))
    unused = sorted(set(chosen.to_list()) - {patient_id for _, patient_id in picks})
    full = []
    if unused:
        places = _Places(demand, picks)
        full = [reached for one in unused if (reached := places.use(one))]
    return tuple(picks), tuple(full)


class _Places:
    """The picks of each criterion, and who can be put in place of whom."""

    def __init__(self, demand: Demand, picks: list[tuple[str, str]]) -> None:
        """Take the picks, which are changed in place."""
        self._picks = picks
        self._kinds = demand.kinds.numbers
        self._opened = set(demand.opened["patient_id"])
        self._meets: dict[str, list[str]] = defaultdict(list)
        rows = demand.available.sort("demand_index").select("demand_index", "patient_id")
        for index, patient_id in rows.iter_rows():
            self._meets[patient_id].append(demand.criterion_ids[index])
        self._kinds_of: dict[tuple[str, str], list[int]] = defaultdict(list)
        members = demand.kinds.members.select("criterion_id", "patient_id", "kind")
        for criterion_id, patient_id, kind in members.iter_rows():
            self._kinds_of[criterion_id, patient_id].append(kind)
        self._at: dict[str, list[int]] = defaultdict(list)
        self._uses: Counter[str] = Counter()
        self._of_kind: Counter[tuple[str, int]] = Counter()
        for place, (criterion_id, patient_id) in enumerate(picks):
            self._at[criterion_id].append(place)
            self._uses[patient_id] += 1
            self._of_kind.update(
                (criterion_id, k) for k in self._kinds_of[criterion_id, patient_id]
            )

    def use(self, patient_id: str) -> frozenset[str]:
        """Pick this patient in place of others, so that nobody else is left.

        Returns the criteria whose places were tried, where that is not possible; otherwise none.
        """
        reached: set[str] = set()
        before: dict[int, tuple[str, int]] = {}  # place: who is put there, and from which place
        queue = [(patient_id, -1)]
        seen = {patient_id}
        for who, source in queue:  # the shortest path comes first
            reached.update(self._meets[who])
            for criterion_id in self._meets[who]:
                for place in self._at[criterion_id]:
                    if place in before or not self._can_replace(place, who):
                        continue
                    before[place] = (who, source)
                    other = self._picks[place][1]
                    if self._uses[other] > 1 or other in self._opened:
                        return frozenset() if self._put(place, before) else frozenset(reached)
                    if other not in seen:
                        seen.add(other)
                        queue.append((other, place))
        return frozenset(reached)

    def _can_replace(self, place: int, who: str) -> bool:
        """Return whether a pick can be of somebody else without a kind getting too few."""
        criterion_id, other = self._picks[place]
        gained = self._kinds_of.get((criterion_id, who), ())
        return all(
            kind in gained
            or self._of_kind[criterion_id, kind] > self._kinds.get((criterion_id, kind), 0)
            for kind in self._kinds_of.get((criterion_id, other), ())
        )

    def _put(self, place: int, before: dict[int, tuple[str, int]]) -> bool:
        """Put everybody on the path in their new places; not if a kind would get too few."""
        moves = []
        while place >= 0:
            who, source = before[place]
            moves.append((place, who, self._picks[place][1]))
            place = source
        for place, who, other in moves:
            self._move(place, who, other)
        if all(self._of_kind[kind] >= number for kind, number in self._kinds.items()):
            return True
        for place, who, other in reversed(moves):
            self._move(place, other, who)
        return False

    def _move(self, place: int, who: str, other: str) -> None:
        """Pick `who` at a place in place of `other`."""
        criterion_id = self._picks[place][0]
        self._picks[place] = (criterion_id, who)
        for patient_id, more in ((other, -1), (who, 1)):
            self._uses[patient_id] += more
            for kind in self._kinds_of.get((criterion_id, patient_id), ()):
                self._of_kind[criterion_id, kind] += more

"""A practice as another system would hold it after a migration, and the truth about its faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from recordpick.synthetic.migration.fault_kinds import FAULT_KINDS
from recordpick.synthetic.migration.fault_plan import FaultPlan
from recordpick.synthetic.migration.planting import Chosen, Planting, carried, choose
from recordpick.synthetic.migration.rewriting import Level, Rewriting
from recordpick.synthetic.practice import Practice
from recordpick.text import plural


@dataclass(frozen=True)
class Migrated:
    """The practice after its migration; write it before asking for the truth."""

    practice: Practice
    system: str
    chosen: Chosen
    planting: Planting

    def truth(self) -> pl.DataFrame:
        """Return the truth about the faults in what was written (planting.TRUTH)."""
        return self.planting.truth()

    def shortfalls(self) -> Iterator[str]:
        """Yield a sentence for each reason why fewer faults were planted than wanted."""
        wanted = {name: count for name, count in self.chosen.wanted.items() if count}
        hidden = [name for name in wanted if carried(FAULT_KINDS[name], self.system) is None]
        if hidden:
            yield f"No extract of this format would show {', '.join(hidden)}: none is planted."
        few = [
            f"{name} ({self.chosen.planted(name):,} of {count:,})"
            for name, count in wanted.items()
            if name not in hidden and self.chosen.planted(name) < count
        ]
        if few:
            yield f"Fewer rows than asked for could have {', '.join(few)}."


def migrate(
    practice: Practice,
    system: str,
    plan: FaultPlan,
    *,
    level: Level = "usual",
    old_system: str = "tables",
) -> Migrated:
    """Return a practice as `system` would hold it, with the faults of the plan.

    Both systems are words of `recordpick synthesise --as`; the truth has the ids of entries as an
    index of these formats has them.
    """
    rewriting = Rewriting(level, system, practice.seed, practice.as_at)
    chosen = choose(practice, plan, rewriting)
    planting = Planting(chosen, rewriting, old_system)
    origin = f", migrated ({level} rewriting, {plural(chosen.rows.height, 'fault')})"
    new = replace(
        practice,
        patients=planting.apply("patients", practice.patients),
        change=planting.apply,
        origin=practice.origin + origin,
    )
    return Migrated(new, system, chosen, planting)

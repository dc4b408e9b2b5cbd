"""Compare what an index says its sources do not supply with what a rule needs."""

from __future__ import annotations

from collections.abc import Iterator

from recordpick.criteria.conditions import Condition
from recordpick.index.manifest import Conflated
from recordpick.index.practice_index import PracticeIndex

NONE: frozenset[str] = frozenset()


def conflated_in(
    index: PracticeIndex, table: str, condition: Condition | None, grouped: frozenset[str] = NONE
) -> str:
    """Return which distinction the rule needs that the index never makes; empty if none.

    `condition` is the rule's condition, `grouped` the columns whose distinct values it counts.
    """
    for one in _relevant(index, table, condition, grouped):
        if one.always:
            shown = one.shown_as or "nothing"
            return (
                f"the index cannot distinguish {one.word} from {shown} in "
                f"{table}.{one.column}: {one.says}"
            )
    return ""


def cautions_for(
    index: PracticeIndex,
    table: str,
    condition: Condition | None,
    columns: frozenset[str],
    grouped: frozenset[str] = NONE,
) -> list[str]:
    """Return what may make the count of a rule that needs these columns differ from the truth."""
    cautions = [
        f"{one.says[:1].upper()}{one.says[1:]} ({table}{one.column and '.'}{one.column})."
        for one in _relevant(index, table, condition, grouped)
        if not one.always
    ]
    for gap in index.manifest.gaps:
        if gap.table != table or gap.column not in {"", *columns}:
            continue
        what = f"{table}.{gap.column}" if gap.column else f"table {table}"
        whom = "patients" if table == "patients" or not gap.column else "rows"
        cautions.append(
            f"{gap.source} does not supply {what}: it is not known for its {gap.rows:,} {whom}."
        )
    return cautions


def _relevant(
    index: PracticeIndex, table: str, condition: Condition | None, grouped: frozenset[str]
) -> Iterator[Conflated]:
    """Yield the distinctions that the index does not make and the rule's answer depends on."""
    for one in index.manifest.conflated:
        is_of_base = not one.column and one.table == index.based_on(table)
        if one.table != table and not is_of_base:
            continue
        if not one.column or one.column in grouped or _depends_on(one, condition, index):
            yield one


def _depends_on(one: Conflated, condition: Condition | None, index: PracticeIndex) -> bool:
    if condition is None or one.column not in condition.columns:
        return False
    if not one.word:
        return True
    return condition.tells_apart(one.column, one.word, one.shown_as or None, index.manifest.as_at)

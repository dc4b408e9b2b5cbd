"""What an index says that its sources do not tell, held against what a rule asks."""

from __future__ import annotations

from collections.abc import Iterator

from recordpick.criteria.conditions import Condition
from recordpick.index.manifest import Conflated
from recordpick.index.practice_index import PracticeIndex

NONE: frozenset[str] = frozenset()


def conflated_in(
    index: PracticeIndex, table: str, asked: Condition | None, grouped: frozenset[str] = NONE
) -> str:
    """Say which difference of words is asked for that the index never tells; empty if none.

    `asked` is the rule's condition, `grouped` the columns whose different values it counts.
    """
    for one in _concerned(index, table, asked, grouped):
        if one.always:
            shown = one.shown_as or "nothing"
            return (
                f"the index cannot tell {one.word} from {shown} in {table}.{one.column}: {one.says}"
            )
    return ""


def cautions_for(
    index: PracticeIndex,
    table: str,
    asked: Condition | None,
    columns: frozenset[str],
    grouped: frozenset[str] = NONE,
) -> list[str]:
    """Say what may make the count of a rule that needs these columns another than the truth."""
    said = [
        f"{one.says[:1].upper()}{one.says[1:]} ({table}{one.column and '.'}{one.column})."
        for one in _concerned(index, table, asked, grouped)
        if not one.always
    ]
    for gap in index.manifest.gaps:
        if gap.table != table or gap.column not in {"", *columns}:
            continue
        what = f"{table}.{gap.column}" if gap.column else f"table {table}"
        whom = "patients" if table == "patients" or not gap.column else "rows"
        said.append(
            f"{gap.source} does not tell {what}: of its {gap.rows:,} {whom} nothing is known there."
        )
    return said


def _concerned(
    index: PracticeIndex, table: str, asked: Condition | None, grouped: frozenset[str]
) -> Iterator[Conflated]:
    """Give what the index does not tell apart, and the rule's answer hangs on."""
    for one in index.manifest.conflated:
        if one.table != table:
            continue
        if not one.column or one.column in grouped or _hangs_on(one, asked, index):
            yield one


def _hangs_on(one: Conflated, asked: Condition | None, index: PracticeIndex) -> bool:
    if asked is None or one.column not in asked.columns:
        return False
    if not one.word:
        return True
    return asked.tells_apart(one.column, one.word, one.shown_as or None, index.manifest.as_at)

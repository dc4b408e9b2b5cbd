"""What counts of the judgements on each line: the result they agree on, or that they disagree.

Several people may check one line, on screen, in copies and in workbooks. Their judgements are kept
side by side, and what counts depends on which there are, never on the order in which they came.
Where they disagree nothing counts before a person has chosen one, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import TypeAlias

from recordpick.selection.results import (
    JudgementKey,
    Phase,
    Resolution,
    Result,
    ResultKey,
    Severity,
)

Judged: TypeAlias = "tuple[tuple[str, Result], ...]"
"""Who judged a line, and the result of each, ordered by who."""

UNNAMED = "@"
"""Who judged in a workbook without initials that an earlier recordpick imported."""
_WORST: dict[Severity, int] = {"high": 3, "medium": 2, "low": 1, "": 0}


@dataclass(frozen=True)
class Settled:
    """What counts now: `results` by line; `disagreements` have no result.

    `judged` are all judgements, `areas` those on areas of random records, by area.
    """

    results: Mapping[ResultKey, Result] = field(default_factory=dict)
    disagreements: Mapping[ResultKey, Judged] = field(default_factory=dict)
    judged: Mapping[ResultKey, Judged] = field(default_factory=dict)
    areas: Mapping[tuple[Phase, str], Mapping[str, Judged]] = field(default_factory=dict)
    resolutions: Mapping[ResultKey, Resolution] = field(default_factory=dict)

    def of(self, key: ResultKey, checker: str) -> Result | None:
        """Return the judgement of one person on a line, or None."""
        judged = dict(self.judged.get(key, ()))
        if checker.startswith(UNNAMED):
            return judged.get(checker) or judged.get(UNNAMED)
        return judged.get(checker)

    def for_issue(self, key: ResultKey) -> Result | None:
        """Return the result of a line for its issue: of several that disagree the worst fault."""
        if key not in self.disagreements:
            return self.results.get(key)
        faults = [result for _, result in self.disagreements[key] if result.is_fault]
        return max(faults, key=_badness) if faults else None


def settle(
    earlier: Mapping[ResultKey, Result],
    judgements: Iterable[tuple[JudgementKey, Result]],
    resolutions: Mapping[ResultKey, Resolution],
) -> Settled:
    """Return what counts.

    `earlier` are the results that were imported before judgements were kept side by side, when a
    later one replaced an earlier one of anybody: each is the judgement of one person.
    """
    by_line: dict[ResultKey, dict[str, Result]] = {}
    areas: dict[tuple[Phase, str], dict[str, dict[str, Result]]] = {}
    for key, result in earlier.items():
        by_line[key] = {result.entry.initials.casefold() or UNNAMED: result}
    for (phase, criterion_id, patient_id, area, checker), result in judgements:
        if area:
            by_area = areas.setdefault((phase, patient_id), {})
            by_area.setdefault(area, {})[checker] = result
            continue
        line = by_line.setdefault((phase, criterion_id, patient_id), {})
        if checker.startswith(UNNAMED):
            line.pop(UNNAMED, None)
        line[checker] = result
    results: dict[ResultKey, Result] = {}
    disagreements: dict[ResultKey, Judged] = {}
    judged: dict[ResultKey, Judged] = {}
    for key, line in by_line.items():
        judged[key] = tuple(sorted(line.items()))
        by_area = areas.get((key[0], key[2]), {}) if key[1] is None else {}
        with_areas = line | _faults_of_areas(by_area, line)
        agreed = _result_of(with_areas, resolutions.get(key))
        if agreed is None:
            disagreements[key] = tuple(sorted(with_areas.items()))
        else:
            results[key] = agreed
    return Settled(
        MappingProxyType(results),
        MappingProxyType(disagreements),
        MappingProxyType(judged),
        MappingProxyType(
            {
                record: {area: tuple(sorted(line.items())) for area, line in by_area.items()}
                for record, by_area in areas.items()
            }
        ),
        resolutions,
    )


def _faults_of_areas(
    by_area: Mapping[str, Mapping[str, Result]], line: Mapping[str, Result]
) -> dict[str, Result]:
    """Return what each person found in areas of a random record that their result does not say.

    Somebody who found a fault and has not gone through all areas has no result of the whole record
    yet. Somebody else's "same" must not hide that fault.
    """
    faults: dict[str, list[Result]] = {}
    for _, judged in sorted(by_area.items()):
        for checker, result in judged.items():
            if result.is_fault:
                faults.setdefault(checker, []).append(result)
    found: dict[str, Result] = {}
    for checker, results in faults.items():
        whole = line.get(checker)
        if whole is not None and whole.is_fault:
            continue
        entries = [one.entry for one in results]
        entry = replace(
            entries[0],
            outcome="different",
            differs="\n".join(f"{one.area}: {one.differs or one.outcome}" for one in entries),
            severity=max((one.severity for one in entries), key=lambda one: _WORST[one]),
            area="",
        )
        name = checker if whole is None else f"{checker} (areas)"
        found[name] = replace(results[0], entry=entry)
    return found


def _result_of(line: Mapping[str, Result], resolution: Resolution | None) -> Result | None:
    """Return the result that a line's judgements agree on; None where they disagree."""
    if len(line) == 1 and resolution is None:
        return next(iter(line.values()))
    considered = frozenset() if resolution is None else resolution.over
    open_ones = [
        result for checker, result in line.items() if (checker, result.entry.says) not in considered
    ]
    said = {result.entry.says for result in open_ones}
    if resolution is not None:
        said.add(resolution.chosen.entry.says)
    if len(said) > 1:
        return None
    return min(open_ones, key=_first_named) if resolution is None else resolution.chosen


def _first_named(result: Result) -> tuple[bool, date, str]:
    """Order judgements that agree: with initials before without, the earliest day first."""
    entry = result.entry
    return not entry.initials, entry.checked_on or date.max, entry.initials


def _badness(result: Result) -> tuple[int, bool, str, str]:
    entry = result.entry
    return _WORST[entry.severity], entry.outcome == "not there", entry.differs, entry.initials

"""Which exports to ask for, the most useful first: a greedy cover of the criteria of a pack.

Each next request is the one, or the few together, with which most criteria become answerable for
each export. With an index only criteria that it cannot answer count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from recordpick.criteria.pack import Criterion, Pack, Rule, dates_used
from recordpick.criteria.shipped_codelists import is_demonstration
from recordpick.index.as_at import today
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.listed_only import is_listed_only
from recordpick.matching.rules import (
    answerable,
    columns_of_rule,
    lacks_for_condition,
    lacks_for_rule,
)
from recordpick.report_requests.instructions import LIST
from recordpick.report_requests.supplies import Supply, role_of, suppliers, supplies
from recordpick.schema import TABLES

Kinds = frozenset[str]
_MOST_WAYS = 256
"""Ways of answering one criterion that are compared."""
_LEAST_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "events": ("term", "code", "date"),
    "medications": ("drug", "code", "started_on"),
    "documents": ("date", "title"),
    "referrals": ("date", "term"),
    "recalls": ("date", "term"),
    "appointments": ("date", "status"),
    "patients": ("sex", "registration", "status", "registered_on", "left_on", "died_on"),
}
"""Columns that people need to recognise an entry, whatever the rules ask."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rows that a rule counts: of which criterion, the rule in words, and its codelist."""

    criterion_id: str
    says: str
    codelist: str = ""
    adds: bool = False
    """Whether the criterion is answered without it too, and this one is another way to meet it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One export to ask for, and what it is good for.

    `answers` are the criteria that become answerable with this export and those before it.
    `roles` are the columns of the export, as in `Supply.labels`.
    """

    supply: Supply
    answers: tuple[str, ...]
    wanted: tuple[Wanted, ...]
    roles: tuple[str, ...]
    because: str = ""
    """Why it is needed where no criterion becomes answerable with it yet."""

    @property
    def kind(self) -> str:
        """The kind of request: `list`, `medication` …"""
        return self.supply.name

    @property
    def codelists(self) -> tuple[str, ...]:
        """The names of the codelists whose codes it must list."""
        return tuple(dict.fromkeys(one.codelist for one in self.wanted if one.codelist))


@dataclass(frozen=True, slots=True)
class NotByReports:
    """A criterion that no report answers, and why. `has_rules` is false where it has none."""

    criterion: Criterion
    why: str
    has_rules: bool = True


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """What to ask for. `answered` are the criteria that the index answers already.

    `can_be_joined` is false where the index was made from whole extracts: exports are joined to a
    list of patients only, so searches per criterion are the way then. `lacking` says for each
    criterion that the index cannot answer why. `demonstrations` are codelists to replace first.
    """

    pack: Pack
    requests: tuple[Request, ...]
    not_by_reports: tuple[NotByReports, ...]
    answered: tuple[str, ...] = ()
    lacking: Mapping[str, str] | None = None
    has_index: bool = False
    can_be_joined: bool = True
    demonstrations: tuple[str, ...] = ()

    @property
    def to_answer(self) -> tuple[str, ...]:
        """The criteria that the requests answer, in the order in which they do."""
        return tuple(one for request in self.requests for one in request.answers)


@dataclass(frozen=True, slots=True)
class _Need:
    """A rule, or the population, that some request must supply."""

    kinds: Kinds
    wanted: Wanted
    table: str
    columns: frozenset[str]
    is_met: bool = False
    """Whether the index has the rows already."""


@dataclass(frozen=True)
class _Open:
    """A criterion to answer: each step with its needs, of which one is enough."""

    criterion: Criterion
    steps: tuple[tuple[_Need, ...], ...]

    def ways(self) -> list[Kinds]:
        """Return the smallest sets of requests that answer it, () where the index does."""
        choices = [
            {frozenset[str]()}
            if any(need.is_met for need in step)
            else {frozenset({kind}) for need in step for kind in need.kinds}
            for step in self.steps
        ]
        found: set[Kinds] = {frozenset()}
        for choice in choices:
            found = {one | other for one, other in product(found, choice)}
            smallest = [one for one in found if not any(other < one for other in found)]
            found = set(sorted(smallest, key=lambda one: (len(one), sorted(one)))[:_MOST_WAYS])
        return sorted(found, key=lambda one: (len(one), sorted(one)))


def plan_requests(pack: Pack, index: PracticeIndex | None = None) -> RequestPlan:
    """Return what to ask for so that a pack's criteria can be answered, the most useful first."""
    known = supplies()
    answered: list[str] = []
    lacking: dict[str, str] = {}
    open_ones: list[_Open] = []
    impossible: list[NotByReports] = []
    for criterion in pack.criteria:
        if not criterion.steps:
            why = "it has no rules: a person decides who meets it"
            if criterion.proposals:
                why = "its proposed rules are not confirmed yet"
            impossible.append(NotByReports(criterion, why, has_rules=False))
            continue
        if index is not None:
            why_not = answerable(pack, index, criterion).why_not
            if not why_not:
                answered.append(criterion.id)
                continue
            lacking[criterion.id] = why_not
        one = _open(pack, index, criterion, known)
        if all(any(need.is_met or need.kinds for need in step) for step in one.steps):
            open_ones.append(one)
        else:
            impossible.append(NotByReports(criterion, _why_none(one, known)))
    requests = _with_rows(_cover(open_ones, known, needs_list=index is None), open_ones)
    lists = {name for request in requests for name in request.codelists}
    return RequestPlan(
        pack=pack,
        requests=requests,
        not_by_reports=tuple(impossible),
        answered=tuple(answered),
        lacking=lacking,
        has_index=index is not None,
        can_be_joined=index is None or is_of_a_list(index),
        demonstrations=tuple(sorted(n for n in lists if is_demonstration(pack.codelists[n]))),
    )


def is_of_a_list(index: PracticeIndex) -> bool:
    """Return whether an index was made from a list of patients, so that exports can be joined."""
    tables = [name for name in index.manifest.tables if name != "patients"]
    return all(is_listed_only(index, name) for name in tables)


def _open(
    pack: Pack, index: PracticeIndex | None, criterion: Criterion, known: Mapping[str, Supply]
) -> _Open:
    steps = [
        tuple(_need(pack, index, criterion, rule, known) for rule in step.rules)
        for step in criterion.steps
    ]
    where = [rule.where for step in criterion.steps for rule in step.rules]
    steps += [
        (_need(pack, index, criterion, date.rows, known),) for date in dates_used(pack, where)
    ]
    if criterion.population is not None:
        says = "who belongs to the criterion's patients"
        population = Rule(says, where=criterion.population)
        columns = criterion.population.columns
        is_met = index is not None and not lacks_for_condition(pack, index, criterion.population)
        kinds = _suppliers(index, criterion, population, known)
        need = _Need(kinds, Wanted(criterion.id, ""), "patients", columns, is_met)
        steps.insert(0, (need,))
    return _Open(criterion, tuple(steps))


def _need(
    pack: Pack,
    index: PracticeIndex | None,
    criterion: Criterion,
    rule: Rule,
    known: Mapping[str, Supply],
) -> _Need:
    return _Need(
        _suppliers(index, criterion, rule, known),
        Wanted(criterion.id, rule.says, rule.codes or ""),
        rule.table,
        columns_of_rule(rule),
        is_met=index is not None and not lacks_for_rule(pack, index, rule),
    )


def _suppliers(
    index: PracticeIndex | None,
    criterion: Criterion,
    rule: Rule,
    known: Mapping[str, Supply],
) -> Kinds:
    as_at = today() if index is None else index.manifest.as_at
    return frozenset(suppliers(criterion, rule, known, as_at))


def _why_none(one: _Open, known: Mapping[str, Supply]) -> str:
    """Return why no request supplies what a criterion needs."""
    reasons = []
    for step in one.steps:
        if any(need.is_met or need.kinds for need in step):
            continue
        reasons += [_lacks(need, known) for need in step]
    return "; ".join(dict.fromkeys(reasons))


def _lacks(need: _Need, known: Mapping[str, Supply]) -> str:
    of_table = [one for one in known.values() if one.table == need.table]
    table = TABLES.get(need.table)
    if not of_table or table is None:
        return f"no report lists {table.title.lower() if table else need.table}"
    columns = frozenset[str]().union(*(one.columns for one in of_table))
    lacking = [column for column in table.columns if column.name in need.columns - columns]
    if lacking:
        each = ", ".join(f"{column.name} ({column.meaning})" for column in lacking)
        return f"no report has {each}"
    return "no one report has all the columns that it needs"


# ---------------------------------------------------------------- the order


def _cover(
    open_ones: Sequence[_Open], known: Mapping[str, Supply], *, needs_list: bool
) -> list[Request]:
    """Return the requests in the order in which each answers most criteria for each export."""
    waiting = {one.criterion.id: one.ways() for one in open_ones}
    order = list(known)
    chosen: Kinds = frozenset()
    requests: list[Request] = []
    if needs_list and waiting:
        because = "Who is a patient comes from this list alone: all other exports are joined to it."
        chosen = _add([LIST], chosen, waiting, known, requests, because)
    while waiting:
        best = max(
            _candidates(waiting, chosen),
            key=lambda kinds: (
                len(_answered(waiting, chosen | kinds)) / len(kinds),
                -len(kinds),
                [-order.index(kind) for kind in sorted(kinds, key=order.index)],
            ),
        )
        because = "Needed together with the next one." if len(best) > 1 else ""
        chosen = _add(sorted(best, key=order.index), chosen, waiting, known, requests, because)
    return requests


def _candidates(waiting: Mapping[str, list[Kinds]], chosen: Kinds) -> Iterator[Kinds]:
    """Yield the requests, or groups of requests, that finish at least one criterion."""
    yield from {way - chosen for ways in waiting.values() for way in ways}


def _answered(waiting: Mapping[str, list[Kinds]], chosen: Kinds) -> list[str]:
    return [name for name, ways in waiting.items() if any(way <= chosen for way in ways)]


def _add(
    kinds: Iterable[str],
    chosen: Kinds,
    waiting: dict[str, list[Kinds]],
    known: Mapping[str, Supply],
    requests: list[Request],
    because: str,
) -> Kinds:
    """Add requests, take off what they answer, and return all that are chosen now."""
    for kind in kinds:
        chosen |= {kind}
        answers = _answered(waiting, chosen)
        for name in answers:
            del waiting[name]
        reason = because if not answers or kind == LIST else ""
        requests.append(Request(known[kind], tuple(answers), (), (), reason))
    return chosen


# ---------------------------------------------------------------- rows and columns


def _with_rows(requests: Sequence[Request], open_ones: Sequence[_Open]) -> tuple[Request, ...]:
    """Add to each request the rows that criteria want from it, and its columns."""
    chosen = frozenset(request.kind for request in requests)
    found = []
    for request in requests:
        wanted: list[Wanted] = []
        columns: set[str] = set()
        for one in open_ones:
            for need, adds in _needs_from(request.kind, one, chosen):
                columns |= need.columns
                if need.wanted.says:
                    wanted.append(replace(need.wanted, adds=adds))
        found.append(
            replace(
                request,
                wanted=tuple(dict.fromkeys(wanted)),
                roles=_roles(request.supply, columns),
            )
        )
    return tuple(found)


def _needs_from(kind: str, one: _Open, chosen: Kinds) -> Iterator[tuple[_Need, bool]]:
    """Yield what a criterion needs from a kind of request, and whether it is one way of several."""
    for step in one.steps:
        is_met = any(need.is_met for need in step)
        others = any(need.kinds & (chosen - {kind}) for need in step)
        for need in step:
            if kind in need.kinds and not need.is_met:
                yield need, is_met or (others and len(step) > 1)


def _roles(supply: Supply, columns: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of the export to ask for: what rules need, and what people need."""
    least = _LEAST_COLUMNS.get(supply.table, ())
    wanted = {*columns, *least}
    roles = {role_of(supply, column) for column in wanted if column in supply.columns}
    return tuple(role for role in supply.labels if role in roles)

"""From the facts of a text to specs, and the other readings that each may have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from recordpick.criteria.templates.combine import Combination
from recordpick.criteria.templates.expression import Expression
from recordpick.criteria.templates.facts import Fact
from recordpick.criteria.templates.library import library
from recordpick.criteria.templates.model import ParameterValue
from recordpick.criteria.templates.quantities import Quantity
from recordpick.criteria.templates.render import Spec, names_of
from recordpick.criteria.templates.signs import Reading, Sign


def spec_of(fact: Fact) -> Spec:
    """Return the spec of a fact: its template, what is said more exactly, and its values."""
    spec = Spec(fact.template.id, _refinements(fact), fact.variant, 0, fact.is_not)
    known = set(names_of(spec))
    params: dict[str, ParameterValue] = {}
    for sign in [*fact.everything(), *fact.shared]:
        if sign.name.startswith("@") and sign.name[1:] in known:
            params.setdefault(sign.name[1:], sign.value)
    if "review" in known and "review" not in params:
        of = next((one for one in [*fact.signs, *fact.shared] if one.name == "@condition"), None)
        params["review"] = of.value if of is not None else ""
    for name, sign in _numbers(fact):
        if sign.quantity is not None and name in known:
            params |= _values(name, sign.quantity, fact)
    return replace(spec, params=params)


def _numbers(fact: Fact) -> Iterator[tuple[str, Sign]]:
    yield from fact.numbers.items()
    for signs in fact.refined.values():
        for sign in signs:
            if sign.name == "#period":
                yield "period", sign


def _values(name: str, quantity: Quantity, fact: Fact) -> dict[str, ParameterValue]:
    if name == "period":
        return _period_values(quantity)
    parameter = fact.template.params.get(name)
    if name in {"systolic", "diastolic"}:
        high = quantity.high or quantity.low
        return {"systolic": quantity.low, "diastolic": high}
    values: dict[str, ParameterValue] = {name: _plain(quantity.low)}
    if parameter is not None and not parameter.compare:
        return values
    compare = quantity.compare or ("exactly" if name == "age" else "at least")
    if compare == "either":
        compare = "between"
    values[f"{name}.is"] = compare
    if quantity.high is not None:
        values[f"{name}.to"] = _plain(quantity.high)
    if name == "age" and quantity.unit and quantity.unit != "year":
        values["age.unit"] = quantity.unit
    return values


def _period_values(quantity: Quantity) -> dict[str, ParameterValue]:
    if quantity.day:
        values: dict[str, ParameterValue] = {
            "period.is": quantity.direction,
            "period.day": quantity.day,
        }
        if quantity.direction == "since" and quantity.last_day and quantity.day.endswith("-01-01"):
            return values
        if quantity.last_day:
            values["period.last_day"] = quantity.last_day
        return values
    return {
        "period": _plain(quantity.low),
        "period.unit": quantity.unit,
        "period.is": quantity.direction or "last",
    }


def _plain(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _refinements(fact: Fact) -> tuple[str, ...]:
    """Return the refinements, with the template's own where nothing else is said."""
    refinements = library().refinements
    names = list(fact.refined)
    groups = {refinements[name].group for name in names}
    replaced = {refinements[name].replaces for name in names}
    for name in fact.template.default:
        group = refinements[name].group
        if group not in groups and group not in replaced and not fact.ever:
            names.append(name)
    return tuple(sorted(names, key=list(refinements).index))


# other readings


def alternatives(
    expression: Expression, combination: Combination, reading: Reading
) -> list[tuple[Expression, str]]:
    """Return other readings of the text with the reason for each, the likelier first."""
    found: list[tuple[Expression, str]] = []
    for g, group in enumerate(expression):
        for c, clause in enumerate(group):
            for s, spec in enumerate(clause):
                fact = combination.groups[g][c][s]
                for other, why in _of_spec(spec, fact):
                    changed = (*clause[:s], other, *clause[s + 1 :])
                    clauses = (*group[:c], changed, *group[c + 1 :])
                    found.append(((*expression[:g], clauses, *expression[g + 1 :]), why))
    is_and = len(expression) == 2 and all(len(group) == 1 for group in expression)
    if is_and and any(join.name == "and" for join in reading.joins):
        found.append(((tuple(clause for group in expression for clause in group),), "either one"))
    if len(expression) == 1 and len(expression[0]) == 2 and combination.is_doubtful_or:
        found.append((tuple((clause,) for clause in expression[0]), "both together"))
    return found


def _of_spec(spec: Spec, fact: Fact) -> Iterator[tuple[Spec, str]]:
    yield from _of_numbers(spec, fact)
    for number, _ in enumerate(fact.template.readings, 1):
        if not spec.variant and not spec.reading:
            yield replace(spec, reading=number), "another reading"
    assumed = [
        one for one in fact.template.default if one in spec.refinements and one not in fact.refined
    ]
    if assumed:
        kept = tuple(name for name in spec.refinements if name not in assumed)
        yield replace(spec, refinements=kept), "past ones too"
    if fact.template.id == "problem.condition" and not spec.is_not:
        refinements = library().refinements
        if not any(refinements[name].group == "problem state" for name in spec.refinements):
            yield replace(spec, refinements=("problem.active", *spec.refinements)), "only active"


def _of_numbers(spec: Spec, fact: Fact) -> Iterator[tuple[Spec, str]]:
    for name, sign in fact.numbers.items():
        quantity = sign.quantity
        if quantity is None or f"{name}.is" not in spec.params:
            continue
        if quantity.compare == "either" and quantity.high is not None:
            for low in (quantity.low, quantity.high):
                yield _with_number(spec, name, "exactly", low), f"exactly {low:g}"
            yield _with_number(spec, name, "at least", quantity.low), f"at least {quantity.low:g}"
        elif not quantity.compare and name not in {"age", "period"}:
            yield _with_number(spec, name, "exactly", quantity.low), f"exactly {quantity.low:g}"
        elif name == "age" and quantity.compare in {"over", "under"}:
            compare = "at least" if quantity.compare == "over" else "at most"
            yield _with_number(spec, name, compare, quantity.low), f"{quantity.low:g} counted in"


def _with_number(spec: Spec, name: str, compare: str, low: float) -> Spec:
    params = {key: value for key, value in spec.params.items() if key != f"{name}.to"}
    return replace(spec, params={**params, name: _plain(low), f"{name}.is": compare})

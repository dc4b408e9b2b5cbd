"""Several templates in one text: "age & not medicine.drug[med.repeat] | problem.condition"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from recordpick.criteria.pack import Rule, registered
from recordpick.criteria.templates.library import library
from recordpick.criteria.templates.model import ParameterValue, Proposal
from recordpick.criteria.templates.render import Rendered, Spec, as_steps, merged, names_of, render
from recordpick.errors import UserError

Clause = tuple[Spec, ...]
Expression = tuple[tuple[Clause, ...], ...]
"""Groups that must all hold; of a group any clause; of a clause all its specs."""

_SPEC = re.compile(
    r"(?P<no>not )?(?P<id>[a-z0-9_.]+)(?P<variant>/[a-z0-9_]+)?(?P<reading>~\d{1,3})?"
    r"(?:\[(?P<refined>[a-z0-9_.,]*)\])?"
)


def build(expression: Expression, template: str = "") -> Proposal:
    """Return the proposal of an expression; UserError for a value out of range."""
    rendered = [[[render(spec) for spec in clause] for clause in group] for group in expression]
    steps: list[tuple[Rule, ...]] = []
    for group in rendered:
        steps += _steps(group)
    every = [one for group in rendered for clause in group for one in clause]
    return Proposal(
        template=template or as_text(expression),
        says=_said(rendered),
        reason="",
        confidence=1.0,
        steps=as_steps(steps),
        population=None if any(one.population == "everyone" for one in every) else registered(),
        params=_params(expression),
    )


def _steps(group: list[list[Rendered]]) -> list[tuple[Rule, ...]]:
    if len(group) == 1 and len(group[0]) == 1:
        return list(group[0][0].steps)
    if len(group) == 1:
        return [step for one in group[0] for step in one.steps]
    rules: list[Rule] = []
    for clause in group:
        if len(clause) > 1:
            singles = [one.steps[0][0] for one in clause if len(one.steps) == 1]
            rules.append(merged(singles, " and ".join(one.says for one in clause)))
        elif len(clause[0].steps) > 1:
            raise UserError("One of several alternatives has several conditions.")
        else:
            rules += clause[0].steps[0]
    return [tuple(dict.fromkeys(rules))]


def _said(rendered: list[list[list[Rendered]]]) -> str:
    groups = [
        " or ".join(" and ".join(one.says for one in clause) for clause in group)
        for group in rendered
    ]
    return ", and ".join(groups)


def _names(expression: Expression) -> list[tuple[Spec, dict[str, str]]]:
    """Return each spec with the names of its parameters in the whole: the second age is "age 2"."""
    seen: dict[str, int] = {}
    named: list[tuple[Spec, dict[str, str]]] = []
    for spec in (spec for group in expression for clause in group for spec in clause):
        names: dict[str, str] = {}
        for name in names_of(spec):
            seen[name] = seen.get(name, 0) + 1
            names[name] = name if seen[name] == 1 else f"{name} {seen[name]}"
        named.append((spec, names))
    return named


def _params(expression: Expression) -> dict[str, ParameterValue]:
    params: dict[str, ParameterValue] = {}
    for spec, names in _names(expression):
        template = library().templates[spec.template]
        given = {**_defaults(spec), **spec.params}
        for key, value in given.items():
            base, point, rest = key.partition(".")
            if base in names and (
                base in template.params or base in spec.params or point or base in given
            ):
                params[names[base] + point + rest] = value
    return params


def _defaults(spec: Spec) -> dict[str, ParameterValue]:
    template = library().templates[spec.template]
    reading = template.readings[spec.reading - 1] if spec.reading else {}
    found: dict[str, ParameterValue] = {}
    for name, parameter in template.params.items():
        if parameter.kind == "name":
            continue
        default = parameter.default
        found[name] = int(default) if default == int(default) else default
        if parameter.compare:
            found[f"{name}.is"] = parameter.compare
    return {**found, **reading.get("params", {})}


def as_text(expression: Expression) -> str:
    """Return an expression as `parse` reads it, without its parameters."""
    return " & ".join(
        " | ".join(" + ".join(_spec_text(spec) for spec in clause) for clause in group)
        for group in expression
    )


def _spec_text(spec: Spec) -> str:
    text = ("not " if spec.is_not else "") + spec.template
    text += f"/{spec.variant}" if spec.variant else ""
    text += f"~{spec.reading}" if spec.reading else ""
    return text + (f"[{','.join(spec.refinements)}]" if spec.refinements else "")


def parse(text: str, params: Mapping[str, ParameterValue]) -> Expression:
    """Return the expression of a text with these parameters; UserError for what is unknown."""
    expression = tuple(
        tuple(
            tuple(_parse_spec(spec.strip()) for spec in clause.split(" + "))
            for clause in group.split(" | ")
        )
        for group in text.split(" & ")
    )
    left = dict(params)
    named = iter(_names(expression))

    def filled(spec: Spec) -> Spec:
        _, names = next(named)
        own: dict[str, ParameterValue] = {}
        for name, whole in names.items():
            for key in [key for key in left if key == whole or key.startswith(f"{whole}.")]:
                own[name + key[len(whole) :]] = left.pop(key)
        return replace(spec, params=own)

    whole = tuple(
        tuple(tuple(filled(spec) for spec in clause) for clause in group) for group in expression
    )
    if left:
        raise UserError(f"The template '{text}' has no parameter '{next(iter(left))}'.")
    return whole


def _parse_spec(text: str) -> Spec:
    found = _SPEC.fullmatch(text)
    words = library()
    if found is None or found["id"] not in words.templates:
        raise UserError(f"There is no template '{text}'.")
    template = words.templates[found["id"]]
    refined = tuple(name for name in (found["refined"] or "").split(",") if name)
    unknown = [
        name
        for name in refined
        if name not in words.refinements or not words.refinements[name].fits(template)
    ]
    variant = (found["variant"] or "")[1:]
    reading = int((found["reading"] or "~0")[1:])
    if (
        unknown
        or (variant and variant not in template.variants)
        or reading > len(template.readings)
    ):
        raise UserError(f"The template '{template.id}' has no such form: '{text}'.")
    return Spec(template.id, refined, variant, reading, bool(found["no"]))

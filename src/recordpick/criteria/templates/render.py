"""Build rules from a template and its parameters, each checked against its range."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from recordpick.criteria.conditions import Condition, text_of
from recordpick.criteria.pack import Rule, Step, condition_over
from recordpick.criteria.templates.library import Library, Parameter, RuleText, Template, library
from recordpick.criteria.templates.model import ParameterValue
from recordpick.criteria.templates.periods import (
    age_condition,
    age_words,
    period_condition,
    period_words,
    recent_condition,
)
from recordpick.errors import UserError

_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?::([a-z_]+))?\}")
COMPARISONS = {
    "over": "> {0}",
    "at least": ">= {0}",
    "under": "< {0}",
    "at most": "<= {0}",
    "exactly": "= {0}",
    "between": "BETWEEN {0} AND {1}",
}
_SAID = {
    "over": "more than {0}",
    "at least": "at least {0}",
    "under": "fewer than {0}",
    "at most": "at most {0}",
    "exactly": "exactly {0}",
    "between": "{0} to {1}",
}
_SAID_OF_VALUE = {**_SAID, "over": "over {0}", "under": "under {0}"}
COUNT = Parameter("count", "How many", sign="#count", min=0, max=1_000_000, default=1)


@dataclass(frozen=True, slots=True)
class Spec:
    """A template as it is used: what is said more exactly, which variant or reading, which values.

    `params` holds numbers and words by name, and with a point what belongs to them: "age",
    "age.is", "age.to", "period", "period.unit", "period.is", "period.day".
    """

    template: str
    refinements: tuple[str, ...] = ()
    variant: str = ""
    reading: int = 0
    is_not: bool = False
    params: Mapping[str, ParameterValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendered:
    """The rules of one spec."""

    steps: tuple[tuple[Rule, ...], ...]
    says: str
    population: str


def names_of(spec: Spec) -> tuple[str, ...]:
    """Return the parameters that a spec has, in order: those of its conditions, and the count."""
    words = library()
    template = words.templates[spec.template]
    texts = [text for _, text in _conditions(spec, template)]
    texts += [words.refinements[name].where for name in spec.refinements]
    names = [*template.params]
    for text in texts:
        for name, _ in _PLACEHOLDER.findall(text):
            if name not in words.snippets and name != "age_words":
                names.append("period" if name == "recent" else name)
    if template.counted:
        names.append("count")
    return tuple(dict.fromkeys(names))


def _conditions(spec: Spec, template: Template) -> Iterable[tuple[RuleText, str]]:
    for step in template.steps:
        for rule in step:
            yield rule, _own_where(spec, template, rule)


def _own_where(spec: Spec, template: Template, rule: RuleText) -> str:
    if spec.variant:
        return template.variants[spec.variant].get("where", rule.where)
    if spec.reading:
        return str(template.readings[spec.reading - 1].get("where", rule.where))
    return rule.where


def render(spec: Spec) -> Rendered:
    """Return the rules of a spec; UserError for an unknown name or a value out of its range."""
    words = library()
    if spec.template not in words.templates:
        raise UserError(f"There is no template '{spec.template}'.")
    template = words.templates[spec.template]
    filling = _Filling(spec, template, words)
    texts = template.steps
    if spec.variant and "table" in template.variants[spec.variant]:
        own = template.variants[spec.variant]
        texts = ((RuleText(own["says"], own["table"], own["where"], own.get("codes")),),)
    steps = tuple(tuple(filling.rule(rule) for rule in step) for step in texts)
    says = filling.says()
    if len(steps) == 1 and len(steps[0]) == 1:
        steps = ((replace(steps[0][0], says=says),),)
    if spec.is_not:
        steps = _negated(steps, says)
    return Rendered(steps, says, template.population)


def _negated(steps: tuple[tuple[Rule, ...], ...], says: str) -> tuple[tuple[Rule, ...], ...]:
    """Return steps that hold where the others do not: no row of any of the alternatives."""
    if len(steps) > 1:
        raise UserError("Of several conditions together it cannot be said that they do not hold.")
    rules = [replace(rule, at_least=0, at_most=0) for rule in steps[0]]
    if any(rule.at_least > 1 or rule.at_most is not None for rule in steps[0]):
        rules = [_not_as_many(rule) for rule in steps[0]]
    if len(rules) > 1:
        return tuple((replace(rule, says=f"not: {rule.says}"),) for rule in rules)
    return ((replace(rules[0], says=says),),)


def _not_as_many(rule: Rule) -> Rule:
    if rule.at_most is not None and rule.at_least <= 1:
        return replace(rule, at_least=rule.at_most + 1, at_most=None)
    if rule.at_most is None and rule.per is None:
        return replace(rule, at_least=0, at_most=rule.at_least - 1)
    raise UserError("Of this number it cannot be said that it does not hold.")


class _Filling:
    """Fills the placeholders of one template."""

    def __init__(self, spec: Spec, template: Template, words: Library) -> None:
        self._spec, self._template, self._words = spec, template, words
        self._reading = template.readings[spec.reading - 1] if spec.reading else {}
        known = set(names_of(spec))
        for name in spec.params:
            if name.partition(".")[0] not in known:
                raise UserError(f"{spec.template} has no parameter '{name}'.")

    # values

    def _value(self, name: str) -> ParameterValue | None:
        if name in self._spec.params:
            return self._spec.params[name]
        return dict(self._reading.get("params", {})).get(name)

    def _number(self, parameter: Parameter) -> float:
        value = self._value(parameter.name)
        return _checked(parameter, parameter.default if value is None else value)

    def _range(self, parameter: Parameter) -> tuple[str, float, float]:
        """Return the comparison of a parameter and its one or two numbers."""
        compare = self._value(f"{parameter.name}.is") or parameter.compare or "at least"
        if compare not in COMPARISONS:
            allowed = ", ".join(COMPARISONS)
            raise UserError(f"{parameter.title}: '{compare}' is not one of {allowed}.")
        low = self._number(parameter)
        other = self._value(f"{parameter.name}.to")
        high = low if other is None else _checked(parameter, other)
        if compare == "between" and high < low:
            raise UserError(f"{parameter.title}: the second number is smaller than the first.")
        return str(compare), low, high

    # conditions

    def rule(self, text: RuleText) -> Rule:
        """Return a rule of the template with its refinements."""
        where = [self._fill(_own_where(self._spec, self._template, text))]
        codes = text.codes
        if text.table != "patients":
            where += [self._fill(one) for one in self._refined_where()]
        for name in self._spec.refinements:
            codes = self._words.refinements[name].codes or codes
        where = _without_idle(where)
        rule = Rule(
            says=self._fill_says(text.says) or self._template.id,
            table=text.table,
            where=_condition(text.table, where),
            codes=codes,
            distinct=text.distinct,
            per=text.per,
            at_least=text.at_least,
            at_most=text.at_most,
        )
        return self._counted(rule)

    def _refined_where(self) -> list[str]:
        """Return a condition for each group of refinements: those of one group are alternatives."""
        groups: dict[str, list[str]] = {}
        names = set(self._spec.refinements)
        for name in self._spec.refinements:
            refinement = self._words.refinements[name]
            if refinement.where and refinement.opposite not in names:
                groups.setdefault(refinement.group or name, []).append(refinement.where)
        return [
            texts[0] if len(texts) == 1 else " OR ".join(f"({text})" for text in texts)
            for texts in groups.values()
        ]

    def _counted(self, rule: Rule) -> Rule:
        parameter = next((one for one in self._template.params.values() if one.count), None)
        if parameter is None:
            if not self._template.counted or "count" not in self._spec.params:
                return rule
            parameter = replace_max(COUNT, self._template.counted)
        compare, low, high = self._range(parameter)
        least, most = _limits(compare, int(low), int(high))
        if most is not None and rule.per is not None:
            raise UserError(f"{parameter.title} cannot be said to be {compare} here: say at least.")
        return replace(rule, at_least=least, at_most=most)

    def _fill(self, text: str) -> str:
        filled = _PLACEHOLDER.sub(lambda found: self._condition(found[1], found[2] or ""), text)
        return _PLACEHOLDER.sub(lambda found: self._condition(found[1], found[2] or ""), filled)

    def _condition(self, name: str, detail: str) -> str:
        """Return what stands for a placeholder in a condition."""
        if name in self._words.snippets:
            return self._words.snippets[name]
        match name:
            case "period":
                return period_condition(
                    self._spec.params, detail or "date", is_not=self._spec.is_not
                )
            case "recent":
                return recent_condition(self._spec.params, detail)
            case "age":
                return age_condition(self._range_of_age(), str(self._value("age.unit") or "year"))
        parameter = self._template.params.get(name)
        return self._word(name, detail) if parameter is None else self._parameter(parameter)

    def _parameter(self, parameter: Parameter) -> str:
        """Return a parameter in a condition: a number, with its comparison if it has one."""
        if parameter.kind == "name":
            return _checked_name(parameter, self._value(parameter.name))
        if parameter.compare and not parameter.count:
            compare, low, high = self._range(parameter)
            return COMPARISONS[compare].format(_figure(low), _figure(high))
        return _figure(self._number(parameter))

    def _range_of_age(self) -> tuple[str, float, float]:
        parameter = self._template.params["age"]
        unit = str(self._value("age.unit") or "year")
        if unit not in {"year", "month", "week", "day"}:
            raise UserError("The unit of an age is year, month, week or day.")
        if unit != "year":
            per_year = {"month": 12, "week": 52, "day": 366}[unit]
            parameter = replace_max(parameter, int(parameter.max * per_year))
        return self._range(parameter)

    def _word(self, kind: str, detail: str) -> str:
        value = self._value(kind)
        if kind in {"person", "place", "postcode"}:
            return _checked_name(Parameter(kind, "Name", kind="name"), value)
        word = self._words.words.get((kind, str(value)))
        if word is None:
            raise UserError(f"'{value}' is not in the vocabulary {kind.replace('_', ' ')}.")
        if detail == "word":
            return word.id.replace("_", " ")
        return word.condition("term" if detail == "term" else "", keep_all=detail == "any")

    # words

    def says(self) -> str:
        """Return the template in words, with what is said more exactly."""
        template, spec = self._template, self._spec
        refined = [self._words.refinements[name] for name in spec.refinements]
        groups: dict[str, list[str]] = {}
        for one in refined:
            if one.before:
                groups.setdefault(one.group or one.id, []).append(one.before)
        before = " ".join(" or ".join(words) for words in groups.values())
        after = " ".join(one.after for one in refined if one.after)
        text = self._noun(before) if template.noun else self._plain_says()
        return self._fill_says(f"{text} {after}".strip())

    def _plain_says(self) -> str:
        spec, template = self._spec, self._template
        if spec.is_not:
            return template.says_not or f"not {template.says}"
        if spec.variant:
            return template.variants[spec.variant].get("says", template.says)
        return str(self._reading.get("says", template.says))

    def _noun(self, before: str) -> str:
        one, _, many = self._template.noun.partition("|")
        if self._reading.get("says") and not self._spec.is_not:
            return str(self._reading["says"])
        if self._spec.is_not and "count" not in self._spec.params:
            return f"no {before} {one}".replace("  ", " ")
        parameter = next((of for of in self._template.params.values() if of.count), None)
        if parameter is None and "count" in self._spec.params:
            parameter = replace_max(COUNT, self._template.counted)
        if parameter is None:
            text = f"{before} {one}".strip()
            return text if text.startswith(("a ", "an ", "{")) else f"{_article(text)} {text}"
        compare, low, high = self._range(parameter)
        number = _SAID[compare].format(_figure(low), _figure(high))
        text = f"{number} {before} {many or one}".replace("  ", " ")
        return f"not {text}" if self._spec.is_not else text

    def _fill_says(self, text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: self._said(found[1]), text)

    def _said(self, name: str) -> str:
        if name == "period":
            return period_words(self._spec.params, is_not=self._spec.is_not)
        if name == "age_words":
            return age_words(self._range_of_age(), str(self._value("age.unit") or "year"))
        parameter = self._template.params.get(name)
        if parameter is not None and parameter.kind == "name":
            given = str(self._value(name))
            return given.upper() if name == "postcode" else given.title()
        if parameter is not None and (parameter.compare or parameter.count):
            compare, low, high = self._range(parameter)
            said = _SAID if parameter.count else _SAID_OF_VALUE
            return said[compare].format(_figure(low), _figure(high))
        if parameter is not None:
            return _figure(self._number(parameter))
        value = self._value(name)
        word = self._words.words.get((name, str(value)))
        return word.says if word else str(value).title()


def _limits(compare: str, low: int, high: int) -> tuple[int, int | None]:
    """Return the least and the most rows of a comparison."""
    match compare:
        case "over":
            return low + 1, None
        case "at least":
            return max(low, 1), None
        case "under":
            return (1, low - 1) if low > 1 else (0, 0)
        case "at most":
            return (1, low) if low else (0, 0)
        case "exactly":
            return low, low
    return low, high


def replace_max(parameter: Parameter, most: int) -> Parameter:
    """Return the parameter with another upper end of its range."""
    return replace(parameter, max=most)


def _checked(parameter: Parameter, value: ParameterValue) -> float:
    """Return a number within the parameter's range; UserError with the range if it is not."""
    try:
        number = float(value)
    except ValueError:
        raise UserError(f"{parameter.title} is a number, not '{value}'.") from None
    whole = math.isfinite(number) and (parameter.decimal or number == int(number))
    if not parameter.min <= number <= parameter.max or not whole:
        kind = "" if parameter.decimal else "a whole number from "
        raise UserError(
            f"{parameter.title} is {kind}{_figure(parameter.min)} to {_figure(parameter.max)}, "
            f"not {value}."
        )
    return number


def _checked_name(parameter: Parameter, value: ParameterValue | None) -> str:
    text = str(value or "").strip().lower()
    if not re.fullmatch(r"[a-z][a-z0-9 '-]{0,39}", text):
        raise UserError(f"{parameter.title} is up to 40 letters, digits, spaces and hyphens.")
    return text.upper() if parameter.name == "postcode" else text.replace("'", "''")


def _figure(number: float) -> str:
    return f"{number:.10g}" if number < 1e10 else f"{number:.0f}"


def _without_idle(where: list[str]) -> list[str]:
    """Leave out "every row" where there is another condition."""
    idle = {"medication_id IS NOT NULL", "event_id IS NOT NULL", "document_id IS NOT NULL"}
    idle |= {"appointment_id IS NOT NULL", "referral_id IS NOT NULL", "recall_id IS NOT NULL"}
    return [text for text in where if text not in idle]


def _condition(table: str, where: list[str]) -> Condition | None:
    """Return the texts as one condition over a table; None where all of them are empty."""
    where = [text for text in where if text]
    if not where:
        return None
    if len(where) == 1:
        return condition_over(table, where[0])
    parts = (f"({text})" if re.search(r"\bOR\b", text) else text for text in where)
    return condition_over(table, " AND ".join(parts))


def _article(text: str) -> str:
    return "an" if text[:1] in "aeiou" else "a"


def merged(rules: Iterable[Rule], says: str) -> Rule:
    """Return one rule over `patients` that holds where all of these do."""
    conditions: list[str] = []
    for rule in rules:
        if rule.table != "patients" or rule.at_least != 1 or rule.at_most is not None:
            raise UserError("Only conditions on the patient's details can be joined in one rule.")
        conditions.append(text_of(rule.where) or "")
    return Rule(says=says, where=_condition("patients", conditions))


def as_steps(steps: Iterable[tuple[Rule, ...]]) -> tuple[Step, ...]:
    """Return steps of a pack."""
    return tuple(Step(rules) for rules in steps)

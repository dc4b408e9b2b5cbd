"""The library of templates: every form of every template is a rule that packs accept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest
from draft_collections import PACK

from recordpick.criteria.conditions import parse_condition
from recordpick.criteria.conditions.lexer import MAX_LENGTH
from recordpick.criteria.pack import ParameterValue, Proposal, columns_with, words_of
from recordpick.criteria.templates import TEMPLATES, fill
from recordpick.criteria.templates.expression import parse
from recordpick.criteria.templates.library import Parameter, library
from recordpick.criteria.templates.render import COMPARISONS, Spec, names_of
from recordpick.errors import UserError
from recordpick.schema import TABLES

AREAS = {
    *(
        "demographics",
        "registration",
        "problems",
        "allergies",
        "medication",
        "results",
        "screening",
    ),
    *("immunisation", "recalls", "appointments", "referrals", "documents", "confidentiality"),
    *("safeguarding", "registers", "record size", "dates"),
}
PERIODS: tuple[dict[str, ParameterValue], ...] = (
    {"period": 1, "period.unit": "day", "period.is": "last"},
    {"period": 120, "period.unit": "year", "period.is": "ago"},
    {"period": 1440, "period.unit": "month", "period.is": "next"},
    {"period": 6240, "period.unit": "week", "period.is": "for"},
    {"period.is": "since", "period.day": "2020-02-29"},
    {"period.is": "before", "period.day": "1850-01-01"},
    {"period.is": "year", "period.day": "2024-01-01", "period.last_day": "2024-12-31"},
)
NAMES = {"person": "o'brien", "place": "great marling", "postcode": "XN1"}


def forms(template_id: str) -> Iterator[str]:
    """Yield a template as `fill` reads it: plain, each variant, each reading, each refinement."""
    template = TEMPLATES[template_id]
    yield template_id
    yield from (f"{template_id}/{name}" for name in template.variants)
    yield from (f"{template_id}~{number}" for number, _ in enumerate(template.readings, 1))
    for refinement in library().refinements.values():
        if refinement.fits(template):
            yield f"{template_id}[{refinement.id}]"


def ends(parameter: Parameter) -> Iterator[dict[str, ParameterValue]]:
    """Yield the two ends of a parameter's range, with every comparison."""
    for end in (parameter.min, parameter.max):
        value = int(end) if end == int(end) else end
        if not parameter.compare:
            yield {parameter.name: value}
            continue
        for compare in COMPARISONS:
            yield {
                parameter.name: value,
                f"{parameter.name}.is": compare,
                f"{parameter.name}.to": int(parameter.max),
            }


def values(form: str) -> Iterator[dict[str, ParameterValue]]:
    """Yield values for a form: the ends of each parameter, each period, a word of a vocabulary."""
    spec: Spec = parse(form, {})[0][0][0]
    template = TEMPLATES[spec.template]
    base: dict[str, ParameterValue] = {}
    for name in names_of(spec):
        if name in template.params or name in {"count", "period"}:
            continue
        kind = name
        base[kind] = NAMES.get(kind) or next(key for of, key in library().words if of == kind)
    base |= {name: NAMES[name] for name in names_of(spec) if name in NAMES}
    yield base
    for name in names_of(spec):
        if name == "period":
            yield from (base | period for period in PERIODS)
        elif name == "count":
            most = template.counted
            yield from ({**base, "count": n, "count.is": "at least"} for n in (1, most))
        elif name in template.params and template.params[name].kind != "name":
            yield from ({**base, **end} for end in ends(template.params[name]))


@cache
def _checked(table: str, where: str) -> None:
    assert len(where) <= MAX_LENGTH
    parse_condition(where, columns_with({}, table), words_of(table))


def filled(form: str, params: dict[str, ParameterValue]) -> tuple[Proposal | None, str]:
    """Return the proposal of a form, or why there is none."""
    try:
        return fill(form, params), ""
    except UserError as error:
        return None, str(error)


def check(proposal: Proposal) -> None:
    """Check what the reader of packs checks of a rule."""
    assert proposal.says
    assert not re.search(r"[{}]", proposal.says), proposal.says
    for rule in (rule for step in proposal.steps for rule in step.rules):
        assert rule.says
        assert rule.table in TABLES
        assert rule.where or rule.codes or rule.table != "patients"
        if rule.where:
            _checked(rule.table, rule.where.text)
        assert rule.at_most is None or rule.at_least <= rule.at_most
        assert rule.at_least > 0 or rule.at_most is not None
        assert rule.table != "patients" or rule.at_least <= 1
        assert rule.at_most is None or rule.per is None
        assert rule.distinct is None or rule.distinct != rule.per
        names = TABLES[rule.table].names
        assert {rule.distinct, rule.per} - {None} <= set(names)
        assert rule.codes is None or (rule.codes in PACK.codelists and "code" in names)


@pytest.mark.parametrize("template_id", sorted(TEMPLATES))
def test_every_form_of_a_template_is_a_rule_at_both_ends_of_its_ranges(template_id: str) -> None:
    """With each variant, reading and refinement, each period, and turned by "not"."""
    for form in forms(template_id):
        for params in values(form):
            proposal, why = filled(form, params)
            if proposal is None:
                assert re.search("second number|say at least", why), (form, why)
                continue
            check(proposal)
            assert fill(proposal.template, proposal.params).steps == proposal.steps
        turned, why = filled(f"not {form}", next(values(form)))
        assert turned is not None or "cannot be said" in why
        if turned is not None:
            check(turned)


def test_every_word_of_the_vocabularies_is_a_condition() -> None:
    """Drugs, conditions, tests …: each can be looked for in its own column, and in a term."""
    for (kind, _), word in library().words.items():
        table = {"specialty": "referrals", "relation": "relationships", "title": "patients"}.get(
            kind,
            "medications" if kind in {"drug", "form"} else
            "documents" if kind in {"document_kind", "file_type", "sender"} else
            "recalls" if kind == "recall" else "events",
        )  # fmt: skip
        _checked(table, word.condition())
        _checked("events", word.condition("term"))
        _checked(table, word.condition(keep_all=True))


def test_the_library_covers_every_area_with_about_150_templates_or_more() -> None:
    """Every area of a supplier's sheet has templates, and every sign they need is in the words."""
    assert {template.area for template in TEMPLATES.values()} == AREAS
    assert len(TEMPLATES) >= 150
    signs = {
        meaning.kind
        for phrases in (*library().lexicon.exact.values(), *library().lexicon.prefixed.values())
        for _, meaning in phrases
    }
    for one in (*TEMPLATES.values(), *library().refinements.values()):
        for name in (name for need in one.needs for part in need for name in part):
            is_quantity = name.startswith(("#", "!", "@person", "@place", "@postcode"))
            assert is_quantity or name.partition(":")[0] in signs, (one.id, name)


@pytest.mark.parametrize(
    ("template", "params", "sentence"),
    [
        ("age", {"age": 121}, "Age is a whole number from 0 to 120, not 121."),
        ("age", {"age": -1}, "Age is a whole number from 0 to 120, not -1."),
        ("age", {"age": "old"}, "Age is a number, not 'old'."),
        ("age", {"age": float("nan")}, "Age is a whole number from 0 to 120, not nan."),
        ("age", {"age": 5, "age.is": "about"}, "Age: 'about' is not one of over, at least"),
        ("age", {"years": 5}, "The template 'age' has no parameter 'years'."),
        ("ages", {}, "There is no template 'ages'."),
        ("medicine.drug", {"drug": "unobtainium"}, "'unobtainium' is not in the vocabulary drug."),
        ("medicine.drug", {}, "'None' is not in the vocabulary drug."),
        ("usual_gp.named", {"person": "%' OR"}, "Name is up to 40 letters"),
        ("deceased.period", {"period": 0}, "A period is 1 to 120 years, not 0."),
        ("deceased.period", {"period.is": "since", "period.day": "2024-02-30"}, "is not a date"),
        ("medicine[med.current]", {"count": 201}, "How many is a whole number from 0 to 200"),
        ("medicine[problem.active]", {}, "has no such form"),
        ("email/spelt", {}, "has no such form"),
        ("age.child~9", {}, "has no such form"),
    ],
)
def test_what_cannot_be_filled_in_gets_a_sentence(
    template: str, params: dict[str, ParameterValue], sentence: str
) -> None:
    """An unknown template, parameter or word, and a value out of its range: what is allowed."""
    with pytest.raises(UserError) as error:
        fill(template, params)

    assert sentence in str(error.value)


def test_a_number_of_a_proposal_can_be_changed_by_name() -> None:
    """`fill` takes the template and parameters of a proposal back; a second age is "age 2"."""
    whole = "age & sex.female & age | medicine.drug[med.current]"
    params: dict[str, ParameterValue] = {
        "age": 40,
        "age.is": "at least",
        "age 2": 70,
        "drug": "warfarin",
    }

    proposal = fill(whole, params)

    assert proposal.says == (
        "aged 40 or over, and female, and aged over 70 or a current medicine: warfarin"
    )
    assert proposal.params["age 2"] == 70
    changed = fill(proposal.template, {**proposal.params, "age 2": 80})
    assert changed.steps[2].rules[0].where.text == "age > 80"
    assert changed.steps[0] == proposal.steps[0]

"""Propose rules for a criterion in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from recordpick.criteria.templates.model import CriterionText, ParameterValue, Proposal
from recordpick.errors import UserError

TEMPLATES: Mapping[str, object] = {}
"""The templates by id."""


def propose(text: CriterionText, as_at: date) -> list[Proposal]:
    """Return the rules that the text may mean, best first; none where no template fits."""
    return []


def fill(template: str, params: Mapping[str, ParameterValue]) -> Proposal:
    """Return the rule of a template with these parameters.

    UserError, a sentence, for an unknown template or parameter and for a value out of its range.
    """
    raise UserError(f"There is no template '{template}'.")

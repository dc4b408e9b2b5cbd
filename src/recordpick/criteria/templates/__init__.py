"""From criteria in words to rules that a person may confirm.

`propose` compares a text with a library of templates (the TOML files beside this module) and
returns rules, best first, or none where no template fits: such a criterion stays by hand. `fill`
builds the rule of a template from its parameters, for a person who changes a number. Nothing here
opens a network connection, learns, or depends on chance: the same text has the same proposals.
"""

from recordpick.criteria.templates.model import CriterionText, ParameterValue, Proposal
from recordpick.criteria.templates.propose import TEMPLATES, fill, propose, why_by_hand

__all__ = [
    "TEMPLATES",
    "CriterionText",
    "ParameterValue",
    "Proposal",
    "fill",
    "propose",
    "why_by_hand",
]

"""A criterion in words, and a rule proposed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recordpick.criteria.pack import Step

ParameterValue = str | int | float
"""A number, a word of a vocabulary (a drug, a condition), or a comparison ("over")."""


@dataclass(frozen=True, slots=True)
class CriterionText:
    """One row of a supplier's sheet: what to find in words, without any rule.

    `text` is what to find; `check` what to look at in both systems, which finds nobody; `wanted`
    the number of records, None where the sheet has none.
    """

    ref: str
    area: str
    text: str
    check: str = ""
    wanted: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule that may be what a criterion means. Nothing uses it until a person confirms it."""

    template: str
    """The templates that it is made from, as `fill` reads them: "age & medicine.drug[repeat]"."""
    says: str
    """The rule in words."""
    reason: str
    """Which words of the text led to which part of the rule, and which were not used."""
    confidence: float
    """From 0 to 1, how much of the text the rule uses; less where the text can be read otherwise."""
    steps: tuple[Step, ...]
    """The rule as packs have it: every step must hold, and of a step's rules any one."""
    population: str | None = "status = 'registered'"
    """The condition over patients that says among whom to look; None is everybody."""
    params: Mapping[str, ParameterValue] = field(default_factory=dict)
    """The numbers and names that a person may change, by name: `fill(template, params)`."""
    unused: tuple[str, ...] = ()
    """Words of the text that no part of the rule uses."""

    @property
    def codelists(self) -> tuple[str, ...]:
        """The codelists that its rules name, each once: a pack with this rule needs them."""
        names = (rule.codes for step in self.steps for rule in step.rules if rule.codes)
        return tuple(dict.fromkeys(names))

    @property
    def where(self) -> str:
        """Its conditions in the condition language, one a line, each with its table."""
        return "\n".join(
            f"{rule.table}: {rule.where or 'every row'}"
            for step in self.steps
            for rule in step.rules
        )

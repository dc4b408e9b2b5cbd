"""A criterion in words, and a rule proposed for it."""

from __future__ import annotations

from dataclasses import dataclass

from recordpick.criteria.pack import ParameterValue, Proposal

__all__ = ["CriterionText", "ParameterValue", "Proposal"]


@dataclass(frozen=True, slots=True)
class CriterionText:
    """One row of a supplier's sheet: what to find in words, without any rule.

    `text` is what to find; `title` a short name beside it, which may say what the text leaves out;
    `check` what to look at in both systems, which finds nobody; `wanted` the number of records,
    None where the sheet has none.
    """

    ref: str
    area: str
    text: str
    check: str = ""
    wanted: int | None = None
    title: str = ""

"""Match criteria to an index: who meets what, how many remain after each rule, and the evidence.

`match` answers a whole pack in one plan; `evidence` and `evidence_lines` show the rows behind a
criterion; `explain` says rule by rule why one patient meets a criterion, or does not.
"""

from __future__ import annotations

from recordpick.matching.answers import Answer, KindFound, Left, Matches, match, random_population
from recordpick.matching.evidence import evidence, evidence_lines
from recordpick.matching.explain import Explanation, RuleForPatient, explain

__all__ = [
    "Answer",
    "Explanation",
    "KindFound",
    "Left",
    "Matches",
    "RuleForPatient",
    "evidence",
    "evidence_lines",
    "explain",
    "match",
    "random_population",
]

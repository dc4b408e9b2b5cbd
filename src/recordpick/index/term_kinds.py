"""The kind of an entry by the words of its term, for systems whose export has no column for it."""

from __future__ import annotations

import polars as pl

from recordpick.index.manifest import Conflated

_KINDS = (
    (r"^fh\b|\bfamily history\b", "family_history"),
    (r"\ballerg|\badverse (drug )?reaction\b|\bhypersensitivity\b", "allergy"),
    (r"\bvaccin|\bimmunis", "immunisation"),
)

_BY_WORDS = "of coded entries the kind is told by the words of the term, so some may be missed"
_NOT_TOLD = "the extract has no kinds of entries"

KINDS_BY_TERM = (
    Conflated("events", "kind", "allergy", "other", _BY_WORDS, always=False),
    Conflated("events", "kind", "immunisation", "other", _BY_WORDS, always=False),
    Conflated("events", "kind", "family_history", "other", _BY_WORDS, always=False),
    Conflated("events", "kind", "administration", "other", _BY_WORDS, always=False),
    Conflated("events", "kind", "procedure", "other", _NOT_TOLD),
)
"""What is not told of kinds where terms must tell them."""


def kind_by_term(term: pl.Expr, is_number: pl.Expr) -> pl.Expr:
    """Tell allergy, immunisation and family history by their words; a number is an observation."""
    kind = pl.when(is_number).then(pl.lit("observation")).otherwise(pl.lit("other"))
    for words, name in reversed(_KINDS):
        kind = pl.when(term.str.contains(f"(?i){words}")).then(pl.lit(name)).otherwise(kind)
    return kind

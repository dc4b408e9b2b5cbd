"""Normalise names for comparison: case and white space do not count."""

from __future__ import annotations

import polars as pl


def plain_name(text: pl.Expr) -> pl.Expr:
    """Return a name in lower case without white space (null for an empty one).

    Letters that look the same but are stored differently (an accent as a combining character)
    become the same. Hyphens, apostrophes and accents are kept: they distinguish people.
    """
    squeezed = text.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s", "")
    return pl.when(squeezed != "").then(squeezed)

"""When two names are written alike: whatever the case and the blanks."""

from __future__ import annotations

import polars as pl


def plain_name(text: pl.Expr) -> pl.Expr:
    """Give a name in small letters without blanks (null for an empty one).

    Letters that look the same but are stored in other ways (an accent as a sign of its own) become
    the same. Hyphens, apostrophes and accents stay: they tell people apart.
    """
    squeezed = text.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s", "")
    return pl.when(squeezed != "").then(squeezed)

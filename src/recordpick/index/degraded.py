"""Which entries were degraded in an earlier transfer: told by their term, in every system.

A record that comes over GP2GP carries what could not be coded as an entry with a code of its own,
such as "Transfer-degraded record entry" or "Transfer-degraded drug allergy", and the original
wording as text. No system's export has a column for it.
"""

from __future__ import annotations

import polars as pl

_TERM = r"(?i)\btransfer[- ]degraded\b|\bdegraded in (record )?transfer\b"


def is_degraded(term: pl.Expr) -> pl.Expr:
    """Tell by its term whether an entry stands for one that a transfer could not carry."""
    return term.str.contains(_TERM).fill_null(value=False)

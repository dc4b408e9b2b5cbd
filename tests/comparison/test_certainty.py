"""How certain a translation of codes is: never without evidence."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from recordpick.comparison.code_classes import wilson_lower


def lower(hits: int, of: int) -> float:
    frame = pl.DataFrame({"hits": [hits], "of": [of]}, schema={"hits": pl.UInt32, "of": pl.UInt32})
    return frame.select(wilson_lower(pl.col("hits"), pl.col("of"))).item()


def test_no_evidence_is_no_certainty():
    """A wrong code that no independent pair speaks for is not one that the code map is sure of."""
    assert lower(0, 0) == 0


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_bound_is_below_the_share_and_grows_with_evidence(hits, more):
    """It lies between 0 and the share, and twice the evidence never makes it smaller."""
    of = hits + more
    if of:
        assert 0 <= lower(hits, of) <= hits / of + 1e-12
        assert lower(2 * hits, 2 * of) >= lower(hits, of) - 1e-12

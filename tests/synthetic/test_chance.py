"""Random values are hashes that anyone can recompute, so that a seed means the same everywhere."""

from __future__ import annotations

import hashlib

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from recordpick.synthetic.chance import Chance

MASK = (1 << 64) - 1


def splitmix(row: int, key: int) -> int:
    """Calculate the same 64 bits in plain Python (Steele, Lea and Flood's SplitMix64 finaliser)."""
    x = (row * 0x9E3779B97F4A7C15 + key) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def frame(n: int, k: int) -> pl.DataFrame:
    return pl.DataFrame({"n": [n], "k": [k]}, schema={"n": pl.UInt64, "k": pl.UInt64})


@given(
    seed=st.integers(-(2**70), 2**70),
    n=st.integers(0, 2_000_000),
    k=st.integers(0, 4095),
    what=st.text(max_size=20),
)
def test_bits_are_what_plain_python_calculates_from_seed_name_patient_and_occurrence(
    seed: int, n: int, k: int, what: str
) -> None:
    """The columns of polars and a few lines of Python give the same 64 bits."""
    text = f"{seed}\nabout\n{what}".encode()
    key = int.from_bytes(hashlib.sha256(text).digest()[:8], "big")

    found = frame(n, k).select(bits=Chance(seed, "about").bits(what))["bits"][0]

    assert splitmix(n * 2**20 + k + 1, key) == found


def many() -> pl.DataFrame:
    return pl.select(n=pl.int_range(20_000, dtype=pl.UInt64), k=pl.lit(0, dtype=pl.UInt64))


def test_shares_are_evenly_spread() -> None:
    """A tenth of the shares falls into each tenth, within the random variation expected."""
    shares = many().select(tenth=(Chance(5).share("a share") * 10).floor())["tenth"]

    counts = shares.value_counts()["count"]

    assert len(counts) == 10
    assert counts.min() > 1_800  # type: ignore[operator] - a column of counts
    assert counts.max() < 2_200  # type: ignore[operator]


def test_decisions_of_different_names_are_independent() -> None:
    """Knowing one decision says nothing about another."""
    chance = Chance(5)
    both = many().select(a=chance.share("a"), b=chance.share("b"))

    assert abs(both.select(pl.corr("a", "b")).item()) < 0.03


def test_exactly_that_many_are_chosen_and_only_among_the_candidates() -> None:
    """A count is a count, not a probability."""
    chosen = many().filter(Chance(5).chosen("few", pl.col("n") < 100, 7))

    assert len(chosen) == 7
    assert chosen["n"].max() < 100  # type: ignore[operator]


def test_all_are_chosen_if_there_are_too_few() -> None:
    """Three out of two are two."""
    assert many().filter(Chance(5).chosen("few", pl.col("n") < 2, 3)).height == 2


def test_whole_numbers_reach_both_ends() -> None:
    """From 3 to 5 means 3, 4 and 5."""
    found = many().select(x=Chance(5).integer("a number", 3, 5))["x"]

    assert {3, 4, 5} == set(found.unique())

"""What a random sample shows about all records, exactly (the hypergeometric distribution).

Of N records n were drawn at random, and k of the n turned out faulty. If M of all N were faulty,
the chance of finding k or fewer is a sum of products of binomial coefficients. Numbers M for which
that chance is no more than 5% are ruled out with 95% confidence: the smallest of them is what is
said here, "fewer than M". Whole numbers throughout, so nothing is rounded before the end.

This holds of a simple random draw, and says nothing of records that somebody chose. For a draw by
strata see `assurance_by_strata`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heapreplace
from math import ceil, comb

CONFIDENCE = 0.95
_NEARLY_ONE = 1 + 1e-6
"""So far above the limit a chance in floats may be, and the exact one still be at or below it:
millions of products, each rounded by no more than 2.3e-16 of itself, differ by less."""


@dataclass(frozen=True, slots=True)
class Assurance:
    """What `sample` random records with `faults` faulty ones among them show about `population`.

    `ruled_out` is the smallest number of faulty records in all that is ruled out with this
    confidence: there are fewer. None if no number is (every record may be faulty).
    """

    population: int
    sample: int
    faults: int
    confidence: float
    ruled_out: int | None

    @property
    def share(self) -> float:
        """The share of records (0 to 1) that the faulty ones stay below; 1 if there is no bound."""
        return 1.0 if self.ruled_out is None else self.ruled_out / self.population

    @property
    def in_words(self) -> str:
        """What it shows, for somebody who knows no statistics."""
        return (
            f"{_of(self.sample, 'random record')} of {self.population:,} checked, "
            f"{'no faulty one' if self.faults == 0 else f'{self.faults:,} faulty'} among them: "
            f"{self._shows}"
        )

    @property
    def beforehand(self) -> str:
        """What it would show, before anything is checked."""
        found = "no faulty one" if self.faults == 0 else f"no more than {self.faults:,} faulty"
        return (
            f"If there is {found} among {_of(self.sample, 'random record')} of "
            f"{self.population:,}: {self._shows}"
        )

    @property
    def _shows(self) -> str:
        if self.sample == self.population:
            return "that is all of them, so nothing is left unknown."
        if self.ruled_out is None:
            return "that rules nothing out."
        return (
            f"with {_percent(self.confidence)} confidence fewer than {self.ruled_out:,} of all "
            f"records ({_percent(self.share)}) are faulty."
        )


def assurance(
    population: int, sample: int, faults: int = 0, confidence: float = CONFIDENCE
) -> Assurance:
    """Say what a random sample shows.

    ValueError unless 0 ≤ faults ≤ sample ≤ population, population is at least 1 and the confidence
    lies between 0 and 1.
    """
    _check(population, sample, faults, confidence)
    # faults found are faults for certain; and with more faulty records than `impossible` - 1 there
    # would not be enough good ones for those that were found
    low, impossible = faults, population - (sample - faults) + 1
    if impossible > population:
        return Assurance(population, sample, faults, confidence, None)
    high = impossible
    while high - low > 1:
        middle = (low + high) // 2
        if _ruled_out(population, middle, sample, faults, confidence):
            high = middle
        else:
            low = middle
    return Assurance(population, sample, faults, confidence, high)


def sample_needed(
    population: int, below: float, faults: int = 0, confidence: float = CONFIDENCE
) -> int | None:
    """Tell how many random records show that less than the share `below` of all is faulty.

    `faults` is how many faulty ones may be found among them. `below` lies between 0 and 1. None
    if no sample can show it: with so many faults it is not so.
    """
    _check(population, faults, faults, confidence)
    if not 0 < below <= 1:
        raise ValueError("the share to stay below lies between 0 and 1")
    faulty = ceil(Fraction(str(below)) * population)
    if faulty <= faults:
        return None
    low, high = faults, population  # everybody looked at shows anything that is true
    while high - low > 1:
        middle = (low + high) // 2
        if _ruled_out(population, faulty, middle, faults, confidence):
            high = middle
        else:
            low = middle
    return high


def need_in_words(
    population: int, below: float, faults: int = 0, confidence: float = CONFIDENCE
) -> str:
    """Say how many random records are needed, for somebody who knows no statistics."""
    needed = sample_needed(population, below, faults, confidence)
    aim = f"that fewer than {_percent(below)} of {population:,} records are faulty"
    if needed is None:
        return f"With {faults:,} faulty records found it cannot be shown {aim}."
    found = "none of them faulty" if faults == 0 else f"at most {faults:,} of them faulty"
    return (
        f"To show with {_percent(confidence)} confidence {aim}, "
        f"check {_of(needed, 'random record')}, {found}."
    )


CURVE = (5, 10, 20, 30, 40, 60, 80, 100, 150, 200, 300)


def curve(
    population: int,
    faults: int = 0,
    confidence: float = CONFIDENCE,
    samples: Sequence[int] = CURVE,
) -> tuple[Assurance, ...]:
    """Give what samples of several sizes would show, for a small curve: size against share."""
    return tuple(
        assurance(population, sample, faults, confidence)
        for sample in samples
        if faults <= sample <= population
    )


def assurance_by_strata(
    strata: Sequence[tuple[int, int]], confidence: float = CONFIDENCE
) -> Assurance:
    """Say what a draw by strata without a fault shows: `strata` holds size and sample of each.

    The faulty records may lie in whichever strata they are most easily missed in, above all in
    those of which nobody was drawn: what is said here is true wherever they lie, and so weaker
    than for a simple draw. (The chance of missing them is a product of hypergeometric chances, of
    which the logarithms are concave: putting each further faulty record where it lowers the chance
    least gives the highest chance.) For a draw by strata with faults nothing is worked out.
    """
    population = sum(size for size, _ in strata)
    sample = sum(drawn for _, drawn in strata)
    _check(population, sample, 0, confidence)
    for size, drawn in strata:
        _check(max(1, size), drawn, 0, confidence)
    there = [(size, drawn) for size, drawn in strata if size > 0]
    placed = [0] * len(there)
    # one faulty record more in a stratum multiplies the chance by (left - drawn) / left. Up to
    # some 90 million records, different fractions of this kind are different as floats.
    waiting = [(-(size - drawn) / size, place) for place, (size, drawn) in enumerate(there)]
    heapify(waiting)
    limit = 1 - Fraction(str(confidence))
    close = float(limit) * _NEARLY_ONE
    near = 1.0  # the chance but for rounding: the exact one is needed only close to the limit
    for faulty in range(1, population + 1):
        factor, place = waiting[0]
        near *= -factor
        placed[place] += 1
        if near <= close and _missed(there, placed) <= limit:
            return Assurance(population, sample, 0, confidence, faulty)
        size, drawn = there[place]
        left = size - placed[place]
        if left:
            heapreplace(waiting, (-(left - drawn) / left, place))
        else:
            heappop(waiting)
    return Assurance(population, sample, 0, confidence, None)


def _missed(strata: Sequence[tuple[int, int]], faulty: Sequence[int]) -> Fraction:
    """Return the exact chance that none of the faulty records of each stratum is drawn from it."""
    chance = Fraction(1)
    for (size, drawn), faults in zip(strata, faulty, strict=True):
        chance *= Fraction(comb(size - faults, drawn), comb(size, drawn))
    return chance


def _ruled_out(population: int, faulty: int, sample: int, faults: int, confidence: float) -> bool:
    """Tell whether so many faulty records make it too unlikely to find `faults` or fewer."""
    # who was drawn and who is faulty change places without changing the chance: fewer numbers then
    faulty, sample = max(faulty, sample), min(faulty, sample)
    good = population - faulty
    first = max(0, sample - good)
    ways, term = 0, comb(faulty, first) * comb(good, sample - first)
    for found in range(first, min(faults, faulty, sample) + 1):
        ways += term
        term = (
            term
            * (faulty - found)
            * (sample - found)
            // ((found + 1) * (good - sample + found + 1))
        )
    return ways <= (1 - Fraction(str(confidence))) * comb(population, sample)


def _check(population: int, sample: int, faults: int, confidence: float) -> None:
    if population < 1 or not 0 <= faults <= sample <= population:
        raise ValueError("0 ≤ faults ≤ sample ≤ population, and 1 ≤ population")
    if not 0 < confidence < 1:
        raise ValueError("the confidence lies between 0 and 1")


def _of(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _percent(share: float) -> str:
    text = f"{100 * share:.1f}"
    return f"{text.removesuffix('.0')}%"

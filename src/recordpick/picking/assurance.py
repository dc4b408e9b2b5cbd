"""What a random sample shows about all records, exactly (the hypergeometric distribution).

Of N records, n were drawn at random, and k of the n turned out to be faulty. If M of all N were
faulty, the probability of finding k or fewer is a sum of products of binomial coefficients. Each M
for which that probability is no more than 5% is ruled out with 95% confidence; the smallest of them
is the bound reported here, "fewer than M". All arithmetic is in integers, so nothing is rounded
before the end.

This is true of a simple random draw only, and says nothing about records that somebody chose. For
a stratified draw, see `assurance_by_strata`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heapreplace
from math import ceil, comb

from recordpick.text import plural

CONFIDENCE = 0.95
_NEARLY_ONE = 1 + 1e-6
"""How far a probability in floats may be above the limit while the exact one is at or below it:
the relative rounding error of millions of products, at most 2.3e-16 each, is less than this."""


@dataclass(frozen=True, slots=True)
class Assurance:
    """What `sample` random records, `faults` of them faulty, show about a `population` of records.

    `ruled_out` is the smallest number of faulty records in the population that is ruled out with
    this confidence: there are fewer. None if no number is ruled out (every record may be faulty).
    """

    population: int
    sample: int
    faults: int
    confidence: float
    ruled_out: int | None

    @property
    def share(self) -> float:
        """The upper bound on the share of faulty records (0 to 1); 1 if there is no bound."""
        return 1.0 if self.ruled_out is None else self.ruled_out / self.population

    @property
    def in_words(self) -> str:
        """What the sample shows, for somebody who knows no statistics."""
        return (
            f"{plural(self.sample, 'random record')} of {self.population:,} checked, "
            f"{'none' if self.faults == 0 else f'{self.faults:,}'} faulty: {self._conclusion}"
        )

    @property
    def beforehand(self) -> str:
        """What the sample would show, before anything is checked."""
        found = "none" if self.faults == 0 else f"no more than {self.faults:,}"
        return (
            f"If {found} of {plural(self.sample, 'random record')} (out of "
            f"{self.population:,}) {'is' if self.faults < 2 else 'are'} faulty: {self._conclusion}"
        )

    @property
    def _conclusion(self) -> str:
        if self.sample == self.population:
            return "that is every record, so nothing is left unknown."
        if self.ruled_out is None:
            return "this does not rule anything out."
        return (
            f"with {_percent(self.confidence)} confidence fewer than {self.ruled_out:,} of all "
            f"records ({_percent(self.share)}) are faulty."
        )


def assurance(
    population: int, sample: int, faults: int = 0, confidence: float = CONFIDENCE
) -> Assurance:
    """Return what a random sample shows about all records.

    Raises ValueError unless 0 ≤ faults ≤ sample ≤ population, population is at least 1 and the
    confidence is between 0 and 1.
    """
    _check(population, sample, faults, confidence)
    # the faults found exist for certain; and with `impossible` faulty records there would not be
    # enough good records left for the good ones in the sample
    low, impossible = faults, population - (sample - faults) + 1
    if impossible > population:
        return Assurance(population, sample, faults, confidence, None)
    high = impossible
    while high - low > 1:
        middle = (low + high) // 2
        if _is_ruled_out(population, middle, sample, faults, confidence):
            high = middle
        else:
            low = middle
    return Assurance(population, sample, faults, confidence, high)


def sample_needed(
    population: int, below: float, faults: int = 0, confidence: float = CONFIDENCE
) -> int | None:
    """Return how many random records are needed to show that less than a share of all is faulty.

    `below` is that share, between 0 and 1 (otherwise ValueError). `faults` is how many faulty
    records may be found in the sample. None if no sample can show it, because with so many faults
    it is not true.
    """
    _check(population, faults, faults, confidence)
    if not 0 < below <= 1:
        raise ValueError("the share to stay below must be between 0 and 1")
    faulty = ceil(Fraction(str(below)) * population)
    if faulty <= faults:
        return None
    low, high = faults, population  # checking every record shows anything that is true
    while high - low > 1:
        middle = (low + high) // 2
        if _is_ruled_out(population, faulty, middle, faults, confidence):
            high = middle
        else:
            low = middle
    return high


def need_in_words(
    population: int, below: float, faults: int = 0, confidence: float = CONFIDENCE
) -> str:
    """Describe how many random records are needed, for somebody who knows no statistics."""
    needed = sample_needed(population, below, faults, confidence)
    aim = f"that fewer than {_percent(below)} of {population:,} records are faulty"
    if needed is None:
        return f"With {faults:,} faulty records found, it cannot be shown {aim}."
    found = "none of them faulty" if faults == 0 else f"at most {faults:,} of them faulty"
    return (
        f"To show with {_percent(confidence)} confidence {aim}, "
        f"check {plural(needed, 'random record')}, {found}."
    )


CURVE = (5, 10, 20, 30, 40, 60, 80, 100, 150, 200, 300)


def curve(
    population: int,
    faults: int = 0,
    confidence: float = CONFIDENCE,
    samples: Sequence[int] = CURVE,
) -> tuple[Assurance, ...]:
    """Return what samples of several sizes would show, for a chart of size against share.

    Sizes below `faults` or above `population` are left out.
    """
    return tuple(
        assurance(population, sample, faults, confidence)
        for sample in samples
        if faults <= sample <= population
    )


def assurance_by_strata(
    strata: Sequence[tuple[int, int]], confidence: float = CONFIDENCE
) -> Assurance:
    """Return what a stratified draw without a fault shows.

    `strata` holds (size, records drawn) of each stratum. The faulty records may be in whichever
    strata they are most easily missed in, above all in those from which nobody was drawn. The bound
    is true wherever they are, and so is weaker than for a simple draw. (The probability of missing
    them is a product of hypergeometric probabilities whose logarithms are concave: putting each
    further faulty record where it lowers the probability least gives the highest probability.)
    No bound is calculated for a stratified draw with faults.

    Raises ValueError as `assurance` does.
    """
    population = sum(size for size, _ in strata)
    sample = sum(drawn for _, drawn in strata)
    _check(population, sample, 0, confidence)
    for size, drawn in strata:
        _check(max(1, size), drawn, 0, confidence)
    occupied = [(size, drawn) for size, drawn in strata if size > 0]
    faulty_in = [0] * len(occupied)
    # one faulty record more in a stratum multiplies the probability by (left - drawn) / left. Up
    # to some 90 million records, different fractions of this kind are different as floats.
    queue = [(-(size - drawn) / size, index) for index, (size, drawn) in enumerate(occupied)]
    heapify(queue)
    limit = 1 - Fraction(str(confidence))
    float_limit = float(limit) * _NEARLY_ONE
    approximate = 1.0  # with rounding errors: the exact probability is needed only near the limit
    for faulty in range(1, population + 1):
        factor, index = queue[0]
        approximate *= -factor
        faulty_in[index] += 1
        if approximate <= float_limit and _probability_of_missing(occupied, faulty_in) <= limit:
            return Assurance(population, sample, 0, confidence, faulty)
        size, drawn = occupied[index]
        left = size - faulty_in[index]
        if left:
            heapreplace(queue, (-(left - drawn) / left, index))
        else:
            heappop(queue)
    return Assurance(population, sample, 0, confidence, None)


def _probability_of_missing(strata: Sequence[tuple[int, int]], faulty: Sequence[int]) -> Fraction:
    """Return the exact probability that no faulty record of any stratum is drawn."""
    probability = Fraction(1)
    for (size, drawn), faults in zip(strata, faulty, strict=True):
        probability *= Fraction(comb(size - faults, drawn), comb(size, drawn))
    return probability


def _is_ruled_out(
    population: int, faulty: int, sample: int, faults: int, confidence: float
) -> bool:
    """Return whether `faulty` faulty records make it too unlikely to find `faults` or fewer."""
    # sample and faulty records can be exchanged without changing the probability: fewer terms then
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
        raise ValueError("must be 0 ≤ faults ≤ sample ≤ population, and 1 ≤ population")
    if not 0 < confidence < 1:
        raise ValueError("the confidence must be between 0 and 1")


def _percent(share: float) -> str:
    text = f"{100 * share:.1f}"
    return f"{text.removesuffix('.0')}%"

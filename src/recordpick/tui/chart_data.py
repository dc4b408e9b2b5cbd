"""What each chart shows: the selection in numbers, a row of text each, and the bars beside them.

Nothing here depends on the plotting library: `screens.charts` draws these values. Only numbers go
into the drawing, never a word of a practice's data or of a supplier's pack.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import polars as pl

from recordpick.picking.assurance import Assurance, assurance, curve
from recordpick.picking.strata import AGE_BANDS, UNKNOWN, with_groups
from recordpick.selection.state import Selection
from recordpick.tui.text import amount, fit, lines
from recordpick.tui.view_models import SIGNS, CriterionLine

_STEPS = 60
"""Points of a curve that looks smooth on the widest screen."""


@dataclass(frozen=True, slots=True)
class Band:
    """One age band: how many of the list and of the selection, by sex as recorded."""

    name: str
    in_list: dict[str, int]
    in_selection: dict[str, int]


@dataclass(frozen=True, slots=True)
class ChartData:
    """All that the charts show."""

    bands: tuple[Band, ...]
    """Oldest first; last those whose age is unknown."""
    in_list: int
    in_selection: int
    served: tuple[tuple[int, int], ...]
    """(number of criteria, records that serve so many), from 1; 0 are random records only."""
    drawn: Assurance | None
    curve: tuple[Assurance, ...]
    """What samples of a few round sizes show."""
    line: tuple[Assurance, ...] = ()
    """What samples of many sizes show, up to the last of `curve`."""


def bands_of(patients: pl.DataFrame, selection: Selection) -> tuple[Band, ...]:
    """Count patients and picked records by age band and sex."""
    groups = with_groups(patients.lazy()).collect()
    picked = pl.Series("patient_id", list(selection.patient_ids), dtype=pl.String)
    chosen = groups.join(picked.to_frame(), on="patient_id", how="semi")
    names = [name for _, name in reversed(AGE_BANDS)] + [UNKNOWN]
    in_list, in_selection = _counts(groups), _counts(chosen)
    return tuple(
        Band(name, in_list.get(name, {}), in_selection.get(name, {}))
        for name in names
        if name != UNKNOWN or name in in_list
    )


def _counts(groups: pl.DataFrame) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    for band, sex, number in groups.group_by("age_band", "sex").len().iter_rows():
        out.setdefault(band, {})[sex] = number
    return out


def criteria_served(selection: Selection) -> tuple[tuple[int, int], ...]:
    """Count records by the number of criteria each serves."""
    counts = Counter(
        sum(criterion is not None for criterion in selection.criteria_of(patient))
        for patient in selection.patient_ids
    )
    return tuple(sorted(counts.items()))


def chart_data(patients: pl.DataFrame, selection: Selection, eligible: int) -> ChartData:
    """Return what the charts show; `eligible` patients may be drawn at random."""
    drawn = min(len(selection.random()), eligible)
    shown = curve(eligible) if eligible else ()
    first, last = (shown[0].sample, shown[-1].sample) if shown else (0, 0)
    sizes = sorted({*range(first, last, max(1, (last - first) // _STEPS)), last})
    return ChartData(
        bands=bands_of(patients, selection),
        in_list=patients.height,
        in_selection=len(selection.patient_ids),
        served=criteria_served(selection),
        drawn=assurance(eligible, drawn) if eligible and drawn else None,
        curve=shown,
        line=curve(eligible, samples=sizes) if shown else (),
    )


# ---------------------------------------------------------------------- charts

Shade = Literal["ours", "all"]
"""What a bar stands for: what is picked (ours), or what it is compared with (all)."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in one row of the numbers (0 is the first), from `start` to `end`, in `sign`s."""

    row: int
    start: float
    end: float
    shade: Shade
    sign: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through points, one of them marked."""

    points: tuple[tuple[float, float], ...]
    here: tuple[float, float] | None
    levels: tuple[tuple[float, str], ...]
    """The labels of the vertical axis."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Sentences above; numbers in rows under headings, with bars or a curve beside; text below.

    `ends` are the first and the last value of the horizontal axis, `ticks` its labels.
    """

    above: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    curve: Curve | None = None
    ends: tuple[float, float] = (0.0, 1.0)
    ticks: tuple[tuple[float, str], ...] = ()
    middle: float | None = None
    """Where a vertical line divides the bars."""
    below: tuple[str, ...] = ()


# ---------------------------------------------------------------------- ages

_NO_AGES = "Nothing is picked yet: the selection has no ages to show. Esc goes back to picking."


def ages(data: ChartData, *, is_tall: bool) -> Chart:
    """Return the age–sex pyramid: the list's share in each band, and the selection's below it.

    `is_tall`: there is room for a blank row between the bands.
    """
    if not data.in_selection:
        return Chart(above=(_NO_AGES,))
    most = max(max(map(abs, _shares(band, data))) for band in data.bands)
    step = 3 if is_tall else 2
    numbers: list[str] = []
    bars: list[Bar] = []
    for band in data.bands:
        female, female_picked, male, male_picked = _shares(band, data)
        row = len(numbers)
        bars += [
            Bar(row, -female, male, "all", "▒"),
            Bar(row + 1, -female_picked, male_picked, "ours", "█"),
        ]
        shares = f"{female:>6.1%} {female_picked:>7.1%}  {male:>6.1%} {male_picked:>7.1%}"
        numbers += [f"{band.name:>7} {shares}", *[""] * (step - 1)]
    others = sum(
        number for band in data.bands for sex, number in band.in_list.items() if sex not in "FM"
    )
    listed, picked = amount(data.in_list), amount(data.in_selection)
    below = [f"▒ the list: {listed} patients. █ the selection: {picked} records."]
    if others:
        below.append(f"Not shown: {amount(others)} of neither sex, or whose sex is unknown.")
    end = (most or 1.0) * 1.05
    return Chart(
        headings=(f"{'':7} {'female':^14}  {'male':^14}", f"{'age':>7}" + "   list  picked" * 2),
        numbers=tuple(numbers[: len(numbers) - step + 2]),
        bars=tuple(bars),
        ends=(-end, end),
        ticks=(
            *((-most, f"{most:.0%}"), (-most / 2, "female")),
            *((0.0, "0"), (most / 2, "male"), (most, f"{most:.0%}")),
        ),
        middle=0.0,
        below=("", *below),
    )


def _shares(band: Band, data: ChartData) -> tuple[float, float, float, float]:
    """Return the shares of a band: female in the list and picked, male in the list and picked."""
    return (
        _share(band.in_list, "F", data.in_list),
        _share(band.in_selection, "F", data.in_selection),
        _share(band.in_list, "M", data.in_list),
        _share(band.in_selection, "M", data.in_selection),
    )


def _share(counts: dict[str, int], sex: str, of: int) -> float:
    return counts.get(sex, 0) / of if of else 0.0


# ---------------------------------------------------------------------- how full


def fullness(criteria: Sequence[CriterionLine], width: int) -> Chart:
    """Return how full each criterion is, by area, with how many patients meet it.

    `width` is that of the numbers, in cells.
    """
    numbers: list[str] = []
    bars: list[Bar] = []
    for area, inside in groupby(criteria, key=lambda line: line.area):
        group = list(inside)
        full = sum(line.picked >= line.wanted for line in group)
        numbers += ["", f"{area}: {full} of {len(group)} full"] if area else []
        for line in group:
            share = min(1.0, line.picked / max(1, line.wanted))
            row = len(numbers)
            bars += [Bar(row, share, 1.0, "all", "─")] if share < 1 else []
            bars += [Bar(row, 0.0, share, "ours", "═")] if share else []
            numbers.append(_criterion(line, width))
    first = 1 if numbers[:1] == [""] else 0
    return Chart(
        headings=(fit("  criterion", width - 15) + f"{'picked':>7}{'meet it':>8}",),
        numbers=tuple(numbers[first:]),
        bars=tuple(Bar(bar.row - first, bar.start, bar.end, bar.shade, bar.sign) for bar in bars),
        ticks=((0.0, "0%"), (0.5, "50%"), (1.0, "100%")),
    )


def _criterion(line: CriterionLine, width: int) -> str:
    name = f"{line.id}  {line.title}" if line.id else line.title
    met = "" if line.matches is None else amount(line.matches)
    picked = f"{line.picked}/{line.wanted}"
    return f"{SIGNS[line.state]} {fit(name, width - 17)}{picked:>7}{met:>8}"


# ---------------------------------------------------------------------- overlap

_NO_OVERLAP = "Nothing is picked yet. One record can serve several criteria: see Suggest (s)."


def overlap(data: ChartData) -> Chart:
    """Return how many records serve how many criteria."""
    if not data.served:
        return Chart(above=(_NO_OVERLAP,))
    most = max(number for _, number in data.served)
    picks = sum(criteria * number for criteria, number in data.served)
    named = {0: "random only", 1: "1 criterion"}
    return Chart(
        above=("Records by the number of criteria each serves", ""),
        headings=(f"{'each serves':>13} {'records':>9}",),
        numbers=tuple(
            f"{named.get(criteria, f'{criteria} criteria'):>13} {amount(number):>9}"
            for criteria, number in data.served
        ),
        bars=tuple(
            Bar(row, 0.0, float(number), "ours", "█") for row, (_, number) in enumerate(data.served)
        ),
        ends=(0.0, float(most)),
        ticks=tuple(_round_ticks(most)),
        below=("", f"{amount(picks)} picks in {amount(data.in_selection)} records to open."),
    )


def _round_ticks(most: int) -> Iterator[tuple[float, str]]:
    """Return three or four round numbers from 0 on that do not exceed `most`."""
    step = next(
        size * 10**power
        for power in range(12)
        for size in (1, 2, 5)
        if most <= 4 * size * 10**power
    )
    for number in range(0, most + 1, step):
        yield float(number), amount(number)


# ---------------------------------------------------------------------- assurance

_NOBODY_DRAWN = "Nobody may be drawn at random, so nothing can be said about all records."
_NONE_YET = "No random records are drawn yet (r draws them)."
_EXPLANATION = (
    "If this many random records are checked and none is faulty, then fewer than this share of all "
    "records is faulty (95% confidence). This is true of random records only."
)


def assurance_curve(data: ChartData, width: int) -> Chart:
    """Return what random records without a fault show, by how many are checked.

    `width` is that of the whole chart, in cells.
    """
    if not data.curve:
        return Chart(above=(_NOBODY_DRAWN,))
    finding = _NONE_YET
    if data.drawn:
        checked = "checked, none faulty"
        finding = data.drawn.in_words.replace(checked, "drawn; if none is faulty")
    here = (float(data.drawn.sample), data.drawn.share) if data.drawn else None
    samples = {point.sample: point.share for point in data.curve}
    if data.drawn:
        samples[data.drawn.sample] = data.drawn.share
    last = max(samples)
    most = max(point.share for point in data.line)
    return Chart(
        above=(*lines(finding, width), "", *lines(_EXPLANATION, width), ""),
        headings=(f"{'checked':>9} {'fewer than':>11}",),
        numbers=tuple(
            f"{'●' if here and sample == here[0] else ' '}{amount(sample):>8} {share:>11.1%}"
            for sample, share in sorted(samples.items())
        ),
        curve=Curve(
            tuple((float(point.sample), point.share) for point in data.line),
            here,
            tuple((most * part / 4, f"{most * part / 4:.0%}") for part in range(5)),
        ),
        ends=(0.0, float(last)),
        ticks=tuple(_round_ticks(last)),
    )

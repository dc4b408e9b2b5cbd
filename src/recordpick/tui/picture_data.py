"""The selection in numbers, for pictures: plain values out of frames."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl

from recordpick.picking.assurance import Assurance, assurance, curve
from recordpick.picking.strata import AGE_BANDS, UNKNOWN, with_groups
from recordpick.selection.state import Selection

_STEPS = 60
"""So many steps make a line that looks smooth on the widest screen."""


@dataclass(frozen=True, slots=True)
class Band:
    """One age band: how many of the list and of the selection, by sex as recorded."""

    name: str
    in_list: dict[str, int]
    in_selection: dict[str, int]


@dataclass(frozen=True, slots=True)
class PictureData:
    """All that the pictures show."""

    bands: tuple[Band, ...]
    """Oldest first; whose age is unknown stand last."""
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


def served_of(selection: Selection) -> tuple[tuple[int, int], ...]:
    """Count records by the number of criteria each serves."""
    counts = Counter(
        sum(criterion is not None for criterion in selection.criteria_of(patient))
        for patient in selection.patient_ids
    )
    return tuple(sorted(counts.items()))


def picture_data(patients: pl.DataFrame, selection: Selection, eligible: int) -> PictureData:
    """Put together what the pictures show; `eligible` may be drawn at random."""
    drawn = min(len(selection.random()), eligible)
    shown = curve(eligible) if eligible else ()
    first, last = (shown[0].sample, shown[-1].sample) if shown else (0, 0)
    sizes = sorted({*range(first, last, max(1, (last - first) // _STEPS)), last})
    return PictureData(
        bands=bands_of(patients, selection),
        in_list=patients.height,
        in_selection=len(selection.patient_ids),
        served=served_of(selection),
        drawn=assurance(eligible, drawn) if eligible and drawn else None,
        curve=shown,
        line=curve(eligible, samples=sizes) if shown else (),
    )

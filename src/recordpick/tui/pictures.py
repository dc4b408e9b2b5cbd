"""Pictures drawn in text, each with its numbers beside it: no colour is needed to read them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING

from recordpick.tui.snapshot import SIGNS, CriterionLine
from recordpick.tui.visible import amount, fit, lines

if TYPE_CHECKING:
    from recordpick.tui.picture_data import Band, PictureData

_PARTS = " ▏▎▍▌▋▊▉█"


def bar(share: float, width: int) -> str:
    """Draw a share (0 to 1) of a width in cells, to an eighth of a cell."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    if share > 0:
        eighths = max(1, eighths)
    text = "█" * (eighths // 8) + (_PARTS[eighths % 8] if eighths % 8 else "")
    return fit(text, width)


def ages(data: PictureData, width: int) -> list[str]:
    """Draw the age–sex pyramid: the list's share as a bar, the selection's below it."""
    if not data.in_selection:
        return ["Nothing is picked yet: the selection has no ages to show."]
    most = max(
        max(
            _share(band.in_list, sex, data.in_list),
            _share(band.in_selection, sex, data.in_selection),
        )
        for band in data.bands
        for sex in ("F", "M")
    )
    half = max(6, (width - 36) // 2)
    out = [
        f"{'':9}{fit('female', half + 13, right=True)}  male",
        "",
    ]
    for band in data.bands:
        out += _band(band, data, most or 1.0, half)
    others = sum(
        number for band in data.bands for sex, number in band.in_list.items() if sex not in "FM"
    )
    listed, picked = amount(data.in_list), amount(data.in_selection)
    out += ["", f"▒ the list: {listed} patients. █ the selection: {picked} records."]
    if others:
        out.append(f"Not shown: {amount(others)} of neither sex, or whose sex is unknown.")
    return out


def _share(counts: dict[str, int], sex: str, of: int) -> float:
    return counts.get(sex, 0) / of if of else 0.0


def _band(band: Band, data: PictureData, most: float, half: int) -> list[str]:
    out = []
    for name, sign, counts, of in (
        (f"{band.name:>7}", "▒", band.in_list, data.in_list),
        (f"{'picked':>7}", "█", band.in_selection, data.in_selection),
    ):
        female, male = _share(counts, "F", of), _share(counts, "M", of)
        left, right = (sign * ceil(share / most * half) for share in (female, male))
        out.append(f"{name} {_percent(female)} {left:>{half}}│{right:<{half}} {_percent(male)}")
    return out


def _percent(share: float) -> str:
    return f"{share:>6.1%}"


def fullness(criteria: Sequence[CriterionLine], width: int) -> list[str]:
    """Draw how full each criterion is, by area, with how many patients meet it."""
    room = max(8, width - 62)
    out: list[str] = []
    for area, inside in groupby(criteria, key=lambda line: line.area):
        group = list(inside)
        full = sum(line.picked >= line.wanted for line in group)
        out += ["", f"{area}: {full} of {len(group)} full"] if area else []
        for line in group:
            name = f"{line.id}  {line.title}" if line.id else line.title
            drawn = "━" * round(room * min(1, line.picked / max(1, line.wanted)))
            drawn += "─" * (room - len(drawn))
            met = "" if line.matches is None else f"{amount(line.matches):>7} meet it"
            out.append(f"{SIGNS[line.state]} {fit(name, 32)} {drawn} {line.fraction:>7}{met}")
    return out[1:]


def overlap(data: PictureData, width: int) -> list[str]:
    """Draw how many records serve how many criteria."""
    if not data.served:
        return ["Nothing is picked yet. One record can serve several criteria: see Suggest (s)."]
    most = max(number for _, number in data.served)
    room = max(8, width - 30)
    out = ["Records by the number of criteria each serves", ""]
    for criteria, number in data.served:
        name = {0: "random only", 1: "1 criterion"}.get(criteria, f"{criteria} criteria")
        out.append(f"{name:>12}  {bar(number / most, room)} {amount(number):>6}")
    picks = sum(criteria * number for criteria, number in data.served)
    out += ["", f"{amount(picks)} picks in {amount(data.in_selection)} records to open."]
    return out


def assured(data: PictureData, width: int) -> list[str]:
    """Draw what random records without a fault show, by how many are checked."""
    if not data.curve:
        return ["Nobody may be drawn at random, so nothing can be said of all records."]
    said = data.drawn.in_words if data.drawn else "No random records are drawn yet (r draws them)."
    out = [
        *lines(
            said.replace("checked, no faulty one among them", "drawn; if none is faulty"), width
        ),
        "",
        *lines(
            "If so many random records are checked and none is faulty, then fewer than this share "
            "of all records is faulty (95% confidence). It is said of random records only.",
            width,
        ),
        "",
    ]
    room = max(8, width - 30)
    for point in data.curve:
        mark = "▸" if data.drawn and point.sample == data.drawn.sample else " "
        out.append(f"{mark}{point.sample:>5} records  {bar(point.share, room)} {point.share:>6.1%}")
    return out

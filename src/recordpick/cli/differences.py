"""Both systems' figures side by side, as a table on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from recordpick.cli.output import print_result, print_table

if TYPE_CHECKING:
    import polars as pl

_STATES_SHOWN = {
    "only_before": "the new system has none",
    "only_after": "the current system has none",
}


def print_differences(compared: pl.DataFrame, *, everything: bool = False) -> None:
    """Print a comparison (`COMPARED`), then how many figures are in each state.

    Figures that are the same are left out unless `everything` is wanted.
    """
    from recordpick.reports.compare import STATES

    rows = _shown(compared, everything=everything)
    shown: list[tuple[str, ...]] = [
        ("", "figure", "before", "after", "difference", "%", "in the records", "")
    ]
    shown += [
        (
            f"{row['name']} target" if row["report"] == "target" else row["name"],
            row["figure"],
            _number(row["before"]),
            _number(row["after"]),
            _number(row["difference"], "+"),
            _number(row["percent"], "+", 1),
            _number(row["counted_before"]),
            row["says"] or _STATES_SHOWN.get(row["state"], "") or judged_in_words(row),
        )
        for row in rows.iter_rows(named=True)
    ]
    if rows.height:
        print_table(shown, right=frozenset(range(2, 7)))
        print_result()
    numbers = dict(compared["state"].value_counts().iter_rows())
    counts = [
        f"{numbers[state]:,} {state.replace('_', ' ')}" for state in STATES if state in numbers
    ]
    print_result(
        f"{compared.height:,} figures: {', '.join(counts)}." if counts else "No figures yet."
    )


def judged_in_words(row: Mapping[str, Any]) -> str:
    """Return how a difference is judged by the public tolerance; "" where it is not."""
    from recordpick.reports.tolerance import JUDGED

    if row["state"] != "different" or row["judged"] is None:
        return ""
    return JUDGED[row["judged"]]


def differences_as_json(compared: pl.DataFrame, *, everything: bool = False) -> dict[str, object]:
    """Return a comparison for programs: the columns of comparison.csv, a row for each figure.

    Figures that are the same are left out unless `everything` is wanted; `states` counts all.
    """
    states = dict(compared["state"].value_counts().iter_rows())
    return {"states": states, "figures": _shown(compared, everything=everything).to_dicts()}


def _shown(compared: pl.DataFrame, *, everything: bool) -> pl.DataFrame:
    import polars as pl

    return compared if everything else compared.filter(pl.col("state") != "same")


def _number(value: float | None, sign: str = "", decimals: int = 2) -> str:
    """Return a figure without trailing zeros; "" where there is none."""
    if value is None:
        return ""
    text = f"{value:{sign},.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

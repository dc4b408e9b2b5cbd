"""A criteria pack answered with pandas, as an analyst would: masks, isin, groupby."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from benchmarks.conditions_as_pandas import mask
from recordpick.criteria.conditions import Condition
from recordpick.criteria.pack import Pack, Rule
from recordpick.index.practice_index import PracticeIndex


def pandas_counts(pack: Pack, index: PracticeIndex, as_at: date) -> list[int]:
    """Return how many patients meet each criterion."""
    tables = _read(pack, index)
    patients = tables["patients"]
    born = pd.to_datetime(patients["date_of_birth"])
    later = born.dt.month * 100 + born.dt.day > as_at.month * 100 + as_at.day
    patients["age"] = as_at.year - born.dt.year - later
    masks: dict[tuple[str, Condition], pd.Series] = {}

    def where(table: str, condition: Condition) -> pd.Series:
        if (table, condition) not in masks:
            masks[table, condition] = mask(condition.node, tables[table], as_at)
        return masks[table, condition]

    def rule_holds(rule: Rule) -> pd.Series:
        rows = pd.Series(data=True, index=tables[rule.table].index)
        if rule.where is not None:
            rows &= where(rule.table, rule.where)
        if rule.codes is not None:
            rows &= tables[rule.table]["code"].isin(pack.codelists[rule.codes].codes)
        for name in (rule.distinct, rule.per):
            if name:
                rows &= tables[rule.table][name].notna()
        if rule.table == "patients":
            counted = rows.astype(int)
        else:
            counted = patients["patient_id"].map(_tally(tables[rule.table][rows], rule))
            counted = counted.fillna(0)
        held = counted >= rule.at_least
        return held if rule.at_most is None else held & (counted <= rule.at_most)

    counts = []
    for criterion in pack.criteria:
        met = pd.Series(data=True, index=patients.index)
        if criterion.population is not None:
            met &= where("patients", criterion.population)
        for step in criterion.steps:
            any_of = pd.Series(data=False, index=patients.index)
            for rule in step.rules:
                any_of |= rule_holds(rule)
            met &= any_of
        counts.append(int(met.sum()))
    return counts


def _tally(rows: pd.DataFrame, rule: Rule) -> pd.Series:
    groups = rows.groupby(["patient_id", rule.per] if rule.per else "patient_id", sort=False)
    counted = groups[rule.distinct].nunique() if rule.distinct else groups.size()
    return counted.groupby(level="patient_id").max() if rule.per else counted


def _read(pack: Pack, index: PracticeIndex) -> dict[str, Any]:
    from benchmarks.matching import needed_columns

    return {
        table: pd.read_parquet(index.folder / f"{table}.parquet", columns=sorted(columns))
        for table, columns in needed_columns(pack).items()
    }

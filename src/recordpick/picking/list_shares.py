"""How much the records to open differ from the registered list in ages, sexes and usual GPs.

Off by 5% means: 5 in 100 records would have to be others for the records to have the same shares
as the list. For ages this is the total variation distance: the sum, over the age bands with too
many records, of how much the band's share of the records exceeds its share of the list. The same
is calculated for sexes and usual GPs, and the largest of the three counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import polars as pl

from recordpick.picking.strata import UNKNOWN, with_groups

ATTRIBUTES = ("age_band", "sex", "usual_gp")


@dataclass(frozen=True)
class ListShares:
    """How many patients of the list have which value of each attribute.

    `values` holds every attribute and value that occurs, in the list or elsewhere, sorted;
    `listed` how many patients of the list have it. `groups` has the columns patient_id, age_band,
    sex and usual_gp, of every patient of the index. `patients` is the size of the list.
    """

    values: tuple[tuple[str, str], ...]
    listed: tuple[int, ...]
    patients: int
    groups: pl.DataFrame

    def values_of(self, patient_ids: pl.Series) -> pl.DataFrame:
        """Return the columns patient_id and value (an index into `values`), three rows a patient.

        A patient who is not in the index has unknown values.
        """
        numbered = pl.DataFrame(
            [(attribute, value, n) for n, (attribute, value) in enumerate(self.values)],
            schema={"attribute": pl.String, "word": pl.String, "value": pl.UInt32},
            orient="row",
        )
        return (
            patient_ids.unique()
            .alias("patient_id")
            .to_frame()
            .join(self.groups, on="patient_id", how="left")
            .with_columns(pl.col(ATTRIBUTES).fill_null(UNKNOWN))
            .unpivot(ATTRIBUTES, index="patient_id", variable_name="attribute", value_name="word")
            .join(numbered, on=["attribute", "word"])
            .select("patient_id", "value")
        )

    def off_by(self, patient_ids: Collection[str]) -> Fraction | None:
        """Return how far these records are from the list, exactly; None without list or records."""
        ids = pl.Series("patient_id", list(patient_ids), dtype=pl.String).unique()
        counts = Counter(self.values_of(ids)["value"].to_list())
        return self.distance([counts[n] for n in range(len(self.values))], len(ids))

    def distance(self, counts: Collection[int], records: int) -> Fraction | None:
        """Return the distance of `records` records of which `counts` have each value."""
        if not records or not self.patients:
            return None
        above: Counter[str] = Counter()
        for (attribute, _), has, listed in zip(self.values, counts, self.listed, strict=True):
            above[attribute] += max(0, has * self.patients - listed * records)
        return Fraction(max(above.values()), records * self.patients)


def list_shares(patients: pl.LazyFrame) -> ListShares:
    """Return the shares of the list: `patients` is the index's patients at the date.

    Those registered are the list; everybody where the index does not know who is.
    """
    is_listed = pl.lit(value=True)
    if "status" in patients.collect_schema().names():
        is_listed = pl.col("status").eq_missing("registered")
    groups, listed = pl.collect_all(
        [with_groups(patients), with_groups(patients.filter(is_listed))]
    )
    values = sorted(
        {(name, value) for name in ATTRIBUTES for value in (*groups[name].unique(), UNKNOWN)}
    )
    counts = {name: dict(listed.group_by(name).len().iter_rows()) for name in ATTRIBUTES}
    return ListShares(
        values=tuple(values),
        listed=tuple(counts[name].get(value, 0) for name, value in values),
        patients=listed.height,
        groups=groups,
    )


def percent(off_by: Fraction | None) -> str:
    """Return a distance in whole percent, rounded up, as "5%"; "?" where it is not known."""
    return "?" if off_by is None else f"{ceil(off_by * 100)}%"

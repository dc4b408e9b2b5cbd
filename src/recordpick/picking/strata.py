"""Groups of patients by age band, sex and usual GP, and a stratified random draw."""

from __future__ import annotations

import polars as pl

from recordpick.picking.tickets import ticket_numbers

AGE_BANDS: tuple[tuple[int, str], ...] = (
    (0, "0–4"),
    (5, "5–14"),
    (15, "15–44"),
    (45, "45–64"),
    (65, "65–74"),
    (75, "75–84"),
    (85, "85+"),
)
"""The lowest age (whole years) and the name of each band: the bands in which NHS England counts
registered patients for practices' payments (the Carr-Hill formula)."""

UNKNOWN = "unknown"


def with_groups(patients: pl.LazyFrame) -> pl.LazyFrame:
    """Return the columns patient_id, age_band, sex and usual_gp (text, never null).

    `patients` is an index's patients at a date. A missing value or column becomes "unknown", a
    group like any other.
    """
    available = patients.collect_schema().names()
    missing = pl.lit(None, dtype=pl.String)
    age = pl.col("age") if "age" in available else pl.lit(None, dtype=pl.Int64)
    band = missing
    for start, name in AGE_BANDS:
        band = pl.when(age >= start).then(pl.lit(name)).otherwise(band)
    return patients.select(
        "patient_id",
        band.fill_null(UNKNOWN).alias("age_band"),
        *(
            (pl.col(column) if column in available else missing).fill_null(UNKNOWN).alias(column)
            for column in ("sex", "usual_gp")
        ),
    )


def strata_of(patients: pl.LazyFrame, eligible: pl.Series) -> pl.DataFrame:
    """Return the stratum, by age band and sex, of everybody eligible for the random draw.

    Columns: patient_id, stratum (as "45–64 F"); sorted by patient_id, each patient once. An
    eligible patient_id that is not in `patients` is in the stratum "unknown unknown".
    """
    ids = eligible.cast(pl.String).alias("patient_id").unique().to_frame().lazy()
    grouped = with_groups(patients).select(
        "patient_id", pl.concat_str("age_band", "sex", separator=" ").alias("stratum")
    )
    return (
        ids.join(grouped, on="patient_id", how="left")
        .with_columns(pl.col("stratum").fill_null(f"{UNKNOWN} {UNKNOWN}"))
        .sort("patient_id")
        .collect()
    )


def stratified_order(strata: pl.DataFrame, seed: str) -> pl.DataFrame:
    """Return the order in which patients are drawn with this seed, in proportion to the strata.

    Within a stratum the order is that of the tickets. The i-th of a stratum of N is placed at
    (i - 1/2) / N of the way; ties go by ticket. So the first n of the whole order, for any n, are
    shared in proportion to the strata (the method of Sainte-Laguë or Webster), and a further draw
    only adds to what was drawn. (The largest remainder method is not suitable: with it, a stratum's
    share of 30 can be smaller than its share of 20, and a drawn record cannot be taken back.)

    `strata` has the columns patient_id (each once) and stratum. Returns patient_id, stratum,
    ticket_number and place (from 1), sorted by place.
    """
    size = pl.len().over("stratum")
    place_within = pl.int_range(1, pl.len() + 1).over("stratum")
    return (
        strata.select("patient_id", "stratum")
        .with_columns(ticket_numbers(strata["patient_id"], seed))
        .sort("ticket_number", "patient_id")
        # integers below a few millions: equal fractions are equal as floats, others differ
        .with_columns(((2 * place_within - 1) / (2 * size)).alias("quotient"))
        .sort("quotient", "ticket_number", "patient_id")
        .select(
            "patient_id",
            "stratum",
            "ticket_number",
            pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("place"),
        )
    )


def shares(strata: pl.DataFrame, records: int) -> dict[str, int]:
    """Return how many of the first `records` come from each stratum; sorted by stratum.

    No seed is needed: shares depend on tickets only where two strata are due the next record
    equally, and then the larger stratum comes first here.
    """
    sizes = strata.group_by("stratum").len("size").sort("size", "stratum", descending=[True, False])
    quotients = sorted(
        ((2 * place - 1) / (2 * size), order, stratum)
        for order, (stratum, size) in enumerate(sizes.iter_rows())
        for place in range(1, min(size, records) + 1)
    )[:records]
    allotted = [stratum for _, _, stratum in quotients]
    return {stratum: allotted.count(stratum) for stratum in sorted(sizes["stratum"].to_list())}

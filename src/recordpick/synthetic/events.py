"""Convert a generator's rows to events, with the columns that every entry of a record has."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic.codes import Code
from recordpick.synthetic.rows import Setting, as_table, row_id

PROBLEMS = 0
PAST_PROBLEMS = 1
CONSULTATIONS = 2
BLOOD_PRESSURE = 3
MEASUREMENTS = 4
FULL_BLOOD_COUNT = 5
KIDNEY = 6
LIVER = 7
LIPIDS = 8
SINGLE_TESTS = 9
REVIEWS = 10
CHILDHOOD = 11
SEASONAL = 12
ADULT_VACCINES = 13
NOT_GIVEN = 14
SMEARS = 15
NO_SMEAR = 16
PREGNANCIES = 17
ALLERGIES = 18
BACKGROUND = 19
FAMILY_HISTORY = 20
PROCEDURES = 21
SAFEGUARDING = 23
OPT_OUTS = 24
ADJUSTMENTS = 25
LOCAL = 26
DEGRADED = 27
LONG_TEXT = 28
OLD_DATES = 29
CARE = 30
SMOKING = 31
DEGRADED_ALLERGIES = 32
LINKED_PROBLEMS = 33
SMOKING_ADVICE = 34
QUALITY = 35
"""The number of each generator of events, which is part of its rows' ids: add at the end only.

22 is not in use.
"""

TEXTS = (
    "Seen with partner.",
    "Discussed, happy with plan.",
    "Advised to return if no better in two weeks.",
    "Safety net given, leaflet offered.",
    "Telephone consultation, identity checked.",
    "Bloods requested, to book with the practice nurse.",
    "Improving slowly, sleeping better.",
    "Examination normal, no red flags.",
    "Sick note issued for one week.",
    "Medication reviewed, no changes made.",
    "To see physiotherapy first.",
    "Chaperone offered and declined.",
    "Pain worse on walking, eased by rest.",
    "Reassured; will keep a diary of symptoms.",
    "BP taken at home: 132/78, 128/80, 135/82.",
    "Temp 37.2\N{DEGREE SIGN}C, sats 98% on air, chest clear.",
    "Mother rang; advice given over the telephone.",
    "Copy of letter to patient, as asked.",
)


def lookup_code(codes: tuple[Code, ...], index: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return code and term of the entries at `index`."""
    position = index.cast(pl.UInt32)
    return (
        pl.lit(pl.Series([entry.code for entry in codes])).gather(position),
        pl.lit(pl.Series([entry.term for entry in codes])).gather(position),
    )


def single_code(code: Code) -> tuple[pl.Expr, pl.Expr]:
    """Return the same code and term for every row."""
    return pl.lit(code.code), pl.lit(code.term)


def as_events(
    rows: pl.LazyFrame,
    setting: Setting,
    generator: int,
    kind: str | pl.Expr,
    what: tuple[pl.Expr, pl.Expr],
    **more: pl.Expr,
) -> pl.LazyFrame:
    """Return the rows as events.

    The rows have n, k, patient_id, stop and `on`, the day (Int32). `what` is code and term; `more`
    holds other columns of events, which override those set here.
    """
    chance = setting.chance(f"events {generator}")
    code, term = what
    late = (
        pl.when(chance.happens("late", 0.06)).then(chance.integer("days late", 1, 40)).otherwise(0)
    )
    recorded = pl.min_horizontal(pl.col("on") + late, pl.col("stop"))
    by = (*setting.pools.doctors, *setting.pools.staff)
    columns: dict[str, pl.Expr | None] = {
        "patient_id": pl.col("patient_id"),
        "event_id": row_id(generator),
        "date": pl.col("on").cast(pl.Date),
        "date_precision": pl.lit("day"),
        "recorded_on": recorded.cast(pl.Int32).cast(pl.Date),
        "kind": pl.lit(kind) if isinstance(kind, str) else kind,
        "code": code,
        "code_system": pl.lit("snomed"),
        "term": term,
        "recorded_by": chance.one_of("by", by),
        "is_confidential": chance.happens("confidential", 0.0002),
        "is_local_code": pl.lit(value=False),
        "is_degraded": pl.lit(value=False),
        **more,
    }
    if isinstance(kind, str) and kind == "immunisation" and generator != NOT_GIVEN:
        columns |= _details_of_vaccine(setting, generator, columns)
    return as_table(rows, "events", columns)


def with_derived_columns(entries: pl.LazyFrame) -> pl.LazyFrame:
    """Return the entries of all generators with the columns that follow from others.

    The second code is the Read code beside a SNOMED CT concept; invented, like most of the codes. A
    consultation is all that a patient's record got on one day.
    """
    is_snomed = pl.col("code_system") == "snomed"
    day = pl.col("recorded_on").fill_null(pl.date(1850, 1, 1)).cast(pl.Int32).cast(pl.Int64)
    consultation = pl.col("patient_id").cast(pl.UInt64) * 100_000 + (day + 50_000).cast(pl.UInt64)
    return entries.with_columns(
        second_code=pl.when(is_snomed).then(pl.concat_str(pl.col("code").str.tail(4), pl.lit("."))),
        second_code_system=pl.when(is_snomed).then(pl.lit("read2")),
        consultation_id=consultation.cast(pl.String),
    )


_DOSES = (("First", "1"), ("Second", "2"), ("Third", "3"), ("booster", "B"))
_LETTERS = tuple("ABCDEFGHJKLMNPRSTUVWXYZ")
_SITES = ("Left upper arm", "Right upper arm", "Left thigh", "Right thigh")


def _details_of_vaccine(
    setting: Setting, generator: int, columns: dict[str, pl.Expr | None]
) -> dict[str, pl.Expr]:
    """Return dose number, batch and site of vaccines that were given."""
    chance = setting.chance(f"details of vaccines {generator}")
    term, status = columns["term"], columns.get("value_text")
    assert term is not None
    given = pl.lit(value=True) if status is None else status.is_null()
    dose = pl.lit(None, pl.String)
    for word, number in _DOSES:
        dose = pl.when(term.str.contains(word, literal=True)).then(pl.lit(number)).otherwise(dose)
    batch = pl.concat_str(
        chance.one_of("maker", _LETTERS),
        chance.one_of("line", _LETTERS),
        chance.integer("batch", 1000, 9999).cast(pl.String),
    )
    return {
        "dose_number": pl.when(given).then(dose),
        "batch_number": pl.when(given & chance.happens("has a batch", 0.9)).then(batch),
        "body_site": pl.when(given).then(chance.one_of("site", _SITES)),
    }

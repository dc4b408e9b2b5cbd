"""Kinds of faults in entries of the record."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic import codes
from recordpick.synthetic.codes import Code
from recordpick.synthetic.consultations import SEEN_FOR
from recordpick.synthetic.migration.fault_kind import (
    GUIDELINES,
    MAPPING,
    NOTES,
    NOTHING,
    RECEIVER,
    RECODED,
    SENDER,
    TRANSFORMS,
    UNKNOWN_AUTHOR,
    FaultKind,
    among,
    cut,
    has,
    next_of,
    one_of,
    recoded,
)

_DERIVED_KIND = ("systmone", "vision")
"""Systems whose kinds of entries are recognised by their terms: a kind alone cannot be wrong."""

_GIVEN = {
    "X-0341": codes.FLU_VACCINE,
    "X-0342": codes.COVID_VACCINE,
    "X-0343": codes.CHILDHOOD_IMMUNISATIONS[9][1],
    "X-0344": codes.FLU_VACCINE,
    "X-0345": codes.CHILDHOOD_IMMUNISATIONS[0][1],
}
"""The vaccine that each code of codes.VACCINE_NOT_GIVEN says was not given."""

_DIABETES, _HEART = Code("X-0911", "Diabetes mellitus"), Code("X-0912", "Heart disease")
_LUNG, _MIND = Code("X-0913", "Respiratory disease"), Code("X-0914", "Mental disorder")
_LESS_EXACT = {
    "44054006": _DIABETES,
    "46635009": _DIABETES,
    "53741008": _HEART,
    "84114007": _HEART,
    "49436004": _HEART,
    "195967001": _LUNG,
    "13645005": _LUNG,
    "35489007": _MIND,
    "58214004": _MIND,
    "433144002": Code("X-0915", "Chronic kidney disease"),
    "59621000": Code("X-0916", "Raised blood pressure"),
}
_OTHER_UNITS = {"mmol/L": "mg/dL", "umol/L": "mg/dL", "g/L": "g/dL", "kg": "lb", "cm": "in"}

_SINGLE = ~pl.col("is_parent")
_DATED = has("date") & (pl.col("date_precision") == "day")
_IS_PROBLEM = pl.col("kind") == "problem"
_WITH_UNIT = pl.concat_str(
    [pl.col("value").cast(pl.String).str.replace(r"\.0$", ""), pl.col("unit")], separator=" "
)

ALLERGIES = (
    FaultKind(
        "allergy_degraded",
        "events",
        "an allergy is a code of the transfer, with the old term as text",
        GUIDELINES,
        one_of(codes.DRUG_ALLERGIES),
        {
            "code": pl.lit(codes.DEGRADED_ALLERGY.code),
            "term": pl.lit(codes.DEGRADED_ALLERGY.term),
            "second_code": pl.lit(f"{codes.DEGRADED_ALLERGY.code[-4:]}."),
            "text": pl.concat_str(pl.lit("Original term: "), pl.col("term")),
            "is_degraded": pl.lit(value=True),
        },
        not_shown=RECODED,
    ),
    FaultKind(
        "allergy_missing",
        "events",
        "an allergy is missing",
        "Vanderbilt 2020",
        one_of((*codes.DRUG_ALLERGIES, *codes.NON_DRUG_ALLERGIES)),
        effect="missing",
    ),
    FaultKind(
        "allergy_as_observation",
        "events",
        "an allergy is an ordinary entry",
        "nhsconnect/gpconnect, guidance on allergies",
        one_of((*codes.DRUG_ALLERGIES, *codes.NON_DRUG_ALLERGIES)),
        {"kind": pl.lit("observation")},
        hidden_in=_DERIVED_KIND,
    ),
    FaultKind(
        "lookalike_substance",
        "events",
        "an allergy is to another substance",
        "NatPSA/2025/006",
        one_of(codes.DRUG_ALLERGIES),
        recoded(next_of(codes.DRUG_ALLERGIES)),
        not_shown=RECODED,
    ),
    FaultKind(
        "reaction_lost",
        "events",
        "the reaction to a substance is missing",
        f"{MAPPING}, allergies",
        (pl.col("kind") == "allergy") & has("text"),
        {"text": NOTHING},
    ),
)

VACCINES = (
    FaultKind(
        "refusal_as_given",
        "events",
        "a vaccine that was declined is given",
        f"{MAPPING}, immunizations",
        one_of(codes.VACCINE_NOT_GIVEN),
        recoded(_GIVEN),
        not_shown=RECODED,
    ),
    FaultKind(
        "status_as_given",
        "events",
        "a vaccine whose status is not given is given",
        f"{TRANSFORMS}, Journal",
        (pl.col("kind") == "immunisation") & has("value_text"),
        {"value_text": NOTHING},
    ),
    FaultKind(
        "vaccine_as_observation",
        "events",
        "a vaccine is an ordinary entry",
        f"{RECEIVER}, 3.0.3",
        (pl.col("kind") == "immunisation") & pl.col("value_text").is_null(),
        {"kind": pl.lit("observation")},
        hidden_in=_DERIVED_KIND,
    ),
    FaultKind(
        "batch_lost",
        "events",
        "the batch of a vaccine is missing",
        TRANSFORMS,
        has("batch_number"),
        {"batch_number": NOTHING},
    ),
    FaultKind(
        "dose_number_lost",
        "events",
        "the dose number of a vaccine is missing",
        f"{MAPPING}, immunizations",
        has("dose_number"),
        {"dose_number": NOTHING},
    ),
    FaultKind(
        "site_lost",
        "events",
        "the site of a vaccine is missing",
        f"{MAPPING}, immunizations",
        has("body_site"),
        {"body_site": NOTHING},
    ),
)

DAYS = (
    FaultKind(
        "day_shifted",
        "events",
        "an entry is a day early",
        NOTES,
        _DATED & _SINGLE,
        {"date": pl.col("date") - pl.duration(days=1)},
    ),
    FaultKind(
        "year_only",
        "events",
        "of a day only the year is left",
        "opensafely-core/cohort-extractor, 522",
        _DATED & _SINGLE & (pl.col("date").dt.ordinal_day() > 1),
        {"date": pl.col("date").dt.truncate("1y"), "date_precision": pl.lit("year")},
    ),
    FaultKind(
        "date_1970",
        "events",
        "an entry is on 1 January 1970",
        "EHDEN/ETL-UK-Biobank, 183",
        _DATED & _SINGLE & (pl.col("date") > pl.date(1970, 1, 1)),
        {"date": pl.date(1970, 1, 1)},
    ),
    FaultKind(
        "date_of_entry",
        "events",
        "an entry is on the day on which it was entered",
        f"{SENDER}, 2.0.1",
        _DATED & _SINGLE & (pl.col("recorded_on") > pl.col("date")),
        {"date": pl.col("recorded_on")},
    ),
)

RESULTS = (
    FaultKind(
        "decimal_shifted",
        "events",
        "a result is ten times as high",
        NOTES,
        has("value") & (pl.col("value") != 0),
        {"value": (pl.col("value") * 10).round(3)},
    ),
    FaultKind(
        "value_lost",
        "events",
        "a result has no value, such as a diastolic pressure",
        "UK Biobank, gp_clinical data quality",
        has("value"),
        {"value": NOTHING},
    ),
    FaultKind(
        "unit_lost",
        "events",
        "a result has no unit",
        f"{SENDER}, 1.5.6",
        has("value") & has("unit"),
        {"unit": NOTHING},
    ),
    FaultKind(
        "unit_changed",
        "events",
        "a result has another unit, with the same number",
        NOTES,
        has("value") & among("unit", *_OTHER_UNITS),
        {"unit": pl.col("unit").replace(_OTHER_UNITS)},
    ),
    FaultKind(
        "number_as_text",
        "events",
        "value and unit of a result are text",
        GUIDELINES,
        has("value") & has("unit"),
        {"value": NOTHING, "unit": NOTHING, "value_text": _WITH_UNIT},
        not_shown={"systmone": ("value_text",)},
    ),
    FaultKind(
        "operator_lost",
        "events",
        "a result that is a limit (<5) is a number (5)",
        NOTES,
        has("value_operator"),
        {
            "value_operator": NOTHING,
            "value": pl.col("value_text").str.strip_chars("<>=~ ").cast(pl.Float64, strict=False),
            "value_text": NOTHING,
        },
    ),
    FaultKind(
        "range_lost",
        "events",
        "the reference range of a result is missing",
        f"{SENDER}, NIAD-1561",
        has("range_low") | has("range_high"),
        {"range_low": NOTHING, "range_high": NOTHING},
    ),
    FaultKind(
        "result_missing",
        "events",
        "a result of a panel is missing",
        f"{SENDER}, 2.2.0",
        (pl.col("kind") == "investigation") & has("header_id"),
        effect="missing",
    ),
)

PROBLEMS = (
    FaultKind(
        "problem_ended",
        "events",
        "an active problem is past",
        f"{MAPPING}, conditions",
        pl.col("problem_status") == "active",
        {"problem_status": pl.lit("past"), "ended_on": pl.col("loaded_on")},
    ),
    FaultKind(
        "problem_reopened",
        "events",
        "a past problem is active",
        f"{MAPPING}, conditions",
        (pl.col("problem_status") == "past") & has("ended_on"),
        {"problem_status": pl.lit("active"), "ended_on": NOTHING},
    ),
    FaultKind(
        "problem_end_lost",
        "events",
        "a past problem has no end",
        f"{TRANSFORMS}, Vision conditions",
        (pl.col("problem_status") == "past") & has("ended_on"),
        {"ended_on": NOTHING},
        hidden_in=("systmone", "vision"),
    ),
    FaultKind(
        "significance_minor",
        "events",
        "a significant problem is minor",
        f"{MAPPING}, conditions",
        pl.col("significance") == "significant",
        {"significance": pl.lit("minor")},
    ),
    FaultKind(
        "problem_doubled",
        "events",
        "a problem is there twice",
        f"{RECEIVER}, 2.1.0",
        _IS_PROBLEM & _SINGLE,
        effect="doubled",
    ),
    FaultKind(
        "term_truncated",
        "events",
        "the term of a problem is cut",
        f"{RECEIVER}, 3.0.5",
        _IS_PROBLEM & (pl.col("term").str.len_chars() > 16),
        {"term": cut("term", 12)},
    ),
    FaultKind(
        "code_less_exact",
        "events",
        "a code is less exact: several old ones became one",
        "EHDEN/ETL-UK-Biobank, 343",
        among("code", *_LESS_EXACT),
        recoded(_LESS_EXACT),
        not_shown=RECODED,
    ),
    FaultKind(
        "code_wrong",
        "events",
        "a symptom has the code of another one",
        "EHDEN/ETL-UK-Biobank, 343",
        one_of(SEEN_FOR),
        recoded(next_of(SEEN_FOR)),
        not_shown=RECODED,
    ),
    FaultKind(
        "link_dropped",
        "events",
        "an entry is no longer linked to its problem",
        GUIDELINES,
        has("parent_id"),
        {"parent_id": NOTHING},
    ),
    FaultKind(
        "header_dropped",
        "events",
        "a result is no longer part of its panel",
        GUIDELINES,
        has("header_id"),
        {"header_id": NOTHING},
    ),
    FaultKind(
        "consultation_dropped",
        "events",
        "an entry is no longer linked to its consultation",
        GUIDELINES,
        has("consultation_id"),
        {"consultation_id": NOTHING},
    ),
)

ENTRIES = (
    FaultKind(
        "entry_missing",
        "events",
        "an entry is missing",
        "Discovery Data Service, known issues",
        among("kind", "observation", "problem", "procedure", "family_history") & _SINGLE,
        effect="missing",
    ),
    FaultKind(
        "entry_doubled",
        "events",
        "an entry is there twice",
        f"{RECEIVER}, 2.1.0",
        among("kind", "observation", "procedure", "investigation") & _SINGLE,
        effect="doubled",
    ),
    FaultKind(
        "safeguarding_missing",
        "events",
        "an entry about safeguarding is missing",
        "Discovery Data Service, known issues",
        one_of(codes.SAFEGUARDING),
        effect="missing",
    ),
    FaultKind(
        "opt_out_missing",
        "events",
        "an opt-out is missing",
        "Discovery Data Service, known issues",
        one_of(codes.OPT_OUTS),
        effect="missing",
    ),
    FaultKind(
        "confidential_lost",
        "events",
        "an entry is no longer confidential",
        f"{RECEIVER}, 3.0.1",
        pl.col("is_confidential"),
        {"is_confidential": pl.lit(value=False)},
    ),
    FaultKind(
        "text_truncated",
        "events",
        "the free text of an entry is cut",
        f"{RECEIVER}, 2.1.0",
        pl.col("text").str.len_chars() > 40,
        {"text": cut("text", 30)},
    ),
    FaultKind(
        "author_unknown",
        "events",
        "the author of an entry is unknown",
        f"{RECEIVER}, 1.2.1",
        has("recorded_by"),
        {"recorded_by": pl.lit(UNKNOWN_AUTHOR)},
    ),
)

EVENT_FAULTS = (*ALLERGIES, *VACCINES, *DAYS, *RESULTS, *PROBLEMS, *ENTRIES)

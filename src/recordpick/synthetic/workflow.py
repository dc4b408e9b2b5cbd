"""The practice's workflow: appointments, documents, referrals, recalls."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic.chance import Chance
from recordpick.synthetic.codes import Code
from recordpick.synthetic.events import lookup_code
from recordpick.synthetic.rows import (
    YEARS,
    Setting,
    as_table,
    random_count,
    random_day,
    repeat_rows,
    row_id,
)

SLOT_TYPES = ("Routine", "Routine", "Urgent on the day", "Telephone", "Nurse", "Blood test")
FILE_TYPES = {"pdf": 73, "tif": 20, "rtf": 3, "docx": 2, "html": 1, "msg": 1}
DOCUMENT_KINDS = (
    *("Hospital letter",) * 8,
    *("Discharge summary",) * 5,
    *("Scanned document",) * 4,
    "Out-of-hours report",
    "Out-of-hours report",
    "Insurance report",
    "Radiology report",
    "Photograph",
)
AUTHORS = (
    "Marling General Hospital",
    "Netherholt Community Hospital",
    "County Eye Clinic",
    "111 service",
    "Community mental health team",
)
RECIPIENTS = (
    "Cardiology, Marling General Hospital",
    "Dermatology, Marling General Hospital",
    "Orthopaedics, Netherholt Community Hospital",
    "Gynaecology, Marling General Hospital",
    "Ear, nose and throat, Marling General Hospital",
    "Physiotherapy, Netherholt Community Hospital",
    "Gastroenterology, Marling General Hospital",
)
REASONS = (
    Code("X-3001", "Referral for chest pain"),
    Code("X-3002", "Referral for skin lesion"),
    Code("X-3003", "Referral for knee pain"),
    Code("X-3004", "Referral for heavy periods"),
    Code("X-3005", "Referral for hearing loss"),
    Code("X-3006", "Referral for physiotherapy"),
    Code("X-3007", "Referral for change in bowel habit"),
)
TO_DO = (
    Code("X-3101", "Medication review due"),
    Code("X-3102", "Blood pressure check due"),
    Code("X-3103", "Annual review due"),
    Code("X-3104", "Blood test due"),
    Code("X-3105", "Cervical screening due"),
    Code("X-3106", "Influenza vaccination due"),
    Code("X-3107", "Depo injection due"),
)
URGENCIES = {"routine": 70, "urgent": 15, "two_week_wait": 9, "soon": 3, "dated": 2, "other": 1}


def with_workflow(people: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Add attributes of a few people each, at least three even in the smallest practice.

    Columns: will_come (booked and missed one before), has_absent_file, is_two_week_wait,
    has_recalls (one overdue, one in the future).
    """
    chance = Chance(seed, "workflow")
    count = len(people)
    here = (pl.col("status") == "registered") & (pl.col("age") > 0)

    def few(what: str, per_thousand: float, among: pl.Expr = here) -> pl.Expr:
        return chance.chosen(what, among, max(3, round(count * per_thousand / 1000)))

    return people.with_columns(
        will_come=few("will come", 22),
        has_absent_file=few("absent file", 6),
        is_two_week_wait=few("two-week wait", 8, here & (pl.col("age") > 30)),
        has_recalls=few("recalls", 30, here & (pl.col("conditions") > 0)),
    )


def _date(days: pl.Expr) -> pl.Expr:
    return days.cast(pl.Int32).cast(pl.Date)


def appointments(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return the appointments of the last eight years, and those booked for the coming weeks."""
    chance = setting.chance("appointments")
    yearly = 1.3 + 0.7 * pl.col("ill") + 0.45 * pl.col("conditions").cast(pl.Float64)
    since = pl.max_horizontal("start", pl.col("stop") - 8 * 365)
    years = (pl.col("stop") - since).cast(pl.Float64) / 365.25
    past = repeat_rows(
        people.with_columns(since=since), random_count(chance, "count", years * yearly)
    )
    past = past.with_columns(
        on=random_day(chance, "on", pl.col("since"), pl.col("stop") - 1),
        status_then=chance.weighted(
            "status", {"attended": 87, "did_not_attend": 4, "cancelled": 8, "other": 1}
        ),
    )
    missed = people.filter(pl.col("will_come")).with_columns(
        k=pl.lit(1000, dtype=pl.UInt64),
        since=since,
        on=random_day(chance, "missed", since, pl.col("stop") - 1),
        status_then=pl.lit("did_not_attend"),
    )
    booked = repeat_rows(
        people.filter(
            pl.col("will_come") | (chance.happens("booked", 0.05) & pl.col("left").is_null()),
            pl.col("died").is_null(),
        ),
        chance.integer("booked how many", 1, 2),
    ).with_columns(
        k=pl.col("k") + 1100,
        since=since,
        on=(setting.today + chance.integer("ahead", 1, 45)).cast(pl.Int32),
        status_then=pl.lit("booked"),
    )
    rows = pl.concat([past, missed, booked], how="vertical_relaxed").with_columns(
        # No appointment is booked before the record starts.
        on=pl.max_horizontal("on", "start")
    )
    hour, minute = chance.integer("hour", 8, 17), chance.integer("minute", 0, 5)
    clock = pl.concat_str(
        hour.cast(pl.String).str.zfill(2), pl.lit(":"), minute.cast(pl.String), pl.lit("0")
    )
    booked_on = pl.min_horizontal(
        pl.col("on") - chance.integer("booked before", 0, 28), setting.today
    )
    return as_table(
        rows,
        "appointments",
        {
            "patient_id": pl.col("patient_id"),
            "appointment_id": row_id(0),
            "date": _date(pl.col("on")),
            "start_time": clock,
            "status": pl.col("status_then"),
            "slot_type": chance.one_of("slot", SLOT_TYPES),
            "clinician": chance.one_of("with", (*setting.pools.doctors, *setting.pools.staff[:3])),
            "booked_on": _date(pl.max_horizontal(booked_on, "start")),
        },
    )


def documents(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return letters and scans; the file of a few is missing."""
    chance = setting.chance("documents")
    yearly = 0.14 + 0.1 * pl.col("conditions").cast(pl.Float64) + 0.1 * pl.col("ill")
    rows = repeat_rows(people, random_count(chance, "count", YEARS * yearly)).with_columns(
        on=random_day(chance, "on", pl.col("start"), pl.col("stop")), absent=pl.lit(value=False)
    )
    missing = people.filter(pl.col("has_absent_file")).with_columns(
        k=pl.lit(1000, dtype=pl.UInt64),
        on=random_day(chance, "missing", pl.col("start"), pl.col("stop")),
        absent=pl.lit(value=True),
    )
    rows = pl.concat([rows, missing]).with_columns(
        ending=chance.weighted("file type", FILE_TYPES),
        of_kind=chance.one_of("kind", DOCUMENT_KINDS),
        author=chance.one_of("author", AUTHORS),
        size=chance.integer("size", 9_000, 900_000),
    )
    picture = pl.col("of_kind") == "Photograph"
    rows = rows.with_columns(ending=pl.when(picture).then(pl.lit("jpg")).otherwise("ending"))
    filed = pl.min_horizontal(pl.col("on") + chance.integer("filed after", 0, 21), "stop")
    return as_table(
        rows,
        "documents",
        {
            "patient_id": pl.col("patient_id"),
            "document_id": row_id(0),
            "date": _date(pl.col("on")),
            "recorded_on": _date(filed),
            "kind": pl.col("of_kind"),
            "title": pl.concat_str("of_kind", pl.lit(", "), "author"),
            "file_name": pl.concat_str(pl.lit("doc"), row_id(0), pl.lit("."), pl.col("ending")),
            "file_type": pl.col("ending"),
            "size": pl.when(~pl.col("absent")).then(pl.col("size")),
            "is_absent": pl.col("absent"),
            "author": pl.col("author"),
        },
    )


def referrals(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return referrals, most of them with the booking reference of the e-referral service."""
    chance = setting.chance("referrals")
    yearly = 0.03 + 0.02 * pl.col("conditions").cast(pl.Float64)
    rows = repeat_rows(people, random_count(chance, "count", YEARS * yearly)).with_columns(
        on=random_day(chance, "on", pl.col("start"), pl.col("stop")),
        urgency=chance.weighted("urgency", URGENCIES),
        index=chance.integer("reason", 0, len(REASONS) - 1),
    )
    urgent = people.filter(pl.col("is_two_week_wait")).with_columns(
        k=pl.lit(500, dtype=pl.UInt64),
        on=random_day(
            chance, "seen", pl.max_horizontal("start", pl.col("stop") - 700), pl.col("stop")
        ),
        urgency=pl.lit("two_week_wait"),
        index=pl.lit(1, dtype=pl.Int64),
    )
    rows = pl.concat([rows, urgent]).with_columns(
        closed=pl.when(chance.happens("closed", 0.85)).then(
            pl.min_horizontal(pl.col("on") + chance.integer("waited", 10, 300), "stop")
        )
    )
    digits = pl.concat_str(
        pl.lit("0000"), chance.integer("ubrn", 10_000_000, 99_999_999).cast(pl.String)
    )
    electronic = (pl.col("on") > 13_000) & (
        chance.happens("electronic", 0.85) | (pl.col("urgency") == "two_week_wait")
    )
    code, term = lookup_code(REASONS, pl.col("index"))
    return as_table(
        rows,
        "referrals",
        {
            "patient_id": pl.col("patient_id"),
            "referral_id": row_id(0),
            "date": _date(pl.col("on")),
            "urgency": pl.col("urgency"),
            "code": code,
            "term": term,
            "recipient": pl.lit(pl.Series(RECIPIENTS)).gather(pl.col("index").cast(pl.UInt32)),
            "ubrn": pl.when(electronic).then(digits),
            "status": pl.when(pl.col("closed").is_null())
            .then(pl.lit("open"))
            .when(chance.happens("rejected", 0.04))
            .then(pl.lit("rejected"))
            .when(chance.happens("other", 0.01))
            .then(pl.lit("other"))
            .otherwise(pl.lit("closed")),
            "closed_on": _date(pl.col("closed")),
            "clinician": chance.one_of("by", setting.pools.doctors),
        },
    )


def recalls(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return recalls and diary entries: done, overdue, and in the future."""
    chance = setting.chance("recalls")
    here = pl.col("status") == "registered"
    past = repeat_rows(
        people, random_count(chance, "count", YEARS * (0.02 + 0.025 * pl.col("conditions")))
    ).with_columns(
        on=random_day(chance, "on", pl.col("start"), pl.col("stop") - 1),
        stands=chance.weighted("stands", {"done": 88, "cancelled": 9, "other": 1, "pending": 2}),
    )
    # Recalls of patients who left or died are closed; the others have some in the future.
    past = past.with_columns(
        stands=pl.when(~here & (pl.col("stands") == "pending"))
        .then(pl.lit("cancelled"))
        .otherwise("stands")
    )
    likely = 0.05 + 0.08 * pl.col("conditions").cast(pl.Float64)
    frames = [past]
    for k, (ahead, happens) in enumerate(((-150, 0.25), (330, 0.9))):
        day = chance.integer(f"day {k}", 2, abs(ahead)) * (1 if ahead > 0 else -1)
        frames.append(
            people.filter(
                here, pl.col("has_recalls") | chance.happens(f"due {k}", likely * happens)
            ).with_columns(
                k=pl.lit(1000 + k, dtype=pl.UInt64),
                on=(setting.today + day).cast(pl.Int32),
                stands=pl.lit("pending"),
            )
        )
    rows = pl.concat(frames, how="vertical_relaxed").with_columns(
        on=pl.max_horizontal("on", "start"),
        entered=pl.max_horizontal(
            "start", pl.min_horizontal(pl.col("on") - chance.integer("entered", 20, 400), "stop")
        ),
    )
    code, term = lookup_code(TO_DO, chance.integer("what", 0, len(TO_DO) - 1))
    return as_table(
        rows,
        "recalls",
        {
            "patient_id": pl.col("patient_id"),
            "recall_id": row_id(0),
            "date": _date(pl.col("on")),
            "recorded_on": _date(pl.col("entered")),
            "code": code,
            "term": term,
            "status": pl.col("stands"),
            "is_complete": pl.col("stands") == "done",
            "clinician": chance.one_of("by", (*setting.pools.doctors, *setting.pools.staff[:2])),
        },
    )

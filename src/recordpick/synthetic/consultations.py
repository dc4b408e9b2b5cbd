"""Entries made at consultations, smoking status, family history and procedures."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic import codes, events
from recordpick.synthetic.chance import Chance
from recordpick.synthetic.codes import Code
from recordpick.synthetic.events import TEXTS, as_events, lookup_code, single_code
from recordpick.synthetic.rows import (
    YEARS,
    Setting,
    random_count,
    random_day,
    random_follow_up_day,
    repeat_rows,
    split_into_parts,
)

SEEN_FOR = (
    Code("X-1201", "Cough"),
    Code("X-1202", "Sore throat"),
    Code("X-1203", "Headache"),
    Code("X-1204", "Abdominal pain"),
    Code("X-1205", "Tiredness"),
    Code("X-1206", "Knee pain"),
    Code("X-1207", "Shoulder pain"),
    Code("X-1208", "Rash"),
    Code("X-1209", "Low mood"),
    Code("X-1210", "Dizziness"),
    Code("X-1211", "Indigestion"),
    Code("X-1212", "Ankle swelling"),
    Code("X-1213", "Earache"),
    Code("X-1214", "Sleep disturbance"),
    Code("X-1215", "Palpitations"),
    Code("X-1216", "Constipation"),
    Code("X-1217", "Mole examined"),
    Code("X-1218", "Back pain"),
    Code("X-1219", "Examination of chest normal"),
    Code("X-1220", "Examination of ear normal"),
)
DONE = (
    Code("X-1231", "Telephone consultation"),
    Code("X-1232", "Medication review done"),
    Code("X-1233", "Letter received"),
    Code("X-1234", "Text message sent to patient"),
    Code("X-1235", "Blood sample taken"),
    Code("X-1236", "Online consultation request received"),
    Code("X-1237", "Informed consent obtained"),
    Code("X-1238", "Did not attend appointment"),
)
IN_THE_FAMILY = (
    Code("X-1301", "Family history of ischaemic heart disease under 60"),
    Code("X-1302", "Family history of diabetes mellitus"),
    Code("X-1303", "Family history of breast cancer"),
    Code("X-1304", "Family history of asthma"),
    Code("X-1305", "Family history of glaucoma"),
)
PLACES = {"Surgery": 12, "Telephone": 5, "Branch surgery": 2, "Patient's home": 1}
TYPES = {"GP consultation": 8, "Nurse consultation": 5, "Telephone call": 3, "Administration": 2}
PROCEDURES = (
    Code("X-1401", "Cataract extraction"),
    Code("X-1402", "Total hip replacement"),
    Code("X-1403", "Cholecystectomy"),
    Code("X-1404", "Appendicectomy"),
    Code("X-1405", "Tonsillectomy"),
    Code("X-1406", "Joint injection"),
    Code("X-1407", "Excision of skin lesion"),
    Code("X-1408", "Ear microsuction"),
)


def of_entries(entries: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return the consultations of events: what one patient's record got on one day.

    The clinician is who made the first of the entries.
    """
    chance = Chance(setting.seed, "consultations", row="number")
    return (
        entries.select("patient_id", "consultation_id", "date", "recorded_on", "recorded_by")
        .sort("patient_id", "date", maintain_order=True)
        .unique("consultation_id", keep="first", maintain_order=True)
        .with_columns(number=pl.col("consultation_id").cast(pl.UInt64), k=pl.lit(0, pl.UInt64))
        .select(
            "patient_id",
            "consultation_id",
            date="recorded_on",
            clinician="recorded_by",
            place=chance.weighted("place", PLACES),
            kind=chance.weighted("kind", TYPES),
        )
    )


def consultations(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return two or three entries for each consultation: symptom, notes, what was done."""
    chance = setting.chance("consultations")
    yearly = 0.38 + 0.08 * pl.col("conditions").cast(pl.Float64) + 0.33 * pl.col("ill")
    seen = repeat_rows(people, random_count(chance, "count", YEARS * yearly)).with_columns(
        on=random_day(chance, "on", pl.col("start"), pl.col("stop"))
    )
    rows = split_into_parts(seen, 2 + chance.integer("third", 0, 1), 4)
    symptom = pl.col("part") < 2
    index = (
        pl.when(symptom)
        .then(chance.integer("seen for", 0, len(SEEN_FOR) - 1))
        .otherwise(len(SEEN_FOR) + chance.integer("done", 0, len(DONE) - 1))
    )
    note = pl.concat_str(
        chance.one_of("note", TEXTS), pl.lit(" "), chance.one_of("second note", TEXTS)
    )
    return as_events(
        rows,
        setting,
        events.CONSULTATIONS,
        pl.when(symptom).then(pl.lit("observation")).otherwise(pl.lit("administration")),
        lookup_code(SEEN_FOR + DONE, index),
        text=pl.when(symptom & chance.happens("text", 0.45)).then(note),
    )


def smoking(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return smoking status, recorded repeatedly over the years, and advice to smokers.

    A smoker may become an ex-smoker; nobody who ever smoked is later recorded as never having.
    """
    chance = setting.chance("smoking")
    first = pl.max_horizontal("start", pl.col("born") + 16 * 365)
    rows = (
        repeat_rows(
            people.filter(pl.col("stop") - pl.col("born") > 16 * 365).with_columns(
                smoked=chance.happens("ever smoked", 0.24 + 0.2 * pl.col("ill")),
                stopped=chance.share("stopped when"),
            ),
            random_count(chance, "count", YEARS * 0.22).clip(1),
        )
        .with_columns(on=random_follow_up_day(chance, "on", first, pl.col("stop")))
        .with_columns(far=(pl.col("on") - pl.col("start")) / (pl.col("stop") - pl.col("start") + 1))
    )
    status = pl.when(~pl.col("smoked")).then(0).when(pl.col("far") > pl.col("stopped")).then(1)
    rows = rows.with_columns(status=status.otherwise(2))
    statuses = (codes.NEVER_SMOKED, codes.EX_SMOKER, codes.SMOKER)
    advised = rows.filter(pl.col("status") == 2, chance.happens("advised", 0.8))
    return pl.concat(
        [
            as_events(
                rows,
                setting,
                events.SMOKING,
                "observation",
                lookup_code(statuses, pl.col("status")),
            ),
            as_events(
                advised,
                setting,
                events.SMOKING_ADVICE,
                "procedure",
                single_code(codes.SMOKING_ADVICE),
            ),
        ]
    )


def family_history(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return family history for some adults, with the relative in the text."""
    chance = setting.chance("family history")
    rows = repeat_rows(
        people.filter(pl.col("age") > 16), random_count(chance, "count", pl.lit(0.5))
    ).with_columns(on=random_day(chance, "on", pl.col("start"), pl.col("stop")))
    return as_events(
        rows,
        setting,
        events.FAMILY_HISTORY,
        "family_history",
        lookup_code(IN_THE_FAMILY, chance.integer("which", 0, len(IN_THE_FAMILY) - 1)),
        text=chance.one_of("who", ("Mother", "Father", "Brother", "Sister", "Grandmother")),
    )


def procedures(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return operations and minor procedures."""
    chance = setting.chance("procedures")
    rate = YEARS * 0.02 * (0.5 + pl.col("age") / 40)
    rows = repeat_rows(people, random_count(chance, "count", rate)).with_columns(
        on=random_day(chance, "on", pl.col("start"), pl.col("stop"))
    )
    return as_events(
        rows,
        setting,
        events.PROCEDURES,
        "procedure",
        lookup_code(PROCEDURES, chance.integer("which", 0, len(PROCEDURES) - 1)),
        text=pl.when(chance.happens("text", 0.3)).then(
            chance.one_of("side", ("Left side.", "Right side.", "Done at the hospital."))
        ),
    )

"""The journal: everything clinical. Its therapy rows are medication, all others are entries."""

from __future__ import annotations

from datetime import date

import polars as pl

from recordpick.csvio.rejects import NOTHING, ROW
from recordpick.index.readers.extract_file import ExtractFile, is_degraded, kind_by_term
from recordpick.index.readers.vision.files import DAY, deleted, rows_in_order
from recordpick.index.readers.vision.patients import with_name
from recordpick.index.source import DELETED, SourcePart
from recordpick.index.values import to_date, to_number

_DATES = dict.fromkeys(
    ("date", "recorded_on", "started_on", "ended_on"),
    DAY,
)
_PROBLEM = ("p", "problem")
_ALLERGY = ("l", "allergy")
_IMMUNISATION = ("i", "imms", "immunisation")
_GIVEN = ("g", "given")
_TEST = ("t", "test", "test result", "investigation")
_ACUTE = ("a", "acute", "acute therapy")
_REPEAT = ("r", "repeat", "repeat therapy")
_ISSUE = ("s", "repeat issue")
_THERAPY = (*_ACUTE, *_REPEAT, *_ISSUE, "therapy")
"""SUBSET: the kind of a row, as a letter or in words, in lower case."""

_UNITS = {"WEIGHT": "kg", "HEIGHT": "m", "PULSE": "bpm", "WAIST": "cm"}
"""The unit of VALUE1 by ENTITY, where VALUE1_UNITS is empty (endeavourhealth/Transforms)."""
_SECOND_NAMES = {"BP": "diastolic", "BLOOD_PRESSURE": "diastolic", "WEIGHT": "BMI"}
"""The meaning of VALUE2 by ENTITY, where VALUE2_NAME is empty.

Not for smoking and alcohol: one public reader reads a status (0 never, 1 current, 2 ex), others
read an amount.
"""

_LIMIT = r"^(<=|>=|<|>|~)\s*\d"
"""A result that is a limit: an operator before a number."""

_WHO, _WHAT, _HAS = "__who", "__what", "__has"


def read_journal(file: ExtractFile, staff: pl.DataFrame | None, as_at: date) -> list[SourcePart]:
    """Return the entries and the medication; together they have every row of the file once."""
    subset = file.text("SUBSET").str.to_lowercase()
    # The drug of an allergy, or the vaccine of an immunisation, is not the patient's medication.
    is_other = subset.is_in((*_PROBLEM, *_ALLERGY, *_IMMUNISATION, *_TEST)).fill_null(value=False)
    has_dmd = file.text("DMD_CODE").is_not_null() & ~is_other
    is_therapy = (subset.is_in(_THERAPY) | has_dmd).fill_null(value=False)
    return [
        _entries(file, subset, ~is_therapy, staff, as_at),
        _medications(file, subset, is_therapy, staff, as_at),
    ]


def _over(file: ExtractFile, as_at: date) -> pl.Expr:
    ended = to_date(file.text("END_DATE"), DAY)
    return (ended <= as_at).fill_null(value=False)


def _entries(
    file: ExtractFile,
    subset: pl.Expr,
    which: pl.Expr,
    staff: pl.DataFrame | None,
    as_at: date,
) -> SourcePart:
    snomed, read = file.text("SNOMED_CODE"), file.text("CODE")
    snomed = pl.when(snomed != "0").then(snomed)
    term = file.text("RUBRIC")
    number = to_number(file.text("VALUE1"))
    is_problem = subset.is_in(_PROBLEM).fill_null(value=False)
    entity = file.text("ENTITY").str.to_lowercase()
    has_vaccine = file.text("IMMS_COMPOUND").is_not_null() | file.text("IMMS_STATUS").is_not_null()
    columns = {
        "date": file.text("DATE"),
        "recorded_on": file.text("RECORDED_DATE"),
        "code": pl.coalesce(snomed, read),
        "code_system": pl.when(snomed.is_not_null())
        .then(pl.lit("snomed"))
        .when(read.is_not_null())
        .then(pl.lit("read2")),
        "is_local_code": snomed.is_null() & read.is_not_null(),
        "is_degraded": is_degraded(term),
        "term": term,
        "kind": pl.when(is_problem)
        .then(pl.lit("problem"))
        .when(subset.is_in(_ALLERGY) | entity.str.contains("allerg"))
        .then(pl.lit("allergy"))
        .when(subset.is_in(_IMMUNISATION) | has_vaccine)
        .then(pl.lit("immunisation"))
        .when(entity.str.contains("family"))
        .then(pl.lit("family_history"))
        .when(subset.is_in(_TEST))
        .then(pl.lit("investigation"))
        .otherwise(kind_by_term(term, number.is_not_null())),
        "value": number,
        "value_text": _value_text(file, number),
        "unit": pl.coalesce(file.text("VALUE1_UNITS"), _implied_unit(file, number)),
        "text": file.text("TEXT"),
        "problem_status": pl.when(is_problem & _over(file, as_at))
        .then(pl.lit("past"))
        .when(is_problem)
        .then(pl.lit("active")),
        "ended_on": pl.when(is_problem).then(file.text("END_DATE")),
        "parent_id": _one_link(file),
        "second_code": pl.when(snomed.is_not_null()).then(read),
        "second_code_system": pl.when(snomed.is_not_null() & read.is_not_null()).then(
            pl.lit("read2")
        ),
        "value_operator": pl.when(number.is_null()).then(file.text("VALUE1").str.extract(_LIMIT)),
        "batch_number": file.text("IMMS_BATCH"),
        "body_site": file.text("IMMS_SITE"),
        "consultation_id": _encounter(file),
    }
    rows = rows_in_order(file, "PID", "ID")
    if staff is not None:
        rows = with_name(rows, staff, file.text("HCP"), "recorded_by")
        columns["recorded_by"] = pl.col("recorded_by")
    frame = rows.filter(which).select(
        ROW,
        deleted(file).alias(DELETED),
        file.text("PID").alias("patient_id"),
        file.text("ID").alias("event_id"),
        **columns,
    )
    return file.part("events", frame, rows=None, date_formats=_DATES)


def _implied_unit(file: ExtractFile, number: pl.Expr) -> pl.Expr:
    """Return the unit that ENTITY implies where a number has none."""
    entity = file.text("ENTITY").str.to_uppercase()
    unit = entity.replace_strict(_UNITS, default=None, return_dtype=pl.String)
    return pl.when(number.is_not_null()).then(unit)


def _value_text(file: ExtractFile, number: pl.Expr) -> pl.Expr:
    """Return the first value if it is not a number, and the second with its name and unit.

    For an immunisation that was not given, also the reason: "Advised", "Refusal to start or
    complete course".
    """
    first = pl.when(number.is_null()).then(file.text("VALUE1"))
    entity = file.text("ENTITY").str.to_uppercase()
    name = pl.coalesce(
        file.text("VALUE2_NAME"),
        entity.replace_strict(_SECOND_NAMES, default="second value", return_dtype=pl.String),
        pl.lit("second value"),
    )
    second = pl.when(file.text("VALUE2").is_not_null()).then(
        pl.concat_str(
            [name, file.text("VALUE2"), file.text("VALUE2_UNITS")], separator=" ", ignore_nulls=True
        )
    )
    status, reason = file.text("IMMS_STATUS"), file.text("IMMS_REASON")
    not_given = pl.when(~status.str.to_lowercase().is_in(_GIVEN)).then(
        pl.concat_str([status, reason], separator=": ", ignore_nulls=True)
    )
    texts = pl.concat_str([first, second, not_given], separator="; ", ignore_nulls=True)
    return pl.when(texts != "").then(texts)


def _one_link(file: ExtractFile) -> pl.Expr:
    """Return the row that a row is linked to, if it is exactly one.

    LINKS has several, with a | between; those that begin with E are of encounters.
    """
    links = file.text("LINKS").str.replace_all(r"(^|\|)\s*E[^|]*", "").str.strip_chars("| ")
    return pl.when(links.str.contains(r"^[A-Za-z0-9-]+$")).then(links)


def _encounter(file: ExtractFile) -> pl.Expr:
    """Return the encounter of a row, if LINKS has exactly one: its ID with an E before it."""
    found = file.text("LINKS").str.extract_all(r"(^|\|)\s*E[A-Za-z0-9-]+")
    one = found.list.get(0, null_on_oob=True).str.strip_chars("| ").str.strip_prefix("E")
    return pl.when(found.list.len() == 1).then(one)


def _medications(
    file: ExtractFile,
    subset: pl.Expr,
    which: pl.Expr,
    staff: pl.DataFrame | None,
    as_at: date,
) -> SourcePart:
    dmd = pl.when(file.text("DMD_CODE") != "0").then(file.text("DMD_CODE"))
    drug = [file.text(name) for name in ("RUBRIC", "DRUG_STRENGTH", "DRUG_FORM")]
    names = {number: file.text(f"VALUE{number}_NAME").str.to_lowercase() for number in (1, 2)}
    issues = [
        pl.when(name.str.contains("issue")).then(file.text(f"VALUE{number}"))
        for number, name in names.items()
    ]
    quantity = ~names[1].str.contains("issue").fill_null(value=False)
    is_issue = subset.is_in(_ISSUE)
    code = pl.coalesce(dmd, file.text("CODE"))
    # An issue of a repeat is not a second medicine: if the drug is a repeat of the patient, only
    # the repeat is current or ended, and its issues are neither. An issue without its repeat is the
    # only sign of the medicine, and counts as current until it ends.
    every = rows_in_order(file, "PID", "ID")
    repeats = (
        every.filter(subset.is_in(_REPEAT) & ~deleted(file))
        .select(file.text("PID").alias(_WHO), code.alias(_WHAT), pl.lit(value=True).alias(_HAS))
        .drop_nulls()
        .unique()
    )
    rows = every.filter(which).with_columns(file.text("PID").alias(_WHO), code.alias(_WHAT))
    rows = rows.join(repeats, on=[_WHO, _WHAT], how="left", maintain_order="left")
    by = {}
    if staff is not None:
        rows = with_name(rows, staff, file.text("HCP"), "prescriber")
        by = {"prescriber": pl.col("prescriber")}
    has_repeat = is_issue.fill_null(value=False) & pl.col(_HAS).fill_null(value=False)
    frame = rows.select(
        ROW,
        deleted(file).alias(DELETED),
        file.text("PID").alias("patient_id"),
        file.text("ID").alias("medication_id"),
        started_on=file.text("DATE"),
        ended_on=file.text("END_DATE"),
        course=pl.when(subset.is_in((*_REPEAT, *_ISSUE)))
        .then(pl.lit("repeat"))
        .otherwise(pl.lit("acute")),
        is_active=pl.when(~has_repeat).then(~_over(file, as_at)),
        code=code,
        code_system=pl.when(dmd.is_not_null()).then(pl.lit("dmd")).otherwise(pl.lit("local")),
        is_unmapped=dmd.is_null(),
        drug=pl.concat_str(drug, separator=" ", ignore_nulls=True),
        dosage=file.text("TEXT"),
        quantity=pl.when(quantity).then(file.text("VALUE1")),
        unit=pl.when(quantity).then(file.text("VALUE1_UNITS")),
        issues=pl.coalesce(issues),
        **by,
    )
    # Lines that are not rows are accounted for with the entries.
    return file.part("medications", frame, rows=None, rejects=NOTHING, date_formats=_DATES)

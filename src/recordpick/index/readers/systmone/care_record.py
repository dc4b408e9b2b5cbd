"""The entries and the medication of the record.

Entries are codes, problems, sensitivities, immunisations and warnings. Medication is repeat
templates and issues; an issue of a template is not a medicine of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.index.build.enrichment import ISSUES, PROBLEMS, with_last_issue, with_problems
from recordpick.index.readers.extract_file import ExtractFile, is_degraded, kind_by_term
from recordpick.index.readers.systmone.files import (
    DAY,
    Opened,
    current_rows,
    day,
    in_order,
    reference,
    removed,
)
from recordpick.index.readers.systmone.patients import own_id
from recordpick.index.source import DELETED, DETAIL_OF, SourcePart
from recordpick.index.values import to_date, to_number
from recordpick.schema import OPERATORS

_BY, _CONTENT, _CODE, _TERM = "__by", "__content", "__code", "__term"
_DATES = dict.fromkeys(("date", "recorded_on", "ended_on"), DAY)
_SIGNIFICANCE = {"major": "significant", "significant": "significant", "minor": "minor"}


@dataclass(frozen=True)
class Staff:
    """Names of members of staff by the id of their profile; None if they are unknown.

    `members` has the same names by the id of the member of staff.
    """

    names: pl.DataFrame | None
    members: pl.DataFrame | None = None

    def done_by(self, rows: pl.LazyFrame, file: ExtractFile, name: str) -> pl.LazyFrame:
        """Add the name of who did what a row records, under `name`; nothing if it is unknown.

        That is a member of staff (IDDoneBy), or somebody named in words (TextualEventDoneBy).
        """
        by_words = file.text("TextualEventDoneBy") if file.has("TextualEventDoneBy") else None
        if self.members is None or not file.has("IDDoneBy"):
            return rows if by_words is None else rows.with_columns(by_words.alias(name))
        names = self.members.lazy().rename({"member": _BY, "name": name})
        named = rows.with_columns(reference(file, "IDDoneBy").alias(_BY)).join(
            names, on=_BY, how="left", maintain_order="left"
        )
        if by_words is None:
            return named
        return named.with_columns(pl.coalesce(pl.col(name), by_words).alias(name))

    def named(self, rows: pl.LazyFrame, who: pl.Expr, name: str) -> pl.LazyFrame:
        """Add the name of the member of staff in a column of profiles."""
        if self.names is None:
            return rows
        names = self.names.lazy().rename({"profile": _BY, "name": name})
        return rows.with_columns(who.alias(_BY)).join(names, on=_BY, how="left")


def read_entries(opened: Opened, staff: Staff, as_at: date) -> list[SourcePart]:
    """Return all entries. Without SRProblem no entry has a kind, as with EMIS.

    A problem is past if it ended on or before the as-at date.
    """
    has_problems = opened.get("SRProblem") is not None
    parts: list[SourcePart] = []
    codes = opened.get("SRCode")
    if codes is not None:
        parts.append(_codes(codes, staff, has_problems=has_problems))
    problems = opened.get("SRProblem")
    if problems is not None:
        parts.append(_problems(opened, problems, as_at, has_codes=codes is not None))
    for table, read in (
        ("SRDrugSensitivity", _sensitivities),
        ("SRImmunisation", _immunisations),
        ("SRChildAtRisk", _at_risk),
        ("SRPersonAtRisk", _at_risk),
        ("SRSpecialNotes", _notes),
    ):
        file = opened.get(table)
        if file is not None:
            part = read(opened, file, table, staff)
            parts.append(part if has_problems else _without_kind(part))
    return parts


def _without_kind(part: SourcePart) -> SourcePart:
    return SourcePart(**(part.__dict__ | {"frame": part.frame.drop("kind")}))


def _entry(file: ExtractFile, table: str) -> list[pl.Expr]:
    """Return the columns that every entry has."""
    return [*_beside_id(file), own_id(file, table).alias("event_id")]


def _beside_id(file: ExtractFile) -> list[pl.Expr]:
    """Return the columns that every entry has, except its id; its consultation if there is one."""
    event = [reference(file, "IDEvent").alias("consultation_id")] if file.has("IDEvent") else []
    return [
        pl.col(ROW),
        removed(file).alias(DELETED),
        in_order(),
        file.text("IDPatient").alias("patient_id"),
        *event,
    ]


def read_consultations(opened: Opened, staff: Staff) -> list[SourcePart]:
    """Return the events, which are SystmOne's consultations: clinical and administrative ones."""
    file = opened.get("SREvent")
    if file is None:
        return []
    columns = {"date": day(file, "DateEvent")}
    for name, theirs in (("place", "ContactEventLocation"), ("kind", "ContactMethod")):
        if file.has(theirs):
            columns[name] = opened.word(file, theirs)
    rows = staff.done_by(file.frame, file, "clinician")
    if "clinician" in rows.collect_schema():
        columns["clinician"] = pl.col("clinician")
    frame = rows.select(*_beside_id(file), consultation_id=file.text("RowIdentifier"), **columns)
    return [file.part("consultations", frame, date_formats={"date": DAY})]


def _with_author(
    rows: pl.LazyFrame, file: ExtractFile, staff: Staff
) -> tuple[pl.LazyFrame, dict[str, pl.Expr]]:
    """Add who entered each row, if that is known."""
    if staff.names is None or not file.has("IDProfileEnteredBy"):
        return rows, {}
    named = staff.named(rows, file.raw("IDProfileEnteredBy"), "recorded_by")
    return named, {"recorded_by": pl.col("recorded_by")}


def _coding(file: ExtractFile, snomed: str, ctv3: str) -> dict[str, pl.Expr]:
    """Return code and system: the SNOMED CT concept, otherwise the CTV3 code, a local code.

    The CTV3 code is the second code beside a SNOMED CT concept.
    """
    concept, other = reference(file, snomed), reference(file, ctv3)
    return {
        "code": pl.coalesce(concept, other),
        "code_system": pl.when(concept.is_not_null())
        .then(pl.lit("snomed"))
        .when(other.is_not_null())
        .then(pl.lit("ctv3")),
        "is_local_code": concept.is_null() & other.is_not_null(),
        "second_code": pl.when(concept.is_not_null()).then(other),
        "second_code_system": pl.when(concept.is_not_null() & other.is_not_null()).then(
            pl.lit("ctv3")
        ),
    }


def _codes(file: ExtractFile, staff: Staff, *, has_problems: bool) -> SourcePart:
    columns = _coding(file, "SNOMEDCode", "CTV3Code")
    terms = file.texts("SNOMEDText", "CTV3Text")
    number = to_number(file.text("NumericValue"))
    is_number = _is_number(file, number)
    sign = file.text("NumericComparator") if file.has("NumericComparator") else pl.lit("")
    is_plain = sign.fill_null("").is_in(["", "="])
    columns |= {
        "date": day(file, "DateEvent"),
        "recorded_on": day(file, "DateEventRecorded"),
        "term": pl.coalesce(terms),
        "value": pl.when(is_number & is_plain).then(number),
        "value_text": pl.when(is_number & ~is_plain).then(
            pl.concat_str(sign, file.text("NumericValue"))
        ),
        "is_degraded": is_degraded(pl.coalesce(terms)),
    }
    if file.has("NumericComparator"):
        columns["value_operator"] = pl.when(is_number & sign.is_in(OPERATORS)).then(sign)
    if file.has("NumericUnit"):
        columns["unit"] = file.text("NumericUnit")
    if has_problems:
        columns["kind"] = kind_by_term(pl.coalesce(terms), is_number)
    rows, by = _with_author(file.frame, file, staff)
    frame = rows.select(*_entry(file, "SRCode"), **columns, **by)
    if not has_problems:
        return file.part("events", frame, date_formats=_DATES)
    return file.part(
        "events", frame, date_formats=_DATES, requires=(PROBLEMS,), enrich=with_problems
    )


def _is_number(file: ExtractFile, number: pl.Expr) -> pl.Expr:
    """Return whether an entry has a numeric value.

    Where IsNumeric is missing or empty, 0 and -1 mean no value: older extracts write it like that
    (endeavourhealth/Transforms reads them so; opensafely-core/cohort-extractor, issue 469).
    """
    by_value = (~number.is_in([0.0, -1.0])).fill_null(value=False)
    if not file.has("IsNumeric"):
        return by_value
    return pl.when(file.text("IsNumeric").is_null()).then(by_value).otherwise(file.yes("IsNumeric"))


def _problems(opened: Opened, file: ExtractFile, as_at: date, *, has_codes: bool) -> SourcePart:
    """Return the problems: details of an entry in SRCode, or entries if they refer to none."""
    named = pl.concat_str(pl.lit("SRCode-"), reference(file, "IDCode"))
    of_code = named if has_codes else pl.lit(None, pl.String)
    own = own_id(file, "SRProblem")
    ended = to_date(day(file, "DateEnd"), DAY)
    is_past = ended <= as_at
    columns = _coding(file, "SNOMEDCode", "CTV3Code") | {
        "date": day(file, "DateEvent"),
        "recorded_on": day(file, "DateEventRecorded"),
        "kind": pl.lit("problem"),
        "problem_status": pl.when(is_past.fill_null(value=False))
        .then(pl.lit("past"))
        .otherwise(pl.lit("active")),
        "ended_on": day(file, "DateEnd"),
    }
    if file.has("Severity"):
        words = opened.word(file, "Severity").str.to_lowercase()
        columns["significance"] = words.replace_strict(_SIGNIFICANCE, default=None)
    entry = _beside_id(file)
    frame = file.frame.select(
        *entry,
        pl.when(of_code.is_not_null()).then(own).alias(DETAIL_OF),
        pl.coalesce(of_code, own).alias("event_id"),
        **columns,
    )
    return file.part("events", frame, date_formats=_DATES, provides=PROBLEMS)


def _sensitivities(opened: Opened, file: ExtractFile, table: str, staff: Staff) -> SourcePart:
    """Return drug sensitivities: to a drug, named by its Multilex product, or to a group of drugs.

    IDDrugCode is the number of a Multilex product, which is IDMultiLexProduct in
    SRMedicationReadCodeDetails (endeavourhealth/Transforms reads it so). The extract does not have
    the names of groups, whose number is IDMultiLexAction.
    """
    began = [day(file, name) for name in ("DateStarted", "DateEvent") if file.has(name)]
    began = began or [day(file, "DateEvent")]
    columns = {
        "date": pl.coalesce(began),
        "recorded_on": day(file, "DateEventRecorded"),
        "kind": pl.lit("allergy"),
    }
    if file.has("DateEnded"):
        columns["ended_on"] = day(file, "DateEnded")
    group = reference(file, "IDMultiLexAction")
    rows, is_named = _with_substance(opened, file)
    if _CODE in rows.collect_schema():
        system = pl.when(pl.col(_CODE).is_not_null()).then(pl.lit("ctv3"))
        columns |= {"code": pl.col(_CODE), "term": pl.col(_TERM), "code_system": system}
    columns["value_text"] = pl.when(~is_named).then(
        pl.coalesce(
            pl.format("Multilex product {}, not named in the extract", pl.col(_CONTENT)),
            pl.format("Multilex group {}, not named in the extract", group),
        )
    )
    rows, by = _with_author(rows, file, staff)
    frame = rows.select(*_entry(file, table), **columns, **by)
    return file.part("events", frame, date_formats=_DATES)


def has_unnamed_sensitivities(opened: Opened) -> bool:
    """Return whether any current drug sensitivity has neither a code nor a term."""
    file = opened.get("SRDrugSensitivity")
    if file is None:
        return False
    rows, is_named = _with_substance(opened, file)
    unnamed = rows.filter(~removed(file) & ~is_named).select(pl.len()).collect()
    return bool(unnamed.item())


def _with_substance(opened: Opened, file: ExtractFile) -> tuple[pl.LazyFrame, pl.Expr]:
    """Return drug sensitivities with their product's code and term, and whether either is known."""
    rows = file.frame.with_columns(reference(file, "IDDrugCode").alias(_CONTENT))
    details = opened.get("SRMedicationReadCodeDetails")
    if details is None or not details.has("IDMultiLexProduct"):
        return rows, pl.lit(value=False)
    rows = rows.join(_products(details), on=_CONTENT, how="left", maintain_order="left")
    return rows, pl.col(_TERM).is_not_null() | pl.col(_CODE).is_not_null()


def _products(details: ExtractFile) -> pl.LazyFrame:
    """Return code and term of each Multilex product.

    A product with several codes has no code, and all its terms.
    """
    rows = current_rows(details).select(
        details.text("IDMultiLexProduct").alias(_CONTENT),
        code=details.text("DrugReadCode"),
        term=details.text("DrugReadCodeDesc"),
    )
    codes = pl.col("code").drop_nulls().unique()
    return (
        rows.drop_nulls(_CONTENT)
        .group_by(_CONTENT)
        .agg(
            pl.when(codes.len() == 1).then(codes.first()).alias(_CODE),
            pl.col("term").drop_nulls().unique().sort().str.join(" or ").alias(_TERM),
        )
        .with_columns(pl.when(pl.col(_TERM) != "").then(pl.col(_TERM)).alias(_TERM))
    )


def _immunisations(opened: Opened, file: ExtractFile, table: str, staff: Staff) -> SourcePart:
    """Return immunisations; one that was not given has its status as text."""
    columns = _coding(file, "ImmsSNOMEDCode", "ImmsReadCode") | {
        "date": day(file, "DateEvent"),
        "recorded_on": day(file, "DateEventRecorded"),
        "kind": pl.lit("immunisation"),
    }
    rows = file.frame
    contents = opened.get("SRImmunisationContent")
    if contents is not None:
        names = (
            current_rows(contents)
            .select(contents.text("RowIdentifier").alias(_CONTENT), term=contents.text("Name"))
            .drop_nulls(_CONTENT)
        )
        rows = rows.with_columns(file.text("IDImmunisationContent").alias(_CONTENT))
        rows = rows.join(names, on=_CONTENT, how="left")
        columns["term"] = pl.col("term")
    if file.has("VaccinationStatus"):
        status = opened.word(file, "VaccinationStatus")
        given = status.str.to_lowercase() == "given"
        columns["value_text"] = pl.when(~given).then(status)
    columns |= _details_of_vaccine(opened, file)
    columns["is_degraded"] = pl.lit(value=False)
    rows, by = _with_author(rows, file, staff)
    frame = rows.select(*_entry(file, table), **columns, **by)
    return file.part("events", frame, date_formats=_DATES)


def _details_of_vaccine(opened: Opened, file: ExtractFile) -> dict[str, pl.Expr]:
    """Return part (dose number), batch and site of an immunisation, where the file has them."""
    columns = {}
    if file.has("VaccPart"):
        columns["dose_number"] = opened.word(file, "VaccPart")
    if file.has("VaccBatchNumber"):
        columns["batch_number"] = file.text("VaccBatchNumber")
    if file.has("Location"):
        columns["body_site"] = opened.word(file, "Location")
    return columns


def _at_risk(opened: Opened, file: ExtractFile, table: str, staff: Staff) -> SourcePart:
    """Return entries of the registers of children and adults at risk; they have no code."""
    who = "Child at risk" if table == "SRChildAtRisk" else "Adult at risk"
    plan = "ChildProtectionPlan" if table == "SRChildAtRisk" else "ProtectionPlan"
    has_plan = file.yes(plan)
    rows, by = _with_author(file.frame, file, staff)
    frame = rows.select(
        *_entry(file, table),
        **by,
        date=day(file, "DateAdded"),
        ended_on=day(file, "DateRemoved"),
        kind=pl.lit("administration"),
        term=pl.when(has_plan).then(pl.lit(f"{who}: protection plan")).otherwise(pl.lit(who)),
        value_text=opened.word(file, "RemovalReason"),
    )
    return file.part("events", frame, date_formats=_DATES)


def _notes(opened: Opened, file: ExtractFile, table: str, staff: Staff) -> SourcePart:
    """Return special notes, such as warnings to those who open the record."""
    ended = [day(file, name) for name in ("DateDeleted", "DateExpired") if file.has(name)]
    ended = ended or [day(file, "DateExpired")]
    rows, by = _with_author(file.frame, file, staff)
    frame = rows.select(
        *_entry(file, table),
        **by,
        date=day(file, "DateStart"),
        recorded_on=day(file, "DateEventRecorded"),
        ended_on=pl.coalesce(ended),
        kind=pl.lit("administration"),
        term=pl.concat_str(
            [pl.lit("Special note"), opened.word(file, "Type")], separator=": ", ignore_nulls=True
        ),
        value_text=file.text("Note"),
    )
    return file.part("events", frame, date_formats=_DATES)


_MEDICATION_DATES = dict.fromkeys(("started_on", "ended_on", "last_issued_on", "review_on"), DAY)
_QUANTITY = r"^\s*([0-9]+(?:\.[0-9]+)?)\s*(.*?)\s*$"


def read_medications(opened: Opened, staff: Staff, as_at: date) -> list[SourcePart]:
    """Return the repeats with their issues, and medicines issued without a template."""
    templates, issues = opened.get("SRRepeatTemplate"), opened.get("SRPrimaryCareMedication")
    parts = []
    if issues is not None:
        parts.append(_issued(issues, staff, as_at, has_templates=templates is not None))
    if templates is not None:
        parts.append(_templates(templates, staff, as_at, has_issues=issues is not None))
    return parts


def _drug(file: ExtractFile) -> dict[str, pl.Expr]:
    """Return the columns about the drug that both tables have."""
    file.text("IDMultiLexDMD")  # without it no drug would be mapped
    dmd = reference(file, "IDMultiLexDMD")
    quantity = file.text("MedicationQuantity").str.extract_groups(_QUANTITY)
    unit = quantity.struct.field("2")
    return {
        "code": pl.coalesce(dmd, reference(file, "IDMultiLexProduct")),
        "code_system": pl.when(dmd.is_not_null()).then(pl.lit("dmd")).otherwise(pl.lit("local")),
        "is_unmapped": dmd.is_null(),
        "drug": file.text("NameOfMedication"),
        "dosage": file.text("MedicationDosage"),
        "quantity": quantity.struct.field("1"),
        "unit": pl.when(unit != "").then(unit),
    }


def _is_active(ended: pl.Expr, as_at: date) -> pl.Expr:
    """Return whether a medicine had not ended by the as-at date."""
    return (ended > as_at).fill_null(value=True)


def _with_prescriber(file: ExtractFile, staff: Staff) -> tuple[pl.LazyFrame, dict[str, pl.Expr]]:
    """Add who prescribed each row, if that is known."""
    rows = staff.done_by(file.frame, file, "prescriber")
    known = "prescriber" in rows.collect_schema()
    return rows, {"prescriber": pl.col("prescriber")} if known else {}


def _templates(file: ExtractFile, staff: Staff, as_at: date, *, has_issues: bool) -> SourcePart:
    ended = to_date(day(file, "DateMedicationTemplateEnd"), DAY)
    rows, by = _with_prescriber(file, staff)
    frame = rows.select(
        ROW,
        removed(file).alias(DELETED),
        in_order(),
        file.text("IDPatient").alias("patient_id"),
        own_id(file, "SRRepeatTemplate").alias("medication_id"),
        started_on=day(file, "DateMedicationTemplateStart"),
        ended_on=day(file, "DateMedicationTemplateEnd"),
        review_on=day(file, "DateMedicationTemplateReview"),
        issues_authorised=file.text("MaxIssues"),
        course=pl.lit("repeat"),
        is_active=_is_active(ended, as_at),
        **_drug(file),
        **by,
    )
    if not has_issues:
        return file.part("medications", frame, date_formats=_MEDICATION_DATES)
    return file.part(
        "medications",
        frame,
        date_formats=_MEDICATION_DATES,
        requires=(ISSUES,),
        enrich=with_last_issue,
    )


def _issued(file: ExtractFile, staff: Staff, as_at: date, *, has_templates: bool) -> SourcePart:
    """Return issues: those of a template are its details, others are separate medicines."""
    named = pl.concat_str(pl.lit("SRRepeatTemplate-"), reference(file, "IDRepeatTemplate"))
    of_template = pl.when(pl.lit(has_templates)).then(named)
    own = own_id(file, "SRPrimaryCareMedication")
    ended = to_date(day(file, "DateMedicationEnd"), DAY)
    is_repeat = file.yes("IsRepeatMedication")
    rows, by = _with_prescriber(file, staff)
    frame = rows.select(
        ROW,
        removed(file).alias(DELETED),
        in_order(),
        pl.when(of_template.is_not_null()).then(own).alias(DETAIL_OF),
        file.text("IDPatient").alias("patient_id"),
        pl.coalesce(of_template, own).alias("medication_id"),
        started_on=day(file, "DateMedicationStart"),
        last_issued_on=day(file, "DateMedicationStart"),
        ended_on=day(file, "DateMedicationEnd"),
        course=pl.when(is_repeat).then(pl.lit("repeat")).otherwise(pl.lit("acute")),
        is_active=_is_active(ended, as_at),
        issues=pl.lit(1, pl.Int64),
        **_drug(file),
        **by,
    )
    return file.part("medications", frame, date_formats=_MEDICATION_DATES, provides=ISSUES)

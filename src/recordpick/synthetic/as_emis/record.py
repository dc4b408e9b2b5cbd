"""CareRecord_* and Admin_*: all entries and their codes; patients, staff and organisations."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic.as_emis.files import ORGANISATION, Extract, clock, guid, one_guid, yes_no

CATEGORY = {
    "allergy": "Allergy and adverse drug reactions",
    "immunisation": "Immunisations",
    "investigation": "Biochemistry",
    "procedure": "Conditions, operations and procedures",
    "family_history": "Family history",
    "administration": "Administration, documents and attachments",
    "observation": "Symptoms and Findings",
    "problem": "Conditions, operations and procedures",
    "other": "Not categorised",
}
PRECISION = {"unknown": "U", "year": "Y", "month": "YM", "day": "YMD"}
TYPE = {
    "allergy": "Allergy",
    "immunisation": "Immunisation",
    "investigation": "Investigation",
    "family_history": "Family history",
}
URGENCY = {
    "routine": "Routine",
    "urgent": "Urgent",
    "two_week_wait": "2 Week Wait",
    "soon": "Soon",
    "dated": "Dated",
    "other": "Unknown",
}
_CODE = ["code", "term", "kind", "code_system", "second_code"]


def _coded(extract: Extract, frame: pl.DataFrame) -> pl.DataFrame:
    """Add `__code`: the CodeId of the row's code."""
    codes = extract.codes.assign(frame, _CODE).rename({"number": "__code"})
    return frame.join(codes, on=_CODE, how="left", nulls_equal=True, maintain_order="left")


def write_codes(extract: Extract) -> None:
    """Write Coding_ClinicalCode: all codes in the extract."""
    snomed = pl.col("code_system") == "snomed"
    category = pl.col("kind").replace_strict(CATEGORY, default="Referral")
    extract.write(
        "Coding_ClinicalCode",
        extract.codes.frame(_CODE).select(
            CodeId="number",
            Term="term",
            ReadTermId=pl.when(snomed)
            .then(pl.coalesce("second_code", pl.concat_str(pl.lit("^ESCT"), pl.col("number"))))
            .otherwise("code"),
            SnomedCTConceptId=pl.when(snomed).then("code"),
            SnomedCTDescriptionId=pl.when(snomed).then(pl.col("number") * 1000 + 118),
            EmisCodeCategoryDescription=category,
        ),
    )


def write_events(extract: Extract, events: pl.DataFrame) -> None:
    """Write CareRecord_Observation and CareRecord_Problem."""
    rows = extract.with_staff(_coded(extract, events), "recorded_by")
    is_problem = (pl.col("kind") == "problem").fill_null(value=False)
    rows = rows.with_columns(
        __id=guid("event", pl.col("event_id")),
        __patient=guid("patient", pl.col("patient_id")),
        __parent=guid("event", pl.col("parent_id")),
        __header=guid("event", pl.col("header_id")),
        __consultation=guid("consultation", pl.col("consultation_id")),
        __is_problem=is_problem,
    )
    extract.write(
        "CareRecord_Observation",
        rows.select(
            ObservationGuid="__id",
            PatientGuid="__patient",
            EffectiveDate="date",
            EffectiveDatePrecision=pl.col("date_precision").replace_strict(PRECISION, default=None),
            EnteredDate="recorded_on",
            EnteredTime=clock(pl.col("event_id")),
            ClinicianUserInRoleGuid="__by",
            EnteredByUserInRoleGuid="__by",
            ParentObservationGuid="__header",
            ProblemGuid=pl.when(~pl.col("__is_problem")).then("__parent"),
            CodeId="__code",
            AssociatedText="text",
            ConsultationGuid="__consultation",
            Value=pl.coalesce(pl.col("value").cast(pl.String), "value_text"),
            NumericUnit="unit",
            ObservationType=pl.col("kind").replace_strict(TYPE, default="Observation"),
            NumericRangeLow="range_low",
            NumericRangeHigh="range_high",
            Abnormal=yes_no(pl.col("is_abnormal")),
            IsConfidential=yes_no(pl.col("is_confidential")),
        ),
    )
    extract.write(
        "CareRecord_Problem",
        rows.filter("__is_problem").select(
            ObservationGuid="__id",
            PatientGuid="__patient",
            ParentProblemObservationGuid="__parent",
            ParentProblemRelationship=pl.when(pl.col("__parent").is_not_null()).then(
                pl.lit("Grouped")
            ),
            EndDate="ended_on",
            EndDatePrecision=pl.when(pl.col("ended_on").is_not_null()).then(pl.lit("YMD")),
            ProblemStatusDescription=pl.concat_str(
                pl.col("problem_status").str.to_titlecase(), pl.lit(" Problem")
            ),
            SignificanceDescription=pl.concat_str(
                pl.col("significance").str.to_titlecase(), pl.lit(" Problem")
            ),
        ),
    )


def write_consultations(extract: Extract, consultations: pl.DataFrame) -> None:
    """Write CareRecord_Consultation."""
    rows = extract.with_staff(consultations, "clinician")
    extract.write(
        "CareRecord_Consultation",
        rows.select(
            ConsultationGuid=guid("consultation", pl.col("consultation_id")),
            PatientGuid=guid("patient", pl.col("patient_id")),
            EffectiveDate="date",
            EffectiveDatePrecision=pl.lit("YMDT"),
            EnteredDate="date",
            EnteredTime=clock(pl.col("consultation_id")),
            ClinicianUserInRoleGuid="__by",
            EnteredByUserInRoleGuid="__by",
            ConsultationSourceTerm="place",
            Complete=pl.lit("TRUE"),
            ConsultationType="kind",
            IsConfidential=pl.lit("FALSE"),
        ),
    )


def write_referrals(extract: Extract, referrals: pl.DataFrame) -> None:
    """Write each referral as an entry and as a row in CareRecord_ObservationReferral."""
    coded = referrals.with_columns(
        kind=pl.lit("referral"),
        code_system=pl.lit("snomed"),
        second_code=pl.lit(None, pl.String),
    )
    rows = extract.with_staff(_coded(extract, coded), "clinician")
    places = rows.select(name=pl.col("recipient")).drop_nulls()
    numbers = extract.places.assign(places, ["name"]).rename({"name": "recipient"})
    rows = rows.join(numbers, on="recipient", how="left", maintain_order="left").with_columns(
        __id=guid("referral", pl.col("referral_id")),
        __patient=guid("patient", pl.col("patient_id")),
    )
    extract.write(
        "CareRecord_Observation",
        rows.select(
            ObservationGuid="__id",
            PatientGuid="__patient",
            EffectiveDate="date",
            EffectiveDatePrecision=pl.lit("YMD"),
            EnteredDate="date",
            EnteredTime=clock(pl.col("referral_id")),
            ClinicianUserInRoleGuid="__by",
            EnteredByUserInRoleGuid="__by",
            CodeId="__code",
            ObservationType=pl.lit("Referral"),
            IsConfidential=pl.lit("FALSE"),
        ),
    )
    extract.write(
        "CareRecord_ObservationReferral",
        rows.select(
            ObservationGuid="__id",
            PatientGuid="__patient",
            ReferralTargetOrganisationGuid=guid("place", pl.col("number")),
            ReferralUrgency=pl.col("urgency").replace_strict(URGENCY, default=None),
            ReferralMode=pl.when(pl.col("ubrn").is_not_null()).then(pl.lit("eRS")),
            ReferralReceivedDate="date",
            ReferralEndDate="closed_on",
            ReferralUBRN="ubrn",
        ),
    )


def write_recalls(extract: Extract, recalls: pl.DataFrame) -> None:
    """Write CareRecord_Diary."""
    coded = recalls.with_columns(
        kind=pl.lit("administration"),
        code_system=pl.lit("snomed"),
        second_code=pl.lit(None, pl.String),
    )
    rows = extract.with_staff(_coded(extract, coded), "clinician")
    extract.write(
        "CareRecord_Diary",
        rows.select(
            DiaryGuid=guid("recall", pl.col("recall_id")),
            PatientGuid=guid("patient", pl.col("patient_id")),
            EffectiveDate="date",
            EffectiveDatePrecision=pl.lit("YMD"),
            EnteredDate="recorded_on",
            EnteredTime=clock(pl.col("recall_id")),
            ClinicianUserInRoleGuid="__by",
            EnteredByUserInRoleGuid="__by",
            CodeId="__code",
            OriginalTerm="term",
            LocationTypeDescription=pl.lit("Surgery"),
            IsConfidential=pl.lit("FALSE"),
            IsActive=yes_no(pl.col("status") == "pending"),
            IsComplete=yes_no(pl.col("is_complete")),
        ),
    )


TYPES = {
    "regular": "Regular",
    "temporary": "Temporary",
    "immediately_necessary": "Immediately Necessary",
    "private": "Private",
    "dummy": "Dummy",
    "other": "Community Registered",
}


def write_patients(extract: Extract, patients: pl.DataFrame) -> None:
    """Write Admin_Patient."""
    patients = extract.with_staff(patients, "usual_gp")
    parts = pl.col("address").str.split(", ")
    carer = pl.col("carer").str.extract_groups(r"^(?<name>.*) \((?<relation>[^()]*)\)$")
    extract.write(
        "Admin_Patient",
        patients.select(
            PatientGuid=guid("patient", pl.col("patient_id")),
            UsualGpUserInRoleGuid="__by",
            Sex="sex",
            DateOfBirth="date_of_birth",
            DateOfDeath="died_on",
            Title="title",
            GivenName="given_name",
            MiddleNames="middle_names",
            Surname="family_name",
            DateOfRegistration="registered_on",
            NhsNumber=pl.concat_str(
                pl.col("nhs_number").str.slice(0, 3),
                pl.lit(" "),
                pl.col("nhs_number").str.slice(3, 3),
                pl.lit(" "),
                pl.col("nhs_number").str.slice(6, 4),
            ),
            PatientNumber="patient_id",
            PatientTypeDescription=pl.col("registration").replace_strict(TYPES, default=None),
            DummyType=yes_no(pl.col("registration") == "dummy"),
            HouseNameFlatNumber=parts.list.head(parts.list.len() - 2).list.join(", "),
            NumberAndStreet=parts.list.get(-2, null_on_oob=True),
            Town=parts.list.get(-1, null_on_oob=True),
            Postcode="postcode",
            ResidentialInstituteCode="institution",
            CarerName=pl.coalesce(carer.struct.field("name"), "carer"),
            CarerRelation=carer.struct.field("relation"),
            PersonGuid=guid("person", pl.col("patient_id")),
            DateofDeactivation="left_on",
            SpineSensitive=yes_no(pl.col("is_sensitive")),
            IsConfidential=yes_no(pl.col("is_confidential")),
            EmailAddress="email",
            HomePhone="home_phone",
            MobilePhone="mobile_phone",
        ),
    )


def write_staff_and_places(extract: Extract) -> None:
    """Write Admin_UserInRole and Admin_Organisation, to which the other files refer."""
    staff = extract.staff.frame(["name"])
    words = pl.col("name").str.split(" ")
    extract.write(
        "Admin_UserInRole",
        staff.select(
            UserInRoleGuid=guid("staff", pl.col("number")),
            Title=words.list.get(0),
            GivenName=words.list.get(1, null_on_oob=True),
            Surname=words.list.slice(2).list.join(" "),
            JobCategoryName=words.list.get(0).replace({"Dr": "General Medical Practitioner"}),
        ),
    )
    places = extract.places.frame(["name"]).select(
        OrganisationGuid=guid("place", pl.col("number")), OrganisationName="name"
    )
    own = pl.DataFrame(
        {
            "OrganisationGuid": [ORGANISATION],
            "OrganisationName": [extract.practice.name],
            "ODSCode": ["X99001"],
            "CDB": ["99001"],
            "OrganisationType": ["General Medical Practice"],
            "MainLocationGuid": [one_guid("location")],
        }
    )
    extract.write("Admin_Organisation", pl.concat([own, places], how="diagonal"))

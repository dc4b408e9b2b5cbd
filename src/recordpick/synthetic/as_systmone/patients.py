"""Patients with their registrations, addresses, numbers and relationships; the staff."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic.as_systmone.files import (
    ORGANISATION,
    OTHER_ORGANISATION,
    STAFF_MEMBER,
    WORDS,
    Extract,
    day,
    flag,
)

REGISTRATION = {
    "regular": "GMS",
    "temporary": "Temporary",
    "immediately_necessary": "Immediately Necessary",
    "private": "Private",
    "dummy": "GMS",
    "other": "Walk-In",
}
SEX = {"F": "Female", "M": "Male", "I": "Indeterminate", "U": "Unknown"}
ADDRESSES = {
    "home": "Home",
    "temporary": "Temporary",
    "correspondence": "Correspondence Only",
}
CONTACTS = {
    "home_phone": "Home Telephone",
    "mobile_phone": "Mobile Telephone",
    "work_phone": "Work Telephone",
    "email": "E-Mail Address",
    "other": "Other Contact",
}


def write_patients(extract: Extract, patients: pl.DataFrame) -> None:
    """Write SRPatient and SRPatientRegistration.

    As in SystmOne, the latter includes registrations at other practices, for patients who left.
    """
    extract.write(
        "SRPatient",
        patients.select(
            RowIdentifier="patient_id",
            Title="title",
            FirstName="given_name",
            MiddleNames="middle_names",
            Surname="family_name",
            PreviousSurname="previous_name",
            NHSNumber="nhs_number",
            DateBirth=day("date_of_birth", " 00:00"),
            DateDeath=day("died_on", " 00:00"),
            Gender=pl.col("sex").replace_strict(SEX, default=None),
            SpeaksEnglish=pl.lit("TRUE"),
            EmailAddress="email",
            TestPatient=flag(pl.col("registration") == "dummy"),
            SpineMatched=flag(pl.col("nhs_number").is_not_null()),
        ),
    )
    extract.write(
        "SRPatientRegistration",
        patients.select(
            RowIdentifier=pl.concat_str(pl.lit("1"), "patient_id"),
            DateEventRecorded=day("registered_on"),
            DateRegistration=day("registered_on"),
            DateDeRegistration=day("left_on"),
            RegistrationStatus=pl.col("registration").replace_strict(REGISTRATION, default=None),
            IDPatient="patient_id",
            IDOrganisationRegisteredAt=pl.lit(ORGANISATION),
        ),
    )
    extract.write(
        "SRPatientRegistration",
        patients.filter(pl.col("status") == "left", pl.col("left_on").is_not_null()).select(
            RowIdentifier=pl.concat_str(pl.lit("2"), "patient_id"),
            DateEventRecorded=day("left_on"),
            DateRegistration=day("left_on"),
            RegistrationStatus=pl.lit("GMS"),
            IDPatient="patient_id",
            IDOrganisation=pl.lit(OTHER_ORGANISATION),
            IDOrganisationRegisteredAt=pl.lit(OTHER_ORGANISATION),
        ),
    )


def write_addresses(extract: Extract, addresses: pl.DataFrame) -> None:
    """Write SRPatientAddressHistory and SRPatientContactDetails."""
    parts = pl.col("value").str.split(", ")
    road = parts.list.get(-2, null_on_oob=True)
    extract.write(
        "SRPatientAddressHistory",
        addresses.filter(pl.col("kind").is_in(list(ADDRESSES))).select(
            RowIdentifier="address_id",
            DateEventRecorded=day("since"),
            DateEvent=day("since"),
            NameOfBuilding=parts.list.head(parts.list.len() - 2).list.join(", "),
            NumberOfBuilding=road.str.extract(r"^(\d+) "),
            NameOfRoad=road.str.replace(r"^\d+ ", ""),
            NameOfTown=parts.list.get(-1, null_on_oob=True),
            FullPostCode="postcode",
            DateTo=day("until"),
            AddressType=pl.col("kind").replace_strict(ADDRESSES, default=None),
            IDPatient="patient_id",
        ),
    )
    extract.write(
        "SRPatientContactDetails",
        addresses.filter(pl.col("kind").is_in(list(CONTACTS))).select(
            RowIdentifier="address_id",
            DateEventRecorded=day("since"),
            DateEvent=day("since"),
            ContactType=pl.col("kind").replace_strict(CONTACTS, default=None),
            ContactNumber="value",
            IDPatient="patient_id",
        ),
    )


def write_relationships(extract: Extract, relationships: pl.DataFrame) -> None:
    """Write SRPatientRelationship."""
    extract.write(
        "SRPatientRelationship",
        relationships.select(
            RowIdentifier="relationship_id",
            DateEventRecorded=day("since"),
            DateEvent=day("since"),
            DateEnded=day("until"),
            RelationshipType="relation",
            NextOfKin=flag(pl.col("is_next_of_kin")),
            CaresForPatient=flag(pl.col("is_carer")),
            PrincipalCarerForPatient=flag(pl.col("is_carer")),
            RelationshipWithName="name",
            RelationshipWithMobileTelephone="phone",
            IDPatient="patient_id",
        ),
    )


def write_reference_tables(extract: Extract) -> None:
    """Write the staff, places, vaccines and words to which the other files refer."""
    staff = extract.staff.frame(["name"])
    extract.write(
        "SRStaffMember",
        staff.select(
            RowIdentifier=pl.col("number") + STAFF_MEMBER,
            StaffName="name",
            Obsolete=flag(pl.lit(value=False)),
        ),
    )
    extract.write(
        "SRStaffMemberProfile",
        staff.select(RowIdentifier="number", IDStaffMember=pl.col("number") + STAFF_MEMBER),
    )
    own = pl.DataFrame(
        {"RowIdentifier": ["7000"], "Name": [extract.practice.name], "ID": [ORGANISATION]}
    )
    places = extract.places.frame(["name"]).select(
        RowIdentifier=pl.col("number").cast(pl.String), Name="name"
    )
    extract.write("SROrganisation", pl.concat([own, places], how="diagonal"))
    extract.write(
        "SRImmunisationContent",
        extract.vaccines.frame(["name"]).select(RowIdentifier="number", Name="name"),
    )
    extract.write(
        "SRMapping",
        pl.DataFrame(
            {
                "RowIdentifier": list(WORDS.values()),
                "IdMappingGroup": [number // 100 for number in WORDS.values()],
                "Mapping": list(WORDS),
            }
        ),
    )

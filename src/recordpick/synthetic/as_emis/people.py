"""Admin_*: the patients, the staff and the organisations."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic.as_emis.files import ORGANISATION, Extract, yes_no
from recordpick.synthetic.as_emis.guids import guid, one_guid

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

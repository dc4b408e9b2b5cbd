"""Addresses and numbers over time, and who belongs to a patient."""

from __future__ import annotations

import polars as pl

from recordpick.index.extract_files import ExtractFile
from recordpick.index.parts import DELETED, ROW, Part
from recordpick.index.systmone.files import DAY, Opened, day, in_order, removed
from recordpick.index.systmone.people import ADDRESS_KINDS, CONTACT_KINDS, address_of, kind_of


def own_id(file: ExtractFile, table: str) -> pl.Expr:
    """Make the id of a row: with the table's name, as tables count their rows each for itself."""
    return pl.concat_str(pl.lit(f"{table}-"), file.text("RowIdentifier"))


def read_contacts(opened: Opened) -> list[Part]:
    """Give the addresses, telephone numbers and relationships."""
    parts = []
    addresses = opened.get("SRPatientAddressHistory")
    if addresses is not None:
        parts.append(_addresses(opened, addresses))
    numbers = opened.get("SRPatientContactDetails")
    if numbers is not None:
        parts.append(_numbers(opened, numbers))
    relationships = opened.get("SRPatientRelationship")
    if relationships is not None:
        parts.append(_relationships(opened, relationships))
    return parts


def _addresses(opened: Opened, file: ExtractFile) -> Part:
    word = opened.word(file, "AddressType").str.to_lowercase()
    frame = file.frame.select(
        ROW,
        removed(file).alias(DELETED),
        in_order(),
        file.text("IDPatient").alias("patient_id"),
        own_id(file, "SRPatientAddressHistory").alias("address_id"),
        kind=kind_of(word, ADDRESS_KINDS, "home"),
        value=address_of(file),
        postcode=file.text("FullPostCode"),
        since=day(file, "DateEvent"),
        until=day(file, "DateTo"),
    )
    return file.part("addresses", frame, date_formats={"since": DAY, "until": DAY})


def _numbers(opened: Opened, file: ExtractFile) -> Part:
    word = opened.word(file, "ContactType").str.to_lowercase()
    frame = file.frame.select(
        ROW,
        removed(file).alias(DELETED),
        in_order(),
        file.text("IDPatient").alias("patient_id"),
        own_id(file, "SRPatientContactDetails").alias("address_id"),
        kind=kind_of(word, CONTACT_KINDS),
        value=file.text("ContactNumber"),
        since=day(file, "DateEvent"),
    )
    return file.part("addresses", frame, date_formats={"since": DAY})


def _relationships(opened: Opened, file: ExtractFile) -> Part:
    phones = [
        file.text(name)
        for name in ("RelationshipWithMobileTelephone", "RelationshipWithTelephone")
        if file.has(name)
    ]
    columns = {"phone": pl.coalesce(phones)} if phones else {}
    frame = file.frame.select(
        ROW,
        removed(file).alias(DELETED),
        in_order(),
        file.text("IDPatient").alias("patient_id"),
        file.text("RowIdentifier").alias("relationship_id"),
        name=file.text("RelationshipWithName"),
        relation=opened.word(file, "RelationshipType"),
        is_next_of_kin=file.yes("NextOfKin"),
        is_carer=file.yes("CaresForPatient") | file.yes("PrincipalCarerForPatient"),
        since=day(file, "DateEvent"),
        until=day(file, "DateEnded"),
        **columns,
    )
    return file.part("relationships", frame, date_formats={"since": DAY, "until": DAY})

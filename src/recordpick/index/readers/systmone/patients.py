"""SRPatient with details from other tables: registration, addresses, telephone numbers, carers.

Other tables of the index have all addresses and numbers over time, and who is related to a patient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.index.readers.extract_file import ExtractFile
from recordpick.index.readers.systmone.files import (
    DAY,
    Opened,
    current_rows,
    day,
    in_order,
    is_last,
    removed,
)
from recordpick.index.readers.systmone.registrations import (
    not_registered,
    registrations_of,
    rows_counted,
    with_registration,
)
from recordpick.index.source import DELETED, LookUp, SourcePart
from recordpick.index.values import to_date

_KEY = "patient_id"

_UNCHANGED = {
    "nhs_number": "NHSNumber",
    "title": "Title",
    "family_name": "Surname",
    "given_name": "FirstName",
    "middle_names": "MiddleNames",
    "previous_name": "PreviousSurname",
    "email": "EmailAddress",
}
_DAYS = {"date_of_birth": "DateBirth", "died_on": "DateDeath"}
_SEX = {
    "f": "F",
    "female": "F",
    "m": "M",
    "male": "M",
    "i": "I",
    "indeterminate": "I",
    "u": "U",
    "unknown": "U",
}
_ADDRESS = (
    "NameOfBuilding",
    "NumberOfBuilding",
    "NameOfRoad",
    "NameOfLocality",
    "NameOfTown",
    "NameOfCounty",
)
ADDRESS_KINDS = {
    "temporary": "temporary",
    "correspondence": "correspondence",
    "home": "home",
    "permanent": "home",
    "usual": "home",
    "main": "home",
}
CONTACT_KINDS = {
    "home": "home_phone",
    "mobile": "mobile_phone",
    "work": "work_phone",
    "mail": "email",
}
"""Words in AddressType or ContactType, in lower case; any other is "other"."""


@dataclass(frozen=True)
class PatientsRead:
    """The patients' part, and the counts of rows that only add details to patients."""

    part: SourcePart
    look_ups: tuple[LookUp, ...]
    notes: tuple[str, ...] = ()


def read_patients(opened: Opened, as_at: date) -> PatientsRead:
    """Return the patients: SRPatient joined with the current registration, address and numbers.

    Of several rows of one patient the last is used.
    """
    file = opened.files["SRPatient"]
    columns = {name: file.text(old) for name, old in _UNCHANGED.items() if file.has(old)}
    columns |= {name: day(file, old) for name, old in _DAYS.items() if file.has(old)}
    if file.has("Gender"):
        sex = opened.word(file, "Gender").str.to_lowercase()
        columns["sex"] = pl.when(sex.is_not_null()).then(sex.replace_strict(_SEX, default="U"))
    rows = file.frame.select(
        ROW,
        (removed(file) | ~is_last(file)).alias(DELETED),
        file.text("RowIdentifier").alias(_KEY),
        file.yes("TestPatient").alias("__is_test"),
        **columns,
    )
    ids = rows.select(_KEY).drop_nulls().unique().collect()
    look_ups = []
    notes: tuple[str, ...] = ()
    registrations = opened.get("SRPatientRegistration")
    if registrations is not None:
        found = registrations_of(opened, registrations, as_at)
        rows = with_registration(rows, found, as_at)
        notes = tuple(not_registered(found))
        look_ups.append(rows_counted(registrations, "registrations", ids))
    for joined in (_addresses_now(opened, as_at), *_numbers_now(opened), _carers(opened, as_at)):
        if joined is not None:
            rows = rows.join(joined, on=_KEY, how="left", maintain_order="left")
    dates = dict.fromkeys(("date_of_birth", "died_on", "registered_on", "left_on"), DAY)
    frame = rows.drop("__is_test").collect().lazy()
    return PatientsRead(file.part("patients", frame, date_formats=dates), tuple(look_ups), notes)


def address_of(file: ExtractFile) -> pl.Expr:
    """Return an address joined from its parts: number and road as one, others after commas."""
    parts = {name: file.text(name) for name in _ADDRESS if file.has(name)}
    number, road = parts.pop("NumberOfBuilding", None), parts.get("NameOfRoad")
    if number is not None and road is not None:
        parts["NameOfRoad"] = pl.concat_str([number, road], separator=" ", ignore_nulls=True)
    cells: list[pl.Expr] = [pl.when(cell != "").then(cell) for cell in parts.values()]
    cells = cells or file.texts(*_ADDRESS)
    joined = pl.concat_str(cells, separator=", ", ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def kind_of(word: pl.Expr, kinds: dict[str, str], empty: str = "other") -> pl.Expr:
    """Return the kind for a type (in lower case) by a word in it; "other" if it has none.

    `empty` is the kind if no type is given.
    """
    kind = pl.when(word.is_null()).then(pl.lit(empty)).otherwise(pl.lit("other"))
    for part, ours in reversed(list(kinds.items())):
        kind = pl.when(word.str.contains(part, literal=True)).then(pl.lit(ours)).otherwise(kind)
    return kind


def _latest(rows: pl.LazyFrame, *keep: str) -> pl.LazyFrame:
    last = rows.sort("since", nulls_last=False, maintain_order=True)
    return last.unique(_KEY, keep="last", maintain_order=True).select(_KEY, *keep)


def _addresses_now(opened: Opened, as_at: date) -> pl.LazyFrame | None:
    """Return address and postcode of each patient on the as-at date."""
    file = opened.get("SRPatientAddressHistory")
    if file is None:
        return None
    word = opened.word(file, "AddressType").str.to_lowercase()
    over = (to_date(day(file, "DateTo"), DAY) <= as_at).fill_null(value=False)
    rows = (
        current_rows(file)
        .filter(~over)
        .select(
            file.text("IDPatient").alias(_KEY),
            since=to_date(day(file, "DateEvent"), DAY),
            kind=kind_of(word, ADDRESS_KINDS, "home"),
            address=address_of(file),
            postcode=file.text("FullPostCode"),
        )
    )
    begun = (pl.col("since") <= as_at).fill_null(value=True)
    return _latest(rows.filter(pl.col("kind") == "home", begun), "address", "postcode")


def _numbers_now(opened: Opened) -> Sequence[pl.LazyFrame]:
    """Return home and mobile telephone numbers: of several, the one entered last."""
    file = opened.get("SRPatientContactDetails")
    if file is None:
        return ()
    word = opened.word(file, "ContactType").str.to_lowercase()
    rows = current_rows(file).select(
        file.text("IDPatient").alias(_KEY),
        since=to_date(day(file, "DateEvent"), DAY),
        kind=kind_of(word, CONTACT_KINDS),
        number=file.text("ContactNumber"),
    )
    return [
        _latest(rows.filter(pl.col("kind") == kind).rename({"number": kind}), kind)
        for kind in ("home_phone", "mobile_phone")
    ]


def _carers(opened: Opened, as_at: date) -> pl.LazyFrame | None:
    """Return each patient's carer, with the relationship."""
    file = opened.get("SRPatientRelationship")
    if file is None:
        return None
    cares = file.yes("CaresForPatient") | file.yes("PrincipalCarerForPatient")
    over = (to_date(day(file, "DateEnded"), DAY) <= as_at).fill_null(value=False)
    name, relation = file.text("RelationshipWithName"), opened.word(file, "RelationshipType")
    both = pl.concat_str(name, pl.lit(" ("), relation, pl.lit(")"))
    rows = (
        current_rows(file)
        .filter(cares, ~over)
        .select(
            file.text("IDPatient").alias(_KEY),
            since=to_date(day(file, "DateEvent"), DAY),
            carer=pl.coalesce(both, name),
        )
    )
    return _latest(rows, "carer")


def own_id(file: ExtractFile, table: str) -> pl.Expr:
    """Return the id of a row, with the table's name: each table numbers its rows from 1."""
    return pl.concat_str(pl.lit(f"{table}-"), file.text("RowIdentifier"))


def read_contacts(opened: Opened) -> list[SourcePart]:
    """Return the addresses, telephone numbers and relationships."""
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


def _addresses(opened: Opened, file: ExtractFile) -> SourcePart:
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


def _numbers(opened: Opened, file: ExtractFile) -> SourcePart:
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


def _relationships(opened: Opened, file: ExtractFile) -> SourcePart:
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

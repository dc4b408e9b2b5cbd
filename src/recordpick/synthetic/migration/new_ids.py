"""Numbers that the new system gives: to patients and rows, and as its extract shows them."""

from __future__ import annotations

import polars as pl

from recordpick.schema import TABLES
from recordpick.synthetic.as_emis.files import guid
from recordpick.synthetic.as_systmone.patients import ADDRESSES
from recordpick.synthetic.as_systmone.record import is_given
from recordpick.synthetic.chance import Chance

_ROW_BITS, _PATIENT_BITS = 42, 21
"""Enough for the row ids and the patients of the largest practice that can be made up."""
_ODD = 0x5851F42D4C957F2D
_FIRST_PATIENT = 3_000_000

_LINKS = {"events": ("parent_id", "header_id", "consultation_id")}
"""Columns that refer to rows of the same table, or to consultations."""

_EMIS = {
    "events": "event",
    "medications": "medication",
    "appointments": "slot",
    "referrals": "referral",
    "recalls": "recall",
    "consultations": "consultation",
}
"""What each table's rows are called in the GUIDs of an EMIS extract."""


def _renumbered(number: pl.Expr, bits: int, seed: int, what: str) -> pl.Expr:
    """Return another number of as many bits for each number: a one-to-one mapping."""
    added = Chance(seed, "migration").key(what) % (1 << bits)
    mixed = number.cast(pl.UInt64) * pl.lit(_ODD, pl.UInt64) + pl.lit(added, pl.UInt64)
    return mixed % pl.lit(1 << bits, pl.UInt64)


def new_patient_id(patient_id: pl.Expr, seed: int) -> pl.Expr:
    """Return the new system's number for a patient: seven digits, in no order of the old ones."""
    number = _renumbered(patient_id, _PATIENT_BITS, seed, "patients")
    return (number + _FIRST_PATIENT).cast(pl.String)


def new_row_id(row_id: pl.Expr, seed: int) -> pl.Expr:
    """Return the new system's id for a row: thirteen digits, in no order of the old ones."""
    number = _renumbered(row_id, _ROW_BITS, seed, "rows")
    return (number + pl.lit(1 << _ROW_BITS, pl.UInt64)).cast(pl.String)


def doubled_id(row_id: pl.Expr) -> pl.Expr:
    """Return the old system's id, if it had one, for a row that the migration doubled."""
    return (row_id.cast(pl.UInt64) + pl.lit(1 << (_ROW_BITS - 1), pl.UInt64)).cast(pl.String)


def with_new_ids(table: str, rows: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return rows of a table with new ids, and links that refer to these."""
    row_id = TABLES[table].row_id
    columns = {"patient_id": new_patient_id(pl.col("patient_id"), seed)}
    if row_id != "patient_id":
        for name in (row_id, *_LINKS.get(table, ())):
            columns[name] = new_row_id(pl.col(name), seed)
    return rows.with_columns(**columns)


def id_in_index(system: str, table: str) -> pl.Expr:
    """Return the id of a practice's row as the index of a system's extract has it.

    `system` is a word of `recordpick synthesise --as`. Empty for reports, which name no rows.
    """
    own = pl.col(TABLES[table].row_id)
    if table == "patients":
        return own
    if system == "reports":
        return pl.lit(None, pl.String)
    if system == "emis" and table in _EMIS:
        return guid(_EMIS[table], own).str.strip_chars("{}")
    if system == "vision" and table == "medications":
        return pl.concat_str(pl.lit("5"), own)
    if system == "systmone":
        return _in_systmone(table, own)
    return own


def value_in_index(system: str, table: str, column: str) -> pl.Expr:
    """Return a column as text, as the index of a system's extract has it: links as ids."""
    value = pl.col(column)
    if system == "emis" and column in _LINKS.get(table, ()):
        kind = _EMIS["consultations" if column == "consultation_id" else table]
        return guid(kind, value).str.strip_chars("{}")
    return value.cast(pl.String)


def _in_systmone(table: str, own: pl.Expr) -> pl.Expr:
    """Return the id with the name of the table of SystmOne that has the row."""

    def of_table(name: str) -> pl.Expr:
        return pl.concat_str(pl.lit(f"{name}-"), own)

    if table == "events":
        return pl.when(is_given()).then(of_table("SRImmunisation")).otherwise(of_table("SRCode"))
    if table == "medications":
        is_acute = pl.col("course") == "acute"
        issued = of_table("SRPrimaryCareMedication")
        return pl.when(is_acute).then(issued).otherwise(of_table("SRRepeatTemplate"))
    if table == "documents":
        return of_table("SRMedia")
    if table == "addresses":
        has_address = pl.col("kind").is_in(list(ADDRESSES))
        history = of_table("SRPatientAddressHistory")
        return pl.when(has_address).then(history).otherwise(of_table("SRPatientContactDetails"))
    return own

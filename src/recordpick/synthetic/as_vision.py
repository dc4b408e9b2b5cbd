"""Write a synthetic practice as Vision's extract: files without a header, columns by position."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from recordpick.extract_columns import VISION_STAFF_ORDERS, vision_columns
from recordpick.progress import Progress, silent
from recordpick.synthetic.extract_writing import (
    ColumnFile,
    CsvFormat,
    IdRegistry,
    new_folder,
    write_practice_toml,
)
from recordpick.synthetic.practice import Practice

_CSV_FORMAT = CsvFormat(has_header=False)
_ACTIVE = {"regular": "R", "temporary": "T", "immediately_necessary": "T", "private": "P"}
_SUBSET = {"problem": "P", "immunisation": "I", "allergy": "L", "investigation": "T"}
_ENTITY = {"family_history": "FAMILY_HISTORY", "observation": "MEDICAL_HISTORY"}
_LIVE_STAFF = VISION_STAFF_ORDERS[1]
_ACTION = {"ACTION": pl.lit("A")}


class _Extract:
    """The open files of one extract, and the staff found so far."""

    def __init__(self, practice: Practice, folder: Path) -> None:
        kinds = ("Patient", "Journal", "Encounter", "Referral", "Staff", "Practice")
        end = f"data_extract-{practice.as_at:%Y-%m-%d}-000500.csv"
        self.files = {
            kind: ColumnFile(
                folder / f"FULL_99001_{kind.lower()}_{end}",
                _LIVE_STAFF if kind == "Staff" else vision_columns(kind),
                _CSV_FORMAT,
            )
            for kind in kinds
        }
        self.staff = IdRegistry(1)

    def with_staff(self, frame: pl.DataFrame, name: str) -> pl.DataFrame:
        """Add `__by`: the number of the member of staff named in a column."""
        people = self.staff.assign(frame.filter(pl.col(name).is_not_null()), [name])
        return frame.join(
            people.rename({"number": "__by"}), on=name, how="left", maintain_order="left"
        )

    def close(self) -> None:
        """Finish all files."""
        for file in self.files.values():
            file.close()


def write_vision(practice: Practice, out: Path, *, progress: Progress = silent) -> None:
    """Write the extract into a new folder; raise UserError if it cannot be written."""
    writers = {
        "patients": _patients,
        "events": _events,
        "medications": _medications,
        "referrals": _referrals,
        "consultations": _consultations,
    }
    with new_folder(out) as folder:
        extract = _Extract(practice, folder)
        try:
            for position, (table, write) in enumerate(writers.items()):
                progress(f"writing {table}", position / len(writers))
                for part in practice.parts(table):
                    write(extract, part)
            _staff_and_practice(extract, practice)
        finally:
            extract.close()
        write_practice_toml(practice, folder, "vision")
    progress("written", 1.0)


def _day(name: str) -> pl.Expr:
    return pl.col(name).dt.to_string("%Y%m%d")


def _patients(extract: _Extract, patients: pl.DataFrame) -> None:
    parts = pl.col("address").str.split(", ")
    status = pl.col("status")
    extract.files["Patient"].write(
        extract.with_staff(patients, "usual_gp").select(
            PID="patient_id",
            REFERENCE="patient_id",
            DATE_OF_BIRTH=_day("date_of_birth"),
            SEX="sex",
            POSTCODE="postcode",
            GP="__by",
            GP_USUAL="__by",
            ACTIVE=pl.when(status == "deceased")
            .then(pl.lit("D"))
            .when(status == "left")
            .then(pl.lit("L"))
            .otherwise(pl.col("registration").replace_strict(_ACTIVE, default="S")),
            REGISTERED_DATE=_day("registered_on"),
            REMOVED_DATE=_day("left_on"),
            DISPENSING=pl.when("is_dispensing").then(pl.lit("Y")).otherwise(pl.lit("N")),
            DATE_OF_DEATH=_day("died_on"),
            SURNAME="family_name",
            FORENAME="given_name",
            TITLE="title",
            NHS_NUMBER="nhs_number",
            ADDRESS=parts.list.get(0, null_on_oob=True),
            ADDRESS_1=parts.list.get(1, null_on_oob=True),
            ADDRESS_2=parts.list.get(2, null_on_oob=True),
            ADDRESS_3=pl.when(parts.list.len() > 3).then(parts.list.slice(3).list.join(", ")),
            PHONE_NUMBER="home_phone",
            MOBILE_NUMBER="mobile_phone",
            EMAIL="email",
            **_ACTION,
        )
    )


def _events(extract: _Extract, events: pl.DataFrame) -> None:
    snomed = pl.col("code_system") == "snomed"
    rows = extract.with_staff(events, "recorded_by")
    encounter = pl.concat_str(pl.lit("E"), "consultation_id")
    extract.files["Journal"].write(
        rows.select(
            PID="patient_id",
            ID="event_id",
            DATE=_day("date"),
            RECORDED_DATE=_day("recorded_on"),
            CODE=pl.when(snomed)
            .then(pl.concat_str(pl.col("code").str.tail(4), pl.lit(".")))
            .otherwise("code"),
            SNOMED_CODE=pl.when(snomed).then("code"),
            HCP="__by",
            GMS=pl.lit("Y"),
            TEXT="text",
            RUBRIC="term",
            ENTITY=pl.col("kind").replace_strict(_ENTITY, default="OTHER"),
            VALUE1_NAME=pl.when(pl.col("value").is_not_null()).then(pl.lit("Value")),
            VALUE1=pl.coalesce(pl.col("value").cast(pl.String), _result_text()),
            VALUE1_UNITS="unit",
            IMMS_STATUS=pl.when(pl.col("kind") == "immunisation").then("value_text"),
            END_DATE=_day("ended_on"),
            IMMS_BATCH="batch_number",
            IMMS_SITE="body_site",
            LINKS=pl.concat_str(encounter, pl.col("parent_id"), separator="|", ignore_nulls=True),
            SUBSET=pl.col("kind").replace_strict(_SUBSET, default="O"),
            **_ACTION,
        )
    )


def _result_text() -> pl.Expr:
    """Return a result that is not a number, such as <1; of immunisations that is their status."""
    return pl.when(pl.col("kind") != "immunisation").then("value_text")


def _consultations(extract: _Extract, consultations: pl.DataFrame) -> None:
    extract.files["Encounter"].write(
        extract.with_staff(consultations, "clinician").select(
            PID="patient_id",
            ID="consultation_id",
            DATE=_day("date"),
            HCP_CODE="__by",
            LOCATION="place",
            **_ACTION,
        )
    )


def _medications(extract: _Extract, medications: pl.DataFrame) -> None:
    dmd = pl.col("code_system") == "dmd"
    extract.files["Journal"].write(
        extract.with_staff(medications, "prescriber").select(
            PID="patient_id",
            ID=pl.concat_str(pl.lit("5"), "medication_id"),
            DATE=_day("started_on"),
            RECORDED_DATE=_day("started_on"),
            CODE=pl.when(~dmd).then("code"),
            RUBRIC="drug",
            DMD_CODE=pl.when(dmd).then("code"),
            TEXT="dosage",
            HCP="__by",
            ENTITY=pl.lit("THERAPY"),
            VALUE1_NAME=pl.lit("Quantity"),
            VALUE1="quantity",
            VALUE1_UNITS="unit",
            VALUE2_NAME=pl.lit("Issues"),
            VALUE2="issues",
            END_DATE=_day("ended_on"),
            SUBSET=pl.when(pl.col("course") == "acute").then(pl.lit("A")).otherwise(pl.lit("R")),
            **_ACTION,
        )
    )


def _referrals(extract: _Extract, referrals: pl.DataFrame) -> None:
    extract.files["Referral"].write(
        extract.with_staff(referrals, "clinician").select(
            PID="patient_id",
            ID="referral_id",
            DATE=_day("date"),
            HCP="__by",
            SPECIALTY="term",
            UNIT="recipient",
            TYPE=pl.lit("O"),
            **_ACTION,
        )
    )


def _staff_and_practice(extract: _Extract, practice: Practice) -> None:
    words = pl.col("name").str.split(" ")
    is_doctor = words.list.get(0) == "Dr"
    extract.files["Staff"].write(
        extract.staff.frame(["name"]).select(
            ID="number",
            HCP_TYPE=pl.when(is_doctor).then(pl.lit("Doctor")).otherwise(pl.lit("Nurse")),
            GMP_CODE=pl.when(is_doctor).then(
                pl.concat_str(pl.lit("G99"), pl.col("number").cast(pl.String).str.zfill(5))
            ),
            SEX=pl.when(pl.col("number") % 2 == 0).then(pl.lit("F")).otherwise(pl.lit("M")),
            TITLE=words.list.get(0),
            FORENAME=words.list.get(1, null_on_oob=True),
            SURNAME=words.list.slice(2).list.join(" "),
        )
    )
    extract.files["Practice"].write(
        pl.DataFrame({"ID": ["1"], "NAME": [practice.name], "IDENTIFIER": ["X99001"]})
    )

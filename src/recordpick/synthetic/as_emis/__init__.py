"""Write a synthetic practice as a folder of EMIS's bulk extract, atomically."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from recordpick.progress import Progress, silent
from recordpick.synthetic.as_emis.files import Extract
from recordpick.synthetic.as_emis.prescribing import (
    write_appointments,
    write_drugs,
    write_medications,
    write_sessions,
)
from recordpick.synthetic.as_emis.record import (
    write_codes,
    write_consultations,
    write_events,
    write_patients,
    write_recalls,
    write_referrals,
    write_staff_and_places,
)
from recordpick.synthetic.extract_writing import new_folder, write_practice_toml
from recordpick.synthetic.practice import Practice

_WRITERS = {
    "patients": write_patients,
    "events": write_events,
    "medications": write_medications,
    "appointments": write_appointments,
    "referrals": write_referrals,
    "recalls": write_recalls,
    "consultations": write_consultations,
}
"""This extract has no documents, former addresses or next of kin."""


def write_emis(
    practice: Practice, out: Path, *, older: bool = False, progress: Progress = silent
) -> None:
    """Write the extract into a new folder, with the columns of version 8.2 or the `older` ones.

    The older columns include free text, but no abnormal flag, review date or status of a slot.
    Raises UserError if the folder cannot be written.
    """
    with new_folder(out) as folder:
        extract = Extract(practice, folder, older=older)
        try:
            days = pl.DataFrame(schema={"date": pl.Date})
            for position, (table, write) in enumerate(_WRITERS.items()):
                progress(f"writing {table}", position / len(_WRITERS))
                for part in practice.parts(table):
                    write(extract, part)
                    if table == "appointments":
                        days = pl.concat([days, part.select("date")]).unique()
            write_sessions(extract, days.drop_nulls().sort("date"))
            write_codes(extract)
            write_drugs(extract)
            write_staff_and_places(extract)
        finally:
            extract.close()
        write_practice_toml(practice, folder, "emis")
    progress("written", 1.0)


__all__ = ["write_emis"]

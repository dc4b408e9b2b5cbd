"""Write a synthetic practice as a folder of SystmOne's strategic reporting extract, atomically."""

from __future__ import annotations

from pathlib import Path

from recordpick.progress import Progress, silent
from recordpick.synthetic.as_systmone.files import Extract
from recordpick.synthetic.as_systmone.patients import (
    write_addresses,
    write_patients,
    write_reference_tables,
    write_relationships,
)
from recordpick.synthetic.as_systmone.record import (
    write_appointments,
    write_consultations,
    write_documents,
    write_events,
    write_medications,
    write_recalls,
    write_referrals,
)
from recordpick.synthetic.extract_writing import new_folder, write_practice_toml
from recordpick.synthetic.practice import Practice

_WRITERS = {
    "patients": write_patients,
    "events": write_events,
    "medications": write_medications,
    "appointments": write_appointments,
    "documents": write_documents,
    "referrals": write_referrals,
    "recalls": write_recalls,
    "addresses": write_addresses,
    "relationships": write_relationships,
    "consultations": write_consultations,
}


def write_systmone(practice: Practice, out: Path, *, progress: Progress = silent) -> None:
    """Write the extract into a new folder; raise UserError if it cannot be written."""
    with new_folder(out) as folder:
        extract = Extract(practice, folder)
        try:
            for position, (table, write) in enumerate(_WRITERS.items()):
                progress(f"writing {table}", position / len(_WRITERS))
                for part in practice.parts(table):
                    write(extract, part)
            write_reference_tables(extract)
        finally:
            extract.close()
        extract.write_manifest()
        write_practice_toml(practice, folder, "systmone")
    progress("written", 1.0)


__all__ = ["write_systmone"]

"""A made-up practice as a folder of SystmOne's extract: whole or not at all."""

from __future__ import annotations

from pathlib import Path

from recordpick.progress import Progress, silent
from recordpick.synthetic.as_systmone.files import Extract
from recordpick.synthetic.as_systmone.people import (
    write_addresses,
    write_patients,
    write_relationships,
    write_what_was_met,
)
from recordpick.synthetic.as_systmone.record import (
    write_appointments,
    write_documents,
    write_events,
    write_medications,
    write_recalls,
    write_referrals,
)
from recordpick.synthetic.extract_writing import whole_folder, write_practice_toml
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
}


def write_systmone(practice: Practice, out: Path, *, progress: Progress = silent) -> None:
    """Write the extract into a new folder; UserError where that cannot be."""
    with whole_folder(out) as folder:
        extract = Extract(practice, folder)
        try:
            for place, (table, write) in enumerate(_WRITERS.items()):
                progress(f"writing {table}", place / len(_WRITERS))
                for part in practice.parts(table):
                    write(extract, part)
            write_what_was_met(extract)
        finally:
            extract.close()
        extract.write_manifest()
        write_practice_toml(practice, folder, "systmone")
    progress("written", 1.0)

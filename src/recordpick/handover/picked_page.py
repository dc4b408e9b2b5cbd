"""Everything picked, by record, as a page to print: for the practice's own use."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from recordpick.document import Document, Grid, Paragraph, Section
from recordpick.index.listed_patients import listed_patients
from recordpick.index.practice_index import PracticeIndex
from recordpick.selection.picked_records import picked_records
from recordpick.selection.working_file import WorkingFile
from recordpick.text import day, plural

_WITH_NAMES = ("Name", "Born", "Age", "Sex", "NHS number")


def picked_page(file: WorkingFile, index: PracticeIndex, *, with_names: bool) -> Document:
    """Return the page: each record once, with the criteria it is to be opened for.

    `with_names` puts name, date of birth, age, sex and NHS number beside the patient number.
    """
    records = picked_records(file.selection)
    people = _people(file, index) if with_names else {}
    header = ("Patient", *(_WITH_NAMES if with_names else ()), "Lines", "Chosen", "For", "Note")
    rows = tuple(
        (
            record.patient_id,
            *(people.get(record.patient_id, ("",) * len(_WITH_NAMES)) if with_names else ()),
            f"{len(record.picks):,}",
            record.chosen,
            ", ".join(record.criteria),
            file.selection.notes.get(record.patient_id, ""),
        )
        for record in records
    )
    about = (
        f"{file.practice or 'Practice without a name'} · as at {day(file.as_at)}",
        f"{plural(len(records), 'record')} to open · {plural(len(file.selection.picks), 'line')}",
        *(("Made-up patients.",) if file.synthetic else ()),
    )
    grid = Grid(header, rows, frozenset({header.index("Lines")}))
    nothing = Paragraph("Nothing is picked yet.")
    return Document("All picked", about, (Section("Records", (grid if rows else nothing,)),))


def _people(file: WorkingFile, index: PracticeIndex) -> Mapping[str, tuple[str, ...]]:
    """Return the identifying columns of the picked patients; "" for what the index lacks."""
    patients = listed_patients(index, file.as_at)
    picked = patients.filter(pl.col("patient_id").is_in(list(file.selection.patient_ids)))
    return {
        row["patient_id"]: (
            row.get("name") or "",
            day(row.get("date_of_birth")),
            "" if row.get("age") is None else str(row["age"]),
            row.get("sex") or "",
            row.get("nhs_number") or "",
        )
        for row in picked.iter_rows(named=True)
    }

"""`recordpick find`: find a patient by name, number or date of birth."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_json
from recordpick.cli.common import open_with_index
from recordpick.cli.lookups import read_text
from recordpick.cli.output import print_json, print_message, print_result, print_table
from recordpick.errors import UserError
from recordpick.text import day, plural

if TYPE_CHECKING:
    import polars as pl

    from recordpick.selection.state import Selection

HELP = "find a patient by name, number or date of birth, and show who it is"
EXAMPLE = "recordpick find our-practice.recordpick obrien"
_MOST = 50
_COLUMNS = {
    "patient_id": "patient",
    "name": "name",
    "nhs_number": "NHS number",
    "date_of_birth": "born",
    "sex": "sex",
    "status": "status",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument(
        "words",
        nargs="+",
        metavar="WORD",
        help="parts of a name, a number or a date of birth, all of which the patient has; - to "
        "type or pipe them in, so that they are not kept in the shell's history",
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print the patients found with their names, at most fifty, and what they are picked for."""
    from recordpick.index.as_at import today
    from recordpick.index.listed_patients import listed_patients
    from recordpick.index.patient_search import search_patients

    words = " ".join(read_text(word, "what to look for") for word in options.words).strip()
    if not words:
        raise UserError("Give a part of a name, a number or a date of birth to look for.")
    with open_with_index(options, to_write=False) as (file, index):
        found = search_patients(listed_patients(index, file.as_at), words, today())
        selection = file.selection
    shown = found.select(name for name in _COLUMNS if name in found.columns)
    if options.json:
        print_json(_as_json(shown, selection))
    elif shown.is_empty():
        print_result("Nobody in the practice's records is found by that.")
    else:
        _print(shown, selection)
    return 0


def _print(shown: pl.DataFrame, selection: Selection) -> None:
    table: list[tuple[str, ...]] = [(*(_COLUMNS[name] for name in shown.columns), "picked for")]
    for row in shown.head(_MOST).iter_rows(named=True):
        values = dict(row)
        if (born := row.get("date_of_birth")) is not None:
            values["date_of_birth"] = day(born)
        picked = (criterion or "Random" for criterion in selection.criteria_of(row["patient_id"]))
        table.append((*(str(value or "") for value in values.values()), ", ".join(picked)))
    print_table(table)
    if shown.height > _MOST:
        print_message(f"{plural(shown.height, 'patient')} found; the first {_MOST} are shown.")


def _as_json(shown: pl.DataFrame, selection: Selection) -> list[dict[str, object]]:
    """Return everybody who was found; the form is described in docs/reference.md."""
    return [
        {
            "patient": row["patient_id"],
            "name": row.get("name") or None,
            "nhs_number": (row.get("nhs_number") or "").replace(" ", "") or None,
            "date_of_birth": born.isoformat() if (born := row.get("date_of_birth")) else None,
            "sex": row.get("sex"),
            "status": row.get("status"),
            "picked_for": list(selection.criteria_of(row["patient_id"])),
        }
        for row in shown.iter_rows(named=True)
    ]

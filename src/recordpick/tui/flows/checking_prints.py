"""What is written from the checking screen to be printed or filled in: records, the workbook."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.text import plural
from recordpick.tui.file_picker import free_path
from recordpick.tui.flows.checking import ChoiceDialog, ask_and_write

if TYPE_CHECKING:
    from recordpick.tui.screens.checking import CheckingScreen
    from recordpick.tui.session import Session

_ABOUT_RECORDS = (
    "A PDF with everything that is recorded, names too: print it where patient records may be "
    "printed, then delete the file."
)
_ABOUT_WORKBOOK = (
    "It shows what the records hold: keep it in the practice. Import it when it is filled in."
)
_WITHOUT_NAMES, _WITH_NAMES = "Without names", "With names"


async def print_records(screen: CheckingScreen, session: Session) -> None:
    """Write whole records as a PDF: the one that is shown, or all that are selected."""
    record, every = screen.record, list(session.selection.patient_ids)
    choices = [f"All {plural(len(every), 'selected record')}"]
    if record is not None:
        choices.insert(0, "The record that is shown")
    chosen = await screen.app.push_screen_wait(
        ChoiceDialog("Print whole records", [_ABOUT_RECORDS], choices)
    )
    if chosen is None:
        return
    ids = [record.patient_id] if record is not None and chosen == 0 else every

    def write(path: Path) -> str:
        from recordpick.atomic import check_new, write_file
        from recordpick.data_checking.record_print import in_index, records_pdf
        from recordpick.document_pdf import page_count

        if path.suffix.casefold() != ".pdf":
            raise UserError(f"{path}: choose a name that ends in .pdf.")
        check_new(path)
        found, without = in_index(session.file, session.index, ids)
        content = records_pdf(session.file, session.index, found)
        write_file(path, content)
        pages = plural(page_count(content), "page")
        written = (
            f"{plural(len(found), 'record')} written to {path}: {pages}. Print it, then delete it."
        )
        return " ".join(filter(None, [written, without]))

    name = "record" if len(ids) == 1 else "records"
    default = free_path(session.file.path.with_name(name), ".pdf")
    await ask_and_write(screen, "Print whole records", [_ABOUT_RECORDS], default, write)


async def write_workbook(screen: CheckingScreen, session: Session) -> None:
    """Write the practice's own workbook of the phase, by record."""
    phase = screen.checking.phase
    chosen = await screen.app.push_screen_wait(
        ChoiceDialog("Workbook", [_ABOUT_WORKBOOK], [_WITHOUT_NAMES, _WITH_NAMES])
    )
    if chosen is None:
        return
    with_names = chosen == 1

    def write(path: Path) -> str:
        from recordpick.atomic import check_new, write_file
        from recordpick.data_checking.phase_sheets import phase_sheets

        if path.suffix.casefold() != ".xlsx":
            raise UserError(f"{path}: choose a name that ends in .xlsx.")
        check_new(path)
        made = phase_sheets(
            session.file, session.index, phase, datetime.now(UTC), with_names=with_names
        )
        write_file(path, made.workbook(with_names=with_names))
        lines, records = plural(made.lines, "line"), plural(made.about.records, "record")
        return " ".join([f"Written to {path}: {lines} for {records}, {phase}.", *made.notes])

    default = free_path(session.file.path.with_name(phase.replace(" ", "-")), ".xlsx")
    await ask_and_write(screen, "Write the workbook", [_ABOUT_WORKBOOK], default, write)

"""What was taken away or undone stays in the working file, and is in no hand-over pack."""

from __future__ import annotations

import zipfile
from pathlib import Path

from recordpick.handover.export import export
from recordpick.handover.pack_contents import FILES, Options
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.selection.working_file import WorkingFile

NOTE, CHANGED, UNDONE, KEPT = (
    "Zanzibar heard from his sister",
    "Wolverhampton was his second home",
    "Quicksilver in the thermometer",
    "Xylophone lessons on Tuesdays",
)
CLOSED = "Yarrow said there are no more"


def everything(folder: Path) -> bytes:
    """Return all bytes of a pack, those of its workbooks unpacked."""
    found = b""
    for path in sorted(folder.iterdir()):
        found += path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as workbook:
                found += b"".join(workbook.read(name) for name in workbook.namelist())
    return found


def test_no_pack_carries_a_note_that_was_taken_away(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    """Neither the lists nor the descriptor nor the workbook; the file itself still has it."""
    patient = file.selection.patient_ids[0]
    criterion = next(one.id for one in file.pack.criteria if one.id not in file.selection.closed)
    file.note(patient, NOTE)
    file.note(patient, "")
    file.note(patient, CHANGED)
    file.note(patient, KEPT)
    file.note(patient, UNDONE)
    file.undo()
    file.close_criterion(criterion, CLOSED)
    file.undo()
    folder = export(file, index, tmp_path / "out", answers, options=Options(with_names=True))
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    content = everything(folder)
    assert criterion.encode() in content  # it was unpacked
    kept = file.path.read_bytes()
    for text in (NOTE, CHANGED, UNDONE, KEPT, CLOSED):
        assert text.encode() not in content, text
        assert text.split()[0].encode() not in content, text
        assert text.encode() in kept, text  # as docs/working-file.md says

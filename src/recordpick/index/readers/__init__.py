"""Readers, one for each kind of source that an index is made from.

`READERS` describes each once: it is what `--from` accepts, how a source is recognised, and the
table in docs/source-formats.md. A new kind of folder is a module with a `READER`
(`source.FolderReader`) and a line here. The modules are imported when they are needed, so that
`--help` stays fast.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of source: its name and how it is recognised, for people; and its reader's module."""

    name: str
    recognised_by: str
    module: str


LIST = "list"

READERS = {
    "tables": SourceKind(
        "folder of tables",
        "a folder with `patients.csv` or `patients.parquet`",
        "recordpick.index.readers.tables",
    ),
    "systmone": SourceKind(
        "SystmOne strategic reporting extract",
        "a folder with `SRPatient.csv` or `SRManifest.csv`",
        "recordpick.index.readers.systmone.reader",
    ),
    "vision": SourceKind(
        "Vision extract",
        "a folder with `…patient_data_extract….csv`, `…journal_data_extract….csv` …",
        "recordpick.index.readers.vision.reader",
    ),
    "emis": SourceKind(
        "EMIS bulk extract",
        "a folder of `…_Admin_Patient_….csv`, `…_CareRecord_Observation_….csv` …",
        "recordpick.index.readers.emis.reader",
    ),
    LIST: SourceKind(
        "list exported by hand",
        "a file: CSV, XLSX, ODS, Parquet",
        "recordpick.index.readers.patient_list",
    ),
}
"""The kinds of sources by their words for `--from`; a folder is tried in this order."""

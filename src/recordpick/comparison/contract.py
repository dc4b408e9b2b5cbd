"""The files of a comparison: every CSV in it, and the version of their columns."""

from __future__ import annotations

import polars as pl

from recordpick.comparison.acceptance import SEVERITIES
from recordpick.comparison.transformations import CHANGES
from recordpick.reports.columns import Column, Table
from recordpick.reports.local_codes import LOCAL
from recordpick.schema import TABLES as INDEX_TABLES
from recordpick.selection.repeated import REPEATED_ANSWERS

CONTRACT = "1.1"
"""The version of the files: the second number grows with a column added at the end."""

_TEXT, _NUMBER = pl.String(), pl.Int64()
_TABLE = Column(
    "table", _TEXT, "the table of the practice index", required=True, words=tuple(INDEX_TABLES)
)

DIFFERENCES = Table(
    "differences.csv",
    "What differs: a row for each field, or for an entry without a certain partner",
    (
        Column("patient_id", _TEXT, "the old system's number of the patient; empty if only in new"),
        Column("new_patient_id", _TEXT, "the new system's number; empty if only in old"),
        _TABLE,
        Column("old_id", _TEXT, "the entry's id in the old system"),
        Column("new_id", _TEXT, "the entry's id in the new system"),
        Column(
            "result",
            _TEXT,
            "`missing`: only in the old system; `unsure`: several partners are equally good",
            required=True,
            words=("changed", "missing", "additional", "unsure"),
        ),
        Column("field", _TEXT, "which field of a changed entry differs"),
        Column("old_value", _TEXT, "what the old system has"),
        Column("new_value", _TEXT, "what the new system has"),
        Column("severity", _TEXT, "by the acceptance matrix", required=True, words=SEVERITIES),
        Column(
            "systematic",
            _NUMBER,
            "the line of transformations.csv that says this once; empty for a single difference",
            minimum=1,
        ),
        Column("area", _TEXT, "the area of the acceptance matrix", required=True),
        Column("date", pl.Date(), "the entry's date in the old system, else in the new one"),
        Column("entry", _TEXT, "what the entry is: its term, drug, title or kind"),
        Column("found_by", _TEXT, "the fields by which the two entries were paired"),
    ),
)
TRANSFORMATIONS = Table(
    "transformations.csv",
    "Differences that nearly all entries with a value share, each said once",
    (
        Column("line", _NUMBER, "the number of the line", required=True, minimum=1, unique=True),
        _TABLE,
        Column("field", _TEXT, "which field", required=True),
        Column(
            "change",
            _TEXT,
            "; ".join(f"`{word}`: {meaning}" for word, meaning in CHANGES.items()),
            required=True,
            words=tuple(CHANGES),
        ),
        Column("detail", _TEXT, "days, factor, or the kind of entries"),
        Column("entries", _NUMBER, "how many entries differ so", required=True, minimum=1),
        Column("patients", _NUMBER, "of how many patients", required=True, minimum=1),
        Column("of_entries", _NUMBER, "of how many entries with these values", required=True),
        Column("exceptions", _NUMBER, "other differences of the field, listed singly", minimum=0),
        Column("values", _NUMBER, "how many pairs of values", minimum=1),
        Column("severity", _TEXT, "the worst of them", required=True, words=SEVERITIES),
        Column(
            "proposal",
            _TEXT,
            "`accept` where the matrix has no limit for it; a person decides",
            required=True,
            words=("accept", "look"),
        ),
        *(
            Column(f"example_{number}", _TEXT, "old value → new value: how many entries")
            for number in range(1, 6)
        ),
        Column(
            "answer",
            _TEXT,
            "a person's: `accept` as a rule of the new system, or `look`; empty before that",
            words=REPEATED_ANSWERS,
            since="1.1",
        ),
        Column("answered_by", _TEXT, "who answered", since="1.1"),
        Column("answered_on", pl.Date(), "on which day (UTC)", since="1.1"),
    ),
    key=("line",),
)
CODE_MAP = Table(
    "code_map.csv",
    "What each old code became, with how certain that is",
    (
        _TABLE,
        Column("old_code", _TEXT, "the code in the old system", required=True),
        Column("old_term", _TEXT, "its term, or the drug"),
        Column("new_code", _TEXT, "the code in the new system", required=True),
        Column("new_term", _TEXT, "its term, or the drug"),
        Column("entries", _NUMBER, "entries that became this code", required=True, minimum=1),
        Column("patients", _NUMBER, "of how many patients", required=True, minimum=1),
        Column("of_entries", _NUMBER, "entries with the old code that have a partner"),
        Column("evidence_patients", _NUMBER, "patients whose pairs were found without the code"),
        Column("of_evidence_patients", _NUMBER, "… of this old code, whatever it became"),
        Column(
            "certainty",
            _TEXT,
            "`certain`, `likely`: the lower end of the share (95%) is at least 90%, 70%",
            required=True,
            words=("certain", "likely", "unsure"),
        ),
        Column("note", _TEXT, "where several codes became one, or one became several"),
    ),
)
PATIENTS = Table(
    "patients_not_matched.csv",
    "Patients who are in one system only, or cannot be told from another",
    (
        Column("patient_id", _TEXT, "the old system's number"),
        Column("new_patient_id", _TEXT, "the new system's number"),
        Column("result", _TEXT, "", required=True, words=("missing", "additional", "ambiguous")),
        Column("reason", _TEXT, "why there is no partner", required=True),
    ),
)
SUMS = Table(
    "sums_by_patient.csv",
    "How many entries of each patient and table are same, changed, missing …",
    (
        Column("patient_id", _TEXT, "the old system's number"),
        Column("new_patient_id", _TEXT, "the new system's number"),
        _TABLE,
        Column("in_old", _NUMBER, "= same + changed + unsure + missing + not_compared + set_apart"),
        Column(
            "in_new",
            _NUMBER,
            "= same + changed + unsure + additional + not_compared_new + set_apart_new",
        ),
        *(
            Column(name, _NUMBER, meaning, minimum=0)
            for name, meaning in (
                ("same", "in both, and nothing that both can say differs"),
                ("changed", "in both, and a field differs"),
                ("missing", "only in the old system"),
                ("additional", "only in the new system"),
                ("unsure", "in both, but several partners are equally good"),
                ("not_compared", "of the old system, and the other cannot say it"),
                ("set_apart", "of the old system, later than the other's as-at date"),
                ("not_compared_new", "of the new system, and the other cannot say it"),
                ("set_apart_new", "of the new system, later than the other's as-at date"),
            )
        ),
    ),
)
AREAS = Table(
    "areas.csv",
    "The answer by area of the acceptance matrix",
    (
        Column("area", _TEXT, "the area", required=True, unique=True),
        *(
            Column(name, _NUMBER, "as in sums_by_patient.csv", minimum=0)
            for name in (
                "in_old",
                "in_new",
                "same",
                "changed",
                "missing",
                "additional",
                "unsure",
                "not_compared",
                "set_apart",
                "not_compared_new",
                "set_apart_new",
            )
        ),
        Column("systematic", _NUMBER, "changed entries that lines of transformations.csv say"),
        *(
            Column(word, _NUMBER, f"entries whose worst difference is {word}", minimum=0)
            for word in SEVERITIES
        ),
        Column(
            "answer",
            _TEXT,
            "`accept`: within the limits; `look`: not; a person confirms",
            required=True,
            words=("accept", "look", "not compared"),
        ),
        Column("reason", _TEXT, "which limits decided"),
    ),
    key=("area",),
)
TO_CHECK = Table(
    "to_check.csv",
    "The tick sheet: a line for each entry that differs by itself, with room for the result",
    (
        Column("line", _NUMBER, "the number of the line", required=True, minimum=1, unique=True),
        Column("patient_id", _TEXT, "the old system's number"),
        Column("new_patient_id", _TEXT, "the new system's number"),
        _TABLE,
        Column("date", pl.Date(), "the entry's date"),
        Column("entry", _TEXT, "what the entry is"),
        Column(
            "differs", _TEXT, "each field: old value → new value; or missing, additional, unsure"
        ),
        Column("severity", _TEXT, "the worst of them", required=True, words=SEVERITIES),
        Column("result", _TEXT, "what you find: same, different, not there, not applicable"),
        Column("checked_by", _TEXT, "who compared them"),
        Column("comment", _TEXT, "what you want to add"),
    ),
    key=("line",),
)
PROPOSED = Table(
    "proposed_results.csv",
    "For each line of a working file's selection: the result that the comparison proposes",
    (
        Column("criterion_id", _TEXT, "the criterion", required=True),
        Column("patient_id", _TEXT, "the old system's number", required=True),
        Column(
            "result",
            _TEXT,
            "a proposal that a person confirms; empty where a person has to look",
            words=("same", "different", "not there"),
        ),
        Column("entries", _NUMBER, "how many entries made the record match", minimum=0),
        Column("differs", _TEXT, "what differs in them"),
        Column("severity", _TEXT, "the worst of it", words=SEVERITIES),
        Column("proposed_by", _TEXT, "never a person", required=True, words=("comparison",)),
    ),
)
TABLES = (DIFFERENCES, TO_CHECK, TRANSFORMATIONS, CODE_MAP, LOCAL, AREAS, SUMS, PATIENTS, PROPOSED)
"""Every CSV of a comparison."""

"""What every migration changes: terms, codes, authors, days of entry. None of it is a fault.

Each rule rewrites equal values equally, so that a comparison can learn it from many entries:

- `ids`: only the numbers of patients and rows (new_ids.py);
- `usual`: also authors in the new system's style, the day of the load as the day of entry, the new
  dictionary's words for codes and drugs, other codes for local codes, names of document files;
- `harsh`: also another code system, so that no code is common, other drug codes, all terms in
  another order of words, units and directions in another spelling, authors other than doctors as
  one user of the load, kinds of documents in other words.

Words by which readers recognise a kind of entry (allergy, vaccination, family history) stay.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

import polars as pl

from recordpick.synthetic.migration.fault_kind import UNKNOWN_AUTHOR
from recordpick.synthetic.migration.new_ids import with_new_ids

Level = Literal["ids", "usual", "harsh"]
LEVELS: tuple[Level, ...] = get_args(Level)

AUTHORS = {
    "patients": ("usual_gp",),
    "events": ("recorded_by",),
    "medications": ("prescriber",),
    "appointments": ("clinician",),
    "referrals": ("clinician",),
    "recalls": ("clinician",),
    "consultations": ("clinician",),
}
ENTERED = {"events": "recorded_on", "documents": "recorded_on", "recalls": "recorded_on"}
TERMS = {"events": "term", "referrals": "term", "recalls": "term"}

LOAD_USER = "Data migration user"
"""The author, after harsh rewriting, of what was not entered by a doctor."""

_TAIL = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CODE_SYSTEMS = {"systmone": "ctv3", "vision": "read2"}
"""The code system beside SNOMED CT of each system; elsewhere its codes count as local ones."""

_PHRASES = (
    (re.compile(r"^Allergy to (.+)$"), "{} allergy"),
    (re.compile(r"^Adverse reaction to (.+)$"), "{} - adverse reaction"),
    (re.compile(r"^Family history of (.+)$"), "FH: {}"),
    (re.compile(r"^Serum (.+)$"), "{} level, serum"),
)
_KEPT = re.compile("(?i)degraded|not given")
"""Terms that are not rewritten: in another order of words they would mean something else."""
_FORMS = {"tablets": "tabs", "capsules": "caps", "cream": "crm", "inhaler": "inh"}
_UNITS = {
    "mmHg": "mm[Hg]",
    "mmol/L": "mmol/l",
    "10*9/L": "10^9/L",
    "umol/L": "micromol/L",
    "mmol/mol": "mmol/mol Hb",
    "U/L": "IU/L",
    "g/L": "g/l",
    "ug/L": "mcg/L",
    "mU/L": "mIU/L",
    "kg/m2": "Kg/m^2",
    "bpm": "beats/min",
    "kg": "Kg",
    "cm": "cms",
    "tablet": "tablet(s)",
    "capsule": "capsule(s)",
    "gram": "g",
    "ml": "mL",
}


def _number(text: str) -> int:
    """Return a number that depends on a text only, the same on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def reworded_term(term: str) -> str:
    """Return a code's term in the words of another dictionary; a third of them are the same."""
    if _KEPT.search(term):
        return term
    for pattern, phrase in _PHRASES:
        if found := pattern.match(term):
            words = phrase.format(found[1])
            return words[:1].upper() + words[1:] if not words.startswith("FH") else words
    how = _number(term) % 3
    return (term, f"{term} (finding)", f"O/E - {_lower_first(term)}")[how]


def turned_term(term: str) -> str:
    """Return a term with its last word first: `Vaccination, seasonal influenza`."""
    rest, _, last = term.rpartition(" ")
    if _KEPT.search(term):
        return term
    if not rest:
        return f"{term} - recorded"
    return f"{last[:1].upper()}{last[1:]}, {_lower_first(rest)}"


def reworded_drug(name: str) -> str:
    """Return a drug's name as another dictionary has it: `Ramipril 5 mg caps`."""
    spaced = re.sub(r"(\d)([a-z%])", r"\1 \2", name, count=1)
    return " ".join(_FORMS.get(word, word) for word in spaced.split(" "))


def turned_drug(name: str) -> str:
    """Return a drug's name in capitals with its maker, as a branded product has it."""
    return f"{reworded_drug(name).upper()} (Example Pharma)"


def renamed_author(name: str) -> str:
    """Return an author in the new system's style: `BLACKBURN, Georgia (Dr)`."""
    words = name.split(" ")
    if len(words) < 3:
        return name
    title, given, *family = words
    return f"{' '.join(family).upper()}, {given} ({title})"


def author_of_load(name: str) -> str:
    """Return a doctor in the new system's style, and anybody else as the user of the load."""
    is_kept = name.startswith("Dr ") or name == UNKNOWN_AUTHOR
    return renamed_author(name) if is_kept else LOAD_USER


def other_code(code: str, first: str = "") -> str:
    """Return five other letters and digits for a code, always the same, beginning with `first`."""
    number, letters = _number(f"code {code}"), first
    while len(letters) < 5:
        number, position = divmod(number, len(_TAIL))
        letters += _TAIL[position]
    return letters


def other_product(code: str) -> str:
    """Return fifteen digits for a drug's code, always the same."""
    return str(10**14 + _number(f"drug {code}") % (9 * 10**14))


def _mapped(rows: pl.DataFrame, column: str, rewrite: Callable[[str], str]) -> pl.Expr:
    """Return a column with each distinct value rewritten once."""
    values = rows[column].drop_nulls().unique().sort().to_list()
    return pl.col(column).replace(values, [rewrite(value) for value in values])


@dataclass(frozen=True, slots=True)
class Rewriting:
    """How a practice is rewritten: how much of it, for which system, loaded on which day."""

    level: Level
    system: str
    seed: int
    loaded_on: date

    def apply(self, table: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Return rows of a table as the new system holds them, with new ids."""
        if self.level != "ids":
            rows = self._usual(table, rows)
        if self.level == "harsh":
            rows = self._harsh(table, rows)
        return with_new_ids(table, rows, self.seed)

    def _usual(self, table: str, rows: pl.DataFrame) -> pl.DataFrame:
        is_harsh = self.level == "harsh"
        author = author_of_load if is_harsh else renamed_author
        columns = {name: _mapped(rows, name, author) for name in AUTHORS.get(table, ())}
        if entered := ENTERED.get(table):
            known = pl.col(entered).is_not_null()
            columns[entered] = pl.when(known).then(pl.lit(self.loaded_on))
        if term := TERMS.get(table):
            columns[term] = _mapped(rows, term, turned_term if is_harsh else reworded_term)
        if table == "events" and not is_harsh:
            columns["code"] = self._local_codes(rows)
        if table == "medications":
            columns["drug"] = _mapped(rows, "drug", turned_drug if is_harsh else reworded_drug)
        if table == "documents":
            new = pl.concat_str(pl.lit("M"), "document_id", pl.lit("."), "file_type")
            columns["file_name"] = pl.when(pl.col("file_name").is_not_null()).then(new)
        return rows.with_columns(**columns)

    def _local_codes(self, rows: pl.DataFrame) -> pl.Expr:
        """Return codes with those that are not SNOMED CT replaced by local codes of the system."""
        codes = _mapped(rows, "code", lambda code: other_code(code, "Y"))
        return pl.when(pl.col("code_system") == "snomed").then("code").otherwise(codes)

    def _harsh(self, table: str, rows: pl.DataFrame) -> pl.DataFrame:
        columns: dict[str, pl.Expr] = {}
        if table == "events":
            system = _CODE_SYSTEMS.get(self.system, "local")
            has_code = pl.col("code").is_not_null()
            columns["code"] = _mapped(rows, "code", other_code)
            columns["code_system"] = pl.when(has_code).then(pl.lit(system))
            nothing = pl.lit(None, pl.String)
            columns |= {"second_code": nothing, "second_code_system": nothing}
        if table == "medications":
            columns["code"] = _mapped(rows, "code", other_product)
            columns["dosage"] = pl.col("dosage").str.to_uppercase()
        if table in ("referrals", "recalls"):
            columns["code"] = _mapped(rows, "code", other_code)
        if table in ("events", "medications"):
            columns["unit"] = pl.col("unit").replace(_UNITS)
        if table == "documents":
            columns["kind"] = pl.concat_str(pl.lit("Migrated: "), pl.col("kind").str.to_lowercase())
        return rows.with_columns(**columns)

"""The selection list, as the supplier imports it: `docs/selection-list.md` is the contract."""

from __future__ import annotations

import base64
import hashlib

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.csv_safety import one_line
from recordpick.reports.columns import Column, Table
from recordpick.selection.state import Selection

RANDOM_TITLE = "Random record"
"""The title in the line of a random record, which has no criterion."""

SELECTION = Table(
    "selection_list.csv",
    "The selected patients: one line a pick",
    (
        Column(
            "list_id",
            pl.String(),
            "names this list, the same on every line",
            required=True,
            pattern=r"RP-[A-Z2-7]{8}-[0-9]{2,}",
        ),
        Column(
            "line",
            pl.UInt32(),
            "counts the lines from 1",
            required=True,
            minimum=1,
            unique=True,
        ),
        Column("criterion_id", pl.String(), "the criterion's reference; empty for a random record"),
        Column(
            "criterion_title",
            pl.String(),
            "the criterion's title, or Random record",
            required=True,
        ),
        Column(
            "record_number",
            pl.UInt32(),
            "counts the patients from 1 in order of first appearance",
            required=True,
            minimum=1,
        ),
        Column(
            "patient_id",
            pl.String(),
            "the source system's number of the patient",
            required=True,
        ),
        Column(
            "nhs_number",
            pl.String(),
            "ten digits; empty where there is none",
            pattern="'?[0-9]{10}",
        ),
        Column(
            "chosen_by",
            pl.String(),
            "how the record was chosen",
            required=True,
            words=("rule", "staff", "supplier", "random"),
        ),
        Column("chosen_by_name", pl.String(), "the name of the person who chose", required=True),
        Column("chosen_on", pl.Date(), "the day (UTC)", required=True),
        Column("ticket", pl.UInt32(), "the place in the draw order; empty unless drawn", minimum=1),
        Column(
            "kind",
            pl.String(),
            "of which kinds the patient is, where the criterion takes some of each",
            since="1.1",
        ),
        Column(
            "ods_code",
            pl.String(),
            "the practice's ODS code, the same on every line; empty where it was not given",
            pattern="[A-Z][0-9]{5}",
            since="1.1",
        ),
    ),
    key=("criterion_id", "patient_id"),
    refers={"criterion_id": ("criteria_report.csv", "criterion_id")},
)
SELECTION_LIST = SELECTION.schema
"""The columns of selection_list.csv, in order, with their types."""


_KINDS = {"criterion_id": pl.String, "patient_id": pl.String, "kind": pl.String}

FINGERPRINT_LETTERS = 12
"""Letters of a list's fingerprint that people read aloud: 60 bits."""
PACK_FINGERPRINT_LETTERS = 16
"""Letters of a pack's fingerprint, which covers all of its files: 80 bits."""


def list_id(file_id: str, number: int, head: str = "") -> str:
    """Return a list's name: `RP-7F3K2Q5D-02` is the second list exported from one working file.

    It is made from the working file's own id and the hash of the last event (`head`) at the
    export. So nothing in it says who is on the list, and two copies of a working file that have
    diverged never give one name to two lists. Without a `head` it is the name that lists had before
    names depended on it.
    """
    named = f"{file_id} {head}" if head else file_id
    digest = hashlib.sha256(named.encode("utf-8")).digest()
    return f"RP-{base64.b32encode(digest[:5]).decode('ascii')}-{number:02d}"


def working_file_name(file_id: str) -> str:
    """Return the name of a working file and all of its copies, as `RP-7F3K2Q5D`.

    It shows which lists belong together.

    Lists made before their names depended on the last event begin with it.
    """
    return list_id(file_id, 1).rpartition("-")[0]


def list_sha256(rows: pl.DataFrame) -> str:
    """Return the fingerprint of a selection list (`selection_rows`): SHA-256 in hexadecimal.

    It covers list_id, line, record_number, criterion_id and patient_id of each line, with a unit
    separator (U+001F) between them and a line feed after each line. NHS numbers are not covered:
    the working file does not hold them, and the fingerprint is calculated from it again.
    """
    covered = rows.select(
        "list_id",
        "line",
        "record_number",
        pl.col("criterion_id").fill_null(""),
        "patient_id",
    )
    digest = hashlib.sha256()
    for line in covered.iter_rows():
        # as selection_list.csv has them: what would break a line is a symbol there
        text = "\x1f".join(one_line(str(cell)) for cell in line)
        digest.update(f"{text}\n".encode())
    return digest.hexdigest()


def spoken_fingerprint(sha256: str, letters: int = FINGERPRINT_LETTERS) -> str:
    """Return a fingerprint shortened to be read aloud, as `K3M5 PQ7A 2XBN`; "" for "".

    They are the first letters of its base32, in groups of four; base32 has no 0, 1 or 8. A list's
    has 12 letters, a pack's `PACK_FINGERPRINT_LETTERS`.
    """
    if not sha256:
        return ""
    text = base64.b32encode(bytes.fromhex(sha256)).decode("ascii")[:letters]
    return " ".join(text[at : at + 4] for at in range(0, letters, 4))


def selection_rows(
    selection: Selection,
    pack: Pack,
    patients: pl.DataFrame,
    list_id: str = "",
    *,
    kinds: pl.DataFrame | None = None,
    ods_code: str = "",
) -> pl.DataFrame:
    """Return the selection list: one line for each pick, columns and types as in `SELECTION_LIST`.

    `patients` has patient_id and nhs_number; a picked patient who is not in it keeps the line,
    without an NHS number. `kinds` has criterion_id, patient_id and kind (`Matches.kinds_in_words`);
    without it no line has a kind. Lines go by the pack's order of criteria and then in the order of
    picking; random records come last, by ticket. `record_number` numbers the patients in the
    order in which they first appear, so a patient picked for three criteria is one record.
    """
    places = {criterion.id: place for place, criterion in enumerate(pack.criteria)}
    titles = {criterion.id: criterion.title for criterion in pack.criteria}
    last = len(places)
    picks = pl.DataFrame(
        [
            (
                last + 1 if pick.criterion_id is None else places.get(pick.criterion_id, last),
                (pick.ticket or 0) if pick.criterion_id is None else 0,
                pick.criterion_id,
                RANDOM_TITLE if pick.criterion_id is None else titles.get(pick.criterion_id),
                pick.patient_id,
                pick.chosen_by,
                pick.chosen_by_name,
                pick.chosen_on.date(),
                pick.ticket,
            )
            for pick in selection.picks
        ],
        schema={
            "place": pl.UInt32,
            "turn": pl.UInt32,
            **{
                name: SELECTION_LIST[name]
                for name in (
                    "criterion_id",
                    "criterion_title",
                    "patient_id",
                    "chosen_by",
                    "chosen_by_name",
                    "chosen_on",
                    "ticket",
                )
            },
        },
        orient="row",
    ).sort("place", "turn", maintain_order=True)
    numbers = picks.select(pl.col("patient_id").unique(maintain_order=True)).with_row_index(
        "record_number", offset=1
    )
    return (
        picks.join(numbers, on="patient_id", how="left", maintain_order="left")
        .join(
            patients.select("patient_id", "nhs_number"),
            on="patient_id",
            how="left",
            maintain_order="left",
        )
        .join(
            pl.DataFrame(schema=_KINDS) if kinds is None else kinds,
            on=["criterion_id", "patient_id"],
            how="left",
            maintain_order="left",
        )
        .with_row_index("line", offset=1)
        .with_columns(
            pl.lit(list_id).alias("list_id"),
            pl.lit(ods_code or None, dtype=pl.String).alias("ods_code"),
        )
        .select(pl.col(name).cast(kind) for name, kind in SELECTION_LIST.items())
    )

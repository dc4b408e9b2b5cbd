"""Read codelists from delimited text: tables of clusters, SNOMED CT reference sets, single lists.

Which of them a file is, its columns say. Known layouts, comma- or tab-separated, in UTF-8, UTF-16
or Windows-1252:

- The Primary Care Domain reference-set content: Cluster_ID, Cluster_Description, SNOMED_code (older
  copies SNOMED_concept_ID), a description, PCD_Refset_ID, Service_and_Ruleset; a variant begins
  with Output_ID and repeats each code for each output.
- The cluster file of the UK primary care release on TRUD: Cluster_ID, Cluster_Desc,
  Active_in_Refset, RefsetId, ConceptId, ConceptId_Description, Active_Code_Status and more.
- A SNOMED CT simple reference set (RF2): refsetId, referencedComponentId, active, effectiveTime.
- One list a file: OpenCodelists downloads (code and term or name; dmd_id; snomedct_id), our own.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.codelist_import.source_file import (
    LIST,
    MEMBERS,
    Rejected,
    SourceFile,
    sha256_of,
    version_and_day,
)
from recordpick.criteria.codelists import is_safe_name
from recordpick.csvio.rejects import ROW
from recordpick.csvio.scan import TableFile, open_table_file
from recordpick.errors import UserError

_CODE = (
    *("referencedcomponentid", "snomedctid", "snomedctcode", "snomedcode", "snomedconceptid"),
    *("conceptid", "dmdid", "dmdcode", "code", "id"),
)
_WORDS: Mapping[str, tuple[str, ...]] = {
    "cluster": ("clusterid", "cluster"),
    "refset": ("pcdrefsetid", "refsetid"),
    "text": ("clusterdescription", "clusterdesc"),
    "code": _CODE,
    "term": (
        *("snomedcodedescription", "snomedconceptdescription", "conceptiddescription"),
        *("conceptdescription", "term", "name", "description", "nm", "dmdname", "preferredterm"),
    ),
    "active": ("activeinrefset", "isactive", "active"),
    "status": ("activecodestatus",),
    "changed": ("refsetstatusdate", "effectivetime"),
}
"""The names that each column may have: letters and digits only, in lower case; first match wins."""

_OTHER_SYSTEMS = {
    "readcode": "Read",
    "readv2": "Read",
    "ctv3code": "CTV3",
    "ctv3id": "CTV3",
    "icd10": "ICD-10",
    "icd10code": "ICD-10",
    "medcode": "CPRD",
    "medcodeid": "CPRD",
}
_CLUSTER_IN_NAME = re.compile(r"(?:.*-)?([a-z0-9]+_cod)(?:[-. _(].*)?", re.IGNORECASE)
_REJECTS_KEPT = 1000
_TAIL = 64 * 1024
_TAIL_CODECS = {
    "utf-16": "utf-16-le",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "cp1252": "cp1252",
}
CLUSTERS, REFERENCE_SET, ONE_LIST = "reference sets by cluster", "SNOMED CT reference set", "list"


def columns_of(names: Sequence[str]) -> dict[str, str]:
    """Return which columns of a header a table of codes has, by what they hold."""
    words = {_word(name): name for name in reversed(names)}
    found = {}
    for what, known in _WORDS.items():
        if name := next((words[word] for word in known if word in words), None):
            found[what] = name
    return found


def kind_of(columns: Mapping[str, str]) -> str:
    """Return what a file with these columns (`columns_of`) is; "" if it has no codes."""
    if "code" not in columns:
        return ""
    if "cluster" in columns:
        return CLUSTERS
    is_reference_set = _word(columns["code"]) == "referencedcomponentid" and "refset" in columns
    return REFERENCE_SET if is_reference_set else ONE_LIST


def everything(group: str) -> bool:  # noqa: ARG001 - a test that every group passes
    """Say that a group is wanted, whichever it is."""
    return True


def read_table_file(path: Path, is_wanted: Callable[[str], bool] = everything) -> SourceFile:
    """Read a file of codes; raise a UserError where it is none, or is cut off.

    Of groups that are not wanted only the number of rows is read.
    """
    with tempfile.TemporaryDirectory(prefix="recordpick-") as work:
        table = open_table_file(path, Path(work))
        columns = columns_of(table.columns)
        kind = kind_of(columns)
        if not kind:
            raise UserError(_why_not_codes(path, table.columns))
        _check_end(path, table, kind)
        group, notes = _group(path, kind, columns)
        groups = _groups(table, columns, group)
        wanted = [name for name in groups["raw"] if is_wanted(_shown_group(kind, name))]
        version, day = version_and_day(path)
        named = groups.with_columns(
            group=pl.col("raw").map_elements(
                lambda name: _shown_group(kind, name), return_dtype=pl.String
            )
        )
        return SourceFile(
            path=path,
            kind=kind,
            rows=table.rows + table.rejects.height,
            members=_members(table, kind, columns, group, wanted),
            groups=dict(named.group_by("group").agg(pl.col("rows").sum()).iter_rows()),
            line_of=table.line_of,
            rejects=_rejects(table),
            rejected=table.rejects.height,
            texts=_pairs(named, "text"),
            refsets=_pairs(named, "refset"),
            version=version,
            day=day or _newest(groups),
            sha256=sha256_of(path),
            notes=(*table.notes, *notes),
        )


def _word(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _group(path: Path, kind: str, columns: Mapping[str, str]) -> tuple[pl.Expr, tuple[str, ...]]:
    """Return the expression of a row's group as it is written, and notes."""
    if kind != ONE_LIST:
        return pl.col(columns["cluster" if kind == CLUSTERS else "refset"]).fill_null(""), ()
    stem = path.stem.casefold().replace(" ", "_")
    if found := _CLUSTER_IN_NAME.fullmatch(stem):
        return pl.lit(found[1].upper()), ()
    note = f"{path.name}: a file with one list is named after the list, such as asthma.csv."
    return pl.lit(LIST + stem), () if is_safe_name(stem) else (note,)


def _shown_group(kind: str, name: str) -> str:
    """Return the name of a group as the cluster map has it."""
    return name.strip().upper() if kind == CLUSTERS else name.strip()


def _groups(table: TableFile, columns: Mapping[str, str], group: pl.Expr) -> pl.DataFrame:
    """Return the groups as they are written (`raw`): rows, description, reference set, newest day.

    Each is "" where the file has no such column.
    """

    def first(what: str) -> pl.Expr:
        if what not in columns:
            return pl.lit("").alias(what)
        return pl.col(columns[what]).fill_null("").first().alias(what)

    newest = pl.col(columns["changed"]).max() if "changed" in columns else pl.lit("")
    found = (
        table.frame.group_by(group.alias("raw"))
        .agg(pl.len().alias("rows"), first("text"), first("refset"), newest.alias("changed"))
        .collect()
    )
    refset = pl.col("refset").str.strip_chars("^ ")
    return found.sort("raw").with_columns(pl.col("text").str.strip_chars(), refset)


def _why_not_codes(path: Path, names: Sequence[str]) -> str:
    other = next((_OTHER_SYSTEMS[w] for w in map(_word, names) if w in _OTHER_SYSTEMS), "")
    if other:
        return (
            f"{path}: this is a list of {other} codes, and the records have SNOMED CT and dm+d "
            "codes: it would find nobody. Get the list in SNOMED CT."
        )
    return (
        f"{path}: no column holds codes. A reference-set file has Cluster_ID and SNOMED_code, a "
        "SNOMED CT reference set refsetId and referencedComponentId, a list code and term."
    )


def _members(
    table: TableFile,
    kind: str,
    columns: Mapping[str, str],
    group: pl.Expr,
    wanted: Sequence[str],
) -> pl.DataFrame:
    """Return the members of the wanted groups, columns `MEMBERS`."""

    def text(what: str) -> pl.Expr:
        if what not in columns:
            return pl.lit("")
        return pl.col(columns[what]).fill_null("").str.strip_chars()

    def flag(what: str) -> pl.Expr:
        if what not in columns or (kind == ONE_LIST and what == "active"):
            return pl.lit(value=True)
        return ~text(what).str.to_lowercase().is_in(["0", "false", "n", "no", "f", "inactive"])

    names = {name: _shown_group(kind, name) for name in wanted}
    found = table.frame.filter(group.is_in(list(wanted))).select(
        ROW,
        group.replace_strict(names, return_dtype=pl.String).alias("group"),
        code=text("code"),
        term=text("term"),
        is_active=flag("active"),
        is_retired=~flag("status"),
        is_moved=_is_moved(table, columns) if kind == ONE_LIST else pl.lit(value=False),
        changed=text("changed"),
    )
    if kind == REFERENCE_SET:  # a full release has a row for each state of a member: the newest
        newest = pl.col("changed") == pl.col("changed").max().over("group", "code")
        found = found.filter(newest)
    return found.drop("changed").cast(pl.Schema(MEMBERS)).collect()


def _is_moved(table: TableFile, columns: Mapping[str, str]) -> pl.Expr:
    """Return whether the code has no digit, and another column has what looks like a code."""
    others = [pl.col(name) for name in table.columns if name != columns["code"]]
    if not others:
        return pl.lit(value=False)
    has_code = pl.any_horizontal(
        other.str.strip_chars().str.contains(r"^[0-9]{6,18}$").fill_null(value=False)
        for other in others
    )
    return ~pl.col(columns["code"]).fill_null("").str.contains("[0-9]") & has_code


def _rejects(table: TableFile) -> tuple[Rejected, ...]:
    found: list[Rejected] = []
    for batch in table.rejects.batches():
        for line, why in batch.head(_REJECTS_KEPT - len(found)).select("line", "reason").rows():
            found.append(Rejected(table.path.name, line, "", "", f"{why}."))
    return tuple(found)


def _pairs(groups: pl.DataFrame, value: str) -> dict[str, str]:
    return dict(groups.filter(pl.col(value) != "").select("group", value).iter_rows())


def _newest(groups: pl.DataFrame) -> date | None:
    """Return the newest day on which a row changed, where the file has such a column."""
    found = groups["changed"].unique().str.to_date("%Y%m%d", strict=False).max()
    return found if isinstance(found, date) else None


def _check_end(path: Path, table: TableFile, kind: str) -> None:
    """Raise a UserError where the file ends in the middle of its last line: a broken download.

    A file may end without a line end. Then its last line must have all columns, and in official
    files, whose last column repeats its values, not only the beginning of what other rows have.
    """
    line, ended = _last_line(path, table)
    if ended or not table.rows + table.rejects.height:
        return
    fields = next(csv.reader([line], delimiter=table.profile.delimiter), [])
    is_open = line.count('"') % 2 == 1
    has_all = len(fields) >= len(table.columns) and not is_open
    if has_all and (kind == ONE_LIST or not _is_beginning(table, fields)):
        return
    raise UserError(
        f"{path}: the file ends in the middle of line {table.profile.lines:,}. Download it again."
    )


def _last_line(path: Path, table: TableFile) -> tuple[str, bool]:
    """Return the text of a file's last line, and whether it has a line end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _TAIL) & ~1)
        tail = file.read().decode(_TAIL_CODECS.get(table.profile.encoding, "utf-8"), "replace")
    return tail.rsplit("\n", 1)[-1], tail.endswith(("\n", "\r"))


def _is_beginning(table: TableFile, fields: Sequence[str]) -> bool:
    """Return whether the last value is the beginning of a value that other rows have instead."""
    name, value = table.columns[-1], fields[-1].strip()
    values = table.frame.select(pl.col(name).str.strip_chars()).collect()[name].drop_nulls()
    counts = values.value_counts().filter(pl.col("count") > (pl.col(name) == value).cast(pl.UInt32))
    others = counts[name]
    return value not in others and bool(others.str.starts_with(value).any())

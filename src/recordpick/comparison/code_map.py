"""The code map that the pairs of entries show: old codes, what they became, and how certain it is.

Certainty rests on pairs that were found without the code (by value and day, or as the only entries
of a day), counted in patients: the lower end of Wilson's 95% interval of the share of the old
code's patients. The map is learned again on half of the patients and held against the other half.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recordpick.comparison.code_classes import pairs_without_code, wilson_lower
from recordpick.comparison.compare import ComparedTable
from recordpick.comparison.encode import EncodedTable
from recordpick.comparison.rows import PAIR, ROW
from recordpick.comparison.rules import TableRules

CERTAIN, LIKELY = 0.9, 0.7

CODE_MAP = {
    "table": pl.String(),
    "old_code": pl.String(),
    "old_term": pl.String(),
    "new_code": pl.String(),
    "new_term": pl.String(),
    "entries": pl.UInt32(),
    "patients": pl.UInt32(),
    "of_entries": pl.UInt32(),
    "evidence_patients": pl.UInt32(),
    "of_evidence_patients": pl.UInt32(),
    "certainty": pl.String(),
    "note": pl.String(),
}
"""Columns of the map; only old codes that became another code at least once."""

_SEVERAL_OLD = "several old codes became this one"
_SEVERAL_NEW = "this old code became several"


def learn_code_map(tables: Sequence[ComparedTable]) -> pl.DataFrame:
    """Return what each old code became, columns as in `CODE_MAP`."""
    found = []
    for table in tables:
        if table.encoded is None:
            continue
        names = [field.name for field in table.encoded.fields]
        if "code" in table.rules.code and "code" in names:
            found.append(_map_of(table.encoded, table))
    return pl.concat(found) if found else pl.DataFrame(schema=CODE_MAP)


def _map_of(encoded: EncodedTable, table: ComparedTable) -> pl.DataFrame:
    term = next((name for name in ("term", "drug") if name in names_of_both(encoded)), "")
    pairs = table.entries.drop_nulls([ROW, "r_new"]).filter(pl.col("result") != "unsure")
    rows = _codes(encoded, pairs.select(PAIR, ROW, "r_new"), term)
    changed = rows.filter(pl.col("old_code") != pl.col("new_code"))["old_code"].unique()
    rows = rows.filter(pl.col("old_code").is_in(changed.implode()))
    if not rows.height:
        return pl.DataFrame(schema=CODE_MAP)
    counts = rows.group_by("old_code", "new_code").agg(
        pl.col("old_term").first(),
        pl.col("new_term").first(),
        entries=pl.len(),
        patients=pl.col(PAIR).n_unique(),
    )
    counts = counts.with_columns(of_entries=pl.col("entries").sum().over("old_code"))
    evidence = _evidence(encoded, rows)
    counts = counts.join(evidence, on=["old_code", "new_code"], how="left").with_columns(
        pl.col("evidence_patients", "of_evidence_patients").fill_null(0)
    )
    lower = wilson_lower(pl.col("evidence_patients"), pl.col("of_evidence_patients"))
    certainty = (
        pl.when(lower >= CERTAIN)
        .then(pl.lit("certain"))
        .when(lower >= LIKELY)
        .then(pl.lit("likely"))
        .otherwise(pl.lit("unsure"))
    )
    several_old = pl.col("old_code").n_unique().over("new_code") > 1
    several_new = pl.col("new_code").n_unique().over("old_code") > 1
    note = pl.concat_str(
        pl.when(several_old).then(pl.lit(_SEVERAL_OLD)),
        pl.when(several_new).then(pl.lit(_SEVERAL_NEW)),
        separator="; ",
        ignore_nulls=True,
    )
    return (
        counts.with_columns(certainty=certainty, note=note, table=pl.lit(table.rules.name))
        .sort(["old_code", "entries", "new_code"], descending=[False, True, False])
        .select(pl.col(name).cast(dtype) for name, dtype in CODE_MAP.items())
    )


def names_of_both(encoded: EncodedTable) -> set[str]:
    """Return the fields that both sides have."""
    return {field.name for field in encoded.fields}


def _codes(encoded: EncodedTable, pairs: pl.DataFrame, term: str) -> pl.DataFrame:
    """Return the pairs with both codes and terms, where both have a code."""
    old, new = encoded.old.raw, encoded.new.raw
    nothing = pl.Series("t", [None] * pairs.height, dtype=pl.String)
    return pairs.with_columns(
        old_code=old["code"].gather(pairs[ROW]),
        new_code=new["code"].gather(pairs["r_new"]),
        old_term=old[term].gather(pairs[ROW]) if term else nothing,
        new_term=new[term].gather(pairs["r_new"]) if term else nothing,
    ).drop_nulls(["old_code", "new_code"])


def _evidence(encoded: EncodedTable, rows: pl.DataFrame) -> pl.DataFrame:
    """Return how many patients show each translation in pairs found without the code."""
    rules = encoded.rules
    independent = pairs_without_code(
        encoded.old.keys, encoded.new.keys, rules.day, _content(rules, encoded)
    )
    seen = rows.join(independent, on=[ROW, "r_new"], how="semi")
    counts = seen.group_by("old_code", "new_code").agg(evidence_patients=pl.col(PAIR).n_unique())
    return counts.with_columns(
        of_evidence_patients=pl.col("evidence_patients").sum().over("old_code")
    )


def _content(rules: TableRules, encoded: EncodedTable) -> list[str]:
    return [name for name in rules.content if name in names_of_both(encoded)]


def held_out_agreement(
    tables: Sequence[ComparedTable], people: pl.DataFrame
) -> dict[str, float | None]:
    """Return how well the map of one half of patients describes it, and the other half.

    `people` has p and patient_id. `learned` and `held_out` are shares of the entries whose code
    became the code that is usual in the first half; None where nothing was learned.
    """
    hits = {"learned": 0, "held_out": 0}
    of = {"learned": 0, "held_out": 0}
    halves = people.select(PAIR, half=pl.col("patient_id").hash(seed=23) % 2 == 0)
    for table in tables:
        if table.encoded is None or "code" not in names_of_both(table.encoded):
            continue
        counts = _counted_by_half(table, halves)
        usual = (
            counts.filter("half")
            .sort("n", "new_code", descending=[True, False])
            .unique("old_code", keep="first", maintain_order=True)
            .select("old_code", usual="new_code")
        )
        known = counts.join(usual, on="old_code").with_columns(
            ok=pl.col("usual") == pl.col("new_code")
        )
        for name, half in (
            ("learned", known.filter("half")),
            ("held_out", known.filter(~pl.col("half"))),
        ):
            hits[name] += int(half.filter("ok")["n"].sum())
            of[name] += int(half["n"].sum())
    return {name: hits[name] / of[name] if of[name] else None for name in hits}


def _counted_by_half(table: ComparedTable, halves: pl.DataFrame) -> pl.DataFrame:
    """Return how many entries (n) of each half have an old and a new code, which are ranks.

    Ranks are in the order of the codes, and take a fraction of their memory.
    """
    encoded = table.encoded
    assert encoded is not None
    pairs = table.entries.drop_nulls([ROW, "r_new"]).filter(pl.col("result") != "unsure")
    return (
        pairs.select(
            PAIR,
            old_code=encoded.old.keys["code"].gather(pairs[ROW]),
            new_code=encoded.new.keys["code"].gather(pairs["r_new"]),
        )
        .drop_nulls()
        .join(halves, on=PAIR)
        .group_by("half", "old_code", "new_code")
        .agg(n=pl.len())
    )


def remapped_local_codes(
    local: pl.DataFrame, code_map: pl.DataFrame, tables: Sequence[ComparedTable]
) -> pl.DataFrame:
    """Return the local codes (`LOCAL_CODES`) with what they are in the new system.

    That is what the map is certain of, or finds likely; a code that never changed is itself. Where
    neither is known, `remapped_to` stays empty.
    """
    known = code_map.filter(pl.col("certainty") != "unsure").select(
        kind="table", code="old_code", remapped="new_code"
    )
    known = known.unique(["kind", "code"], keep="first", maintain_order=True)
    kept = [_unchanged(table, code_map) for table in tables if table.encoded is not None]
    rows = pl.concat([known, *(one for one in kept if one is not None)])
    found = local.join(rows, on=["kind", "code"], how="left", maintain_order="left")
    return found.with_columns(remapped_to=pl.coalesce("remapped_to", "remapped")).drop("remapped")


def _unchanged(table: ComparedTable, code_map: pl.DataFrame) -> pl.DataFrame | None:
    """Return the codes of a table that every partner kept, as kind, code and remapped."""
    encoded = table.encoded
    assert encoded is not None
    if "code" not in names_of_both(encoded):
        return None
    pairs = table.entries.drop_nulls([ROW, "r_new"]).filter(pl.col("result") != "unsure")
    codes = encoded.old.raw.gather("code", pairs[ROW]).drop_nulls().unique()
    name = table.rules.name
    changed = code_map.filter(pl.col("table") == name)["old_code"]
    kept = codes.filter(~codes.is_in(changed.implode()))
    return pl.DataFrame({"code": kept, "remapped": kept}).select(
        pl.lit(name).alias("kind"), "code", "remapped"
    )

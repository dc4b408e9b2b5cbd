"""Areas and severities of a comparison's entries and differences, by the acceptance matrix."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.comparison.acceptance import SEVERITIES, Acceptance, Area
from recordpick.comparison.compare import RESULTS, ComparedTable, Comparison
from recordpick.comparison.encode import EncodedTable
from recordpick.comparison.rows import PAIR, ROW
from recordpick.comparison.sums import COUNTS, AreaAnswer, answer_of

AREA = "area"
_WORST_FIRST = pl.Enum(SEVERITIES)


@dataclass(frozen=True)
class Judged:
    """One table's entries with their area, and its differences with area and severity.

    `entries` adds `area` (its number among the table's areas) to those of the comparison;
    `differences` has p, r, r_new, result, field, line, severity and area.
    """

    table: ComparedTable
    areas: tuple[Area, ...]
    entries: pl.DataFrame
    differences: pl.DataFrame


def judge_table(
    compared: Comparison,
    table: ComparedTable,
    fields: pl.DataFrame | None,
    code_map: pl.DataFrame,
    acceptance: Acceptance,
) -> Judged:
    """Return a compared table with areas and severities; `fields` are its marked differences."""
    assert table.encoded is not None
    areas = acceptance.areas_of(table.rules.name)
    entries = _with_area(compared, table.encoded, table.entries, areas)
    rows = _all_differences(entries, fields)
    rows = _with_severity(rows, table.encoded, areas, code_map, acceptance)
    return Judged(table, areas, entries, rows)


def _with_area(
    compared: Comparison, encoded: EncodedTable, entries: pl.DataFrame, areas: tuple[Area, ...]
) -> pl.DataFrame:
    """Return entries with the number of the first area that either side's row belongs to."""
    numbers = []
    sides = ((encoded.old, compared.old, ROW), (encoded.new, compared.new, "r_new"))
    for side, index, at in sides:
        first = _first_area(areas, side.raw.schema, index.manifest.as_at, encoded.rules.day)
        needed = side.raw.frame(PAIR, *first.meta.root_names())
        numbers.append(needed.select(PAIR, first.alias(AREA))[AREA].gather(entries[at]))
    return entries.with_columns(
        pl.min_horizontal(numbers[0].alias("a"), numbers[1].alias("b")).alias(AREA)
    )


def _first_area(
    areas: tuple[Area, ...], columns: dict[str, pl.DataType], as_at: date, day: str
) -> pl.Expr:
    """Return the number of the first area that a row belongs to; the last one takes the rest."""
    first = pl.lit(len(areas) - 1, pl.UInt8)
    for number, area in reversed(list(enumerate(areas))):
        ok = area.contains(columns, as_at, day)
        first = pl.when(ok).then(pl.lit(number, pl.UInt8)).otherwise(first)
    return first


def _rows_apart(
    compared: Comparison, table: ComparedTable, areas: tuple[Area, ...]
) -> tuple[dict[int, int], dict[int, int]]:
    """Return how many rows of each side were not held against the other's, by area.

    Those of patients who are not in both; all, where one side does not have the table.
    """
    old, new = (
        _of_side(compared, table, areas, side, name)
        for side, name in enumerate(("patient_id", "new_patient_id"))
    )
    return old, new


def _of_side(
    compared: Comparison, table: ComparedTable, areas: tuple[Area, ...], side: int, name: str
) -> dict[int, int]:
    of = table.rows[side] if table.encoded is None else table.patients_apart[side]
    if not of:
        return {}
    index = compared.read[side]
    rows = index.scan(table.rules.name)
    if table.encoded is not None:
        people = compared.patients.unmatched[name].drop_nulls()
        rows = rows.filter(pl.col("patient_id").is_in(people.implode()))
    area = _first_area(areas, dict(rows.collect_schema()), index.manifest.as_at, table.rules.day)
    counts = rows.select(area.alias(AREA)).group_by(AREA).agg(n=pl.len()).collect()
    found: dict[int, int] = dict(counts.iter_rows())
    rest = of - sum(found.values())
    return found | {len(areas) - 1: found.get(len(areas) - 1, 0) + rest}


def _all_differences(entries: pl.DataFrame, fields: pl.DataFrame | None) -> pl.DataFrame:
    """Return one row a field that differs, and one for each entry without a (certain) partner."""
    whole = entries.filter(pl.col("result").is_in(["missing", "additional", "unsure"]))
    columns = [PAIR, ROW, "r_new", "result", "field", "line", AREA]
    kind = fields.schema["field"] if fields is not None else pl.Enum([])
    found = [
        whole.with_columns(
            field=pl.lit(None, kind), line=pl.lit(None, pl.UInt32), result=_result()
        ).select(columns)
    ]
    if fields is not None and fields.height:
        changed = entries.filter(pl.col("result") == "changed").select(ROW, AREA, result=_result())
        found.append(fields.join(changed, on=ROW).select(columns))
    return pl.concat(found).sort(PAIR, ROW, "r_new", "field", nulls_last=True, maintain_order=True)


def _result() -> pl.Expr:
    return pl.col("result").cast(pl.Enum(RESULTS))


def _with_severity(
    rows: pl.DataFrame,
    encoded: EncodedTable,
    areas: tuple[Area, ...],
    code_map: pl.DataFrame,
    acceptance: Acceptance,
) -> pl.DataFrame:
    names = [field.name for field in encoded.fields]
    of_fields = pl.DataFrame(
        [
            {AREA: number, "field": name, "severity": acceptance.of_field(area, name)}
            for number, area in enumerate(areas)
            for name in names
        ],
        schema={AREA: pl.UInt8, "field": rows.schema["field"], "severity": _WORST_FIRST}
        if rows.schema["field"] != pl.Enum([])
        else {AREA: pl.UInt8, "severity": _WORST_FIRST},
    )
    whole = pl.DataFrame(
        [
            {AREA: number, "result": result, "whole": word}
            for number, area in enumerate(areas)
            for result, word in (
                ("missing", area.missing),
                ("additional", area.additional),
                ("unsure", "low"),
            )
        ],
        schema={AREA: pl.UInt8, "result": pl.Enum(RESULTS), "whole": _WORST_FIRST},
    )
    rows = rows.join(whole, on=[AREA, "result"], how="left", maintain_order="left")
    if "field" in of_fields.columns:
        rows = rows.join(of_fields, on=[AREA, "field"], how="left", maintain_order="left")
        rows = rows.with_columns(severity=pl.coalesce("severity", "whole")).drop("whole")
    else:
        rows = rows.rename({"whole": "severity"})
    return _certain_codes(rows, encoded, areas, code_map)


def _certain_codes(
    rows: pl.DataFrame, encoded: EncodedTable, areas: tuple[Area, ...], code_map: pl.DataFrame
) -> pl.DataFrame:
    """Lessen differences of codes that the code map is certain of, where the area says so."""
    certain = code_map.filter(
        (pl.col("table") == encoded.rules.name) & (pl.col("certainty") == "certain")
    ).select(old_value="old_code", new_value="new_code")
    codes = rows.with_row_index("i").filter(pl.col("field").cast(pl.String) == "code")
    if not certain.height or not codes.height:
        return rows
    old, new = encoded.old, encoded.new
    codes = codes.select(
        "i",
        AREA,
        old_value=old.raw.gather("code", codes[ROW]),
        new_value=new.raw.gather("code", codes["r_new"]),
        same=_same_words(encoded, codes),
    ).join(certain, on=["old_value", "new_value"], how="semi")
    lessened = pl.DataFrame(
        [
            {AREA: number, "lessened": area.certain_code, "same_words": area.same_words}
            for number, area in enumerate(areas)
            if area.certain_code
        ],
        schema={AREA: pl.UInt8, "lessened": _WORST_FIRST, "same_words": pl.Boolean},
    )
    codes = codes.join(lessened, on=AREA).filter(~pl.col("same_words") | pl.col("same"))
    return (
        rows.with_row_index("i")
        .join(codes.select("i", "lessened"), on="i", how="left", maintain_order="left")
        .with_columns(severity=pl.coalesce("lessened", "severity"))
        .drop("i", "lessened")
    )


def _same_words(encoded: EncodedTable, rows: pl.DataFrame) -> pl.Series:
    """Return whether both rows have the same term or drug."""
    keys = encoded.old.keys
    word = next((name for name in ("term", "drug") if name in keys.columns), None)
    if word is None:
        return pl.Series([False] * rows.height, dtype=pl.Boolean)
    same = keys[word].gather(rows[ROW]) == encoded.new.keys[word].gather(rows["r_new"])
    return same.fill_null(value=False)


def area_answers(
    compared: Comparison, judged: list[Judged], acceptance: Acceptance
) -> list[AreaAnswer]:
    """Return every area's counts and answer, in the order of the matrix."""
    by_name = {one.table.rules.name: one for one in judged}
    apart = {
        one.rules.name: _rows_apart(compared, one, acceptance.areas_of(one.rules.name))
        for one in compared.tables
    }
    answers = []
    for area in acceptance.areas:
        table = next((one for one in compared.tables if one.rules.name == area.table), None)
        if table is None:
            continue
        if table.encoded is None:
            number = acceptance.areas_of(area.table).index(area)
            answers.append(_not_compared(area, number, table, apart[area.table]))
            continue
        answers.append(_of_area(area, by_name[area.table], apart[area.table]))
    return answers


def _not_compared(
    area: Area, number: int, table: ComparedTable, apart: tuple[dict[int, int], dict[int, int]]
) -> AreaAnswer:
    """Return the answer of an area whose table one side does not have."""
    counts = dict.fromkeys(COUNTS, 0)
    for rows, keys in zip(
        apart, (("in_old", "not_compared"), ("in_new", "not_compared_new")), strict=True
    ):
        counts |= dict.fromkeys(keys, rows.get(number, 0))
    severities: dict[str, int] = dict.fromkeys(map(str, SEVERITIES), 0)
    return AreaAnswer(area, counts, severities, 0, "not compared", (table.why_not,))


def _of_area(area: Area, one: Judged, apart: tuple[dict[int, int], dict[int, int]]) -> AreaAnswer:
    number = one.areas.index(area)
    entries = one.entries.filter(pl.col(AREA) == number)
    counts = dict.fromkeys(COUNTS, 0)
    for result, is_old, is_new, many in (
        entries.group_by(
            "result", is_old=pl.col(ROW).is_not_null(), is_new=pl.col("r_new").is_not_null()
        )
        .agg(n=pl.len())
        .iter_rows()
    ):
        key = result if is_old or result == "additional" else f"{result}_new"
        counts[key] += many
        counts["in_old"] += many if is_old else 0
        counts["in_new"] += many if is_new else 0
    for side, key in enumerate(("", "_new")):  # patients who are not in both
        counts[f"not_compared{key}"] += apart[side].get(number, 0)
        counts["in_new" if side else "in_old"] += apart[side].get(number, 0)
    rows = one.differences.filter((pl.col(AREA) == number) & (pl.col("result") != "unsure"))
    worst = rows.group_by(ROW, "r_new").agg(
        pl.col("severity").min(), pl.col("line").is_not_null().all().alias("systematic")
    )
    severities: dict[str, int] = dict.fromkeys(map(str, SEVERITIES), 0) | dict(
        worst.group_by(pl.col("severity").cast(pl.String)).agg(n=pl.len()).iter_rows()
    )
    systematic = int(worst["systematic"].sum())
    ambiguous = 0
    if one.table.rules.name == "patients":  # who cannot be told from another is not compared
        ambiguous = max(one.table.patients_apart)
    return answer_of(area, counts, severities, systematic, ambiguous)

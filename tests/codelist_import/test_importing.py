"""Filling lists from official files: what a person can rely on.

Every row is accounted for, in whatever layout and encoding the file is; what cannot be used is
named with its line.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from recordpick.codelist_import.cluster_map import cluster_map, needed_lists, of_year
from recordpick.codelist_import.filled_lists import FilledList, ListImport
from recordpick.codelist_import.importing import years_of
from recordpick.codelist_import.made_up import clusters_made_up, demonstration_lists
from recordpick.errors import UserError

Plan = Callable[..., ListImport]
Write = Callable[..., Path]
Rows = list[Sequence[str]]


def lists(found: ListImport) -> dict[str, FilledList]:
    return {one.name: one for one in found.lists}


def is_accounted_for(found: ListImport, rows: int) -> bool:
    """Whether the sentence on the rows adds up, and has that many."""
    numbers = [
        int(word.replace(",", "")) for word in found.rows_in_words.split() if word[0].isdigit()
    ]
    read, used, left, rejected = numbers
    return read == rows == used + left + rejected


def test_one_command_fills_every_list_that_rules_name(official: Path, plan: Plan) -> None:
    """From one content file and lists of one's own; with the codes of the demonstration."""
    found = plan(official)
    assert sorted(lists(found)) == sorted(needed_lists())
    assert all(one.is_filled for one in found.lists)
    for name, codes in demonstration_lists().items():
        assert set(codes) <= set(lists(found)[name].codes), name


def test_the_lists_are_what_the_map_says(official: Path, plan: Plan) -> None:
    """Compared with the file read by csv alone, by the description of the map."""
    with next(official.glob("*.csv")).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = lists(plan(official))
    for name, of in of_year(cluster_map(), 2026).items():
        exact = [row for row in of if row.cluster.endswith("_COD") and "*" not in row.cluster]
        if len(exact) != len(of):
            continue
        expected = {
            row["SNOMED_code"]
            for row in rows
            for source in exact
            if row["Cluster_ID"] == source.cluster
            and source.term_has in row["SNOMED_code_description"].casefold()
        }
        assert set(found[name].codes) == expected, name


def test_every_row_is_used_or_not_needed_or_rejected(official: Path, plan: Plan) -> None:
    """The sum is that of the files' lines without their headers."""
    files = list(official.rglob("*.csv"))
    total = sum(len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in files)
    assert is_accounted_for(plan(official), total)


LAYOUTS: dict[str, tuple[str, Callable[[Sequence[str]], list[str]]]] = {
    "older names": (
        "Cluster_ID,Cluster_description,SNOMED_concept_ID,SNOMED_concept_description,Refset_ID,Ruleset",
        list,
    ),
    "by output": (
        "Output_ID,Cluster_ID,Cluster_Description,SNOMED_code,SNOMED_code_description,PCD_Refset_ID",
        lambda row: ["AF006", *row[:5]],
    ),
    "TRUD": (
        (
            "Cluster_ID,Cluster_Desc,Active_in_Refset,Refset_Status_Date,RefsetId,ConceptId,"
            "ConceptId_Description,Active_Code_Status"
        ),
        lambda row: [row[0], row[1], "1", "20260512", row[4], row[2], row[3], "1"],
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [(",", "utf-8-sig"), ("\t", "utf-16"), (",", "cp1252"), ("\t", "utf-8")],
)
def test_layouts_and_encodings_give_the_same_lists(
    rows: Rows, write: Write, plan: Plan, layout: str, delimiter: str, encoding: str
) -> None:
    """Old and new columns, comma or tab, UTF-8, UTF-16 or Windows-1252."""
    header, change = LAYOUTS[layout]
    path = write(
        [header.split(","), *map(change, rows[1:])], delimiter=delimiter, encoding=encoding
    )
    found = plan(path)
    expected = plan(write(rows, "x/20260521 plain.csv"))
    assert {n: one.codes for n, one in lists(found).items()} == {
        n: one.codes for n, one in lists(expected).items()
    }
    assert is_accounted_for(found, len(rows) - 1)


def test_rows_that_repeat_a_code_are_not_needed(rows: Rows, write: Write, plan: Plan) -> None:
    """The variant by output has each code once for each output."""
    once, twice = plan(write(rows)), plan(write([*rows, *rows[1:]], "20260521_b.csv"))
    assert twice.used == once.used
    assert is_accounted_for(twice, 2 * (len(rows) - 1))


def test_codes_that_left_a_set_are_not_used_and_retired_ones_are(
    write: Write, plan: Plan, codes: list[str]
) -> None:
    """A retired code stays in old records, so its list keeps it, and says so."""
    header = "Cluster_ID,ConceptId,ConceptId_Description,Active_in_Refset,Active_Code_Status"
    path = write(
        [
            header.split(","),
            ["AFIB_COD", codes[0], "A", "1", "1"],
            ["AFIB_COD", codes[1], "B", "0", "1"],
            ["AFIB_COD", codes[2], "C", "1", "0"],
        ]
    )
    af = lists(plan(path))["af"]
    assert set(af.codes) == {codes[0], codes[2]}
    assert "1 retired code kept" in af.says


def test_reference_sets_by_number_take_the_clusters_name(
    write: Write, plan: Plan, codes: list[str], tmp_path: Path
) -> None:
    """A SNOMED CT release has only numbers; a cluster file or one's own map has the names."""
    rf2 = write(
        [
            ["id", "effectiveTime", "active", "moduleId", "refsetId", "referencedComponentId"],
            ["u1", "20260501", "1", "m", codes[9], codes[0]],
            ["u2", "20260501", "0", "m", codes[9], codes[1]],
            ["u3", "20260501", "1", "m", codes[8], codes[2]],
        ],
        "der2_Refset_SimpleSnapshot_GB1000000_20260501.txt",
        delimiter="\t",
    )
    cluster = write(
        [
            ["Cluster_ID", "SNOMED_code", "PCD_Refset_ID"],
            ["AFIB_COD", codes[3], f"^{codes[9]}"],
        ],
        "20260521.csv",
    )
    with pytest.raises(UserError, match="AFIB_COD is also in"):
        plan(rf2, cluster)
    own = write([["list", "cluster"], ["af", codes[9]]], "map.csv")
    found = plan(rf2, own=own)
    assert set(lists(found)["af"].codes) == {codes[0]}
    assert is_accounted_for(found, 3)
    assert found.not_needed == {codes[8]: 1}


def test_a_snomed_ct_release(write: Write, plan: Plan, codes: list[str], tmp_path: Path) -> None:
    """Full and snapshot agree: of a member's states the newest counts; other files are not used."""
    header = ["id", "effectiveTime", "active", "moduleId", "refsetId", "referencedComponentId"]
    states = [
        ["u1", "20250101", "1", "m", codes[9], codes[0]],
        ["u2", "20250101", "1", "m", codes[9], codes[1]],
        ["u2", "20260101", "0", "m", codes[9], codes[1]],
        ["u3", "20250101", "0", "m", codes[9], codes[2]],
        ["u3", "20260101", "1", "m", codes[9], codes[2]],
    ]
    name = "Refset/Content/der2_Refset_Simple{}_GB1000000_20260501.txt"
    newest = [states[0], states[2], states[4]]
    for kind, rows in {"Full": states, "Snapshot": newest, "Delta": states[3:]}.items():
        write([header, *rows], f"release/{kind}/{name.format(kind)}", delimiter="\t")
    language = [*header, "acceptabilityId"]
    write(
        [language, [*states[0], "1"]], "release/der2_cRefset_Language_20260501.txt", delimiter="\t"
    )
    concepts = ["id", "effectiveTime", "active", "moduleId", "definitionStatusId"]
    write([concepts, states[0][:5]], "release/sct2_Concept_20260501.txt", delimiter="\t")
    described = ["id", "effectiveTime", "active", "moduleId", "conceptId", "term"]
    write(
        [
            described,
            ["d1", "20260101", "1", "m", codes[0], "A short one"],
            ["d2", "20200101", "1", "m", codes[0], "A full one (finding)"],
            ["d3", "20260101", "0", "m", codes[0], "An old one (finding)"],
        ],
        "release/sct2_Description_20260501.txt",
        delimiter="\t",
    )
    own = write([["list", "cluster"], ["af", codes[9]]], "map.csv")
    found = plan(tmp_path / "release", own=own)
    assert lists(found)["af"].codes[codes[0]] == "A full one (finding)"
    assert set(lists(found)["af"].codes) == {codes[0], codes[2]}
    assert len(found.not_used) == 3
    assert is_accounted_for(found, len(states) + len(newest))


FORMS: dict[str, str] = {
    "asthma.csv": "code,term\n{},One\n",
    "Asthma.tsv": "code\tname\n{}\tOne\n",
    "nhsd-primary-care-domain-refsets-ast_cod.csv": "code,term\n{},One\n",
    "nhsd-primary-care-domain-refsets-rev_cod-20260630 (1).csv": "code,term\n{},One\n",
    "nhs-drug-refsets-asttrt_cod.csv": "dmd_type,dmd_id,dmd_name,bnf_code\nVMP,{},One,0301\n",
    "asthma_drugs.csv": "type,id,bnf_code,nm,ddd\nvmp,{},0301,One,\n",
    "asthma_review.csv": "CTV3ID,snomedct_id,name\nXE2Y4,{},One\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_lists_of_one_file_each(tmp_path: Path, plan: Plan, codes: list[str], name: str) -> None:
    """OpenCodelists downloads in their forms, and our own: by the name of the list or cluster."""
    (tmp_path / name).write_text(FORMS[name].format(codes[0]), encoding="utf-8")
    filled = [one for one in plan(tmp_path, year=2026).lists if codes[0] in one.codes]
    assert {"One"} == {one.codes[codes[0]] for one in filled}
    assert any(one.name.startswith("asthma") for one in filled)


def test_a_list_of_ones_own_is_used_in_place_of_a_cluster(
    official: Path, tmp_path: Path, plan: Plan, codes: list[str]
) -> None:
    """It is named after the list, so it is meant."""
    own = tmp_path / "af.csv"
    own.write_text(f"code,term\n{codes[0]},Ours\n", encoding="utf-8")
    assert lists(plan(official, own))["af"].codes == {codes[0]: "Ours"}


def test_what_no_file_has_says_why(write: Write, plan: Plan, codes: list[str]) -> None:
    """Which cluster is not there; that none is known; that it comes from the dm+d."""
    found = lists(plan(write([["Cluster_ID", "SNOMED_code"], ["AFIB_COD", codes[0]]])))
    assert found["asthma"].reason == "the files have no cluster AST_COD"
    assert "no cluster is known publicly" in found["safeguarding"].reason
    assert "dm+d" in found["controlled_drugs"].reason
    assert found["blood_pressure"].is_filled
    assert not found["asthma"].codes


def test_the_year_is_that_of_the_file(rows: Rows, write: Write, plan: Plan) -> None:
    """Unless it is given; a file of another year is refused, and says what to do."""
    assert plan(write(rows)).year == 2026
    early = write(rows, "20260314_content.csv")
    assert (plan(early).year, plan(early, year=2025).year) == (2026, 2025)
    with pytest.raises(UserError, match="of 21 May 2026, for QOF 2026/27, and the lists are to be"):
        plan(write(rows), year=2025)
    with pytest.raises(UserError, match="do not say of which day they are"):
        plan(write(rows, "content.csv"))
    assert plan(write(rows, "content.csv"), year=2025).year == 2025


def test_years_of_a_day() -> None:
    """Reference sets for a year are published from January before it."""
    assert years_of(date(2026, 3, 31)) == (2025, 2026)
    assert years_of(date(2026, 4, 1)) == (2026,)
    assert years_of(date(2026, 12, 31)) == (2026,)


def test_clusters_of_the_year(plan: Plan, write: Write, codes: list[str]) -> None:
    """The same file fills the COPD list from other clusters for another year."""
    of = {cluster: codes[n] for n, cluster in enumerate(("COPD_COD", "COPDDIAG_COD"))}
    path = write([["Cluster_ID", "SNOMED_code"], *of.items()], "20260201.csv")
    assert set(lists(plan(path, year=2025))["copd"].codes) == {of["COPD_COD"]}
    assert set(lists(plan(path, year=2026))["copd"].codes) == {of["COPDDIAG_COD"]}


def test_version_and_day_of_a_release(rows: Rows, write: Write, plan: Plan) -> None:
    """From the names of the release's folder."""
    path = write(rows, "uk_sct2pc_60.0.0_20260630000001Z/Supporting/Cluster_Refset.csv")
    assert plan(path).release_in_words == "v60.0.0, 30 Jun 2026 · QOF 2026/27"


def test_the_made_up_file_has_every_cluster() -> None:
    """Of both years, so that every row of the map is tried."""
    for year in (2025, 2026):
        made = clusters_made_up(year)
        for rows in of_year(cluster_map(), year).values():
            for row in rows:
                assert not row.cluster.endswith("_COD") or any(map(row.takes, made)), row

"""The page that the lead clinician signs: complete, correct, and not to be read as more."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from recordpick.data_checking.progress import progress
from recordpick.data_checking.sample_statement import in_words
from recordpick.data_checking.sign_off import (
    WIDTH,
    SourceLimits,
    sign_off,
    sign_off_pdf,
    sign_off_text,
    source_limits,
    state_of_work,
)
from recordpick.document import as_text
from recordpick.index.practice_index import PracticeIndex
from recordpick.picking.assurance import assurance
from recordpick.selection.results import OUTCOMES
from recordpick.selection.working_file import WorkingFile
from small_checking import Checking

NOW = datetime(2026, 11, 2, 16, 30, tzinfo=UTC)
DOSE = ("different", "dose: ½ tablet\nnot 1 tablet", "low", "ANB", date(2026, 10, 12))
GONE = ("not there", "=the letter", "high", "JD", date(2026, 10, 13))


@pytest.fixture
def checking(file: WorkingFile) -> Checking:
    return Checking(file)


def page(checking: Checking, limits: SourceLimits = SourceLimits()) -> str:  # noqa: B008
    return sign_off_text(checking.file, limits, NOW).decode()


def unbroken(checking: Checking, limits: SourceLimits = SourceLimits()) -> str:  # noqa: B008
    """Give the page in lines so wide that no cell is broken."""
    return " ".join(" ".join(as_text(sign_off(checking.file, limits, NOW), 1000)).split())


def test_the_page_says_what_was_checked_found_and_is_open(checking: Checking) -> None:
    """Each open issue is on it with its severity, criterion by title, record and phase."""
    checking.take_in("first check", {("BRO-01", "007"): DOSE, ("DEM-03", "102"): GONE})
    checking.take_in("recheck", {("BRO-01", "007"): ("same", "", "", "ANB")})
    text = unbroken(checking)
    assert "2 issues: 1 open, 1 resolved" in text
    assert "! 1 issue: 1 high." in text
    for part in ("2", "high", "DEM-03 No NHS number", "1", "not there: =the letter", "first check"):
        assert part in text.partition("WHAT IS OPEN")[2].partition("WHAT WAS NOT")[0]
    assert "patient records finished. Checked by: ANB (1), JD (1)." in text
    assert "First check: no result for 3 lines: BRO-01 (1), Random (2)." in text
    for role in ("Lead clinician", "Clinical safety officer"):
        assert role in text
    assert state_of_work(checking.file) in text


def test_an_area_s_lines_are_all_in_its_row(checking: Checking) -> None:
    """Lines = each kind of result + those without a result, for each area and phase."""
    checking.take_in("first check", {("BRO-01", "007"): DOSE, ("BRO-01", "102"): ("same",)})
    text = page(checking)
    rows = {}
    for line in text.partition("by area:")[2].partition("RANDOM RECORDS")[0].splitlines():
        cells = line.split()
        if len(cells) > 6 and cells[-1].isdecimal():
            rows[cells[0]] = [int(cell) for cell in cells[-7:]]
    assert rows == {
        "Demographics": [1, 0, 0, 0, 0, 1, 0],
        "Browse": [2, 1, 1, 0, 0, 0, 1],
        "Random": [2, 0, 0, 0, 0, 2, 0],
    }
    assert sum(row[0] for row in rows.values()) == len(progress(checking.file)[0].lines)
    assert all(row[0] == sum(row[1 : len(OUTCOMES) + 2]) for row in rows.values())


def test_every_criterion_is_there_by_its_title(checking: Checking) -> None:
    checking.take_in("first check", {("BRO-01", "007"): DOSE})
    criteria = unbroken(checking).partition("THE CRITERIA")[2]
    for criterion in checking.file.pack.criteria:
        assert f"{criterion.id} {criterion.title}" in criteria
    assert "BRO-01 Anyone 2 of 2 1 of 2 1" in criteria
    assert "DOC-01 Absent attachment 0 of 2 – 0" in criteria


def test_what_the_source_does_not_hold_is_said(checking: Checking, index: PracticeIndex) -> None:
    """Or that it is not known: silence would be read as "everything was looked for"."""
    limits = source_limits(checking.file, index)
    text = unbroken(checking, limits)
    assert "Appointments" in text.partition("has none of these")[2]
    assert "DOC-01 Absent attachment The index has no table documents" in text
    assert "holds what the criteria ask for" in unbroken(checking)
    unknown = unbroken(checking, SourceLimits(not_known="The folder is gone."))
    assert "! What the source of the current system does not hold is not known here" in unknown
    assert "The folder is gone." in unknown


def test_the_page_fits_on_paper_and_names_no_patient(checking: Checking) -> None:
    """Whoever files it in the practice's papers files no patient numbers."""
    long = ("different", "word " * 400, "high", "ANB")
    checking.take_in("first check", {("BRO-01", "007"): long, (None, checking.random[0]): long})
    text = page(checking)
    assert max(map(len, text.split("\r\n"))) <= WIDTH
    assert "007" not in text.replace(checking.file.head, "")
    assert text.count("\n") == text.count("\r\n")


def test_before_anything_was_checked_the_page_says_so(checking: Checking) -> None:
    text = page(checking)
    for sentence in ("Nothing yet", "No issue was noted.", "No random records were checked"):
        assert sentence in text


def test_no_conclusion_is_drawn_before_every_random_record_is_judged(checking: Checking) -> None:
    """And never from records that somebody chose."""
    one, two = checking.random
    checking.take_in("first check", {("BRO-01", "007"): ("same",), (None, one): ("same",)})
    assert "1 of 2 random records were judged in the first check" in unbroken(checking)
    checking.take_in("first check", {(None, two): ("not applicable", "", "", "ANB")})
    assert "no conclusion is drawn" in unbroken(checking)
    checking.take_in("first check", {(None, two): ("same", "", "", "ANB")})
    text = unbroken(checking)
    assert "2 records of 6 were drawn at random" in text
    assert "no difference was found in any of them" in text
    assert "What it does not show: that the other 4 records are the same." in text
    checking.take_in("first check", {(None, two): DOSE})
    assert "a difference was found in 1" in unbroken(checking)


@given(st.data())
def test_the_bound_s_words_say_what_the_hypergeometric_distribution_says(
    data: st.DataObject,
) -> None:
    """So many would be noticed in 95 of 100 draws; one fewer would not."""
    from scipy.stats import hypergeom  # a second in each process that collects this module

    population = data.draw(st.integers(2, 3000))
    sample = data.draw(st.integers(1, min(population, 60)))
    faults = data.draw(st.integers(0, min(sample, 4)))
    words = " ".join(in_words(assurance(population, sample, faults), "in the recheck"))
    if "What this shows" not in words:
        assert sample == population or "too few" in words
        return
    shown = int(words.partition("if ")[2].split()[0].replace(",", ""))
    at_most = int(words.partition("As many as ")[2].split()[0].replace(",", ""))
    assert at_most == shown - 1
    if shown <= population:
        assert hypergeom.cdf(faults, population, shown, sample) <= 0.05 + 1e-9
    assert hypergeom.cdf(faults, population, at_most, sample) > 0.05 - 1e-9


def test_lines_about_which_people_disagree_are_named_and_count_nowhere(checking: Checking) -> None:
    """Nothing counts there before one result is chosen: the line has no result yet."""
    checking.take_in("first check", {("BRO-01", "007"): ("same", "", "", "ANB")})
    checking.take_in("first check", {("BRO-01", "007"): ("different", "dose", "low", "JD")})
    text = unbroken(checking)
    assert "! First check: people disagree about 1 line. Nothing counts there" in text
    row = next(line for line in page(checking).split("\r\n") if line.startswith("Browse"))
    assert row.split()[1:7] == ["2", "0", "0", "0", "0", "2"]


def test_a_text_from_a_workbook_stays_within_its_line(checking: Checking) -> None:
    checking.take_in("first check", {("BRO-01", "007"): ("different", "one\n\nWHO SIGNS\ntwo")})
    assert page(checking).count("\nWHO SIGNS") == 1


def test_each_page_of_the_pdf_has_its_number_and_the_state_of_the_work(checking: Checking) -> None:
    """So a sheet that was swapped for one of another print is noticed."""
    long = ("different", "Kocaoğlu, Nguyễn: " + "a long difference " * 20, "high", "ANB")
    checking.take_in(
        "first check",
        {("BRO-01", "007"): long, ("BRO-01", "102"): long, ("DEM-03", "102"): long},
    )
    limits = SourceLimits(criteria=(("DOC-01", "It lacks documents. " * 120),))
    content = sign_off_pdf(checking.file, limits, NOW)
    assert content == sign_off_pdf(checking.file, limits, NOW)
    pages = [one.extract_text() for one in PdfReader(io.BytesIO(content)).pages]
    assert len(pages) > 1
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert checking.file.head in text
        assert "SYNTHETIC DATA" in text
    whole = " ".join(" ".join(pages).split())
    assert "Kocaoğlu, Nguyễn" in whole
    assert "Clinical safety officer" in whole
    assert "may not [ ] go live" in pages[-1]
    assert "Lead clinician" in pages[-1]


def test_without_its_index_the_command_still_writes_the_page(
    checking: Checking, index: PracticeIndex, tmp_path, run_command
) -> None:
    """It says on the page that what the source lacks is not known."""
    checking.file.close()
    command = ["issues", "sign-off", str(checking.file.path), "--out"]
    assert run_command(*command, str(tmp_path / "a.txt"))[0] == 0
    assert "has none of these" in (tmp_path / "a.txt").read_text(encoding="utf-8")
    shutil.rmtree(index.folder)
    code, _, err = run_command(*command, str(tmp_path / "b.pdf"))
    assert (code, "not known what the source lacks" in err) == (0, True)
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF-")
    code, _, err = run_command(*command, str(tmp_path / "c.docx"))
    assert (code, "ends in .pdf or .txt" in err) == (2, True)
    code, _, err = run_command(*command, str(tmp_path / "d.pdf"), "--index", str(tmp_path / "no"))
    assert (code, (tmp_path / "d.pdf").exists()) == (2, False)

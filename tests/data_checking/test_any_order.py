"""Screen, copies and workbook in any order lead to the same results, log, progress and page."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from checked_files import ANN, START, TODAY, ticking
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.data_checking.checking_copies import import_preview, make_copy, preview_copy
from recordpick.data_checking.import_results import preview_of
from recordpick.data_checking.issue_log import issue_log
from recordpick.data_checking.issued_lists import list_ids
from recordpick.data_checking.keep_result import keep_entry, make_entry
from recordpick.data_checking.phase_lines import phase_lines
from recordpick.data_checking.progress import progress, progress_table
from recordpick.data_checking.sign_off import SourceLimits, sign_off_text, state_of_work
from recordpick.data_checking.workbook import parse_workbook
from recordpick.selection.results import Entry
from recordpick.selection.working_file import WorkingFile

FIRST = "first check"
LINES = [("A-1", "P01"), ("A-1", "P07"), ("A-2", "P00"), ("B-1", "P02"), (None, "P14")]
SAYS = [("same", "", ""), ("different", "dose", "low"), ("not there", "", "high")]
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@dataclass(frozen=True)
class Judgement:
    """What one person found on one line, and where they write it down."""

    where: str
    line: tuple[str | None, str]
    says: tuple[str, str, str]


PEOPLE = {"screen": "AB", "copy": "CD", "other copy": "EF", "workbook": "GH"}
JUDGEMENTS = st.lists(
    st.builds(
        Judgement,
        st.sampled_from(list(PEOPLE)),
        st.sampled_from(LINES),
        st.sampled_from(SAYS),
    ),
    max_size=12,
)


class Practice:
    """One practice's file, two checking copies and a workbook that grows."""

    def __init__(self, folder: Path, made: Path) -> None:
        self.path = folder / "ours.recordpick"
        shutil.copyfile(made, self.path)
        self.file = WorkingFile.open(self.path, ANN, now=ticking())
        patients = [one.patient_id for one in phase_lines(self.file, FIRST).records]
        self.copies = {}
        for name in ("copy", "other copy"):
            out = folder / f"{PEOPLE[name]}.recordpick"
            make_copy(self.file, out, FIRST, PEOPLE[name], patients)
            self.copies[name] = WorkingFile.open(out, ANN, now=ticking())
        self.rows: dict[tuple[str | None, str], tuple[str, str, str]] = {}
        self.imports = 0

    def close(self) -> None:
        for one in (self.file, *self.copies.values()):
            one.close()

    def judge(self, judgement: Judgement) -> None:
        if judgement.where == "workbook":
            self.rows[judgement.line] = judgement.says
            return
        file = self.copies.get(judgement.where, self.file)
        lines = phase_lines(file, FIRST)
        outcome, differs, severity = judgement.says
        keep_entry(
            file,
            lines,
            make_entry(
                lines.line(*judgement.line),
                outcome,
                PEOPLE[judgement.where],
                TODAY,
                differs=differs,
                severity=severity,
            ),
        )

    def bring(self, what: str) -> None:
        """Import a copy or the workbook as it is now."""
        if what == "workbook":
            if self.rows:
                self._import_workbook()
        elif what in self.copies:
            import_preview(self.file, preview_copy(self.file, self.copies[what].path))

    def _import_workbook(self) -> None:
        self.imports += 1
        lines = phase_lines(self.file, FIRST)
        rows = [["Line", "Patient no.", "Result", "What differs", "Severity", "Initials", "Date"]]
        for line, (outcome, differs, severity) in self.rows.items():
            number = lines.line(*line).line
            rows.append([str(number), line[1], outcome, differs, severity, "GH", "02/11/2026"])
        start = [["List", list_ids(self.file)[-1]], ["Phase", FIRST]]
        book = parse_workbook("gh.xlsx", f"{self.imports:064x}", {"Start": start, "Mine": rows})
        preview = preview_of(self.file, book)
        assert preview.not_imported == ()
        self.file.import_results(preview.filled)

    def outcome(self) -> tuple[object, ...]:
        """Results, disagreements, log, progress and page, without what an order may change."""
        selection = self.file.selection
        results = {key: one.entry.says for key, one in selection.results.items()}
        disagree = {
            key: {(who, one.entry.says) for who, one in judged}
            for key, judged in selection.settled.disagreements.items()
        }
        # A fault that was imported before it was corrected keeps its number, as withdrawn.
        log = issue_log(selection, self.file.pack).drop("issue").sort("line")
        counts = log.filter(log["status"] != "withdrawn").rows()
        text = " ".join(sign_off_text(self.file, SourceLimits(), START).decode().split())
        text = text.replace(state_of_work(self.file), "")
        head, _, rest = text.partition("WHAT WAS FOUND")
        _, _, after = rest.partition("WHAT WAS NOT CHECKED")
        counted = (head, after)  # what is open names issues by number, in the order found
        return results, disagree, counts, progress_table(progress(self.file)), counted


def expected(judgements: Sequence[Judgement]) -> dict[tuple[str | None, str], object]:
    """What plain Python says: each person's last judgement; one answer, or a disagreement."""
    last: dict[tuple[str | None, str], dict[str, tuple[str, str, str]]] = {}
    for one in judgements:
        last.setdefault(one.line, {})[one.where] = one.says
    return {
        line: next(iter(set(said.values()))) if len(set(said.values())) == 1 else "disagree"
        for line, said in last.items()
    }


@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(judgements=JUDGEMENTS, data=st.data())
def test_whatever_the_order_the_results_are_the_same(made, judgements, data):
    """Copies and the workbook are brought in at any time; each person's own order is kept."""
    outcomes = []
    for turn in range(2):
        by_person = {name: [one for one in judgements if one.where == name] for name in PEOPLE}
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            practice = Practice(Path(folder), made)
            try:
                left = [name for name, of in by_person.items() for _ in of]
                order = left if turn == 0 else data.draw(st.permutations(left), label="order")
                for name in order:
                    practice.judge(by_person[name].pop(0))
                    if turn and name != "screen" and data.draw(st.booleans(), label="import now"):
                        practice.bring(name)
                for name in PEOPLE if turn == 0 else data.draw(st.permutations(list(PEOPLE))):
                    practice.bring(name)
                outcomes.append(practice.outcome())
            finally:
                practice.close()
    assert outcomes[0] == outcomes[1]
    results, disagree = outcomes[0][0], outcomes[0][1]
    found = {key[1:]: says for key, says in results.items()}
    found |= {key[1:]: "disagree" for key in disagree}
    assert found == expected(judgements)


@pytest.mark.parametrize("where", list(PEOPLE))
def test_each_way_alone_says_the_same(made, tmp_path, where):
    """One line judged on screen, in a copy or in a workbook gives the same result and log."""
    practice = Practice(tmp_path, made)
    practice.judge(Judgement(where, ("A-1", "P01"), SAYS[1]))
    practice.bring(where)
    (result,) = practice.file.selection.results.values()
    assert result.entry == Entry(
        *("A-1", "P01", result.entry.line, result.entry.record, "different", "dose", "low"),
        PEOPLE[where],
        TODAY,
    )
    practice.close()

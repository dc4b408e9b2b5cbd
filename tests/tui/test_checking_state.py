"""What the checking screen calls finished is what counts, whoever gave it and wherever."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples import examples

sys.path.insert(0, str(Path(__file__).parents[1] / "data_checking"))
from checked_files import ANN, TODAY, make_handed_over, ticking

from recordpick.data_checking.checking_copies import import_preview, make_copy, preview_copy
from recordpick.data_checking.keep_result import keep_entry, make_entry
from recordpick.data_checking.phase_lines import is_settled, phase_lines
from recordpick.data_checking.record_areas import AREA_NAMES
from recordpick.index.practice_index import open_index
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.checking_state import Checking

FIRST = "first check"
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
SAID = st.tuples(
    st.sampled_from(["here", "copy"]),
    st.sampled_from(["AB", "CD"]),
    st.sampled_from([AREA_NAMES, AREA_NAMES[:6], AREA_NAMES[6:], AREA_NAMES[3:4], ("",)]),
    st.sampled_from(["same", "same", "different", "not applicable"]),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_handed_over(tmp_path_factory.mktemp("state") / "made")


def judge(file, by, areas, outcome):
    lines = phase_lines(file, FIRST)
    for area in areas:
        line = lines.line(None, "P14")
        keep_entry(file, lines, make_entry(line, outcome, by, TODAY, area=area))


@settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(said=st.lists(SAID, min_size=1, max_size=5))
def test_a_random_record_is_finished_on_the_screen_when_it_is_settled(made, said):
    """Else it would never be finished, or called finished while people disagree about it."""
    index = open_index(made.parent / "index")
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        path, out = Path(folder) / "ours.recordpick", Path(folder) / "copy.recordpick"
        shutil.copyfile(made, path)
        with WorkingFile.open(path, ANN, now=ticking()) as file:
            make_copy(file, out, FIRST, "CD", ["P14"])
            with WorkingFile.open(out, ANN, now=ticking()) as copy:
                for where, by, areas, outcome in said:
                    judge(copy if where == "copy" else file, by, areas, outcome)
            import_preview(file, preview_copy(file, out))
            line = phase_lines(file, FIRST).line(None, "P14")
            for initials in ("AB", "CD", "EF"):
                checking = Checking(file, index, FIRST, initials, lambda: TODAY)
                record = checking.lines.record_of("P14")
                assert (checking.left_of(record) == 0) == is_settled(file, FIRST, line)

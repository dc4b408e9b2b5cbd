"""Damaged extracts: a sentence, or rows set aside; never a traceback, never a row lost."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index

import emis_extracts as emis
import systmone_extracts as systmone
import vision_extracts as vision


def write_emis(folder):
    emis.write_extract(
        folder,
        Admin_Patient=[emis.patient(n) for n in range(1, 5)],
        CareRecord_Observation=[emis.entry(10 + n, 1 + n % 4, Value="5") for n in range(6)],
        CareRecord_Problem=[emis.problem(10, 1)],
        Prescribing_DrugRecord=[emis.drug(21, 1)],
        Prescribing_IssueRecord=[emis.issue(31, 1, 21, "2026-01-01")],
    )


def write_systmone(folder):
    systmone.write_extract(
        folder,
        SRPatient=[systmone.patient(n, Surname="Müller") for n in range(1, 5)],
        SRCode=[systmone.code(10 + n, 1 + n % 4) for n in range(6)],
        SRProblem=[systmone.row(41, 1, IDCode="10")],
        SRPatientRegistration=[systmone.row(51, 1, DateRegistration="01 Jan 2020 00:00:00")],
    )


def write_vision(folder):
    vision.write_extract(
        folder,
        Patient=[vision.patient(n) for n in range(1, 5)],
        Journal=[vision.entry(10 + n, 1 + n % 4) for n in range(6)],
        Referral=[{"PID": "1", "ID": "7", "DATE": "20200101"}],
    )


WRITERS = {"emis": write_emis, "systmone": write_systmone, "vision": write_vision}
PIECES = st.sampled_from(
    [b'"', b'""', b"\x00", b"\n", b"\r", b"\r\n", b",", b",,", b";", b"\xff", b"\x81", b"\xc3\xa9",
     b"\xef\xbb\xbf", b"'", b" ", b"2020-02-30", b"9" * 40, b"NaN", b"TRUE", b"{", b"x" * 3000]
)  # fmt: skip
DAMAGE = st.one_of(
    st.tuples(st.just("cut"), st.floats(0, 1)),
    st.tuples(st.just("insert"), st.floats(0, 1), PIECES),
    st.tuples(st.just("replace"), st.floats(0, 1), PIECES),
    st.tuples(st.just("first line only"), st.just(0)),
    st.tuples(st.just("lines again"), st.just(0)),
    st.tuples(st.just("without a column"), st.integers(0, 30)),
    st.tuples(st.just("a column twice"), st.integers(0, 30)),
)


def damaged(data, damage):
    """Apply one sort of damage to a file."""
    what, where, *more = damage
    lines = data.split(b"\n")
    if what == "cut":
        return data[: int(len(data) * where)]
    if what in {"insert", "replace"}:
        at = int(len(data) * where)
        return data[:at] + more[0] + data[at + (len(more[0]) if what == "replace" else 0) :]
    if what == "first line only":
        return lines[0] + b"\n"
    if what == "lines again":
        return data + data
    cells = [line.split(b",") for line in lines]
    change = {"without a column": lambda row: row[:where] + row[where + 1 :]}.get(
        what, lambda row: row[: where + 1] + row[where : where + 1] + row[where + 1 :]
    )
    return b"\n".join(b",".join(change(row)) for row in cells)


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=examples(8), deadline=None)
@given(st.data())
def test_damage_is_reported_or_rejected(name, data):
    """Whatever happens to a file, every row of an index that is made is accounted for."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "extract"
        WRITERS[name](folder)
        path = data.draw(st.sampled_from(sorted(folder.iterdir())))
        content = path.read_bytes()
        for damage in data.draw(st.lists(DAMAGE, min_size=1, max_size=3)):
            content = damaged(content, damage)
        path.write_bytes(content)
        try:
            index = build_index([folder], Path(temporary) / "index")
        except UserError:
            return
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        for count in index.manifest.files:
            found = count.rows_indexed + count.rows_rejected + count.rows_deleted
            assert count.rows_read == found
        if b'"' not in content and b"\r" not in content.replace(b"\r\n", b"\n"):
            filled = sum(bool(line.strip(b"\r\xef\xbb\xbf")) for line in content.split(b"\n"))
            read = sum(c.rows_read for c in index.manifest.files if c.file == path.name)
            if read:
                assert read == filled - (name != "vision")

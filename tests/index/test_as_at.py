"""The as-at date: where it is found, and that the one date reaches every rule that asks for it.

`emis_extracts`, `systmone_extracts` and `vision_extracts` write small extracts of each system.
"""

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.cli.main import main
from recordpick.errors import UserError
from recordpick.index.as_at import day_in_name, today
from recordpick.index.build.build_index import build_index
from recordpick.index.readers.registry import questions_about
from recordpick.index.source import Answers

import emis_extracts as emis
import systmone_extracts as systmone
import vision_extracts as vision
from emis_extracts import rows_of

DAY = date(2026, 10, 1)


def made_of(*sources, **more):
    """Index sources beside the first of them."""
    return build_index(list(sources), sources[0].with_name("index"), **more)


def systmone_extract(folder, as_at="20261001_0200"):
    """A patient registered until 2030, a repeat until 2027, a problem until 2028, an address."""
    systmone.write_extract(
        folder,
        SRPatient=[systmone.patient(1)],
        SRPatientRegistration=[
            systmone.row(
                31,
                1,
                DateRegistration="01 Jan 2010 00:00:00",
                DateDeRegistration="31 Dec 2030 00:00:00",
                RegistrationStatus="GMS",
            )
        ],
        SRCode=[systmone.code(11, 1)],
        SRProblem=[systmone.row(41, 1, IDCode="11", DateEnd="01 Jan 2028 00:00:00")],
        SRRepeatTemplate=[
            systmone.row(
                51,
                1,
                DateMedicationTemplateStart="01 Sep 2026 00:00:00",
                DateMedicationTemplateEnd="01 Sep 2027 00:00:00",
            )
        ],
        SRPatientAddressHistory=[
            systmone.row(
                61, 1, DateTo="01 Jan 2029 00:00:00", NameOfTown="Leeds", AddressType="Home"
            )
        ],
    )
    (folder / "SRManifest.csv").unlink()
    if as_at:
        systmone.write_manifest(folder, as_at)
    return folder


def vision_extract(folder, end="2026-10-01-000500"):
    """The same of Vision."""
    vision.write_extract(
        folder,
        end=end,
        Patient=[vision.patient(1, REGISTERED_DATE="20100101", REMOVED_DATE="20301231")],
        Journal=[
            vision.entry(11, 1, SUBSET="P", END_DATE="20280101"),
            vision.entry(
                51, 1, SUBSET="R", DMD_CODE="322236009", DATE="20260901", END_DATE="20270901"
            ),
        ],
    )
    return folder


def emis_extract(folder, renamed=False):
    """A patient deactivated in 2030, a slot in December 2026."""
    emis.write_extract(
        folder,
        Admin_Patient=[emis.patient(1, DateofDeactivation="2030-12-31")],
        CareRecord_Observation=[emis.entry(11, 1, EnteredDate="2026-09-30")],
        Appointment_Slot=[
            {
                "SlotGuid": emis.guid(71),
                "PatientGuid": emis.guid(1),
                "OrganisationGuid": emis.ORG,
                "AppointmentDate": "2026-12-01",
                "Deleted": "FALSE",
                "ProcessingId": "1",
            }
        ],
    )
    if renamed:
        for path in list(folder.iterdir()):
            path.rename(folder / f"{'_'.join(path.name.split('_')[1:3])}.csv")
    return folder


def current(index):
    """Give status, and whether medication is current and problems are open, as far as there."""
    (status,) = [row[0] for row in rows_of(index, "patients", "status")]
    open_ones = [row[0] for row in rows_of(index, "events", "problem_status")]
    taken = [row[0] for row in rows_of(index, "medications", "is_active")]
    return status, open_ones, taken


@pytest.mark.parametrize(
    "written",
    ["20261001_0200", "20261001_020000", "01 Oct 2026 02:00:00", "2026-10-01 02:00", "20261001"],
)
def test_systmone_s_manifest_says_the_day_however_it_is_written(tmp_path, written):
    """What has not ended by that day is current."""
    index = made_of(systmone_extract(tmp_path / "extract", written))
    assert index.manifest.as_at == DAY
    assert index.manifest.as_at_from == "SRManifest.csv"
    assert current(index) == ("registered", ["active"], [True])
    assert rows_of(index, "patients", "address") == [("Leeds",)]


@pytest.mark.parametrize("end", ["2026-10-01-000500", "20261001", "20261001000500", "2026-10-01"])
def test_vision_s_file_names_say_the_day(tmp_path, end):
    """As live extracts and the test pack are named."""
    index = made_of(vision_extract(tmp_path / "extract", end))
    assert (index.manifest.as_at, index.manifest.as_at_from) == (DAY, "file names")
    assert current(index) == ("registered", ["active"], [True])


@pytest.mark.parametrize(
    "name",
    [
        "20260901-20261001_{}_20261001020000_0C000000-0000-0000-0000-00000000000C.csv",
        "291_{}_20261001020000_0C000000-0000-0000-0000-00000000000C.csv",
        "{}_20261001.csv",
        "2026-10-01_{}.csv",
        "20261001_{}.csv",
    ],
)
def test_emis_s_file_names_say_the_day(tmp_path, name):
    """By the range or the time of the run, or where a day was put beside the table's name."""
    folder = emis_extract(tmp_path / "extract", renamed=True)
    for path in list(folder.iterdir()):
        path.rename(folder / name.format(path.stem))
    index = made_of(folder)
    assert (index.manifest.as_at, index.manifest.as_at_from) == (DAY, "file names")
    assert rows_of(index, "patients", "status") == [("registered",)]
    assert rows_of(index, "appointments", "status") == [("booked",)]


@pytest.mark.parametrize("make", [systmone_extract, vision_extract])
def test_a_day_that_is_given_reaches_every_rule(tmp_path, make):
    """And holds against the one that the files say, of which there is a warning."""
    index = made_of(make(tmp_path / "extract"), as_at=date(2031, 1, 1))
    assert current(index) == ("left", ["past"], [False])
    assert index.manifest.as_at_from == "given"
    (warning,) = index.manifest.warnings
    assert "The as-at date given is 2031-01-01, but extract is of 2026-10-01" in warning
    assert warning in index.manifest.notes


def test_a_day_that_is_given_reaches_the_rules_of_emis(tmp_path):
    """Also where the files are named by their tables only."""
    folder = emis_extract(tmp_path / "extract", renamed=True)
    before = made_of(folder, as_at=DAY)
    assert rows_of(before, "patients", "status") == [("registered",)]
    assert rows_of(before, "appointments", "status") == [("booked",)]
    after = made_of(folder, as_at=date(2031, 1, 1))
    assert rows_of(after, "patients", "status") == [("left",)]
    assert rows_of(after, "appointments", "status") == [("other",)]


@pytest.mark.parametrize("make", [systmone_extract, vision_extract])
def test_practice_toml_goes_before_what_the_files_say(tmp_path, make):
    """For the rules of the reader too."""
    folder = make(tmp_path / "extract")
    (folder / "practice.toml").write_text("as_at = 2031-01-01\n", encoding="utf-8")
    index = made_of(folder)
    assert (str(index.manifest.as_at), index.manifest.as_at_from) == ("2031-01-01", "practice.toml")
    assert current(index) == ("left", ["past"], [False])


WITHOUT_A_DAY = {
    "emis": lambda folder: emis_extract(folder, renamed=True),
    "systmone": lambda folder: systmone_extract(folder, as_at=""),
    "vision": lambda folder: vision_extract(folder, end="full"),
}


@pytest.mark.parametrize("system", WITHOUT_A_DAY)
def test_a_day_that_nothing_says_is_asked_for(tmp_path, system):
    """With the day of the last entry, before which the export was not made."""
    folder = WITHOUT_A_DAY[system](tmp_path / "extract")
    (question,) = questions_about([folder])
    assert question.about == "as_at"
    assert "On which day was this export made?" in question.asks
    if system == "emis":
        assert "The last entry was made on 30 September 2026" in question.asks
    if system == "systmone":
        assert "The last entry was made on 2 February 2020" in question.asks
    assert questions_about([folder], as_at=DAY) == ()
    assert questions_about([folder], answers=Answers(as_at=DAY)) == ()
    index = made_of(folder, answers=Answers(as_at=DAY))
    assert (index.manifest.as_at, index.manifest.as_at_from) == (DAY, "given")


def test_the_command_says_the_day_and_where_it_was_found(tmp_path, capsys):
    """And warns, where the day that was given is another."""
    folder, out = systmone_extract(tmp_path / "extract"), tmp_path / "out"
    assert main(["index", str(folder), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert f"1 patient in {out}, as at 01 Oct 2026 (SRManifest.csv)." in said.out
    assert "Warning" not in said.err
    assert main(["index", str(folder), "--out", str(out), "--as-at", "2026-09-01"]) == 0
    said = capsys.readouterr()
    assert f"1 patient in {out}, as at 01 Sep 2026 (given)." in said.out
    assert said.err.count("The as-at date given is 2026-09-01, but extract is of 2026-10-01") == 1
    assert main(["index", str(folder), "--out", str(out), "--as-at", "0001-01-01"]) == 2


@pytest.mark.parametrize("system", WITHOUT_A_DAY)
def test_where_nobody_says_the_day_today_is_taken_with_a_warning(tmp_path, system):
    """So that nothing scripted stops; the warning is also among the notes."""
    index = made_of(WITHOUT_A_DAY[system](tmp_path / "extract"))
    assert index.manifest.as_at == today()
    assert index.manifest.as_at_from == "today, as no source says it"
    (warning,) = index.manifest.warnings
    assert warning.startswith("No source gives the date of its records, so today")


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1900, 1, 1), date(9999, 12, 31)])
@pytest.mark.parametrize("make", [systmone_extract, vision_extract, emis_extract])
def test_absurd_days_are_refused(tmp_path, make, day):
    """Whoever says them; nothing is made."""
    folder = make(tmp_path / "extract")
    with pytest.raises(UserError, match="records cannot be as at"):
        made_of(folder, as_at=day)
    assert not (tmp_path / "index").exists()


def test_absurd_days_of_a_manifest_or_a_name_are_none(tmp_path):
    """They are asked for, as where there is none."""
    folder = systmone_extract(tmp_path / "extract", "01 Jan 1900 00:00:00")
    assert [question.about for question in questions_about([folder])] == ["as_at"]
    assert day_in_name("data_extract-99991231.csv") is None
    assert day_in_name("F86007_0C000000.csv") is None


def test_several_sources_are_read_as_at_one_day(tmp_path):
    """That of the first that says one, also for a source before it; the others are named."""
    first = emis_extract(tmp_path / "first", renamed=True)
    second = vision_extract(tmp_path / "second")
    third = tmp_path / "third.csv"
    third.write_text(
        "Last Run: 05-Oct-2026 09:14\nPatient ID,Date of Birth\n99,31/01/1980\n", encoding="utf-8"
    )
    index = made_of(first, second, third, kinds=["emis", "vision", "list"])
    assert index.manifest.as_at == DAY
    (said,) = [note for note in index.manifest.notes if "2026-10-05" in note]
    assert said == (
        "third.csv is of 2026-10-05 (the line “Last Run: 05-Oct-2026 09:14”), second of 2026-10-01 "
        "(file names): 2026-10-01 is used for both."
    )


@pytest.mark.parametrize(
    "above",
    [
        "Last Run: 01-Oct-2026 09:14",
        "Last Run,01/10/2026 09:14",
        "Report date: 2026-10-01",
        "All patients\nRelative Date: 01-Jan-2026\nLast Run: 01 October 2026",
        "Exported on 01/10/2026 by Ann Other",
        "Report run by Dr Ann Other on 01/10/2026 09:14",
        "Report produced: Thursday 1 October 2026",
    ],
)
def test_a_line_above_a_list_says_the_day(tmp_path, above):
    """Nothing is asked then."""
    listed = tmp_path / "list.csv"
    listed.write_text(
        f"{above}\nNHS Number,Date of Birth,Status\n9434765919,31/01/1980,registered\n",
        encoding="utf-8",
    )
    assert questions_about([listed]) == ()
    index = made_of(listed)
    assert index.manifest.as_at == DAY
    assert index.manifest.as_at_from.startswith("the line “")


@pytest.mark.parametrize(
    "above",
    [
        "Born between 01/01/1950 and 01/01/1960",
        "Population: 1,234",
        "Last Run: never",
        "Report date range: from 01/01/2020",
        "Report run for patients seen after 01/01/2020",
    ],
)
def test_other_lines_above_a_list_say_no_day(tmp_path, above):
    """A day that stands for something else is not taken for that of the list."""
    listed = tmp_path / "list.csv"
    listed.write_text(f"{above}\nNHS Number,Status\n9434765919,registered\n", encoding="utf-8")
    assert [question.about for question in questions_about([listed])] == ["as_at"]


near = st.dates(DAY - timedelta(days=3), DAY + timedelta(days=3))


@settings(max_examples=examples(8))
@given(as_at=near, ends=st.lists(near, min_size=1, max_size=4))
def test_what_has_ended_by_the_day_is_over_and_nothing_else(as_at, ends):
    """Whatever the days are: the same of SystmOne's repeats and of Vision's."""
    with tempfile.TemporaryDirectory() as made:
        repeats = [
            systmone.row(50 + n, 1, DateMedicationTemplateEnd=f"{end:%d %b %Y} 00:00:00")
            for n, end in enumerate(ends)
        ]
        folder = Path(made) / "systmone"
        systmone.write_extract(folder, SRPatient=[systmone.patient(1)], SRRepeatTemplate=repeats)
        lines = [
            vision.entry(50 + n, 1, SUBSET="R", DMD_CODE=str(n + 1), END_DATE=f"{end:%Y%m%d}")
            for n, end in enumerate(ends)
        ]
        other = Path(made) / "vision"
        vision.write_extract(other, Patient=[vision.patient(1)], Journal=lines)
        expected = [end > as_at for end in ends]
        for source in (folder, other):
            index = build_index([source], source.with_suffix(".index"), as_at=as_at)
            found = rows_of(index, "medications", "medication_id", "is_active")
            assert [row[1] for row in found] == expected
            shutil.rmtree(index.folder)

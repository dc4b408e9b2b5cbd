"""Patient data stays its owner's, stays on the machine, and is in no report, log or list."""

from __future__ import annotations

import ast
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from recordpick.cli.main import main
from recordpick.crash_report import WHOLE, crash_report
from recordpick.demo import PERSON
from recordpick.index.practice_index import open_index
from recordpick.selection.working_file import WorkingFile

SOURCE = Path(__file__).resolve().parents[2] / "src" / "recordpick"
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes: the folder protects")


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A folder in which the whole work was done, by a process that was watched; what it saw."""
    folder = tmp_path_factory.mktemp("worked")
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("without_network.py")), str(folder)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        umask=0o022 if os.name != "nt" else -1,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "XDG_CONFIG_HOME": str(folder)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, json.loads(done.stdout)


def test_no_network_is_asked_for_and_no_other_program(worked: tuple[Path, list[str]]) -> None:
    """From made-up records to the encrypted pack, and in the app: no address, no process."""
    assert worked[1] == []


def test_no_module_of_ours_brings_in_the_network() -> None:
    """Nor logging: there is no log in which patients could stand."""
    wanted = {"socket", "ssl", "http", "urllib", "requests", "ftplib", "smtplib", "logging"}
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {(path.name, name) for name in names if name.split(".")[0] in wanted}
    assert found == {("database.py", "urllib.parse")}  # it only quotes a path


@posix
def test_everything_that_holds_patient_data_is_its_owners_only(
    worked: tuple[Path, list[str]],
) -> None:
    """The tables, the index, the working file, its copies and lock, both hand-over packs."""
    folder = worked[0]
    path = folder / "demo" / "demonstration.recordpick"
    with WorkingFile.open(path, PERSON):
        names = {beside.name for beside in path.parent.iterdir()}
        assert any(name.endswith(".backup") for name in names)
        assert any(name.endswith(".lock") for name in names)
        open_to_others = [
            str(found.relative_to(folder))
            for found in [*(folder / "demo").rglob("*"), folder / "again.zip"]
            if found.stat().st_mode & 0o077
        ]
    assert open_to_others == []


def test_nothing_unfinished_stays_beside_what_was_made(worked: tuple[Path, list[str]]) -> None:
    left = [found.name for found in worked[0].rglob("*") if found.name.startswith(".")]
    assert left == []


def test_no_data_goes_through_the_systems_folder_for_temporary_files(
    worked: tuple[Path, list[str]],
) -> None:
    """Other people of the computer may read there, or it is another disk: it was not even there."""
    assert not (worked[0] / "nowhere").exists()


def test_what_the_app_remembers_holds_no_patient(worked: tuple[Path, list[str]]) -> None:
    """Recent files, a name and choices of the screen; what was filtered for is forgotten."""
    folder = worked[0]
    kept = (folder / "app.json").read_text(encoding="utf-8")
    assert "demonstration.recordpick" in kept
    patients = open_index(folder / "demo" / "index").scan("patients").collect()
    for column in ("patient_id", "nhs_number", "family_name"):
        values = patients[column].cast(pl.String).drop_nulls()
        assert [value for value in values if value in kept] == [], column
    assert "smith" not in kept


def _mistake() -> ValueError:
    """Give a mistake that carries a patient in its message, its cause and its variables."""
    patient = "Quillfeather, 9990000026"
    try:
        try:
            int(patient)
        except ValueError as error:
            raise LookupError(patient) from error
    except LookupError as error:
        made = ValueError(f"could not parse {patient!r}")
        made.__cause__ = error
        return made.with_traceback(error.__traceback__)


def test_a_crash_report_names_the_place_and_no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WHOLE, raising=False)
    report = crash_report(_mistake())
    assert "ValueError after LookupError after ValueError" in report
    assert "test_files_and_secrets.py, line" in report
    assert "Every change that it showed is in the working" in report
    assert "Quillfeather" not in report
    assert "9990000026" not in report
    assert str(Path.home()) not in report


def test_those_who_look_for_a_mistake_can_ask_for_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On made-up data, by a word in the environment."""
    monkeypatch.setenv(WHOLE, "1")
    assert "Quillfeather" in crash_report(_mistake())


def test_a_command_that_crashes_prints_no_data(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "import recordpick.criteria.load as load\n"
        "from recordpick.cli.main import main\n"
        "def read_pack(path):\n"
        "    raise ValueError('Quillfeather was born on 1 May 1951')\n"
        "load.read_pack = read_pack\n"
        "sys.exit(main(['criteria', 'check', 'x.toml']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={key: value for key, value in os.environ.items() if key != WHOLE}
        | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 1
    assert "ValueError at" in done.stderr
    assert "recordpick/cli/criteria_check.py, line" in done.stderr
    assert "Quillfeather" not in done.stderr + done.stdout


def test_a_number_can_be_given_without_standing_in_the_command(
    worked: tuple[Path, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Other users of the computer see command lines, and shells remember them."""
    folder = worked[0] / "demo"
    patient = open_index(folder / "index").scan("patients").collect()["patient_id"][0]
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{patient}\n"))
    with WorkingFile.open(folder / "demonstration.recordpick", read_only=True) as file:
        criterion = file.pack.criteria[0].id
    assert main(["explain", str(file.path), criterion, "-"]) == 0
    assert patient in capsys.readouterr().out

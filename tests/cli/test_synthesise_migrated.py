"""`recordpick synthesise --migrated-from`: the options, what is written and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from recordpick.cli.main import main

FEW = ["--patients", "30", "--format", "csv"]


def test_a_migrated_practice_is_written_with_its_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What could not be planted is said; the same command gives the same bytes."""
    faults = tmp_path / "faults.csv"
    faults.write_text("kind,count\nday_shifted,3\nallergy_degraded,500\n", encoding="utf-8")
    command = ["synthesise", *FEW, "--migrated-from", "4", "--faults", str(faults)]

    for name in ("one", "two"):
        assert main([*command, "--out", str(tmp_path / name)]) == 0

    said = capsys.readouterr().out
    assert "Fewer rows than asked for could have allergy_degraded (" in said
    assert "one-truth.csv" in said
    truth = (tmp_path / "one-truth.csv").read_bytes()
    assert truth == (tmp_path / "two-truth.csv").read_bytes()
    assert truth.count(b"day_shifted") == 3
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
    assert b"migrated" in (tmp_path / "one" / "practice.toml").read_bytes()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--faults", "x.toml"], "--faults needs --migrated-from"),
        (["--old-as", "emis"], "--old-as needs --migrated-from"),
        (["--seed", "2", "--migrated-from", "2"], "exclude each other"),
        (["--migrated-from", "2", "--faults", "missing.toml"], "no such file of faults"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], says: str
) -> None:
    """With a sentence, and nothing is written."""
    assert main(["synthesise", *FEW, "--out", str(tmp_path / "out"), *options]) == 2

    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_truth_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is found before anything is made."""
    (tmp_path / "faults.toml").write_text("[faults]\nday_shifted = 1\n", encoding="utf-8")
    (tmp_path / "out-truth.csv").write_text("mine", encoding="utf-8")
    options = ["--migrated-from", "2", "--faults", str(tmp_path / "faults.toml")]

    assert main(["synthesise", *FEW, "--out", str(tmp_path / "out"), *options]) == 2

    assert "already exists" in capsys.readouterr().err
    assert (tmp_path / "out-truth.csv").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "out").exists()

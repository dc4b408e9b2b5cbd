"""The worked example of docs/random-draw.md is correct, and recordpick draws the same."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import polars as pl

from recordpick.cli.main import main
from recordpick.index.build.build_index import build_index
from recordpick.picking.strata import strata_of, stratified_order
from recordpick.picking.tickets import draw_order

PAGE = Path(__file__).resolve().parents[2] / "docs" / "random-draw.md"


def test_the_page_prints_what_it_says_and_recordpick_draws_the_same():
    """The plain Python on the page, run as printed, gives the printed order and recordpick's."""
    text = PAGE.read_text(encoding="utf-8")
    code = text.split("```python\n")[1].split("```")[0]
    printed = text.split("It prints\n\n```text\n")[1].split("```")[0]
    out, said = io.StringIO(), {}
    with contextlib.redirect_stdout(out):
        exec(code, said)
    assert out.getvalue() == printed
    ours = draw_order(pl.Series(said["eligible"]), said["seed"])
    assert list(ours.select("ticket_number", "patient_id").iter_rows()) == said["order"]


def test_the_strata_and_their_digest_can_be_made_from_the_page_alone(tmp_path):
    """Plain Python of the page, in a process without recordpick, prints what the page says."""
    text = PAGE.read_text(encoding="utf-8")
    blocks = [block.split("```")[0] for block in text.split("```python\n")[1:]]
    printed = [
        text.split(f"{before}\n\n```text\n")[1].split("```")[0]
        for before in ("It prints", "It prints, after the lines above:")
    ]
    script = tmp_path / "check.py"
    script.write_text("\n".join(blocks), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", str(script)],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == "".join(printed)
    assert "recordpick" not in "".join(blocks)


def test_recordpick_makes_the_same_strata_as_the_page(tmp_path):
    """Ages on birthdays, a missing date or sex, and the order of the draw, as on the page."""
    text = PAGE.read_text(encoding="utf-8")
    said: dict = {}
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec("\n".join(block.split("```")[0] for block in text.split("```python\n")[1:]), said)
    people = said["people"]
    source = tmp_path / "tables"
    source.mkdir()
    rows = [f"{one},{born or ''},{sex or ''}" for one, (born, sex) in people.items()]
    table = "\n".join(["patient_id,date_of_birth,sex", *rows]) + "\n"
    (source / "patients.csv").write_text(table, encoding="utf-8")
    (source / "practice.toml").write_text(f"as_at = {said['as_at']}\n", encoding="utf-8")
    aged = build_index([source], tmp_path / "index").patients(said["as_at"])

    strata = strata_of(aged, pl.Series(list(people)))

    assert dict(strata.iter_rows()) == said["stratum"]
    lines = (strata["patient_id"] + "\t" + strata["stratum"]).sort().to_list()
    assert f"strata: {sha256(chr(10).join(lines).encode()).hexdigest()}" in out.getvalue()
    ours = stratified_order(strata, said["seed"])["patient_id"].to_list()
    assert ours == [patient_id for _, _, patient_id in said["order"]]


def test_the_readme_of_a_pack_says_how_its_strata_are_written(demo, tmp_path):
    """Its digest can be calculated from the index and README.txt alone."""
    file, out = demo / "demonstration.recordpick", tmp_path / "pack"
    who = ["--name", "Pat Smith"]
    assert main(["draw", str(file), "--seed", "5", "--strata", *who]) == 0
    assert main(["export", str(file), "--out", str(out), *who]) == 0
    readme = (out / "README.txt").read_text(encoding="utf-8")
    said = " ".join(readme.split())
    bands = said.split("by age in whole years on 2026-10-01: ")[1].split(";")[0].split(", ")
    assert bands == ["0–4", "5–14", "15–44", "45–64", "65–74", "75–84", "85+"]
    assert 'F, M, I or U. Where age or sex is missing: "unknown".' in said
    lines = []
    patients = pl.read_parquet(demo / "index" / "patients.parquet")
    for one in patients.filter(status="registered").iter_rows(named=True):
        born = one["date_of_birth"]
        before = (born.month, born.day) > (10, 1)
        age = 2026 - born.year - before
        starts = [int(band.removesuffix("+").split("–")[0]) for band in bands]
        band = bands[sum(age >= start for start in starts) - 1]
        lines.append(f"{one['patient_id']}\t{band} {one['sex'] or 'unknown'}")
    digest = sha256("\n".join(sorted(lines)).encode()).hexdigest()
    assert f"sorted, one a line: {digest}" in said

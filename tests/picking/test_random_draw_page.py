"""The worked example of docs/random-draw.md is true, and is what recordpick draws."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import polars as pl

from recordpick.picking.tickets import draw_order

PAGE = Path(__file__).resolve().parents[2] / "docs" / "random-draw.md"


def test_the_page_prints_what_it_says_and_recordpick_draws_the_same():
    """The plain Python on the page, run as it stands there, against the printed order and ours."""
    text = PAGE.read_text(encoding="utf-8")
    code = text.split("```python\n")[1].split("```")[0]
    printed = text.split("It prints\n\n```text\n")[1].split("```")[0]
    out, said = io.StringIO(), {}
    with contextlib.redirect_stdout(out):
        exec(code, said)
    assert out.getvalue() == printed
    ours = draw_order(pl.Series(said["eligible"]), said["seed"])
    assert list(ours.select("ticket_number", "patient_id").iter_rows()) == said["order"]

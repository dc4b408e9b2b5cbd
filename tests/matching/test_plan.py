"""The plan is polars' own from the files to the answer, and may be sent where they are."""

import io

import polars as pl
import pytest

from recordpick.criteria.load import read_pack
from recordpick.index.build.build_index import build_index
from recordpick.matching.plan import plan
from recordpick.matching.rules import answerable
from recordpick.resources import general_practice_pack
from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.practice import make_practice


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The shipped pack over the index of a made-up practice."""
    folder = tmp_path_factory.mktemp("plan")
    write_tables(make_practice(60, seed=3), folder / "tables")
    index = build_index([folder / "tables"], folder / "index")
    made = read_pack(general_practice_pack())
    every = [answerable(made, index, one) for one in made.criteria]
    able = [one for one in every if not one.why_not]
    assert len(able) > 40
    return plan(made, index, index.manifest.as_at, able)


def test_a_plan_that_was_sent_gives_the_same_answers(shipped):
    """It is written out, read again as another machine would, and answers alike."""
    sent = pl.LazyFrame.deserialize(io.BytesIO(shipped.serialize()))
    assert sent.collect(engine="streaming").equals(shipped.collect(engine="streaming"))


@pytest.mark.parametrize("engine", ["streaming", "in-memory"])
def test_there_is_no_python_in_it_from_scan_to_sink(shipped, engine, tmp_path):
    """Every leaf is a Parquet file or a small table of the pack's codes, every step polars' own."""
    whole = shipped.sink_parquet(tmp_path / "answers.parquet", lazy=True)
    for said in (whole.explain(optimized=False), whole.explain(engine=engine)):
        assert "Parquet SCAN" in said
        for word in ("python", "map_batches", "map_elements", "map_groups", "anonymous", "udf"):
            assert word not in said.lower()
    assert b"cloudpickle" not in shipped.serialize()

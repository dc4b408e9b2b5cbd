"""Columns of few words are written as words, and read as the texts that they are."""

from unittest import mock

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.index.build import writer as words_as_text
from recordpick.index.build import writer as writing
from recordpick.index.build.build_index import build_index
from recordpick.index.build.writer import metadata_for

from emis_extracts import entry, patient, problem, write_extract

TEXTS = st.lists(st.one_of(st.none(), st.text(max_size=4)), min_size=1, max_size=20)


@settings(max_examples=examples(100), deadline=None)
@given(texts=TEXTS, others=TEXTS)
def test_what_is_written_as_words_is_read_as_text(tmp_path_factory, texts, others):
    """The same texts, of type String, whichever words polars has met before."""
    pl.Series(others, dtype=pl.Categorical)
    path = tmp_path_factory.mktemp("words") / "a.parquet"
    rows = pl.DataFrame({"text": texts, "n": range(len(texts))}, schema_overrides=SCHEMA)
    words = rows.with_columns(pl.col("text").cast(pl.Categorical))
    words.lazy().sink_parquet(path, metadata=metadata_for(rows.schema), row_group_size=3)
    assert pl.read_parquet_schema(path) == rows.schema
    assert pl.read_parquet(path).equals(rows)


SCHEMA = {"text": pl.String, "n": pl.Int64}


@settings(max_examples=examples(100), deadline=None)
@given(texts=TEXTS, asked=st.text(max_size=4))
def test_rows_are_found_whatever_row_groups_are_skipped(tmp_path_factory, texts, asked):
    """The least and the greatest text of each row group are those of its texts."""
    path = tmp_path_factory.mktemp("words") / "a.parquet"
    rows = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    words = rows.with_columns(pl.col("text").cast(pl.Categorical))
    words.lazy().sink_parquet(path, metadata=metadata_for(rows.schema), row_group_size=2)
    for value in {asked, *texts} - {None}:
        for is_found in (pl.col("text") == value, pl.col("text") > value, pl.col("text") < value):
            found = pl.scan_parquet(path).filter(is_found).collect()
            assert found.equals(rows.filter(is_found))


def test_the_index_is_the_same_where_polars_does_not_heed_it(tmp_path):
    """Texts are then written as texts."""
    folder = tmp_path / "extract"
    write_extract(
        folder,
        Admin_Patient=[patient(1), patient(2)],
        CareRecord_Observation=[entry(11, 1), entry(12, 2), entry(13, 1)],
        CareRecord_Problem=[problem(12, 2)],
    )
    quick = build_index([folder], tmp_path / "quick")
    assert words_as_text.uses_metadata()
    with mock.patch.object(writing, "uses_metadata", return_value=False):
        slow = build_index([folder], tmp_path / "slow")
    for index in (quick, slow):
        assert index.scan("events").collect_schema()["term"] == pl.String
    assert quick.scan("events").collect().equals(slow.scan("events").collect())

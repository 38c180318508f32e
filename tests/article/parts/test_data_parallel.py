"""What a second device gains, as a table."""

import pytest

from article import numbers
from article.parts.data_parallel import data_parallel_table
from article.section import Section
from bench import schema
from bench.results.tables import Tables
from tests.bench.claims.planted import divided


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_way_has_its_time_and_its_share_with_an_interval_but_for_the_base_line(tmp_path, language):
    schema.write(tmp_path / "events.parquet", "events", [*divided("torch"), *divided("jax", share=0.7)])
    html = data_parallel_table(Section(Tables(tmp_path), language, "here", 9))
    assert html.count("<tr") == 1 + 6
    assert html.count("[") == 6 + 4
    for share in (0.9, 0.8, 0.7):
        assert numbers.digits(100 * share, 2) in html


def test_where_nothing_was_run_a_sentence_says_so(empty):
    assert data_parallel_table(Section(empty, "en", "here", 9)).startswith("<p>")

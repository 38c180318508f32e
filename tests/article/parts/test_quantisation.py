"""What inference in int8 takes and loses, as a table."""

import pytest

from article import numbers
from article.parts.quantisation import quantisation_table
from article.section import Section
from bench import schema
from bench.results.tables import Tables
from tests.bench.claims.planted import quantised


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_way_has_its_size_accuracy_time_and_gain(tmp_path, language):
    rows = [*quantised("torch"), *quantised("jax", many=0.5)]
    schema.write(tmp_path / "events.parquet", "events", rows)
    html = quantisation_table(Section(Tables(tmp_path), language, "here", 8))
    assert html.count("<tr") == 1 + 4
    for told in (
        numbers.size(1000),
        numbers.size(4000),
        numbers.percent(0.96),
        "2.00 [",
        "0.500 [",
        numbers.seconds(1),
    ):
        assert told in html, told


def test_where_nothing_was_run_a_sentence_says_so(empty):
    assert quantisation_table(Section(empty, "en", "here", 8)).startswith("<p>")

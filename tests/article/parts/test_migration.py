"""The layers of a migrated network, as a table."""

import pytest

from article import numbers
from article.parts.migration import layer_table
from article.section import Section
from bench import schema
from bench.results.tables import Tables
from tests.bench.claims.planted import event


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_layer_is_shown_by_name_and_as_meant_with_what_to_look_out_for(tmp_path, language):
    rows = [
        event("exporting", "torch", "layer.gelu.as named", 1e-16),
        event("exporting", "jax", "layer.gelu.as named", 8.3e-5),
        event("exporting", "jax", "layer.gelu.as meant", 1e-16),
        event("exporting", "jax", "layer.linear.as named", None, "TypeError: shapes", outcome="raised"),
    ]
    schema.write(tmp_path / "events.parquet", "events", rows)
    section = Section(Tables(tmp_path), language, "here", 9)
    html = layer_table(section)
    assert html.count("<tr") == 1 + 2
    for told in (numbers.scientific(8.3e-5), "TypeError: shapes", section.words["migration.gelu"]):
        assert told in html


def test_every_layer_has_words(empty):
    section = Section(empty, "en", "here", 9)
    layers = section.words.under("migration")
    assert len(layers) == 11
    assert not [name for name in layers if f"example.{name}" not in section.words]

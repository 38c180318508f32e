"""What the defaults cost against the switches of trials, as a table."""

import json

import pytest

from article.parts.as_installed import installed_table
from article.section import Section
from bench import schema
from bench.results.tables import Tables
from tests.bench.claims.planted import event


def installed(framework, *, subnormal=1e-39):
    """Events of two ways, of which the second keeps subnormal numbers where that is said, a tenth slower."""
    rows = [event("as_installed", framework, "subnormal.as set", 0.0)]
    rows.append(event("as_installed", framework, "subnormal.as installed", subnormal))
    for computation in ("decay", "mixture", "perceptron"):
        values = json.dumps({"values": [1.08, 1.09, 1.1, 1.11, 1.12]})
        rows.append(event("as_installed", framework, f"ratio.{computation}.as installed", 1.1, values))
    return rows


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_way_has_its_ratios_and_says_whether_it_keeps_subnormal_numbers(tmp_path, language):
    schema.write(tmp_path / "events.parquet", "events", [*installed("torch"), *installed("jax", subnormal=0.0)])
    section = Section(Tables(tmp_path), language, "here", 10)
    html = installed_table(section)
    assert html.count("<tr") == 1 + 2
    assert html.count("1.10 [") == 6
    assert [html.count(f">{section.words[word]}<") for word in ("yes", "no")] == [1, 1]


def test_where_nothing_was_run_a_sentence_says_so(empty):
    assert installed_table(Section(empty, "en", "here", 10)).startswith("<p>")

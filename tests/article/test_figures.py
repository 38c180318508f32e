"""Figures and the views that feed them, on synthetic tables."""

import re
from collections import Counter
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import figures, svg, views
from bench.article import FOLDER, Article
from bench.names import Names, read_words
from bench.tables import Tables

OWN = "synthetic-cpu-2c"
WORDS = read_words(FOLDER / "words.yaml", "zh")
NAMES = Names(WORDS, "zh")


@pytest.fixture(scope="module")
def tables(synthetic):
    return Tables(synthetic)


def drawings(tables):
    best = views.best(tables, OWN)
    found = views.break_even(tables, OWN, NAMES)
    curves, crossings = views.curves(found)
    nodes, edges = views.layered(views.Examples(tables, OWN, "graphs").text("jax traced"))
    return {
        "ratio": (figures.ratio_plot, views.ratios(best, NAMES)),
        "startup": (figures.startup_plot, views.startup(tables, OWN, NAMES)),
        "break even": (figures.break_even_plot, curves, crossings),
        "distribution": (figures.distribution_plot, views.values(tables, OWN, NAMES)),
        "peak": (figures.peak_plot, views.work_rates(tables, OWN, NAMES)),
        "loss": (figures.loss_plot, views.losses(tables, OWN, NAMES)),
        "error": (figures.error_plot, views.errors(tables, OWN, NAMES)),
        "graph traced": (figures.graph_plot, nodes, edges),
    }


@pytest.mark.parametrize("width", [figures.WIDE, figures.NARROW])
@pytest.mark.parametrize("name", ["ratio", "startup", "break even", "distribution", "peak", "loss", "error",
                                  "graph traced"])
def test_a_figure_is_drawn_in_colours_of_the_page_with_unique_ids_and_an_alternative(tables, name, width):
    draw, *data = drawings(tables)[name]
    text = svg.embed(draw(*data, WORDS.under(f"figure.{name}"), width=width), "f1", "title", "text", "wide")
    root = ElementTree.fromstring(text)
    identities = Counter(element.attrib["id"] for element in root.iter() if "id" in element.attrib)
    assert max(identities.values()) == 1
    assert all(identity.startswith("f1-") for identity in identities)
    assert root.attrib["role"] == "img"
    assert set(root.attrib["aria-labelledby"].split()) <= set(identities)
    assert not set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text)) - {(i, "") for i in identities} - {
        ("", i) for i in identities}
    assert "#000000" not in text, "a colour that is not the page's"
    assert "nan" not in "".join(root.itertext()).lower()
    assert "<style" not in text
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)


def test_a_hostile_label_stays_text_in_a_drawing(tables, hostile):
    draw, *data = drawings(tables)["graph traced"]
    drawing = draw(*data, WORDS.under("figure.graph traced"), width=figures.WIDE)
    text = svg.embed(drawing, "f1", hostile, hostile, "wide")
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_dollar_in_a_label_is_not_mathematics():
    data = pd.DataFrame([{"panel": "p", "label": "$x_1$ and $", "ratio": 1.5, "low": 1.4, "high": 1.6,
                          "verdict": "jax faster", "noise_floor": 0.02, "text": "1.5"}] * 2)
    assert "$x_1$ and $" in svg.embed(figures.ratio_plot(data, WORDS.under("figure.ratio")), "f", "t", "d", "wide")


def test_one_point_makes_a_sentence_instead_of_a_figure(tables):
    article = Article(tables, "en", OWN, 4)
    data = views.ratios(views.best(tables, OWN), article.names).head(1)
    html = article.figure(figures.ratio_plot, data, "ratio")
    assert "<svg" not in html
    assert "one point makes no figure" in html


def test_more_panels_than_fit_are_said_to_be_left_out(tables):
    article = Article(tables, "en", OWN, 4)
    data = pd.concat([views.losses(tables, OWN, article.names).assign(panel=f"panel {number}") for number in range(11)])
    html = article.figure(figures.loss_plot, data, "loss")
    assert "3 further panels are left out" in html


def test_a_colour_on_a_light_and_on_a_dark_page_has_contrast_enough():
    def luminance(colour):
        parts = [int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one, other):
        high, low = sorted((luminance(one), luminance(other)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    light = svg.variables()
    for name in (f"{framework}-{mode}" for framework, mode in svg.VARIANTS):
        assert contrast(light[name], light["surface"]) >= 3, name
        assert contrast(svg.DARK[name], svg.DARK["surface"]) >= 3, name
    for palette in (light, svg.DARK):
        assert contrast(palette["ink"], palette["surface"]) >= 7
        assert contrast(palette["muted"], palette["surface"]) >= 4.5


def test_every_variant_has_a_colour_and_a_marker_of_its_own():
    assert len(set(svg.VARIANTS.values())) == len(svg.VARIANTS)
    assert len(set(svg.MARKERS.values())) == len(svg.MARKERS)
    assert set(svg.variables()) == set(svg.DARK)


@given(st.floats(0, 10), st.floats(1e-6, 1), st.floats(0, 10), st.floats(1e-6, 1))
def test_at_the_crossing_both_variants_have_taken_equally_long(eager_start, eager_step, start, step):
    steps = views.crossing((eager_start, eager_step), (start, step))
    if steps is not None and steps > 1:
        assert eager_start + (steps - 1) * eager_step == pytest.approx(start + (steps - 1) * step, rel=1e-6)


def test_a_compiled_variant_that_is_slower_in_every_way_never_breaks_even():
    assert views.crossing((0.1, 0.001), (5.0, 0.002)) is None


def test_a_compiled_variant_ahead_from_the_start_breaks_even_at_once():
    assert views.crossing((0.1, 0.002), (0.05, 0.001)) == 1.0


def test_a_node_stands_below_what_it_depends_on_and_above_its_first_use():
    nodes, _ = views.layered('{"nodes":[{"id":"x"},{"id":"c"},{"id":"a"},{"id":"b"}],'
                             '"edges":[["x","a"],["a","b"],["c","b"]]}')
    assert dict(zip(nodes["id"], nodes["layer"], strict=True)) == {"x": 0, "a": 1, "c": 1, "b": 2}


@pytest.mark.parametrize("text", ['{"nodes":[{"id":"a"},{"id":"b"}],"edges":[["a","b"],["b","a"]]}', '{"nodes":1}',
                                  "[]"])
def test_what_is_no_graph_is_refused(text):
    with pytest.raises((ValueError, TypeError)):
        views.layered(text)


def test_the_main_problem_is_the_first_task_at_the_largest_size_that_has_a_result(tables):
    best = views.best(tables, OWN)
    main = views.main_problems(best[best["hardware"] == OWN])
    assert main[main["workload"] == "linear_regression"]["task"].tolist() == ["train"]
    assert main[main["workload"] == "linear_jacobian"]["size"].tolist() == ["small"]


def test_this_machine_stands_first(tables):
    assert views.best(tables, OWN)["hardware"].iloc[0] == OWN
    assert views.best(tables, "synthetic-gpu")["hardware"].iloc[0] == "synthetic-gpu"


def test_a_table_leaves_out_columns_without_content(tables):
    article = Article(tables, "en", OWN, 4)
    rows: list[dict] = [{"problem": "a", "ratio": None}, {"problem": "b", "ratio": ""}]
    html = article.table(rows, ("problem", "ratio"), "cells")
    assert html.count("<th scope=\"col\">") == 1

"""Every figure, drawn from the rows that its part makes, as an SVG of the page."""

import re
from collections import Counter
from xml.etree import ElementTree

import pandas as pd
import pytest

from article.figures import axes, svg
from article.figures.break_even import break_even_plot
from article.figures.dots import ratio_dots
from article.figures.errors import accuracy_plot
from article.figures.graphs import graph_plot
from article.figures.layering import layered
from article.figures.losses import loss_plot
from article.figures.peaks import peak_plot
from article.figures.ratios import ratio_plot
from article.figures.scaling_curves import scaling_plot
from article.figures.startup import startup_plot
from article.figures.targets import target_plot
from article.figures.throughput import throughput_plot
from article.figures.values import distribution_plot
from article.parts.break_even import break_evens, crossings, curves
from article.parts.comparisons import ratio_rows
from article.parts.derivatives import cost_rows, costs, main_costs
from article.parts.errors import error_rows, errors
from article.parts.kernels import main_speedups, speedup_rows, speedups
from article.parts.losses import loss_curves
from article.parts.peaks import work_rates
from article.parts.scaling_curves import curve_points, quantities
from article.parts.scenarios import main_cells
from article.parts.startup import startup_parts
from article.parts.targets import courses, target_runs
from article.parts.throughput import throughputs
from article.parts.values import values
from article.rows import of_first_machine
from article.section import Section
from article.words import read_words
from bench.results import selection
from tests.article.planted import HOSTILE, OWN

WORDS = read_words("zh")


@pytest.fixture(scope="module")
def drawings(tables):
    """Every figure: what draws it, and its data."""
    section = Section(tables, "zh", OWN, 5)
    names, broken_even = section.names, break_evens(section)
    nodes, edges = layered(section.examples("graphs").text("jax traced"))
    return {
        "ratio": (ratio_plot, ratio_rows(selection.best(tables, OWN), names)),
        "startup": (startup_plot, startup_parts(section)),
        "break even": (break_even_plot, curves(broken_even), crossings(broken_even)),
        "distribution": (distribution_plot, values(section)),
        "peak": (peak_plot, work_rates(section)),
        "loss": (loss_plot, loss_curves(section)),
        "cost": (ratio_dots, cost_rows(main_costs(costs(section)), names)),
        "accuracy": (accuracy_plot, error_rows(section, of_first_machine(errors(section)))),
        "speedup": (ratio_dots, speedup_rows(main_speedups(speedups(section)), names)),
        "graph traced": (graph_plot, nodes, edges),
        "throughput": (throughput_plot, throughputs(main_cells(section), names)),
        "target": (target_plot, courses(section, target_runs(section))),
        "scaling": (scaling_plot, quantities(curve(section, "gpt", "batch"), "batch")),
        "scaling linear": (scaling_plot, quantities(curve(section, "vqe", "qubits"), "qubits")),
        "scaling far": (scaling_plot, quantities(curve(section, "equation_of_state", "elements"), "n")),
    }


def curve(section, workload, axis):
    """The cells of one scaling curve of this machine."""
    found = curve_points(section)
    return found[(found["hardware"] == OWN) & (found["workload"] == workload) & (found["axis"] == axis)]


@pytest.mark.parametrize("width", [axes.WIDE, axes.NARROW])
@pytest.mark.parametrize(
    "name",
    [
        "ratio",
        "startup",
        "break even",
        "distribution",
        "peak",
        "loss",
        "cost",
        "accuracy",
        "speedup",
        "graph traced",
        "throughput",
        "target",
        "scaling",
        "scaling linear",
        "scaling far",
    ],
)
def test_a_figure_is_drawn_in_colours_of_the_page_with_unique_ids_and_an_alternative(drawings, name, width):
    draw, *data = drawings[name]
    words = WORDS.under(f"figure.{'scaling' if name.startswith('scaling') else name}")
    text = svg.embed(draw(*data, words, width=width), "f1", "title", "text", "wide")
    root = ElementTree.fromstring(text)
    identities = Counter(element.attrib["id"] for element in root.iter() if "id" in element.attrib)
    assert max(identities.values()) == 1
    assert all(identity.startswith("f1-") for identity in identities)
    assert root.attrib["role"] == "img"
    assert {root.attrib["aria-labelledby"], root.attrib["aria-describedby"]} <= set(identities)
    groups = [element for element in root.iter() if element.tag.endswith("}g")]
    assert all(group.attrib for group in groups), "a group that says nothing"
    assert (
        not set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
        - {(i, "") for i in identities}
        - {("", i) for i in identities}
    )
    assert "#000000" not in text, "a colour that is not the page's"
    assert "nan" not in "".join(root.itertext()).lower()
    assert "<style" not in text
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)


def test_two_drawings_of_one_figure_share_one_description(drawings):
    draw, *data = drawings["graph traced"]
    wide, narrow = (draw(*data, WORDS.under("figure.graph traced"), width=width) for width in (axes.WIDE, axes.NARROW))
    first = svg.embed(wide, "f1-wide", "title", "text", "wide")
    second = svg.embed(narrow, "f1-narrow", "title", "text", "narrow", told_by="f1-wide")
    assert first.count("<desc") == 1
    assert "<desc" not in second
    assert 'aria-describedby="f1-wide-text"' in second


def test_a_hostile_label_stays_text_in_a_drawing(drawings):
    draw, *data = drawings["graph traced"]
    drawing = draw(*data, WORDS.under("figure.graph traced"), width=axes.WIDE)
    text = svg.embed(drawing, "f1", HOSTILE, HOSTILE, "wide")
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_dollar_in_a_label_is_not_mathematics():
    data = pd.DataFrame(
        [
            {
                "panel": "p",
                "label": "$x_1$ and $",
                "ratio": 1.5,
                "low": 1.4,
                "high": 1.6,
                "verdict": "jax faster",
                "noise_floor": 0.02,
                "equal_within": 0.05,
                "text": "1.5",
            }
        ]
        * 2
    )
    assert "$x_1$ and $" in svg.embed(ratio_plot(data, WORDS.under("figure.ratio")), "f", "t", "d", "wide")

"""Every figure, drawn from the rows that its part makes, as an SVG of the page."""

import itertools
import re
from collections import Counter
from xml.etree import ElementTree

import pandas as pd
import pytest

from article.figures import svg
from article.figures.axes import MOST_ROWS, in_parts
from article.figures.break_even import break_even_plot
from article.figures.dots import ratio_dots
from article.figures.errors import accuracy_plot
from article.figures.graphs import graph_plot
from article.figures.grouped import grouped_ratios
from article.figures.layering import layered
from article.figures.losses import agreement_plot, course_plot
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
from article.parts.losses import differences, loss_curves, visibly_apart
from article.parts.peaks import work_rates
from article.parts.scaling_curves import crossings as curve_crossings
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
    losses = loss_curves(section)
    gaps = differences(losses, losses["loss"])
    return {
        "ratio": (ratio_plot, ratio_rows(selection.best(tables, OWN), names)),
        "startup": (startup_plot, startup_parts(section)),
        "break even": (break_even_plot, curves(broken_even), crossings(broken_even)),
        "distribution": (distribution_plot, values(section)),
        "peak": (peak_plot, work_rates(section)),
        "loss": (agreement_plot, gaps.rename(columns={"panel": "label"}), losses),
        "curve": (course_plot, gaps, visibly_apart(losses, gaps)),
        "cost": (ratio_dots, cost_rows(main_costs(costs(section)), names)),
        "accuracy": (accuracy_plot, error_rows(section, of_first_machine(errors(section)))),
        "machines": (grouped_ratios, beside(section), ["m1", "m2"], True),
        "speedup": (ratio_dots, speedup_rows(main_speedups(speedups(section)), names)),
        "graph traced": (graph_plot, nodes, edges),
        "throughput": (throughput_plot, throughputs(main_cells(section), names)),
        "target": (target_plot, courses(section, target_runs(section))),
        "scaling": scaling(curve(section, "gpt", "batch"), "batch"),
        "scaling linear": scaling(curve(section, "vqe", "qubits"), "qubits"),
        "scaling far": scaling(curve(section, "equation_of_state", "elements"), "n"),
    }


def beside(section):
    """The ratios of every problem on two machines, which are alike."""
    data = ratio_rows(selection.best(section.tables, OWN), section.names)
    return pd.concat([data.assign(member=name) for name in ("m1", "m2")])


def scaling(points, axis):
    """What draws a scaling curve, and its data."""
    data = quantities(points, axis)
    return scaling_plot, data, curve_crossings(data)


def curve(section, workload, axis):
    """The cells of one scaling curve of this machine."""
    found = curve_points(section)
    return found[(found["hardware"] == OWN) & (found["workload"] == workload) & (found["axis"] == axis)]


@pytest.mark.parametrize(
    "name",
    [
        "ratio",
        "startup",
        "break even",
        "distribution",
        "peak",
        "loss",
        "curve",
        "cost",
        "machines",
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
def test_a_figure_is_drawn_in_colours_of_the_page_with_unique_ids(drawings, name):
    draw, *data = drawings[name]
    words = WORDS.under(f"figure.{'scaling' if name.startswith('scaling') else name}")
    drawing = draw(*data, words)
    assert drawing.axes
    for place, axis in enumerate(drawing.axes):
        text = svg.embed(axis.figure, f"f{place}")
        root = ElementTree.fromstring(text)
        identities = Counter(element.attrib["id"] for element in root.iter() if "id" in element.attrib)
        assert max(identities.values(), default=1) == 1
        assert all(identity.startswith(f"f{place}-") for identity in identities)
        groups = [element for element in root.iter() if element.tag == "g"]
        assert all(group.attrib for group in groups), "a group that says nothing"
        assert {found[0] or found[1] for found in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text)} <= set(
            identities
        )
        assert "#000000" not in text, "a colour that is not the page's"
        assert "nan" not in "".join(root.itertext()).lower()
        assert "<style" not in text
        assert "http" not in text
    for _, colour, marker in drawing.legend:
        assert colour in svg.key(colour, marker)


def upright_spans(axis):
    """From where to where upright lines, piece by piece, and surfaces run, in pixels from below."""
    spans = [(patch.get_window_extent().y0, patch.get_window_extent().y1) for patch in axis.patches]
    for line in axis.lines:
        places = line.get_transform().transform(line.get_xydata())
        pieces = itertools.pairwise(places)
        upright = [(start[1], end[1]) for start, end in pieces if start[0] == end[0] and start[1] != end[1]]
        spans += [(min(ends), max(ends)) for ends in upright]
    return spans


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("name", ["ratio", "cost", "machines", "accuracy", "loss", "speedup"])
def test_no_upright_line_runs_through_what_is_written_above_a_row(drawings, name):
    draw, *data = drawings[name]
    axes = draw(*data, WORDS.under(f"figure.{name}")).axes
    labelled = [
        (axis, [text for text in axis.texts if text.get_transform() == axis.get_yaxis_transform()]) for axis in axes
    ]
    assert any(labels for _, labels in labelled)
    for axis, labels in labelled:
        if not labels:  # a panel of curves
            continue
        boxes, spans = [label.get_window_extent() for label in labels], upright_spans(axis)
        assert spans
        assert [box for box in boxes for low, high in spans if low < box.y1 and box.y0 < high] == []


def test_a_colour_of_a_legend_is_no_marker(drawings):
    draw, *data = drawings["machines"]
    legend = draw(*data, WORDS.under("figure.machines")).legend
    members, verdicts = legend[:2], legend[2:]
    shapes = {marker.removeprefix("open ") for _, _, marker in members}
    assert verdicts
    assert not shapes & {marker.removeprefix("open ") for _, _, marker in verdicts}
    assert {marker for _, _, marker in verdicts} == {"stroke", "open stroke"}


@pytest.mark.parametrize(("rows", "parts"), [(1, [1]), (10, [10]), (11, [6, 5]), (21, [6, 6, 6, 3]), (40, [10] * 4)])
def test_many_rows_are_shared_out_to_an_even_number_of_panels(rows, parts):
    data = pd.DataFrame({"label": [f"row {place // 2}" for place in range(2 * rows)]})
    found = in_parts(data)
    assert [part["label"].nunique() for part in found] == parts
    assert max(parts) <= MOST_ROWS
    pd.testing.assert_frame_equal(pd.concat(found), data)


def test_a_hostile_label_stays_text_in_a_drawing(drawings, tables):
    draw, *data = drawings["graph traced"]
    html = Section(tables, "zh", OWN, 5).figure(
        draw, data[0].assign(label=HOSTILE), "graph traced", *data[1:], operations=1, rows=[HOSTILE]
    )
    assert "<script" not in html
    assert "&lt;script&gt;" in html


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
    (axis,) = ratio_plot(data, WORDS.under("figure.ratio")).axes
    figure = axis.get_figure(root=True)
    assert figure
    assert "$x_1$ and $" in svg.embed(figure, "f")

"""Figures and the views that feed them, on synthetic tables."""

import math
import re
from collections import Counter
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from article import numbers
from article.figures import axes, dots, graphs, layering, svg, throughput
from article.figures.break_even import break_even_plot
from article.figures.errors import accuracy_plot
from article.figures.losses import loss_plot
from article.figures.palette import DARK, MARKERS, VARIANTS, variables
from article.figures.peaks import peak_plot
from article.figures.ratios import ratio_plot
from article.figures.scaling_curves import scaling_plot
from article.figures.startup import startup_plot
from article.figures.targets import target_plot
from article.figures.values import distribution_plot
from article.names import Names
from article.parts import break_even as break_even_
from article.parts import comparisons, derivatives, kernels, memory, overview, scenarios
from article.parts import scaling_curves as scaling_curves_
from article.parts.break_even import break_even
from article.parts.cells import cell_row, scaling
from article.parts.errors import accuracy_section, errors
from article.parts.losses import losses
from article.parts.peaks import work_rates
from article.parts.scaling_curves import quantities, sweeps
from article.parts.startup import startup
from article.parts.targets import _whole, courses, target_figure, target_runs
from article.parts.values import values
from article.section import Article
from article.words import read_words
from bench.results import outcomes, selection
from bench.results.break_even import crossing
from bench.results.curves import factor, saturation, slope
from bench.results.ratios import BOUND, derivative_costs, judged, loop_costs, numpy_speedups
from bench.results.tables import Tables

OWN = "synthetic-cpu-2c"
WORDS = read_words("zh")
NAMES = Names(WORDS, "zh")


@pytest.fixture(scope="module")
def tables(synthetic):
    return Tables(synthetic)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return Tables(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def drawings(tables):
    """Every figure: what draws it, and its data."""
    best = selection.best(tables, OWN)
    found = break_even(tables, OWN, NAMES)
    curves, crossings = break_even_.curves(found)
    nodes, edges = layering.layered(outcomes.Examples(tables, OWN, "graphs").text("jax traced"))
    return {
        "ratio": (ratio_plot, comparisons.ratios(best, NAMES)),
        "startup": (startup_plot, startup(tables, OWN, NAMES)),
        "break even": (break_even_plot, curves, crossings),
        "distribution": (distribution_plot, values(tables, OWN, NAMES)),
        "peak": (peak_plot, work_rates(tables, OWN, NAMES)),
        "loss": (loss_plot, losses(tables, OWN, NAMES)),
        "cost": (dots.ratio_dots, derivatives.cost_rows(derivatives.main_costs(derivatives.costs(tables, OWN)), NAMES)),
        "accuracy": (accuracy_plot, accuracy(tables)),
        "speedup": (dots.ratio_dots, kernels.speedup_rows(kernels.main_speedups(kernels.speedups(tables, OWN)), NAMES)),
        "graph traced": (graphs.graph_plot, nodes, edges),
        "throughput": (throughput.throughput_plot, scenarios.bars(scenarios.main_cells(tables, OWN), NAMES)),
        "target": (target_plot, courses(tables, OWN, NAMES)),
        "scaling": (scaling_plot, quantities(curve(tables, "gpt", "batch"), "batch")),
        "scaling linear": (scaling_plot, quantities(curve(tables, "vqe", "qubits"), "qubits")),
        "scaling far": (scaling_plot, quantities(curve(tables, "equation_of_state", "elements"), "n")),
    }


def accuracy(tables):
    """Rows of the figure of errors of this machine, without a panel of its own for each of them."""
    found = errors(tables, OWN)
    found = found[found["hardware"] == OWN]
    return found.assign(panel=OWN, label=found["workload"] + found["task"])


def curve(tables, workload, axis):
    """The cells of one scaling curve of this machine."""
    found = sweeps(tables, OWN)
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
    assert set(root.attrib["aria-labelledby"].split()) <= set(identities)
    assert (
        not set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
        - {(i, "") for i in identities}
        - {("", i) for i in identities}
    )
    assert "#000000" not in text, "a colour that is not the page's"
    assert "nan" not in "".join(root.itertext()).lower()
    assert "<style" not in text
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)


def test_a_hostile_label_stays_text_in_a_drawing(drawings, hostile):
    draw, *data = drawings["graph traced"]
    drawing = draw(*data, WORDS.under("figure.graph traced"), width=axes.WIDE)
    text = svg.embed(drawing, "f1", hostile, hostile, "wide")
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
                "text": "1.5",
            }
        ]
        * 2
    )
    assert "$x_1$ and $" in svg.embed(ratio_plot(data, WORDS.under("figure.ratio")), "f", "t", "d", "wide")


def test_one_point_makes_a_sentence_instead_of_a_figure(tables):
    article = Article(tables, "en", OWN, 4)
    data = comparisons.ratios(selection.best(tables, OWN), article.names).head(1)
    html = article.figure(ratio_plot, data, "ratio")
    assert "<svg" not in html
    assert "one point makes no figure" in html


def test_more_panels_than_fit_are_said_to_be_left_out(tables):
    article = Article(tables, "en", OWN, 4)
    data = pd.concat([losses(tables, OWN, article.names).assign(panel=f"panel {number}") for number in range(11)])
    html = article.figure(loss_plot, data, "loss")
    assert "5 further panels are left out" in html


def test_a_colour_on_a_light_and_on_a_dark_page_has_contrast_enough():
    def luminance(colour):
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one, other):
        high, low = sorted((luminance(one), luminance(other)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    light = variables()
    for name in (f"{framework}-{mode}" for framework, mode in VARIANTS):
        assert contrast(light[name], light["surface"]) >= 3, name
        assert contrast(DARK[name], DARK["surface"]) >= 3, name
    for palette in (light, DARK):
        assert contrast(palette["ink"], palette["surface"]) >= 7
        assert contrast(palette["muted"], palette["surface"]) >= 4.5


def test_every_variant_has_a_colour_and_a_marker_of_its_own():
    assert len(set(VARIANTS.values())) == len(VARIANTS)
    assert len(set(MARKERS.values())) == len(MARKERS)
    assert set(variables()) == set(DARK)


@given(st.floats(0, 10), st.floats(1e-6, 1), st.floats(0, 10), st.floats(1e-6, 1))
def test_at_the_crossing_both_variants_have_taken_equally_long(eager_start, eager_step, start, step):
    steps = crossing((eager_start, eager_step), (start, step))
    if steps is not None and steps > 1:
        assert eager_start + (steps - 1) * eager_step == pytest.approx(start + (steps - 1) * step, rel=1e-6)


def test_a_compiled_variant_that_is_slower_in_every_way_never_breaks_even():
    assert crossing((0.1, 0.001), (5.0, 0.002)) is None


def test_a_compiled_variant_ahead_from_the_start_breaks_even_at_once():
    assert crossing((0.1, 0.002), (0.05, 0.001)) == 1.0


def test_a_node_stands_below_what_it_depends_on_and_above_its_first_use():
    nodes, _ = layering.layered(
        '{"nodes":[{"id":"x"},{"id":"c"},{"id":"a"},{"id":"b"}],"edges":[["x","a"],["a","b"],["c","b"]]}'
    )
    assert dict(zip(nodes["id"], nodes["layer"], strict=True)) == {"x": 0, "a": 1, "c": 1, "b": 2}


@pytest.mark.parametrize(
    "text", ['{"nodes":[{"id":"a"},{"id":"b"}],"edges":[["a","b"],["b","a"]]}', '{"nodes":1}', "[]"]
)
def test_what_is_no_graph_is_refused(text):
    with pytest.raises((ValueError, TypeError)):
        layering.layered(text)


def test_the_main_problem_is_the_first_task_at_the_largest_size_that_has_a_result(tables):
    best = selection.best(tables, OWN)
    main = selection.main_problems(best[best["hardware"] == OWN])
    assert main[main["workload"] == "linear_regression"]["task"].tolist() == ["fit"]
    assert main[main["workload"] == "linear_jacobian"]["size"].tolist() == ["small"]


def test_points_of_scaling_curves_and_ways_to_a_target_are_no_problems_of_the_headline(tables):
    """A sweep point has the opposite verdict in the synthetic tables; it must count nowhere but in its curve."""
    best = selection.best(tables, OWN)
    assert not best["size"].str.contains("-").any()
    assert "target" not in set(selection.main_problems(best)["task"])
    assert sum(entry.total for entry in overview.headlines(tables, OWN)) == best["ratio"].notna().sum()
    for frame in (selection.sound_runs(tables), selection.sound_cells(tables, OWN), scaling(tables, OWN)):
        assert not frame["size"].str.contains("-").any()
        assert "target" not in set(frame["task"])


def test_the_first_screen_draws_one_problem_per_workload_of_this_machine_and_names_the_rest(tables):
    html = overview.overview(Article(tables, "en", OWN, 0))
    figure = html.split("<figure")[1].split("</figure>")[0]
    assert "synthetic-gpu" not in figure
    assert "training step" not in figure
    best = selection.best(tables, OWN)
    assert f"The other {len(best) - len(selection.main_problems(best))} comparisons" in html
    assert html.count("<details") > html.count("<svg") / 2 > 0


def test_a_time_to_a_target_is_not_called_a_time_per_step(tables):
    article = Article(tables, "en", OWN, 5)
    cells = selection.cells(tables, OWN)
    eager = cells[(cells["workload"] == "mlp") & (cells["mode"] == "eager") & (cells["framework"] == "torch")]
    rows = {row.task: cell_row(article, row) for row in eager.itertuples()}
    assert str(rows["target"]["step"]).endswith("to the target")
    assert not str(rows["train"]["step"]).endswith("to the target")
    assert "training to the target" in rows["target"]["problem"]


def test_courses_end_at_the_target_and_agree_between_frameworks(tables):
    html = target_figure(Article(tables, "en", OWN, 5))
    assert "From 3 of 3 seeds both needed exactly the same number of steps." in html
    assert "test accuracy of at least 95.2" in html
    assert "validation loss of at most" in html
    assert "260 (230 to 290)" in html


def test_a_run_whose_course_is_incomplete_is_left_out(tables):
    row = next(target_runs(tables, OWN).itertuples())
    assert _whole(row)
    assert not _whole(row._replace(scores=row.scores[:-1]))
    assert not _whole(row._replace(score_seconds=None))
    assert not _whole(row._replace(scores=[math.inf] * len(row.scores)))


def test_the_slope_is_fitted_to_the_upper_half_alone():
    points = np.array([8.0, 1.0, 2.0, 4.0])
    assert slope(points, np.array([4.0, 7.0, 7.0, 2.0])) == pytest.approx(1)
    assert slope(points[:1], points[:1]) is None


def test_full_speed_begins_where_the_rate_is_near_the_highest():
    points = np.array([1.0, 2.0, 4.0, 8.0])
    assert saturation(points, np.array([1.0, 1.9, 1.96, 2.0])) == 2
    assert saturation(points, np.array([1.0, 2.0, 4.0, 8.0])) is None


def test_without_scaling_curves_there_is_no_figure_and_no_table(empty):
    assert scaling_curves_.curves(Article(empty, "en", OWN, 8)) == ""
    assert "<table" not in target_figure(Article(empty, "en", OWN, 5))


def test_a_scenario_without_data_says_so_and_has_no_figure(empty):
    article = Article(empty, "en", OWN, 6)
    html = scenarios.scenario(article, "language", "Language")
    assert "No workload for this scenario has been measured here." in html
    assert "<figure" not in html
    assert "No workload for this scenario" in scenarios.scenario(article, "numerics", "Numerics")
    assert scenarios.scenario(article, "weather", "Weather") == ""


def test_a_scenario_that_another_section_speaks_of_is_no_row_of_its_own(tables, monkeypatch):
    stated = SimpleNamespace(scenarios=("explain", "automl", "weather"))
    monkeypatch.setattr(scenarios, "known", lambda workload: stated)
    assert list(scenarios.listed(Article(tables, "en", OWN, 6)))[-1] == "weather"
    assert not {"explain", "automl"} & set(scenarios.listed(Article(tables, "en", OWN, 6)))


def test_a_workload_that_does_not_train_shows_its_derivative_and_not_the_function_alone():
    assert scenarios.shown_tasks("option_greeks") == ["gradient"]
    assert scenarios.shown_tasks("linear_jacobian") == ["jacobian"]
    assert scenarios.shown_tasks("mlp") == ["train", "forward"]


def test_a_derivative_is_priced_in_functions_of_the_same_mode():
    runs = pd.DataFrame(
        [
            cell | {"run": run, "step_seconds": seconds * (1 + 0.001 * run)}
            for run in range(3)
            for cell, seconds in (
                (timed("primal", "eager"), 1.0),
                (timed("gradient", "eager"), 3.0),
                (timed("primal", "compile"), 0.1),
                (timed("gradient", "compile"), 0.6),
                (timed("jacobian_loop", "compile"), 9.0),
            )
        ]
    )
    found = derivative_costs(runs).set_index("mode")
    assert found.loc["eager", "ratio"] == pytest.approx(3)
    assert found.loc["compile", "ratio"] == pytest.approx(6)
    assert found["best"].to_dict() == {"eager": False, "compile": True}
    assert judged(found.reset_index(), BOUND) == {"below": 1, "above": 1, "undecided": 0, "of": 2}


def test_a_derivative_of_a_kind_is_priced_in_functions_of_that_kind():
    runs = pd.DataFrame(
        [
            timed(task, "eager") | {"run": run, "step_seconds": seconds * (1 + 0.001 * run)}
            for run in range(3)
            for task, seconds in (
                ("primal", 1.0),
                ("jacobian", 3.0),
                ("jacobian_forward", 5.0),
                ("primal_complicated", 2.0),
                ("jacobian_complicated", 4.0),
            )
        ]
    )
    found = derivative_costs(runs).set_index("task")["ratio"].round(6).to_dict()
    assert found == {"jacobian": 3, "jacobian_forward": 5, "jacobian_complicated": 2}


def timed(task, mode, framework="torch", family="autodiff", **changed):
    """The columns of a cell."""
    return {
        "hardware": OWN,
        "family": family,
        "workload": "planted",
        "task": task,
        "size": "small",
        "precision": "float64",
        "device": "cpu",
        "framework": framework,
        "mode": mode,
    } | changed


def test_a_single_run_says_nothing_about_a_bound():
    runs = pd.DataFrame(
        [
            timed(task, "eager") | {"run": 0, "step_seconds": seconds}
            for task, seconds in (("primal", 1.0), ("gradient", 2.0))
        ]
    )
    found = derivative_costs(runs)
    assert found["low"].isna().all()
    assert judged(found, BOUND) == {"below": 0, "above": 0, "undecided": 1, "of": 1}


def test_a_loop_is_held_against_the_fastest_mode_of_what_is_vectorised():
    runs = pd.DataFrame(
        [
            timed(task, mode) | {"run": run, "step_seconds": seconds}
            for run in range(2)
            for task, mode, seconds in (
                ("jacobian_reverse", "eager", 2.0),
                ("jacobian_loop", "eager", 40.0),
                ("jacobian_reverse", "compile", 1.0),
                ("together", "eager", 1.0),
                ("loop", "eager", 5.0),
            )
        ]
    )
    found = loop_costs(runs).set_index("task")
    assert found["ratio"].to_dict() == pytest.approx({"jacobian_reverse": 40, "together": 5})
    assert found.loc["jacobian_reverse", ["mode", "loop_mode"]].tolist() == ["compile", "eager"]


def test_numpy_is_the_base_line_of_every_variant_also_on_a_gpu():
    science = {"family": "science"}
    cells = [
        (timed("forward", "eager", "numpy", **science), 4.0),
        (timed("forward", "jit", "jax", **science), 1.0),
        (timed("forward", "scan", "jax", **science), 0.5),
        (timed("forward", "eager", device="cuda", **science), 0.1),
    ]
    runs = pd.DataFrame([cell | {"run": run, "step_seconds": seconds} for run in range(2) for cell, seconds in cells])
    found = numpy_speedups(runs).set_index(["framework", "mode"])
    assert found["ratio"].to_dict() == pytest.approx({("jax", "jit"): 4, ("jax", "scan"): 8, ("torch", "eager"): 40})
    assert found["best"].to_dict() == {("jax", "jit"): False, ("jax", "scan"): True, ("torch", "eager"): True}


def test_a_kernel_is_drawn_at_its_largest_size_with_the_best_mode_of_each_framework(tables):
    main = kernels.main_speedups(kernels.speedups(tables, OWN))
    assert set(main["size"]) == {"medium"}
    assert main.groupby(["workload", "framework"]).size().max() == 1
    assert set(main["framework"]) == {"torch", "jax"}


def test_an_error_is_the_larger_of_the_gate_and_of_the_timed_sizes(tables):
    found = errors(tables, OWN)
    both = found[found["check"].notna() & found["timed"].notna()]
    assert len(both)
    assert (both["error"] == both[["check", "timed"]].max(axis=1)).all()
    assert set(found["precision"]) == {"float64", "float32"}


def test_where_nothing_was_measured_a_sentence_stands_in_place_of_figures(empty):
    article = Article(empty, "en", OWN, 4)
    for html in (
        derivatives.cost_section(article),
        derivatives.loop_section(article),
        accuracy_section(article),
        kernels.briefly(article),
        kernels.numerics_table(article),
    ):
        assert "<svg" not in html
        assert "<table" not in html
        assert html.startswith("<p>")
    assert kernels.speedup_section(article) == ""


def test_an_exponential_curve_has_a_factor_in_place_of_a_slope():
    points = np.array([1.0, 2.0, 3.0, 4.0])
    assert factor(points, 2.0 * 1.9**points) == pytest.approx(1.9)
    assert factor(points[:1], points[:1]) is None


def test_curves_of_one_axis_are_told_apart_by_what_stands_before_it(tables):
    found = sweeps(tables, OWN)
    gmm = found[(found["workload"] == "gmm") & (found["hardware"] == OWN)]
    assert set(gmm["axis"]) == {"components"}
    assert set(gmm["curve"]) == {"d2-n1000-components", "d10-n1000-components"}
    html = scaling_curves_.curves(Article(tables, "en", OWN, 8))
    assert "(d = 2, n = 1,000)" in html


def test_a_case_of_a_published_table_stands_at_its_items(tables):
    found = sweeps(tables, OWN)
    cases = found[found["axis"] == "case"]
    assert cases["point"].min() == pytest.approx(31843)


def test_a_workload_of_two_scenarios_stands_in_both(tables):
    cells = scenarios.main_cells(tables, OWN)
    for identity in ("driving", "health"):
        assert "unet" in set(scenarios.of_scenario(cells, identity)["workload"])
        assert set(scenarios.of_scenario(cells, identity)["task"]) == {"train", "forward"}


def test_memory_is_told_for_host_and_device_without_what_the_process_held_before(tables):
    html = memory.memory_table(Article(tables, "en", "synthetic-gpu", 5))
    assert numbers.size(150_000_000) in html
    assert numbers.size(90_000_000) in html


def test_a_size_of_a_scaling_curve_has_a_name_in_both_languages():
    english = Names(read_words("en"), "en")
    assert (english.of("size", "batch-16"), NAMES.of("size", "batch-16")) == ("batch 16", "批量 16")
    assert english.of("size", "length-25600") == "length 25,600"
    assert english.of("size", "d10-n10000-components-25") == "25 components (d = 10, n = 10,000)"
    assert NAMES.of("size", "layers2-length-1024") == "长度 1,024（2 层）"


def test_a_task_has_a_name_in_both_languages_also_in_a_loop():
    english = Names(read_words("en"), "en")
    assert (english.of("task", "hvp"), NAMES.of("task", "primal")) == ("Hessian–vector product", "仅函数值")
    assert english.of("task", "per_sample_loop") == "per-sample gradients, in a loop"
    assert NAMES.of("task", "hessian_loop") == "黑塞矩阵（循环）"


def test_this_machine_stands_first(tables):
    assert selection.best(tables, OWN)["hardware"].iloc[0] == OWN
    assert selection.best(tables, "synthetic-gpu")["hardware"].iloc[0] == "synthetic-gpu"


def test_a_table_leaves_out_columns_without_content(tables):
    article = Article(tables, "en", OWN, 4)
    rows: list[dict] = [{"problem": "a", "ratio": None}, {"problem": "b", "ratio": ""}]
    html = article.table(rows, ("problem", "ratio"), "cells")
    assert html.count('<th scope="col">') == 1

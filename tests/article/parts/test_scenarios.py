"""The application scenarios."""

from types import SimpleNamespace

from article.parts import scenarios
from article.section import Section
from tests.article.planted import OWN


def test_a_scenario_without_data_says_so_and_has_no_figure(empty):
    section = Section(empty, "en", OWN, 6)
    html = scenarios.scenario(section, "language", "Language")
    assert "No workload for this scenario has been measured here." in html
    assert "<figure" not in html
    assert "No workload for this scenario" in scenarios.scenario(section, "numerics", "Numerics")
    assert scenarios.scenario(section, "weather", "Weather") == ""


def test_a_scenario_that_another_section_speaks_of_is_no_row_of_its_own(tables, monkeypatch):
    stated = SimpleNamespace(scenarios=("explain", "automl", "weather"))
    monkeypatch.setattr(scenarios, "known", lambda workload: stated)
    assert list(scenarios.listed(Section(tables, "en", OWN, 6)))[-1] == "weather"
    assert not {"explain", "automl"} & set(scenarios.listed(Section(tables, "en", OWN, 6)))


def test_a_workload_that_does_not_train_shows_its_derivative_and_not_the_function_alone():
    assert scenarios.shown_tasks("option_greeks") == ["gradient"]
    assert scenarios.shown_tasks("linear_jacobian") == ["jacobian"]
    assert scenarios.shown_tasks("mlp") == ["train", "forward"]
    assert scenarios.shown_tasks("linear_regression") == ["fit", "train"]


def test_a_workload_of_two_scenarios_stands_in_both(tables):
    cells = scenarios.main_cells(Section(tables, "en", OWN, 6))
    for identity in ("driving", "health"):
        assert "unet" in set(scenarios.of_scenario(cells, identity)["workload"])
        assert set(scenarios.of_scenario(cells, identity)["task"]) == {"train", "forward"}

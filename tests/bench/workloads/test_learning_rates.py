"""The learning rates: the gradient written by hand, rates that do what they say, and models that differ."""

from typing import Any

import numpy as np
import pytest

from bench.workloads.training.learning_rates.problem import FASTEST, SIZES, SLOWEST, Problem, losses_and_gradients


@pytest.mark.parametrize("name", ["hidden.weight", "hidden.bias", "output.weight", "output.bias"])
def test_the_gradient_agrees_with_differences(name):
    problem = Problem("tiny")
    given, parameters = problem.inputs(), problem.parameters()
    direction = np.random.default_rng(1).standard_normal(parameters[name].shape)

    def losses(distance):
        moved = parameters | {name: parameters[name] + distance * direction}
        return losses_and_gradients(moved, given["images"], given["labels"])[0]

    slopes = [(losses(step) - losses(-step)) / (2 * step) for step in (2e-3, 1e-3)]
    expected = (4 * slopes[1] - slopes[0]) / 3
    _, gradients = losses_and_gradients(parameters, given["images"], given["labels"])
    found = (gradients[name] * direction).reshape(problem.rates, -1).sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


def test_rates_reach_from_the_least_to_the_greatest_in_equal_factors():
    rates = Problem("small").inputs()["rates"]
    assert (len(rates), rates[0], rates[-1]) == (64, SLOWEST, pytest.approx(FASTEST))
    np.testing.assert_allclose(rates[1:] / rates[:-1], rates[1] / rates[0], rtol=1e-12)


def test_each_model_moves_by_its_own_rate():
    problem = Problem("tiny")
    given, before, after = problem.inputs(), problem.parameters(), problem.reference("together")
    _, gradients = losses_and_gradients(before, given["images"], given["labels"])
    for name, gradient in gradients.items():
        moved = np.abs(after[f"parameter.{name}"] - before[name]).reshape(problem.rates, -1).max(axis=1)
        steepest = np.abs(gradient).reshape(problem.rates, -1).max(axis=1)
        np.testing.assert_allclose(moved / steepest, given["rates"], rtol=1e-9)


def test_no_two_models_start_alike():
    losses = Problem("small").reference("loop")["loss"]
    assert len(np.unique(losses)) == SIZES["small"]["rates"]


def test_models_keep_their_results_where_a_graph_writes_all_to_the_same_place(monkeypatch):
    pytest.importorskip("torch")
    from bench.backends import torch_backend
    from bench.workloads.training.learning_rates import torch_impl

    def captured(function, mode, device):
        room: dict[str, Any] = {}

        def call(*given):
            for name, value in function(*given).items():
                room.setdefault(name, value.clone()).copy_(value)
            return room

        return call if mode == "compile-max" else function

    monkeypatch.setattr(torch_backend, "compiled", captured)
    found = {}
    for mode in ("eager", "compile-max"):
        step = torch_impl.build(Problem("tiny"), "loop", mode, "cpu", "float64")
        step.step()
        found[mode] = step.observe()
    for name, values in found["eager"].items():
        np.testing.assert_allclose(found["compile-max"][name], values, rtol=1e-12)

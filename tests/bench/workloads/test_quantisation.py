"""The int8 scheme: what the reference computes, and that another scheme is found out."""

import numpy as np
import pytest

from bench.workloads.examples.quantisation import problem


@pytest.fixture
def small(monkeypatch):
    """Weights that were not trained, which the scheme does not ask for."""
    random = np.random.default_rng(0)
    shapes = {"0": (64, 32), "2": (32, 32), "4": (32, 10)}
    weights = {f"{name}.weight": random.normal(0, shape[0] ** -0.5, shape) for name, shape in shapes.items()}
    biases = {f"{name}.bias": random.normal(0, 0.1, shape[1]) for name, shape in shapes.items()}
    values = {name: value.astype(np.float32) for name, value in (weights | biases).items()}
    monkeypatch.setattr(problem, "trained", lambda: values)
    problem.logits.cache_clear()
    yield values
    problem.logits.cache_clear()


def test_the_largest_of_each_slice_becomes_127_and_the_rest_is_at_most_half_a_step_off():
    values = np.random.default_rng(1).normal(size=(5, 7)).astype(np.float32)
    integers, scales = problem.quantised(values, axis=1)
    assert integers.dtype == np.int8
    assert scales.shape == (5, 1)
    assert (np.abs(integers).max(1) == 127).all()
    assert (np.abs(integers * scales - values) <= 0.5001 * scales).all()


def test_int8_logits_are_near_those_in_float32_and_not_the_same(small):
    whole, compressed = problem.logits("float32"), problem.logits("int8")
    apart = np.abs(whole - compressed).max() / np.abs(whole).max()
    assert problem.TOLERANCE["int8"] < apart < 0.05


def test_logits_of_another_scheme_are_refused(small):
    assert problem.error("int8", problem.logits("int8").copy()) == 0
    with pytest.raises(ValueError, match=r"allowed are 0\.001"):
        problem.error("int8", problem.logits("float32"))
    x, _ = problem.test_set()
    for place, (weight, bias) in enumerate(problem.layers()):  # one scale for all of a layer's weights
        scale = np.abs(weight).max() / 127
        x = x @ (np.round(weight / scale) * scale) + bias
        x = problem._gelu(x) if place < 2 else x
    with pytest.raises(ValueError, match=r"allowed are 0\.001"):
        problem.error("int8", x)


def test_a_product_that_is_off_by_one_is_refused(small):
    q, integers = problem.operands()
    exact = q.astype(np.int64) @ integers.astype(np.int64)
    assert problem.product_error(exact) == 0
    exact[3, 4] += 1
    with pytest.raises(ValueError, match="difference from the reference is 1"):
        problem.product_error(exact)


def test_accuracy_counts_right_and_changed_predictions():
    _, labels = problem.test_set()
    right = np.eye(10)[labels]
    wrong = right.copy()
    wrong[:9] = np.eye(10)[(labels[:9] + 1) % 10]
    assert problem.accuracy(wrong, right) == (351 / 360, '{"right":351,"of":360,"changed":9}')

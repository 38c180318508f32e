"""ADBench's LSTM: the gradient by hand."""

import numpy as np

from bench.workloads.autodiff.lstm_objective.problem import BITS, Problem, value_and_gradient


def test_the_gradient_by_hand_agrees_with_differences_at_some_entries():
    data = Problem("tiny").inputs()
    _, *gradient = value_and_gradient(**data)
    random = np.random.default_rng(0)
    for name, found in zip(("main_params", "extra_params"), gradient, strict=True):
        for index in random.choice(found.size, 12, replace=False):
            step = np.zeros(found.size)
            step[index] = 1e-5
            ahead, behind = (
                value_and_gradient(**data | {name: data[name] + sign * step.reshape(found.shape)})[0]
                for sign in (1, -1)
            )
            np.testing.assert_allclose(found.ravel()[index], (ahead - behind) / 2e-5, rtol=1e-6, atol=1e-9)


def test_without_weights_every_bit_costs_the_same():
    data = Problem("tiny").inputs()
    flat = {name: np.zeros_like(value) for name, value in data.items()} | {"sequence": data["sequence"]}
    value, *_ = value_and_gradient(**flat)
    np.testing.assert_allclose(value, np.log(2 + BITS) * data["sequence"][1:].mean(), rtol=1e-12)


def test_blocks_of_steps_divide_the_recurrence_evenly():
    for size in ("tiny", "small", "medium"):
        problem = Problem(size)
        assert (problem.length - 1) % problem.block == 0
        assert 1 < problem.block < problem.length - 1  # the gate too sees the state handed over

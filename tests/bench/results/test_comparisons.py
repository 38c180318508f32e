"""Comparisons of both frameworks: what cannot be compared has no ratio, and the reason is said."""

import pytest

from bench.results import comparisons
from tests.bench.results.planted import compared, gate, series


def test_a_clear_difference_is_called_one():
    row = compared(series(2.0), gate())
    assert (row["verdict"], row["ratio"]) == ("jax faster", pytest.approx(2.0))


def test_without_twins_nothing_is_called_a_difference_and_the_reason_is_said():
    row = compared(series(2.0, numbers=(0, 1, 2)), gate())
    assert (row["verdict"], row["noise_floor"]) == ("tie", None)
    assert "noise floor" in row["message"]


def test_a_single_run_is_not_comparable():
    assert compared(series(2.0, numbers=(0,)), gate())["message"] == "too few runs for an interval"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "the parity gate was not run for torch eager"),
        (gate()[:1], "the parity gate was not run for jax jit"),
        (gate(status="mismatch", error=0.5), "differs by 0.5 from reference"),
        (gate(status="failed", error=None, message="planted"), "planted"),
        (gate() + gate(task="gradient", status="mismatch", error=0.5), "gradient loss differs"),
        (gate(precision="float32"), "the parity gate was not run for torch eager"),
    ],
)
def test_what_the_gate_does_not_let_through_has_no_ratio(rows, message):
    row = compared(series(2.0), rows)
    assert row["verdict"] == "not comparable"
    assert message in row["message"]
    assert "ratio" not in row


def test_the_way_to_a_target_stands_and_falls_with_the_gate_of_its_steps():
    assert compared(series(2.0, task="target"), gate())["verdict"] == "jax faster"
    assert compared(series(2.0, task="target"), gate(status="mismatch", error=0.5))["verdict"] == "not comparable"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.001], "first values differ by 0.001, allowed is 0.0001"),
        ([float("nan")], "first values differ by nan"),
        (None, "no first values"),
        ([], "no first values"),
    ],
)
def test_first_values_that_do_not_agree_have_no_ratio(values, message):
    runs = [row | {"check_values": values} if row["framework"] == "torch" else row for row in series(2.0)]
    row = compared(runs, gate())
    assert (row["verdict"], message in row["message"]) == ("not comparable", True)


def test_first_values_of_a_derivative_are_compared_output_by_output():
    error, _ = comparisons.value_error(
        {"family": "autodiff", "workload": "gmm", "precision": "float64"},
        [{"check_values": [1000.0, 1000.0, 0.0, 2e-3]}],
        [{"check_values": [1000.0, 1000.0, 0.0, 1e-3]}],
    )
    assert error == pytest.approx(1.0)

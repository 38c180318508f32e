"""Where the time of runs went: what a failed one took is no rest, and what took turns is not counted twice."""

import pytest

from bench.results import time_spent
from bench.vocabulary import TWIN
from tests.bench.results.planted import run

PHASES = {f"{phase}_seconds": 0.25 for phases in time_spent.PARTS.values() for phase in phases}


def started(second, *args, **changes):
    return run(*args, **changes) | {"started": f"2026-01-01T00:00:{second:02}+00:00"}


def test_the_time_of_a_failed_run_is_no_rest():
    runs = [started(0), started(10, number=1, status="failed"), started(20, number=2)]
    assert time_spent.between(runs) == pytest.approx(2.0)


def in_turns(second, number):
    """The runs of a trial of 18 seconds: PyTorch, its twin and JAX, which start one after the other."""
    of_trial = {"fingerprint": "here", "paired": True, "wall_seconds": 6.0}
    return [
        started(second, number=number, **of_trial),
        started(second + 3, number=number + TWIN, **of_trial),
        started(second + 5, "jax", "jit", number, **of_trial),
    ]


def test_processes_that_take_turns_leave_no_time_between_them():
    assert time_spent.between(in_turns(0, 0)) == 0
    assert time_spent.between([*in_turns(0, 0), *in_turns(20, 1)]) == pytest.approx(2.0)


def test_a_pause_is_not_counted():
    assert time_spent.between([*in_turns(0, 0), *in_turns(50, 1)]) == 0


def test_every_second_is_in_one_part():
    runs = [started(0, **PHASES), started(11, number=1, **PHASES)]
    found = time_spent.shares(runs)
    assert sum(found.values()) == pytest.approx(20)
    assert (found["between trials"], found["rest"]) == pytest.approx((2.0, 18 - 2 * sum(PHASES.values())))

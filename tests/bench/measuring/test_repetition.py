"""A trial that was disturbed is measured again, by a rule that knows nothing of what it measured."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.measuring.load import Load
from bench.measuring.supervisor import DISTURBED_SHARE, Attempt, Run, least_disturbed
from tests.bench.planning.planted import CELL

QUIET, DISTURBED = DISTURBED_SHARE / 2, DISTURBED_SHARE * 2
ALWAYS = float("inf")


def attempt(name, *lost, seconds=1.0):
    return Attempt([{"name": name} for _ in lost], list(lost), seconds)


def taking(*attempts):
    """What measures the attempts one after the other, and how many of them are left."""
    left = list(attempts)
    return left, lambda: left.pop(0)


@pytest.mark.parametrize(
    ("lost", "kept", "count"),
    [
        ([[QUIET, QUIET]], 0, 1),
        ([[QUIET, DISTURBED], [QUIET, QUIET]], 1, 2),
        ([[DISTURBED, 0.0], [0.0, 3 * DISTURBED], [0.0, 2 * DISTURBED]], 0, 3),
        ([[2 * DISTURBED], [3 * DISTURBED], [DISTURBED]], 2, 3),
        ([[None, QUIET]], 0, 1),  # a failure is a result
        ([[None, DISTURBED], [None, QUIET]], 1, 2),
        ([[DISTURBED, DISTURBED], [None, QUIET]], 0, 2),  # and does not replace what was measured
        ([[None]], 0, 1),
    ],
)
def test_it_is_repeated_until_it_is_quiet_and_the_least_disturbed_attempt_is_kept(lost, kept, count):
    left, take = taking(*(attempt(number, *shares) for number, shares in enumerate(lost)))
    best = least_disturbed(take, most_repeats=2, longest_seconds=ALWAYS)
    assert not left
    assert [(row["name"], row["attempts"]) for row in best.rows] == [(kept, count)] * len(lost[0])


@pytest.mark.parametrize(("counted", "lost"), [(None, 0.02), (2, 0.02), (3, 1.0)])
def test_a_gpu_on_which_others_compute_is_a_disturbance(counted, lost):
    facts = {"status": "ok", "waited_seconds": 0.1, "timed_seconds": 5.0, "gpu_processes": counted}
    run = Run("torch-eager", CELL, 0, Path("none"), companions=2, around=Load(10.0, None, None, None))
    process: Any = SimpleNamespace(facts=lambda: facts)
    run.process = process
    assert run.lost == lost
    assert Attempt([], [run.lost], 1.0).disturbed == (lost == 1.0)


def test_there_is_an_end_to_repeating():
    left, take = taking(*(attempt(number, DISTURBED) for number in range(5)))
    assert least_disturbed(take, most_repeats=2, longest_seconds=ALWAYS).rows[0]["attempts"] == 3
    assert len(left) == 2


def test_what_took_too_long_is_not_measured_again():
    left, take = taking(attempt("long", DISTURBED, seconds=61.0), attempt("short", QUIET))
    assert least_disturbed(take, most_repeats=2, longest_seconds=60.0).rows == [{"name": "long", "attempts": 1}]
    assert len(left) == 1


BESIDE_A_NEIGHBOUR_ONCE = """
import os, subprocess, sys, time
from pathlib import Path

class Step(Step):
    def step(self):
        end = time.process_time() + 0.02
        while time.process_time() < end: pass

def build(*given):
    cached = Path(os.environ["JAX_COMPILATION_CACHE_DIR"], "program")
    cached.parent.mkdir(parents=True, exist_ok=True)
    cached.touch()
    log = Path({log!r})
    with log.open("a") as stream: print("begun", file=stream)
    step = Step()
    step.loss = len(log.read_text().split())
    if step.loss == 1:
        subprocess.Popen([sys.executable, "-c", "while True: pass"])  # on the same processor
    return step
"""


@pytest.mark.serial
def test_a_trial_beside_a_neighbour_is_measured_again_and_cold_again(bench):
    log = bench.root / "begun"
    bench.plant("beside", "jax", BESIDE_A_NEIGHBOUR_ONCE.format(log=str(log)))
    row = bench.measure(
        "training/beside",
        framework="jax",
        mode="jit",
        settings='{"plan": {"budget_seconds": 0.5, "warmup_seconds": 0.1, "half_width": 0}, '
        '"timeout_seconds": 60, "exclusive": true, "most_repeats": 1}',
    )
    assert row["status"] == "ok", row["message"]
    assert row["attempts"] == len(log.read_text().split()) == 2
    assert row["check_values"][0] == 2  # the second attempt was kept
    assert row["cache"] == "cold"
    assert row["foreign_seconds"] >= 0
    assert row["steal_seconds"] >= 0

"""A trial: fresh processes that take turns, exactly one running."""

import json
import math
import statistics
from itertools import pairwise

import pytest

from bench.results.pairs import by_round
from bench.results.statistics import log_ratio
from bench.vocabulary import TWIN

pytestmark = pytest.mark.serial

BOTH = ["torch-eager", "jax-jit"]
LOGGED = """
import os, time
from pathlib import Path
class Step(Step):
    def step(self):
        begin = time.perf_counter()
        time.sleep(0.021)
        with Path({log!r}).open("a") as stream: stream.write(f"{{os.getpid()}} {{begin}} {{time.perf_counter()}}\\n")
"""


def test_every_variant_is_a_row_with_the_round_and_the_place_of_each_value(bench):
    rows = bench.measure_all("training/linear_regression", variants=BOTH, twins=["jax-jit"])
    assert [(row["framework"], row["mode"], row["run"]) for row in rows] == [
        ("torch", "eager", 0),
        ("jax", "jit", 0),
        ("jax", "jit", TWIN),
    ]
    for row in rows:
        assert row["status"] == "ok", row["message"]
        assert row["paired"]
        assert row["rounds"] == list(range(len(row["values"])))
        assert set(row["places"]) <= {0, 1, 2}
        assert row["step_seconds"] == statistics.median(row["values"])
        assert row["minor_faults"] >= 0
        assert row["attempts"] == 1
        assert row["disturbed"] in (True, False)
        assert row["gpu_clock_hertz"] is row["gpu_foreign_processes"] is None
    for column in ("steal_seconds", "foreign_seconds"):  # of the trial
        assert len({row[column] for row in rows}) == 1
        assert rows[0][column] >= 0
    places = list(zip(*(row["places"] for row in rows), strict=True))
    assert all(sorted(place) == [0, 1, 2] for place in places)
    assert len(set(places)) > 1, "the order is the same in every round"


def test_exactly_one_process_runs_at_a_time_and_all_live_together(bench):
    log = bench.root / "log"
    for framework in ("torch", "jax"):
        bench.plant(f"logged_{framework}", framework, LOGGED.format(log=str(log)))
    implementation = (bench.root / "workflow/bench/workloads/training/logged_jax/jax_impl.py").read_text()
    (bench.root / "workflow/bench/workloads/training/logged_torch/jax_impl.py").write_text(implementation)
    bench.measure_all("training/logged_torch", variants=BOTH)
    steps = sorted(
        (float(begin), float(end), pid) for pid, begin, end in (line.split() for line in log.read_text().splitlines())
    )
    assert len({pid for *_, pid in steps}) == 2
    overlapping = [1 for (_, end, a), (begin, _, b) in pairwise(steps) if a != b and begin < end]
    assert not overlapping
    changes = sum(a != b for (*_, a), (*_, b) in pairwise(steps))
    assert changes >= 4, "the two did not take turns"


def test_a_variant_that_fails_is_a_row_and_the_others_go_on(bench):
    bench.plant("half", "torch", "def build(*a): raise ValueError('not in torch')")
    torch, jax = bench.measure_all("training/half", variants=BOTH)
    assert (torch["status"], torch["message"]) == ("failed", "ValueError: not in torch")
    assert (jax["status"], jax["paired"]) == ("ok", False)


BROKEN = """
from pathlib import Path
def build(problem, task, mode, device, precision):
    with Path({log!r}).open("a") as stream: stream.write("built\\n")
    raise {error}
"""


@pytest.mark.parametrize(("error", "starts"), [("ValueError('always')", 1), ("OSError('this time')", 2)])
def test_a_failure_that_is_certain_to_come_again_is_not_repeated_in_the_next_trial(bench, monkeypatch, error, starts):
    monkeypatch.setattr(bench, "output", lambda trial=0: bench.root / f"out/train-tiny-float32-cpu.{trial}.parquet")
    log = bench.root / "log"
    bench.plant("broken", "torch", BROKEN.format(log=str(log), error=error))
    first = bench.measure_all("training/broken", variants=BOTH)
    second = bench.measure_all("training/broken", variants=BOTH, trial=1)
    assert log.read_text().splitlines() == ["built"] * starts
    for rows in (first, second):
        status = {row["framework"]: row["status"] for row in rows}
        assert status == {"torch": "failed", "jax": "ok"}
    told = [{row["framework"]: row for row in rows}["torch"] for rows in (first, second)]
    assert [row["run"] for row in told] == [0, 1]
    assert told[0]["message"] == told[1]["message"]


def test_a_variant_that_dies_in_its_turn_leaves_the_others_their_values(bench):
    bench.plant(
        "dies",
        "torch",
        "import os, signal\nclass Step(Step):\n    calls = 0\n    def step(self):\n        self.calls += 1\n"
        "        time.sleep(0.021)\n        self.calls < 40 or os.kill(os.getpid(), signal.SIGSEGV)\nimport time",
    )
    torch, jax = bench.measure_all(
        "training/dies",
        variants=BOTH,
        settings='{"plan": {"budget_seconds": 3, "warmup_seconds": 0.1, "half_width": 0}, '
        '"timeout_seconds": 60, "exclusive": true}',
    )
    assert torch["status"] == "failed"
    assert "SIGSEGV" in torch["message"]
    assert jax["status"] == "ok"
    assert len(jax["values"]) >= 7


@pytest.mark.slow
def test_a_process_that_hangs_in_its_turn_is_a_time_out_and_the_others_go_on(bench):
    bench.plant(
        "hangs",
        "torch",
        "import time\nclass Step(Step):\n    calls = 0\n    def step(self):\n        self.calls += 1\n"
        "        time.sleep(0.021 if self.calls < 30 else 1000)",
    )
    torch, jax = bench.measure_all(
        "training/hangs",
        variants=BOTH,
        settings='{"plan": {"budget_seconds": 3, "warmup_seconds": 0.1, "half_width": 0}, '
        '"timeout_seconds": 8, "exclusive": true}',
    )
    assert torch["status"] == "timeout"
    assert torch["message"] == "no result after 8 s (in phase timed)"
    assert jax["status"] == "ok"


def test_a_known_ratio_is_found(bench):
    for framework, seconds in (("torch", 0.03), ("jax", 0.02)):
        name = f"sleeps_{framework}"
        bench.plant(name, framework, f"import time\nStep.step = lambda self: time.sleep({seconds})")
    folder = bench.root / "workflow/bench/workloads/training"
    (folder / "sleeps_torch/jax_impl.py").write_text((folder / "sleeps_jax/jax_impl.py").read_text())
    torch, jax = bench.measure_all("training/sleeps_torch", variants=BOTH)
    assert math.exp(log_ratio(by_round(torch), by_round(jax))) == pytest.approx(1.5, rel=0.03)


def test_where_memory_does_not_hold_all_they_run_one_after_the_other_and_say_so(bench):
    file = bench.root / "workflow/bench/measuring/hardware.py"
    file.write_text(
        file.read_text().replace(
            "def available_bytes() -> int:\n",
            "def available_bytes() -> int:\n    return 1\n\n\ndef _unused() -> int:\n",
        )
    )
    rows = bench.measure_all("training/linear_regression", variants=BOTH)
    assert [(row["status"], row["paired"]) for row in rows] == [("ok", False), ("ok", False)]


def test_who_finds_no_memory_beside_the_others_is_measured_alone(bench):
    begun = bench.root / "begun"
    scarce = f"""
from pathlib import Path
def build(*given, build=build):
    with Path({str(begun)!r}).open("a") as stream: print("begun", file=stream)
    if len(Path({str(begun)!r}).read_text().splitlines()) == 2: raise MemoryError("the other holds it")
    return build(*given)
"""
    for framework in ("torch", "jax"):
        bench.plant(f"scarce_{framework}", framework, scarce)
    folder = bench.root / "workflow/bench/workloads/training"
    (folder / "scarce_torch/jax_impl.py").write_text((folder / "scarce_jax/jax_impl.py").read_text())
    rows = bench.measure_all("training/scarce_torch", variants=BOTH)
    assert [(row["status"], row["paired"]) for row in rows] == [("ok", False), ("ok", False)]
    assert len(begun.read_text().splitlines()) == 3


def test_every_fifth_trial_compiles_cold(bench):
    caches = [
        bench.measure("training/linear_regression", framework="jax", mode="jit", trial=trial)["cache"]
        for trial in (0, 1, 5)
    ]
    assert caches == ["cold", "cached", "cold"]


def test_on_the_way_to_a_target_all_follow_the_seed_of_the_trial(bench):
    torch, jax = bench.measure_all("training/mlp", variants=BOTH, task="target", trial=2)
    assert (torch["status"], jax["status"]) == ("ok", "ok"), (torch["message"], jax["message"])
    assert torch["score_steps"] == jax["score_steps"]
    assert json.loads(torch["environment"])["exclusive"]
    assert len(torch["values"]) == len(torch["rounds"]) == 1

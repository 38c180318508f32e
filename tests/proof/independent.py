"""Our clock against an independent one, on the same step in the same process, in turns.

torch: torch.utils.benchmark.Timer. jax: pyperf. Prints JSON: the framework, and the medians of every turn in seconds.

    python tests/proof/independent.py torch
    python tests/proof/independent.py jax --worker --values 20 --warmups 1 --loops 1   (pyperf's options)
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "workflow"))

import json
from importlib import import_module
from statistics import median
from typing import Any

from bench.measuring import hardware, timing

TURNS = 5
VALUES = 30
WORKLOAD, TASK, SIZE, PRECISION = "bench.workloads.training.mlp", "train", "medium", "float32"
MODE = {"torch": "eager", "jax": "jit"}
PLAN = timing.Plan(warmup_seconds=2.0)


def build(framework: str) -> tuple[Any, timing.Measurement]:
    """The step that both clocks time, and its warm-up."""
    backend = import_module(f"bench.backends.{framework}_backend")
    backend.configure("cpu", PRECISION, len(hardware.measuring_cpus()))
    problem = import_module(f"{WORKLOAD}.problem").Problem(SIZE)
    step = import_module(f"{WORKLOAD}.{framework}_impl").build(problem, TASK, MODE[framework], "cpu", PRECISION)
    for _, stage in step.stages():
        stage()
    return step, timing.warm_up(step.step, step.wait, step.steps_per_call, PLAN)


def ours(step: Any, warm: timing.Measurement) -> float:
    """Median seconds per step by our clock, as in the turns of a trial."""
    values = []
    with timing.undisturbed():
        for _ in range(VALUES):
            timing.refill(warm, step.step, step.wait)
            values.append(timing.value(warm, step.step, step.wait))
    return median(values)


def by_torch(step: Any) -> float:
    """Median seconds per step by torch.utils.benchmark.Timer."""
    from torch.utils.benchmark import Timer

    def call() -> None:
        step.step()
        step.wait()

    timer = Timer("call()", globals={"call": call}, num_threads=len(hardware.measuring_cpus()))
    return float(timer.blocked_autorange(min_run_time=2.0).median)


def by_pyperf(runner: Any, step: Any, turn: int) -> float:
    """Median seconds per step by pyperf, which times in this process when it is its own worker."""

    def call() -> None:
        step.step()
        step.wait()

    return float(median(runner.bench_func(f"step {turn}", call).get_values()))


def main() -> None:
    """Time in turns and print the medians."""
    framework = sys.argv.pop(1)
    runner = None
    if framework == "jax":
        import pyperf

        runner = pyperf.Runner(program_args=[__file__, framework])
        runner.parse_args()
    step, warm = build(framework)
    turns = []
    for turn in range(TURNS):
        first = ours(step, warm)
        turns.append({"ours": first, "theirs": by_torch(step) if runner is None else by_pyperf(runner, step, turn)})
    print("RESULT " + json.dumps({"framework": framework, "turns": turns}))


if __name__ == "__main__":
    main()

"""Runs of the perceptron on another machine, and what the parity gate says of them."""

import json

from bench import schema
from bench.results import comparisons

PERCEPTRON = {
    "family": "training",
    "workload": "mlp",
    "task": "train",
    "size": "small",
    "precision": "float32",
    "device": "cpu",
}
"""The problem, but for the machine's name."""
VALUES = [1.00e-3, 1.01e-3, 1.02e-3]


def run(framework="torch", mode="eager", number=0, **changes):
    """One sound run of the perceptron on the machine `other`."""
    return (
        dict.fromkeys(schema.RUNS)
        | {
            "hardware": "other",
            **PERCEPTRON,
            "framework": framework,
            "mode": mode,
            "run": number,
            "status": "ok",
            "message": "",
            "started": f"2026-01-01T00:0{number}:00+00:00",
            "wall_seconds": 9.0,
            "values": VALUES,
            "step_seconds": VALUES[1],
            "loops": 1,
            "steps_per_call": 1,
            "items": 1.0,
            "flops": 1.0,
            "check_values": [1.0],
            "check_summaries": 1,
            "steady": True,
            "drifted": False,
            "threads": 1,
            "source_digest": "x",
            "cache": "none",
            "versions": json.dumps({framework: "1.0"}),
        }
        | changes
    )


def series(factor=1.0, numbers=(0, 1, 2, 1000, 1001, 1002), **changes):
    """Runs of both frameworks, PyTorch's `factor` times as long, with twins."""
    return [
        run(framework, mode, number, step_seconds=(1 + 0.001 * (number % 3)) * scale, **changes)
        for framework, mode, scale in (("torch", "eager", factor), ("jax", "jit", 1.0))
        for number in numbers
    ]


def in_turns(seconds, trials=range(5), framework="torch", mode="eager", **changes):
    """Runs of one variant that took turns with the others: the seconds per step of each trial."""
    return [
        run(framework, mode, trial, step_seconds=step, values=[step] * 3, rounds=[0, 1, 2], paired=True, **changes)
        for trial, step in zip(trials, seconds, strict=False)
    ]


QUIET = [1.000, 1.002, 0.999, 1.001, 0.998]
"""A scatter of 0.2 % over five trials."""


def twins_in_turns():
    """A variant that was measured as two, without any difference."""
    first, second = in_turns(QUIET), in_turns(QUIET[::-1])
    return [row | {"workload": "gpt"} for row in first + [row | {"run": row["run"] + 1000} for row in second]]


def gate(variants=(("torch", "eager"), ("jax", "jit")), **changes):
    """Rows of the parity gate that let every variant through."""
    return [
        {
            "family": "training",
            "workload": "mlp",
            "task": "train",
            "framework": framework,
            "mode": mode,
            "status": "ok",
            "message": "",
            "name": "loss",
            "against": "reference",
            "error": 0.0,
            "precision": "float64",
        }
        | changes
        for framework, mode in variants
    ]


def compared(runs, rows, **options):
    """The best comparison of the runs of one problem, with these rows of the gate."""
    (row,) = [row for row in comparisons.comparison_rows(runs, rows, **options) if row["best"]]
    return row

"""Runs of the perceptron on another machine, and what the parity gate says of them."""

import json

from bench import schema
from bench.results import comparisons

VALUES = [1.00e-3, 1.01e-3, 1.02e-3]


def run(framework="torch", mode="eager", number=0, **changes):
    """One sound run of the perceptron on the machine `other`."""
    return (
        dict.fromkeys(schema.RUNS)
        | {
            "hardware": "other",
            "family": "training",
            "workload": "mlp",
            "task": "train",
            "size": "small",
            "precision": "float32",
            "device": "cpu",
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


def gate(**changes):
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
        for framework, mode in (("torch", "eager"), ("jax", "jit"))
    ]


def compared(runs, rows):
    """The comparison of the runs of one problem, with these rows of the gate."""
    (row,) = comparisons.comparison_rows(runs, rows)
    return row

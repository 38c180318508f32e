"""Results of one machine, planted so that they decide claims one way or the other."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd

from bench import schema
from bench.claims.evidence import Results
from bench.claims.judge import judge, read_claims
from bench.results import statistics
from tests.checkout import CLAIMS

ENTRIES = {entry["id"]: entry for entry in read_claims(CLAIMS)}


def verdict_of(identity: str, results: Results) -> str:
    return judge(ENTRIES[identity], results).verdict


def frame(table: str, rows: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(schema.TABLES[table]))


def event(
    workload: str, framework: str, name: str, value: float | None = None, text: str = "", *, outcome: str = "ok"
) -> dict:
    return {
        "hardware": "here",
        "workload": workload,
        "framework": framework,
        "name": name,
        "outcome": outcome,
        "value": value,
        "text": text,
    }


def judged(identity: str, *rows: dict) -> str:
    return verdict_of(identity, Results("here", {"events": frame("events", list(rows))}))


def comparisons(
    ratios: list[float],
    *,
    half_width: float | None = 0.02,
    device: str = "cpu",
    family: str = "autodiff",
    workload: str | None = None,
    floor: float = 0.01,
) -> dict[str, pd.DataFrame]:
    """Best pairs with torch/jax ratios, each with a relative 95 % interval, and the verdict that follows from it.

    Each is of a workload of its own, or of another task of the one that is named.
    """
    rows = []
    for place, ratio in enumerate(ratios):
        found = planted_ratio(ratio, half_width)
        verdict, rule = statistics.verdict(found, None, floor)
        rows.append(
            {
                "hardware": "here",
                "family": family,
                "workload": workload or f"planted{place}",
                "task": f"t{place}" if workload else "t",
                "size": "small",
                "precision": "float64",
                "device": device,
                "torch_mode": "compile",
                "jax_mode": "jit",
                "ratio": ratio,
                "ratio_low": found.low,
                "ratio_high": found.high,
                "ratio_low_90": found.low_90,
                "ratio_high_90": found.high_90,
                "trials": found.trials,
                "equal_within": statistics.EQUAL_WITHIN,
                "verdict": verdict,
                "rule": rule,
                "best": True,
                "noise_floor": floor,
                "parity_error": 1e-14,
            }
        )
    return {"comparisons": frame("comparisons", rows)}


def planted_ratio(ratio: float, half_width: float | None) -> statistics.Ratio:
    """A ratio of five trials with that relative half-width of the 95 % interval, or of one without an interval."""
    if half_width is None:
        return statistics.Ratio(ratio)
    narrower = 0.77 * half_width  # t of four degrees: 2.13 instead of 2.78
    return statistics.Ratio(
        ratio,
        ratio * (1 - half_width),
        ratio * (1 + half_width),
        ratio * (1 - narrower),
        ratio * (1 + narrower),
        trials=5,
    )


def runs(
    seconds: dict[tuple[str, str], float],
    *,
    count: int = 5,
    task: str = "forward",
    first: float = 1.0,
    family: str = "training",
    problems: int = 5,
) -> dict[str, pd.DataFrame]:
    """Runs of variants with 1 % of noise around the given seconds per step; compiled ones start in `first` seconds."""
    random = np.random.default_rng(5)
    rows = []
    for place in range(problems):
        for (framework, mode), step in seconds.items():
            compiled = mode != "eager"
            start = first if framework == "torch" else 1.0
            rows += [
                {
                    "hardware": "here",
                    "family": family,
                    "workload": f"planted{place}",
                    "task": task,
                    "size": "small",
                    "precision": "float32",
                    "device": "cpu",
                    "framework": framework,
                    "mode": mode,
                    "run": run,
                    "status": "ok",
                    "step_seconds": step * float(np.exp(0.01 * random.standard_normal())),
                    "compile_seconds": start if compiled else None,
                    "first_step_seconds": 0.1,
                    "cache": ("cached" if run else "cold") if compiled else "none",
                    "import_seconds": 0.7,
                }
                for run in range(count)
            ]
    pairs = comparisons([1.0], floor=0.02)["comparisons"]  # carries the noise floor of the device
    return {"runs": frame("runs", rows), "comparisons": pairs}


FASTER = {("torch", "eager"): 2.0, ("torch", "compile"): 1.0, ("jax", "eager"): 3.0, ("jax", "jit"): 1.0}
SLOWER = {("torch", "eager"): 1.0, ("torch", "compile"): 2.0, ("jax", "eager"): 1.0, ("jax", "jit"): 3.0}
"""Seconds of variants: compiling makes a step faster in both frameworks, or slower."""


def timed(family: str, seconds: dict[tuple[str, str, str, str], float], runs: int = 3) -> pd.DataFrame:
    """Runs by (workload, task, framework, mode) with a scatter of a thousandth."""
    return frame(
        "runs",
        [
            {
                "hardware": "here",
                "family": family,
                "workload": workload,
                "task": task,
                "size": "small",
                "run": run,
                "precision": "float64",
                "device": "cpu",
                "framework": framework,
                "mode": mode,
                "status": "ok",
                "step_seconds": step * (1 + 0.001 * run),
            }
            for (workload, task, framework, mode), step in seconds.items()
            for run in range(runs)
        ],
    )


STRONG = {
    "use-nlp": ("bert", "gpt"),
    "use-vision": ("resnet", "unet"),
    "use-rl": ("dqn", "ppo"),
}
"""The claims that PyTorch is strong in a scenario, and the workloads that decide them."""
USED = {"use-health": ("dna_cnn", "gcn", "unet"), "use-driving": ("unet",), "use-finance": ("option_greeks",)}
"""The claims that PyTorch is used in a field, and the workloads whose times stand beside them."""


def compared(ratios: dict[str, list[float]], task: str = "train", **options) -> pd.DataFrame:
    """Comparisons of workloads of the family training; every further ratio is of another precision."""
    parts = [
        comparisons(values, family="training", workload=name, **options)["comparisons"]
        for name, values in ratios.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(task=task)


def cells(
    seconds: dict[tuple[str, str], float],
    *,
    workload: str,
    task: str = "train",
    size: str = "small",
    items: float = 512.0,
    **columns,
) -> pd.DataFrame:
    """Cells of variants with the given seconds per step."""
    return frame(
        "cells",
        [
            {
                "hardware": "here",
                "family": "training",
                "workload": workload,
                "task": task,
                "size": size,
                "precision": "float32",
                "device": "cpu",
                "framework": framework,
                "mode": mode,
                "status": "ok",
                "step_seconds": value,
                "items_per_second": items / value,
                **columns,
            }
            for (framework, mode), value in seconds.items()
        ],
    )


KERNELS = (
    "equation_of_state",
    "heat_equation",
    "isoneutral_mixing",
    "least_squares",
    "nbody",
    "turbulent_kinetic_energy",
)


def kernels(torch: float, jax: float, runs: int = 3) -> pd.DataFrame:
    """Five kernels that take NumPy a second each, and each framework what is said."""
    return timed(
        "science",
        {
            (name, "forward", framework, mode): step
            for name in "abcde"
            for framework, mode, step in (("numpy", "eager", 1.0), ("torch", "eager", torch), ("jax", "jit", jax))
        },
        runs,
    )


def science(ratios: list[float]) -> pd.DataFrame:
    """Comparisons of every kernel."""
    return pd.concat(
        [comparisons(ratios, family="science", workload=name)["comparisons"] for name in KERNELS], ignore_index=True
    )


POINTS = (8, 16, 32, 64, 128)
"""The sizes of a scaling curve."""


def curve(
    times: list[float],
    *,
    framework: str = "torch",
    mode: str = "compile",
    kind: str = "batch",
    half_width: float | None = 0.02,
    **columns,
) -> pd.DataFrame:
    """Cells of a scaling curve whose work is proportional to its size."""
    rows = []
    for size, seconds in zip(POINTS, times, strict=False):
        low, high = (None, None) if half_width is None else (seconds * (1 - half_width), seconds * (1 + half_width))
        rows.append(
            {
                "hardware": "here",
                "family": "training",
                "workload": "planted",
                "task": "train",
                "size": f"{kind}-{size}",
                "precision": "float32",
                "device": "cpu",
                "framework": framework,
                "mode": mode,
                "status": "ok",
                "step_seconds": seconds,
                "step_seconds_low": low,
                "step_seconds_high": high,
                "flops": 1e6 * size,
                **columns,
            }
        )
    return frame("cells", rows)


CONSTANT, LINEAR = [1.0] * len(POINTS), [float(size) for size in POINTS]
"""Seconds at the points of a curve: where throughput grows with the size, and where it stays what it is."""


def errors(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """Rows of the gate: workload, precision, error, tolerance."""
    return frame(
        "parity",
        [
            {
                "hardware": "here",
                "family": "autodiff",
                "workload": workload,
                "task": "gradient",
                "framework": framework,
                "mode": mode,
                "name": "gradient",
                "against": "reference",
                "precision": precision,
                "error": error,
                "tolerance": tolerance,
                "status": "ok" if error <= tolerance else "mismatch",
            }
            for workload, precision, error, tolerance in rows
            for framework, mode in (("torch", "eager"), ("jax", "jit"))
        ],
    )


def rates(torch: float, jax: float, runs: int = 3) -> Results:
    """A loop that takes so many times as long as all learning rates at once."""
    steps = {
        ("learning_rates", task, framework, mode): seconds
        for framework, mode, ratio in (("torch", "compile", torch), ("jax", "jit", jax))
        for task, seconds in (("together", 1.0), ("loop", ratio))
    }
    return Results("here", {"runs": timed("training", steps, runs)})


def explained(*outcomes: tuple[str, str]) -> Results:
    """Results of integrated gradients by framework and status of the gate, with times and completeness."""
    gate = frame(
        "parity",
        [
            {
                "hardware": "here",
                "family": "autodiff",
                "workload": "integrated_gradients",
                "task": "attribution",
                "framework": framework,
                "mode": "eager",
                "status": status,
                "name": "attribution",
                "against": "reference",
                "precision": "float64",
                "error": 1e-15 if status == "ok" else 0.1,
                "tolerance": 1e-8,
            }
            for framework, status in outcomes
        ],
    )
    cells = frame(
        "cells",
        [
            {
                "hardware": "here",
                "family": "autodiff",
                "workload": "integrated_gradients",
                "task": "attribution",
                "size": "small",
                "precision": "float64",
                "device": "cpu",
                "framework": framework,
                "mode": "eager",
                "status": "ok",
                "step_seconds": 1.0,
                "metrics": json.dumps({"completeness_error": 2e-4}),
            }
            for framework in ("torch", "jax")
        ],
    )
    return Results("here", comparisons([1.5], workload="integrated_gradients") | {"parity": gate, "cells": cells})


def quantised(
    framework: str,
    *,
    one: float = 2.0,
    many: float = 4.0,
    size: float = 1000.0,
    right: float = 0.96,
    scatter: float = 0.01,
) -> list[dict]:
    """Events of inference in int8 that takes `size` of 4000 bytes, is right as often as said (float32: 0.96), and is so
    many times faster with one image and with many, over nine rounds that scatter by so much.
    """
    rows = [event("quantisation", framework, "product", 0.0)]
    for precision, held, share in (("float32", 4000.0, 0.96), ("int8", size, right)):
        rows += [
            event("quantisation", framework, f"logits.{precision}", 1e-7),
            event("quantisation", framework, f"bytes.{precision}", held),
            event("quantisation", framework, f"accuracy.{precision}", share, '{"right": 1, "of": 2, "changed": 1}'),
        ]
    for batch, gain in (("one", one), ("many", many)):
        for precision, seconds in (("float32", gain), ("int8", 1.0)):
            values = [seconds * (1 + scatter * (place % 3 - 1) * (precision == "int8")) for place in range(9)]
            text = json.dumps({"values": values})
            rows.append(event("quantisation", framework, f"seconds.{batch}.{precision}.compiled", seconds, text))
    return rows


def passed_back(
    framework: str, *, deep: str = "", walked: bool = False, visited: str = "rlrl", visits: int = 3
) -> list[dict]:
    """Events of a backward pass: what a deep chain says instead of a gradient, whether recursion in Python walks it,
    the sides in the order in which they are visited, and how often the three operations of a ladder are.
    """
    sides = [{"l": "left", "r": "right"}[side] + f" {place}" for place, side in enumerate(visited)]
    changes = sum(one != other for one, other in pairwise(visited))
    counts = {"depth": 20_000, "limit": 1000}
    rows = [
        ("deep.gradient", None, deep, "raised") if deep else ("deep.gradient", 1e-15, json.dumps(counts), "ok"),
        ("deep.recursion", 5.0, "", "ok") if walked else ("deep.recursion", None, "RecursionError: no", "raised"),
        ("branches", changes, json.dumps({"recorded": sides, "visited": sides}), "ok"),
        ("ladder", visits, json.dumps({"operations": 3, "paths": 8}), "ok"),
        ("backward program", None, json.dumps({"forward": ["mul", "sum"], "backward": ["sum", "mul"]}), "ok"),
        ("cost", 2.0, "", "ok"),
    ]
    return [event("derivatives", framework, name, value, text, outcome=outcome) for name, value, text, outcome in rows]


def migrated(framework: str, *, wrong: str = "", raised: str = "", named: bool = False) -> list[dict]:
    """Events of a migration: which is wrong, which raised, and whether jax.numpy and jax.jit have counterparts."""
    names = [*(f"migrated.{name}" for name in ("output", "gradient", "losses", "weights", "back")), "elsewhere.output"]
    names += ["own.training", "layer.gelu.as meant"] if framework == "jax" else []
    rows = [
        event("exporting", framework, name, 0.5 if name == wrong else None if name == raised else 1e-15)
        | {"outcome": "raised" if name == raised else "ok", "text": "Error: planted" if name == raised else ""}
        for name in names
    ]
    if framework == "torch":
        return rows
    outcome = "ok" if named else "absent"
    rows += [
        event("exporting", "jax", f"named.{name}", text="none", outcome=outcome) for name in ("layers", "optimiser")
    ]
    rows += [event("exporting", "jax", f"own.{name}", text="{}") for name in ("layers", "optimiser")]
    sources = json.dumps({"optimiser": "optax._src.alias"})
    return [
        *rows,
        event("exporting", "jax", "layer.gelu.as named", 0.1),
        event("exporting", "jax", "sources", None, sources),
    ]


def installed() -> list[dict]:
    """Events of what is installed for each framework: all that it requires."""
    rows = (("closure.packages", 5.0, "{}"), ("closure.bytes", 4000.0, "{}"), ("requires.packages", None, "[]"))
    return [event("packages", framework, *row) for framework in ("torch", "jax") for row in rows]


def divided(framework: str, *, share: float = 0.9, scatter: float = 0.01, error: float = 1e-16) -> list[dict]:
    """Events of training on two devices, which reach such a share of the ideal gain in five trials that scatter."""
    way = {"torch": "two.ddp", "jax": "two.jit"}[framework]
    rows = [event("data_parallel", framework, "devices", 2.0)]
    for name, own in (("one", 0.5), ("threads", 0.8), (way, share)):
        values = [1 / (2 * own) * (1 + scatter * (place - 2)) for place in range(5)]
        rows.append(event("data_parallel", framework, f"parameters.{name}", error))
        rows.append(event("data_parallel", framework, f"step.{name}", values[2], json.dumps({"values": values})))
        if name != "one":
            shares = [own * (1 + scatter * (place - 2)) for place in range(5)]
            rows.append(event("data_parallel", framework, f"share.{name}", own, json.dumps({"values": shares})))
    return rows

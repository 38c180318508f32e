r"""Data-parallel training on two devices of this machine: equal parameters, and what the second device gains.

    loss(W1, W2) = mean((tanh(x W1) W2 - t)²)        v ← μ v + ∇ loss,   W ← W - η v

x: (ROWS, 256), W1: (256, 1024), W2: (1024, 1), t: (ROWS, 1), dimensionless; one batch, the same in every step. The rows
are divided over two devices; each computes the gradient of its half, the mean of both moves the weights of both. A
device is one core: PyTorch has two processes of one thread, joined by gloo (DistributedDataParallel and torch.optim's
SGD), JAX one process with two devices of the CPU, by jit of the plain step over arrays whose rows are divided and by
shard_map (optax's SGD).

The base line is the same in both: one device on one core. Beside it stands one device on both cores, what a framework
makes of a second core by itself. After STEPS steps in float64 the parameters must be those of the training written
by hand.

    efficiency = time of a step of one device on one core / (2 × that of two devices)

in float32. In each of TRIALS trials all ways are fresh processes, bound to their cores, and take turns, ROUNDS times in
random order, in blocks of LOOPS steps; those whose turn it is not wait for a word. A block takes as long as its slowest
process. A trial gives the median over its rounds; trials are the independent observations. Both devices share the
machine's memory and caches, so nothing here says how either framework scales over machines or GPUs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

import numpy as np

from bench.events import Event
from bench.measuring import environment
from bench.measuring.record import absent, attempt, compact, ok
from bench.workloads.examples.turns import groups
from bench.workloads.examples.turns.groups import Make, Way

TITLE = {"en": "Data-parallel training on two devices", "zh": "两个设备上的数据并行训练"}
SECTION = 9
CLAIMS = ("bg-distributed", "faq-ddp", "faq-pmap-cpu")
PROCESSORS = 2
TIMED = True
PUBLISHING = True
DEVICES = 2
ROWS, FEATURES, WIDTH = 1024, 256, 1024
RATE, MOMENTUM = 0.05, 0.9
STEPS = 5
TRIALS, ROUNDS, LOOPS = 5, 9, 5
SEED = 20
ONE, THREADS = "one", "threads"
"""The ways that are no data parallelism: one device on one core, the base line, and one device on both."""

Arrays = dict[str, np.ndarray]


def inputs(precision: str = "float64") -> Arrays:
    """x, t, W1 and W2."""
    drawn = np.random.default_rng(SEED)
    found = {
        "x": drawn.normal(size=(ROWS, FEATURES)),
        "t": drawn.normal(size=(ROWS, 1)),
        "W1": drawn.normal(0, FEATURES**-0.5, (FEATURES, WIDTH)),
        "W2": drawn.normal(0, WIDTH**-0.5, (WIDTH, 1)),
    }
    return {name: value.astype(precision) for name, value in found.items()}


def trained() -> Arrays:
    """W1 and W2 after STEPS steps over all rows, in NumPy."""
    x, t, *weights = inputs().values()
    speeds = [np.zeros_like(weight) for weight in weights]
    for _ in range(STEPS):
        hidden = np.tanh(x @ weights[0])
        slope = 2 * (hidden @ weights[1] - t) / t.size
        gradients = [x.T @ ((slope @ weights[1].T) * (1 - hidden**2)), hidden.T @ slope]
        speeds = [MOMENTUM * speed + gradient for speed, gradient in zip(speeds, gradients, strict=True)]
        weights = [weight - RATE * speed for weight, speed in zip(weights, speeds, strict=True)]
    return dict(zip(("W1", "W2"), weights, strict=True))


def error(found: Sequence[Arrays]) -> float:
    """Largest difference of any process's parameters from the reference, relative to the largest value of each."""
    pairs = [(own[name], value) for name, value in trained().items() for own in found]
    return max(float(np.abs(mine - value).max() / np.abs(value).max()) for mine, value in pairs)


def error_of(make: Make, name: str, way: Way) -> float:
    """The error of a way's parameters after STEPS steps in float64."""
    return error(groups.observed(make, name, way, STEPS, "float64"))


def events_of(make: Make, ways: Mapping[str, Way]) -> Iterator[Event]:
    """Errors of all ways first, then the seconds of each and the efficiency of all but the base line."""
    if len(environment.affinity() or range(DEVICES)) < DEVICES:
        yield absent("devices", f"this process may use fewer than {DEVICES} processors")
        return
    yield ok("devices", DEVICES)
    for name, way in ways.items():
        yield attempt(f"parameters.{name}", error_of, make, name, way)
    seconds = [groups.in_turns(make, ways, number, ROUNDS, LOOPS, "float32") for number in range(TRIALS)]
    for name in ways:
        values = [median(own[name]) for own in seconds]
        yield ok(f"step.{name}", median(values), compact({"values": values}))
        if name != ONE:
            shares = [groups.median_ratio(own[ONE], own[name]) / DEVICES for own in seconds]
            yield ok(f"share.{name}", median(shares), compact({"values": shares}))

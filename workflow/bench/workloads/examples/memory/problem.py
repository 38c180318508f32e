r"""What a training step holds in memory: donated buffers, cleared gradients, updates in place.

    h_0 = x,   h_l = tanh^R(h_{l-1} W_l)  (tanh applied R times),   loss = sum(h_L^2) / (2 rows)

x: (rows, WIDTH), W_l: (WIDTH, WIDTH), l = 1 … LAYERS, float32, dimensionless; Adam (Kingma and Ba, ICLR 2015), whose
state is twice as large as the parameters. With few rows the parameters are all that matters; with many rows, and tanh
applied often, the outputs that the backward pass needs outweigh the gradients.

An event's value is `peak`: the most bytes that were resident in the second step, beyond what the process held before
it had any of these arrays. `between` is what is left after the step, when what the next one starts from is kept and
nothing else. Each variant has its own process, forked from one that has imported the framework and done nothing yet, so
that nothing depends on the order. glibc is told to take every large block from the system and to give it back at once
(MALLOC_MMAP_THRESHOLD_): by itself it keeps freed blocks for later, and what is resident would not be what is held. A
system without /proc raises instead of telling. `error` is the largest relative difference of the losses from NumPy's:
variants that differ in memory alone have the same losses.

Asymmetries: PyTorch's eager step is measured in its parts (forward, backward, update, clear), XLA's is one program and
is measured as a whole, with the compiler's plan (`memory_analysis`) beside it, dispatched synchronously, for another
thread would give its buffers back a little later.
XLA keeps no gradients between steps, so that clearing them is PyTorch's alone; PyTorch's optimisers work in place
anyway, so that donation is JAX's alone. The counterpart of a step without donation is an update that allocates: new
parameters and new state, then the old ones are dropped.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

TITLE = {"en": "Memory of a training step", "zh": "一步训练的内存占用"}
SECTION = 5
CLAIMS = ()
TIMED = True
WIDTH, LAYERS = 2048, 6
ROWS = {"few": 16, "many": 128}
REPEATS = {"few": 1, "many": 24}
"""How often tanh is applied in a layer, by the number of rows."""
LEARNING_RATE = 1e-4
STEPS = 2
"""Steps, of which the last is measured: the first makes the optimiser's state and warms up the kernels."""

PARAMETER_BYTES = LAYERS * WIDTH * WIDTH * 4
STATE_BYTES = 2 * PARAMETER_BYTES
OUTPUT_BYTES = {rows: LAYERS * REPEATS[rows] * ROWS[rows] * WIDTH * 4 for rows in ROWS}
"""What the backward pass needs of the forward pass: every output of tanh."""
LARGE_BYTES = 1 << 20
"""Blocks from this size on come from the system and go back to it."""


def inputs(rows: str) -> np.ndarray:
    """x, float32."""
    return np.random.default_rng(0).standard_normal((ROWS[rows], WIDTH), np.float32)


def weights() -> Iterator[np.ndarray]:
    """W_1, W_2, …, float32; one after the other, because memory is what is measured."""
    for layer in range(LAYERS):
        random = np.random.default_rng([1, layer])
        yield random.standard_normal((WIDTH, WIDTH), np.float32) * np.float32(1.5 / np.sqrt(WIDTH))


@cache
def losses(rows: str) -> list[float]:
    """The losses of two steps in NumPy; Adam's first update is lr g / (|g| + 1e-8)."""
    layers = list(weights())
    outputs = _outputs(rows, layers)
    found = [_loss(outputs)]
    upstream = outputs[-1][-1] / ROWS[rows]
    for layer in reversed(range(LAYERS)):
        for output in reversed(outputs[layer + 1]):
            upstream = upstream * (1 - output**2)
        gradient = outputs[layer][-1].T @ upstream
        upstream = upstream @ layers[layer].T
        layers[layer] = layers[layer] - LEARNING_RATE * gradient / (abs(gradient) + 1e-8)
    return [*found, _loss(_outputs(rows, layers))]


def _outputs(rows: str, layers: list[np.ndarray]) -> list[list[np.ndarray]]:
    """x, and for each layer what every tanh gives."""
    outputs = [[inputs(rows)]]
    for w in layers:
        h, found = outputs[-1][-1] @ w, []
        for _ in range(REPEATS[rows]):
            h = np.tanh(h)
            found.append(h)
        outputs.append(found)
    return outputs


def _loss(outputs: list[list[np.ndarray]]) -> float:
    last = outputs[-1][-1].astype(np.float64)
    return float((last**2).sum() / (2 * len(last)))


def error(rows: str, found: list[float]) -> float:
    """The largest relative difference of the losses from the reference."""
    expected = losses(rows)
    return max(abs(loss - right) / right for loss, right in zip(found, expected, strict=True))


def measured(example: Callable[..., dict[str, Any]], *arguments: Any) -> tuple[float, dict[str, Any]]:
    """The peak and the rest of what `example(*arguments)` returns in a process that has done nothing else."""
    for name in [name for name in os.environ if name.startswith("MALLOC_")]:
        del os.environ[name]
    os.environ["MALLOC_MMAP_THRESHOLD_"] = str(LARGE_BYTES)  # read when the process starts from which others are forked
    os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[4])
    context = get_context("forkserver")
    context.set_forkserver_preload(["__main__", example.__module__])
    with ProcessPoolExecutor(1, context) as process:
        found = process.submit(example, *arguments).result()
    return found.pop("peak"), found

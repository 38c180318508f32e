r"""Inference in int8 of a trained perceptron, against the same perceptron in float32: time, bytes and accuracy.

The model is the perceptron of `training/mlp` at its point WIDTH, 64 → 1024 → 1024 → 10 with the exact GELU, trained
here by the hand-written gradient and Adam of that workload, in float64, over its batches; both frameworks get the
same weights, rounded to float32. Accuracy is that on its 360 test images.

Int8, symmetric, of every layer y = x W + b; x: (rows, in), W: (in, out), b: (out,):

    s_j = max_i |W_ij| / 127      Q_ij = round(W_ij / s_j)      per output channel, once
    a_n = max_i |x_ni| / 127      q_ni = round(x_ni / a_n)      per row, in every call
    y_nj = a_n s_j sum_i q_ni Q_ij + b_j                        the sum in int32, exact

Rounding is to the nearest, ties to even; GELU and the last line are float32; nothing is calibrated on data. What is
kept are Q, s and b. The same arithmetic in NumPy is the reference of the logits: int32 sums must be equal, logits
agree to TOLERANCE, for where a last bit decides a tie one activation is a whole step apart. No row and no channel here
is all zero. Source: Jacob et al., CVPR 2018, section 2; scales by row and channel: Dettmers et al., NeurIPS 2022.

PyTorch: `torch._int_mm`, the int8 product that torch itself has and that torchao's int8 inference calls, eager and
compiled; torchao is not installed by torch. Its older ready-made way, `torch.ao.quantization.quantize_dynamic`, is run
beside it: another scheme (activations per tensor and not symmetric, weights per tensor), which warns that it will be
removed. JAX: `jax.lax.dot_general` of int8 operands with `preferred_element_type=int32`, compiled.

Times are those of the logits of one image and of 256, on one processor: the ways take turns, ROUNDS times, in one
process, so that a ratio is that of neighbours; its interval is over the rounds, and knows nothing of other processes.
Asymmetries: jax has no ready-made way. XLA's int8 product of a single row is many times slower than that of two, which
it hands to a library; so jax has a further way in which a single row is computed twice.
"""

from collections.abc import Callable, Iterator
from functools import cache
from statistics import median
from typing import Any, Protocol

import numpy as np

from bench.events import Event
from bench.measuring.record import attempt, compact, ok, seconds_in_turns
from bench.workloads.training.by_hand.adam import Adam
from bench.workloads.training.mlp.problem import (
    LAYERS,
    LEARNING_RATE,
    Problem,
    forward,
    loss_and_gradient,
    normal_distribution,
)

TITLE = {"en": "Inference in int8", "zh": "int8 推理"}
SECTION = 8
CLAIMS = ("trend-compression",)
PRECISION = "float32"
TIMED = True
WIDTH = "width-1024"
LARGEST = 127
"""Largest integer of the symmetric scheme."""
BATCHES = {"one": 1, "many": 256}
"""Images in a call: one for latency, many for throughput."""
ROUNDS = 15
TOLERANCE = {"float32": 1e-5, "int8": 1e-3}
"""How far logits may be from the reference's, relative to the largest: rounding; a few activations a step apart."""

Arrays = dict[str, np.ndarray]


@cache
def trained() -> Arrays:
    """The trained parameters, float32: `<layer>.weight` (in, out) and `<layer>.bias` (out,)."""
    problem = Problem(WIDTH)
    parameters, images, labels = problem.parameters(), *problem.training_set().values()
    optimizer = Adam(LEARNING_RATE)
    for rows in np.concatenate(problem.epochs()):
        _, gradients = loss_and_gradient(parameters, images[rows], labels[rows])
        parameters = optimizer.updated(parameters, gradients)
    return {name: value.astype(np.float32) for name, value in parameters.items()}


def test_set() -> tuple[np.ndarray, np.ndarray]:
    """Images (360, 64), float32 in [0, 1], and labels (360,)."""
    images, labels = Problem(WIDTH).test_set().values()
    return images.astype(np.float32), labels


def layers() -> list[tuple[np.ndarray, np.ndarray]]:
    """Weight (in, out) and bias (out,) of each layer, float32."""
    return [(trained()[f"{layer}.weight"], trained()[f"{layer}.bias"]) for layer in LAYERS]


def quantised(values: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """int8 values, shape of `values`, and their float32 scales, one for each slice along `axis`."""
    scales = np.abs(values).max(axis, keepdims=True) / np.float32(LARGEST)
    return np.round(values / scales).astype(np.int8), scales


def int8_layers() -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Q (in, out) int8, s (out,) float32 and b (out,) float32 of each layer."""
    found = []
    for weight, bias in layers():
        integers, scales = quantised(weight, axis=0)
        found.append((integers, scales[0], bias))
    return found


def operands() -> tuple[np.ndarray, np.ndarray]:
    """The integers that the second layer multiplies, of the test images in NumPy: (360, 1024) and (1024, 1024)."""
    return quantised(_hidden(int8_layers()[:1]), axis=1)[0], int8_layers()[1][0]


def product_error(found: np.ndarray) -> float:
    """Largest difference of a product of `operands` from the exact one. Raises ValueError where there is one."""
    q, integers = operands()
    return _at_most(0.0, float(np.abs(found - q.astype(np.int64) @ integers.astype(np.int64)).max()))


@cache
def logits(precision: str) -> np.ndarray:
    """The reference: logits of the test images in float64 of the float32 weights, or by the int8 scheme."""
    if precision == "float32":
        images, _ = test_set()
        return forward({name: value.astype(float) for name, value in trained().items()}, images.astype(float))[0]
    *inner, (integers, scales, bias) = int8_layers()
    return _product(_hidden(inner), integers, scales, bias)


def _hidden(layers: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> np.ndarray:
    """The activations of the test images after these int8 layers."""
    hidden, _ = test_set()
    for integers, scales, bias in layers:
        hidden = _gelu(_product(hidden, integers, scales, bias))
    return hidden


def _product(x: np.ndarray, integers: np.ndarray, scales: np.ndarray, bias: np.ndarray) -> np.ndarray:
    q, own = quantised(x, axis=1)
    return (q.astype(np.int32) @ integers.astype(np.int32)).astype(np.float32) * (own * scales) + bias


def _gelu(z: np.ndarray) -> np.ndarray:
    return (z * normal_distribution(z)).astype(np.float32)


def error(precision: str, found: np.ndarray) -> float:
    """Largest difference of logits (360, 10) from the reference, relative to its largest. Raises ValueError where it is
    beyond TOLERANCE.
    """
    expected = logits(precision)
    return _at_most(TOLERANCE[precision], float(np.abs(found - expected).max() / np.abs(expected).max()))


def _at_most(tolerance: float, difference: float) -> float:
    if not difference <= tolerance:
        raise ValueError(f"the difference from the reference is {difference:.2g}, allowed are {tolerance:.2g}")
    return difference


def accuracy(found: np.ndarray, in_float32: np.ndarray) -> tuple[float, str]:
    """The share of test images that logits (360, 10) get right; how many, and how many predictions differ from
    those in float32.
    """
    _, labels = test_set()
    predicted = found.argmax(1)
    right = int((predicted == labels).sum())
    changed = int((predicted != in_float32.argmax(1)).sum())
    return right / len(labels), compact({"right": right, "of": len(labels), "changed": changed})


class Inference(Protocol):
    """What an implementation has: the ways to compute the logits, by the scheme above and in float32."""

    def logits(self, precision: str) -> np.ndarray:
        """The logits of the test images, (360, 10)."""

    def size(self, precision: str) -> int:
        """The bytes of the arrays that the model keeps."""

    def calls(self, images: np.ndarray) -> dict[str, Callable[[], Any]]:
        """`<precision>.<way>` → what computes the logits of these images and waits for them."""


def accuracy_in(inference: Inference, precision: str) -> tuple[float, str]:
    """`accuracy` in a precision."""
    return accuracy(inference.logits(precision), inference.logits("float32"))


def events_of(inference: Inference) -> Iterator[Event]:
    """Errors, bytes and accuracy of both precisions, and the seconds of every way."""
    for precision in ("float32", "int8"):
        yield attempt(f"logits.{precision}", lambda which: error(which, inference.logits(which)), precision)
        yield attempt(f"bytes.{precision}", inference.size, precision)
        yield attempt(f"accuracy.{precision}", accuracy_in, inference, precision)
    for batch, rows in BATCHES.items():
        seconds = seconds_in_turns(inference.calls(test_set()[0][:rows]), ROUNDS)
        for way, values in seconds.items():
            yield ok(f"seconds.{batch}.{way}", median(values), compact({"values": values}))

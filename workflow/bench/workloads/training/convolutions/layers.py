"""Layers of image networks in NumPy with their derivatives by hand: what the references of this family are made of.

Images are (batch, height, width, channels), kernels (height, width, in, out). A `Node` remembers how it was computed;
`differentiate` goes back through the nodes by the chain rule. Everything is float64 and dimensionless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from bench.workloads.training.by_hand import observed

MOMENTUM, EPSILON = 0.1, 1e-5
"""Batch normalisation: the weight of the new value in the running statistics, and what is added to the variance."""

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Convolution:
    """A convolution without bias and the batch normalisation after it; `side` is that of its output, in pixels."""

    name: str
    norm: str
    kernel: int
    inputs: int
    outputs: int
    stride: int
    side: int


@dataclass(frozen=True, eq=False)
class Node:
    """An array; `pull` turns a derivative with respect to it into those with respect to its parents."""

    value: np.ndarray
    parents: tuple[Node, ...] = ()
    pull: Callable[[np.ndarray], tuple[np.ndarray, ...]] | None = None


Scores = Callable[..., tuple[Node, Arrays]]
"""`scores(nodes, buffers, images, training=…)`: the scores of the classes, and the running statistics after them."""


def differentiate(scalar: Node, variables: dict[str, Node]) -> Arrays:
    """The derivative of the scalar with respect to each variable, zeros where it does not depend on it."""
    found: dict[Node, np.ndarray] = {scalar: np.ones_like(scalar.value)}
    for node in reversed(_ordered(scalar)):
        if node.pull is not None:
            for parent, part in zip(node.parents, node.pull(found[node]), strict=True):
                found[parent] = found[parent] + part if parent in found else part
    return {name: found.get(node, np.zeros_like(node.value)) for name, node in variables.items()}


def constants(arrays: Arrays) -> dict[str, Node]:
    """Nodes that depend on nothing."""
    return {name: Node(value) for name, value in arrays.items()}


def differentiated(scores: Scores, parameters: Arrays, buffers: Arrays, batch: Arrays) -> tuple[float, Arrays, Arrays]:
    """The cross entropy of `scores(nodes, buffers, images, training=True)`, its derivative with respect to every
    parameter, and the running statistics after the step.
    """
    variables = constants(parameters)
    found, buffers = scores(variables, buffers, batch["images"], training=True)
    loss = cross_entropy(found, batch["labels"])
    return float(loss.value), differentiate(loss, variables), buffers


def observations(
    task: str,
    scores: Scores,
    parameters: Arrays,
    buffers: Arrays,
    batch: Arrays,
    updated: Callable[[Arrays, Arrays], Arrays],
    steps: int,
) -> Arrays:
    """What the implementations must observe; `updated(parameters, gradients)` are the parameters after a step."""
    if task == "forward":
        return {"output": scores(constants(parameters), buffers, batch["images"], training=False)[0].value}
    if task == "gradient":
        loss, gradients, _ = differentiated(scores, parameters, buffers, batch)
        return observed.gradient(loss, gradients)
    losses = []
    for _ in range(steps):
        loss, gradients, buffers = differentiated(scores, parameters, buffers, batch)
        losses.append(loss)
        parameters = updated(parameters, gradients)
    return observed.training(np.array(losses), parameters, buffers)


def statistics(random: np.random.Generator, convolutions: Iterable[Convolution]) -> Arrays:
    """`running_mean` and `running_var` (outputs,) of every normalisation, near 0 and 1."""
    drawn = {}
    for part in convolutions:
        drawn[f"{part.norm}.running_mean"] = random.normal(0.0, 0.1, part.outputs)
        drawn[f"{part.norm}.running_var"] = random.uniform(0.5, 1.5, part.outputs)
    return drawn


def _ordered(last: Node) -> list[Node]:
    """The nodes that `last` depends on, each after its parents, and `last`."""
    order: dict[Node, None] = {}

    def visit(node: Node) -> None:
        if node not in order:
            for parent in node.parents:
                visit(parent)
            order[node] = None

    visit(last)
    return list(order)


def convolution(images: Node, kernel: Node, stride: int = 1) -> Node:
    """Cross-correlation with zeros around the image: side n becomes ⌈n/stride⌉ for kernels 1, 3, 7 (padding k // 2)."""
    size, padding = kernel.value.shape[0], kernel.value.shape[0] // 2
    padded = np.pad(images.value, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    patches = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    value = np.tensordot(patches, kernel.value, axes=((4, 5, 3), (0, 1, 2)))
    height, width = value.shape[1:3]

    def pull(error: np.ndarray) -> tuple[np.ndarray, ...]:
        kernels = np.tensordot(patches, error, axes=((0, 1, 2), (0, 1, 2))).transpose(1, 2, 0, 3)
        spread = np.zeros_like(padded)
        for row in range(size):
            for column in range(size):
                place = np.s_[:, row : row + stride * height : stride, column : column + stride * width : stride]
                spread[place] += error @ kernel.value[row, column].T
        return spread[:, padding : spread.shape[1] - padding, padding : spread.shape[2] - padding], kernels

    return Node(value, (images, kernel), pull)


def doubling(images: Node, kernel: Node, bias: Node) -> Node:
    """Transposed convolution, kernel 2 × 2 and stride 2: y[2p + i, 2q + j] = x[p, q] w[i, j] + b."""
    batch, height, width, _ = images.value.shape
    value = np.empty((batch, 2 * height, 2 * width, kernel.value.shape[3]))
    places = [(row, column, np.s_[:, row::2, column::2]) for row in range(2) for column in range(2)]
    for row, column, place in places:
        value[place] = images.value @ kernel.value[row, column] + bias.value

    def pull(error: np.ndarray) -> tuple[np.ndarray, ...]:
        spread, kernels = np.zeros_like(images.value), np.empty_like(kernel.value)
        for row, column, place in places:
            spread += error[place] @ kernel.value[row, column].T
            kernels[row, column] = np.tensordot(images.value, error[place], axes=((0, 1, 2), (0, 1, 2)))
        return spread, kernels, error.sum(axis=(0, 1, 2))

    return Node(value, (images, kernel, bias), pull)


def batch_norm(images: Node, name: str, nodes: dict[str, Node], buffers: Arrays, *, training: bool) -> Node:
    """Batch normalisation `name`: by the batch's statistics if `training`, moving those in `buffers`, else by these."""
    scale, shift = nodes[f"{name}.weight"], nodes[f"{name}.bias"]
    mean, variance = buffers[f"{name}.running_mean"], buffers[f"{name}.running_var"]
    if not training:
        return Node((images.value - mean) / np.sqrt(variance + EPSILON) * scale.value + shift.value)
    axes, number = (0, 1, 2), images.value[..., 0].size
    found = images.value.var(axis=axes)
    buffers[f"{name}.running_mean"] = (1 - MOMENTUM) * mean + MOMENTUM * images.value.mean(axis=axes)
    buffers[f"{name}.running_var"] = (1 - MOMENTUM) * variance + MOMENTUM * found * number / (number - 1)
    root = np.sqrt(found + EPSILON)
    standard = (images.value - images.value.mean(axis=axes)) / root

    def pull(error: np.ndarray) -> tuple[np.ndarray, ...]:
        product, total = (error * standard).sum(axis=axes), error.sum(axis=axes)
        return scale.value / root * (error - total / number - standard * product / number), product, total

    return Node(standard * scale.value + shift.value, (images, scale, shift), pull)


def rectify(images: Node) -> Node:
    """max(0, x)."""
    return Node(np.maximum(images.value, 0.0), (images,), lambda error: (error * (images.value > 0.0),))


def add(one: Node, other: Node) -> Node:
    """The sum of two nodes of one shape."""
    return Node(one.value + other.value, (one, other), lambda error: (error, error))


def join(one: Node, other: Node) -> Node:
    """The channels of one image after those of the other."""
    border = one.value.shape[-1]
    return Node(
        np.concatenate([one.value, other.value], axis=-1),
        (one, other),
        lambda error: (error[..., :border], error[..., border:]),
    )


def strongest(images: Node, size: int, stride: int, padding: int) -> Node:
    """Maximum of each window of size × size pixels; the derivative goes to the first of equal ones."""
    around = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    padded = np.pad(images.value, around, constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    flat = windows.reshape(*windows.shape[:4], size * size)
    first = flat.argmax(axis=-1)
    batch, row, column, channel = np.indices(first.shape)

    def pull(error: np.ndarray) -> tuple[np.ndarray, ...]:
        spread = np.zeros_like(padded)
        np.add.at(spread, (batch, stride * row + first // size, stride * column + first % size, channel), error)
        return (spread[:, padding : spread.shape[1] - padding, padding : spread.shape[2] - padding],)

    return Node(flat.max(axis=-1), (images,), pull)


def average(images: Node) -> Node:
    """Mean over the pixels: (batch, height, width, channels) becomes (batch, channels)."""
    shape = images.value.shape
    return Node(
        images.value.mean(axis=(1, 2)),
        (images,),
        lambda error: (np.broadcast_to(error[:, None, None] / (shape[1] * shape[2]), shape),),
    )


def linear(values: Node, weight: Node, bias: Node) -> Node:
    """x w + b over the last axis, w (in, out)."""

    def pull(error: np.ndarray) -> tuple[np.ndarray, ...]:
        rows, errors = values.value.reshape(-1, values.value.shape[-1]), error.reshape(-1, error.shape[-1])
        return error @ weight.value.T, rows.T @ errors, errors.sum(axis=0)

    return Node(values.value @ weight.value + bias.value, (values, weight, bias), pull)


def cross_entropy(scores: Node, labels: np.ndarray) -> Node:
    """Mean over all labels of -log softmax(scores)[label]; the classes are the last axis of the scores."""
    shifted = scores.value - scores.value.max(axis=-1, keepdims=True)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    mine = np.take_along_axis(logarithms, labels[..., None], axis=-1)
    hot = labels[..., None] == np.arange(scores.value.shape[-1])
    return Node(-mine.mean(), (scores,), lambda error: (error * (np.exp(logarithms) - hot) / labels.size,))


def spread(bias: Node, shape: tuple[int, ...]) -> Node:
    """The same vector at every place of an array of this shape."""
    axes = tuple(range(len(shape) - 1))
    return Node(np.broadcast_to(bias.value, shape), (bias,), lambda error: (error.sum(axis=axes),))

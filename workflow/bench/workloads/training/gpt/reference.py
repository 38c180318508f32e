"""Parts of a transformer and their derivatives in hand-written NumPy: the reference of gpt and bert in float64.

Each part returns its value and its backward pass: a function from the derivative of the loss with respect to the value
to that with respect to the part's input, which adds the derivatives of the part's weights to `gradients`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from bench.workloads.training.by_hand import observed

Arrays = dict[str, np.ndarray]
Part = tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]
LossAndGradients = Callable[[Arrays], tuple[float, Arrays]]


class Network:
    """Weights by name, and the derivatives of a loss with respect to them, which the backward passes sum up."""

    def __init__(self, parameters: Arrays) -> None:
        self.parameters = parameters
        self.gradients = {name: np.zeros_like(value) for name, value in parameters.items()}

    def linear(self, name: str, inputs: np.ndarray) -> Part:
        """x W + b, shape (…, in) → (…, out)."""
        weight = self.parameters[f"{name}.weight"]

        def backward(error: np.ndarray) -> np.ndarray:
            rows = error.reshape(-1, error.shape[-1])
            self.gradients[f"{name}.weight"] += inputs.reshape(len(rows), -1).T @ rows
            self.gradients[f"{name}.bias"] += rows.sum(axis=0)
            return error @ weight.T

        return inputs @ weight + self.parameters[f"{name}.bias"], backward

    def embedding(self, name: str, tokens: np.ndarray) -> Part:
        """The rows of a table, shape (…) → (…, width); there is nothing before it to propagate to."""

        def backward(error: np.ndarray) -> np.ndarray:
            np.add.at(self.gradients[name], tokens, error)
            return np.zeros(0)

        return self.parameters[name][tokens], backward

    def layer_norm(self, name: str, inputs: np.ndarray, epsilon: float) -> Part:
        """(x - mean) / √(variance + ε) · w + b over the last axis, the variance biased."""
        weight = self.parameters[f"{name}.weight"]
        scale = 1 / np.sqrt(inputs.var(axis=-1, keepdims=True) + epsilon)
        standard = (inputs - inputs.mean(axis=-1, keepdims=True)) * scale

        def backward(error: np.ndarray) -> np.ndarray:
            axes = tuple(range(error.ndim - 1))
            self.gradients[f"{name}.weight"] += (error * standard).sum(axis=axes)
            self.gradients[f"{name}.bias"] += error.sum(axis=axes)
            error = error * weight
            along = (error * standard).mean(axis=-1, keepdims=True)
            return scale * (error - error.mean(axis=-1, keepdims=True) - standard * along)

        return standard * weight + self.parameters[f"{name}.bias"], backward

    def attention(self, name: str, inputs: np.ndarray, heads: int, *, causal: bool) -> Part:
        """softmax(Q Kᵀ/√(width/heads)) V per head, between `<name>.qkv` and `<name>.output`."""
        batch, length, width = inputs.shape
        projected, backward_inputs = self.linear(f"{name}.qkv", inputs)
        query, key, value = projected.reshape(batch, length, 3, heads, -1).transpose(2, 0, 3, 1, 4)
        scale = 1 / math.sqrt(width // heads)
        scores = query @ key.swapaxes(-1, -2) * scale
        if causal:
            scores = np.where(np.tri(length, dtype=bool), scores, -np.inf)
        weights = np.exp(log_softmax(scores))
        mixed = (weights @ value).transpose(0, 2, 1, 3).reshape(batch, length, width)
        output, backward_output = self.linear(f"{name}.output", mixed)

        def backward(error: np.ndarray) -> np.ndarray:
            error = backward_output(error).reshape(batch, length, heads, -1).transpose(0, 2, 1, 3)
            change = error @ value.swapaxes(-1, -2)
            change = weights * (change - (change * weights).sum(axis=-1, keepdims=True)) * scale
            parts = np.stack((change @ key, change.swapaxes(-1, -2) @ query, weights.swapaxes(-1, -2) @ error))
            return backward_inputs(parts.transpose(1, 3, 0, 2, 4).reshape(batch, length, 3 * width))

        return output, backward

    def feedforward(self, name: str, inputs: np.ndarray, activation: Callable[[np.ndarray], Part]) -> Part:
        """Two linear layers, `<name>.0` and `<name>.2`, with the activation between them."""
        widened, backward_up = self.linear(f"{name}.0", inputs)
        active, backward_activation = activation(widened)
        output, backward_down = self.linear(f"{name}.2", active)
        return output, lambda error: backward_up(backward_activation(backward_down(error)))

    def tied(self, name: str, inputs: np.ndarray) -> Part:
        """x Eᵀ with the table of the embedding: scores of the tokens."""
        table = self.parameters[name]

        def backward(error: np.ndarray) -> np.ndarray:
            rows = error.reshape(-1, error.shape[-1])
            self.gradients[name] += rows.T @ inputs.reshape(len(rows), -1)
            return error @ table

        return inputs @ table.T, backward


def gelu_tanh(inputs: np.ndarray) -> Part:
    """x (1 + tanh(√(2/π) (x + 0.044715 x³)))/2."""
    factor = math.sqrt(2 / math.pi)
    curve = np.tanh(factor * (inputs + 0.044715 * inputs**3))
    slope = 0.5 * (1 + curve) + 0.5 * inputs * (1 - curve**2) * factor * (1 + 3 * 0.044715 * inputs**2)
    return 0.5 * inputs * (1 + curve), lambda error: error * slope


def gelu(inputs: np.ndarray) -> Part:
    """x Φ(x), Φ the normal distribution function."""
    distribution = 0.5 * (1 + np.vectorize(math.erf)(inputs / math.sqrt(2)))
    slope = distribution + inputs * np.exp(-0.5 * inputs**2) / math.sqrt(2 * math.pi)
    return inputs * distribution, lambda error: error * slope


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """Logarithms of the softmax over the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def cross_entropy(scores: np.ndarray, targets: np.ndarray) -> Part:
    """Minus the log-probability of every target, shape (…); the backward pass takes one derivative per target."""
    logarithms = log_softmax(scores)
    hits = np.arange(scores.shape[-1]) == targets[..., None]
    return -logarithms[hits].reshape(targets.shape), lambda error: error[..., None] * (np.exp(logarithms) - hits)


def mean_and_gradients(network: Network, losses: Part) -> tuple[float, Arrays]:
    """The mean of the losses and its derivative with respect to every weight of the network."""
    values, backward = losses
    backward(np.full(values.shape, 1 / values.size))
    return float(values.mean()), network.gradients


def observations(
    task: str,
    parameters: Arrays,
    losses: Callable[[Network], Part],
    train: Callable[[LossAndGradients, Arrays], tuple[np.ndarray, Arrays]],
) -> Arrays:
    """What the implementations must observe, from the losses, one per target, and the training of some steps."""
    if task == "forward":
        return {"output": losses(Network(parameters))[0]}

    def loss_and_gradients(parameters: Arrays) -> tuple[float, Arrays]:
        network = Network(parameters)
        return mean_and_gradients(network, losses(network))

    if task == "gradient":
        return observed.gradient(*loss_and_gradients(parameters))
    return observed.training(*train(loss_and_gradients, parameters))


def adamw(
    loss_and_gradients: LossAndGradients,
    parameters: Arrays,
    *,
    steps: int,
    rate: float,
    betas: tuple[float, float],
    epsilon: float,
    decay: float,
) -> tuple[np.ndarray, Arrays]:
    """Losses before each step of AdamW (Loshchilov, Hutter, 2019), and the parameters after the last."""
    mean = {name: np.zeros_like(value) for name, value in parameters.items()}
    square = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for count in range(1, steps + 1):
        loss, gradients = loss_and_gradients(parameters)
        losses.append(loss)
        for name, gradient in gradients.items():
            mean[name] = betas[0] * mean[name] + (1 - betas[0]) * gradient
            square[name] = betas[1] * square[name] + (1 - betas[1]) * gradient**2
            root = np.sqrt(square[name] / (1 - betas[1] ** count)) + epsilon
            step = mean[name] / (1 - betas[0] ** count) / root + decay * parameters[name]
            parameters = parameters | {name: parameters[name] - rate * step}
    return np.array(losses), parameters

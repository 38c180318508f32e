"""Adam written by hand, for the references of the workloads that train with it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Arrays = dict[str, np.ndarray]

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Adam:
    """Adam with the means that it keeps; ε stands outside the root.

    Source: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
    """

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate, self.count = learning_rate, 0
        self.mean: dict[str, np.ndarray | float] = {}
        self.square: dict[str, np.ndarray | float] = {}

    def updated(self, parameters: Arrays, gradients: Arrays) -> Arrays:
        """The parameters after one more step along the gradients, which have the same names and shapes."""
        self.count += 1
        after = dict(parameters)
        for name, gradient in gradients.items():
            self.mean[name] = BETA1 * self.mean.get(name, 0.0) + (1 - BETA1) * gradient
            self.square[name] = BETA2 * self.square.get(name, 0.0) + (1 - BETA2) * gradient**2
            root = np.sqrt(self.square[name] / (1 - BETA2**self.count)) + EPSILON
            after[name] = parameters[name] - self.learning_rate * self.mean[name] / (1 - BETA1**self.count) / root
        return after


def adam(
    parameters: Arrays, loss_and_gradient: Callable[[Arrays], tuple[float, Arrays]], steps: int, learning_rate: float
) -> tuple[np.ndarray, Arrays]:
    """Losses (steps,), each before its update, and the parameters after all of them."""
    optimizer, losses = Adam(learning_rate), []
    for _ in range(steps):
        loss, gradients = loss_and_gradient(parameters)
        losses.append(loss)
        parameters = optimizer.updated(parameters, gradients)
    return np.array(losses), parameters

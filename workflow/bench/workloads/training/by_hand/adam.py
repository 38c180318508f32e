"""Adam written by hand, for the references of the workloads that train with it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Arrays = dict[str, np.ndarray]

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def adam(parameters: Arrays, loss_and_gradient: Callable[[Arrays], tuple[float, Arrays]], steps: int,
         learning_rate: float) -> tuple[np.ndarray, Arrays]:
    """Losses (steps,), each before its update, and the parameters after all of them; ε stands outside the root.

    Source: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
    """
    parameters = dict(parameters)
    mean = {name: np.zeros_like(value) for name, value in parameters.items()}
    square = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for count in range(1, steps + 1):
        loss, gradients = loss_and_gradient(parameters)
        losses.append(loss)
        for name, gradient in gradients.items():
            mean[name] = BETA1 * mean[name] + (1 - BETA1) * gradient
            square[name] = BETA2 * square[name] + (1 - BETA2) * gradient**2
            root = np.sqrt(square[name] / (1 - BETA2**count)) + EPSILON
            parameters[name] = parameters[name] - learning_rate * mean[name] / (1 - BETA1**count) / root
    return np.array(losses), parameters

"""What a training observes, from losses, gradients and parameters: the names that references and gate agree on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Arrays = dict[str, np.ndarray]


def gradient(loss: float, gradients: Arrays) -> Arrays:
    """The loss and its derivative by every parameter, of the task `gradient`."""
    return {"loss": np.asarray(loss)} | {f"gradient.{name}": value for name, value in gradients.items()}


def training(losses: np.ndarray, parameters: Arrays, buffers: Mapping[str, np.ndarray] | None = None) -> Arrays:
    """The loss before every step, and parameters and running statistics after the last, of the task `train`."""
    after = {f"parameter.{name}": value for name, value in parameters.items()}
    return {"loss": losses} | after | {f"buffer.{name}": value for name, value in (buffers or {}).items()}

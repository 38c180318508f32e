"""Two dense layers that tell ten classes apart: replace this by what your model is, and what its data are."""

from __future__ import annotations

from typing import Any

import numpy as np

SIZES: dict[str, dict[str, int]] = {
    "tiny": {"batch": 4, "features": 8, "width": 16},  # milliseconds: the gate and `make check` run it in float64
    "small": {"batch": 64, "features": 64, "width": 256},  # what is timed
}
TASKS = ("train", "forward")
CHECK_TASKS = ("gradient", "train", "forward")

CLASSES = 10
LEARNING_RATE = 1e-3


class Problem:
    """The data at one size; seeded, so that both frameworks get the same."""

    def __init__(self, size: str) -> None:
        self.settings = SIZES[size]

    def inputs(self) -> dict[str, Any]:
        """The batch, in the order in which the loss takes it: reals as float64, labels as integers."""
        random = np.random.default_rng(0)
        batch, features = self.settings["batch"], self.settings["features"]
        return {
            "x": random.standard_normal((batch, features)),
            "labels": random.integers(0, CLASSES, batch),
        }

"""What the problems of cases have in common that compute one function of drawn numbers and train nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np


class Single(ABC):
    """A problem without parameters at one size; `setting` is that of the size."""

    sizes: Mapping[str, Mapping[str, Any]]

    def __init__(self, size: str) -> None:
        self.size, self.setting = size, self.sizes[size]

    @abstractmethod
    def inputs(self) -> dict[str, np.ndarray]:
        """What the function is computed of, by name."""

    def parameters(self) -> dict[str, np.ndarray]:
        """None: nothing is trained."""
        return {}

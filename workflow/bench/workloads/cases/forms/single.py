"""What the problems of cases have in common that compute one function of drawn numbers and train nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


class Single:
    """A problem without parameters at one size; `setting` is that of the size."""

    sizes: Mapping[str, Mapping[str, Any]]

    def __init__(self, size: str) -> None:
        self.size, self.setting = size, self.sizes[size]

    def parameters(self) -> dict[str, np.ndarray]:
        """None: nothing is trained."""
        return {}

"""Handwritten digits: 1797 images of 8 × 8 pixels, a file that scikit-learn brings.

E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998, CC BY 4.0.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Images (1797, 64) with values in [0, 1] and their classes (1797,), in the order of the file."""
    # The file that scikit-learn's load_digits reads; importing scikit-learn would take longer than PyTorch or JAX.
    package = find_spec("sklearn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("the digits are a file of scikit-learn, which is not installed")
    table = np.loadtxt(Path(package.origin).with_name("datasets") / "data" / "digits.csv.gz", delimiter=",")
    return table[:, :-1] / 16.0, table[:, -1].astype(np.int64)

"""What a framework really computes in, told by its errors: switches can be read back and still not be obeyed.

    python -m bench.measuring.fingerprint FRAMEWORK DEVICE

Prints, as JSON, the framework's versions and for every precision what came of it: the relative error of each operation
against float64, and every switch that is not as it was asked for.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

import numpy as np

from bench.backends import Arrays, Unsupported
from bench.measuring import environment
from bench.vocabulary import PRECISIONS

ERRORS = {
    "float64": (0.0, 1e-12),
    "float32": (1e-9, 2e-5),
    "tf32": (2e-5, 1e-3),
    "bfloat16": (1e-3, 3e-2),
}
"""Between what an operation's relative error lies: numbers are rounded to 52, 23, 10 and 7 bits."""
MORE_EXACT = {("tf32", "attention")}
"""What may be more exact than its precision: PyTorch's fused attention multiplies float32 in full (error 5e-7 on an
H200, where XLA's is 4e-4), whatever the switch for TF32 says.
"""


def inputs() -> Arrays:
    """Standard normal numbers: a product (64, 512) by (512, 64), a convolution of 128 channels by 3 × 3, and four heads
    of attention over 64 places.

    For a convolution of 32 channels cuDNN chooses a kernel in float32 where TF32 is allowed too.
    """
    random = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]] = {
        "a": (64, 512),
        "b": (512, 64),
        "images": (8, 128, 32, 32),
        "kernels": (128, 128, 3, 3),
        **dict.fromkeys(("query", "key", "value"), (2, 4, 64, 64)),
    }
    return {name: random.standard_normal(shape) for name, shape in shapes.items()}


def reference(given: Arrays) -> Arrays:
    """The three operations in float64."""
    patches = np.lib.stride_tricks.sliding_window_view(given["images"], (3, 3), axis=(2, 3))
    scores = given["query"] @ given["key"].swapaxes(2, 3) / np.sqrt(given["query"].shape[-1])
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return {
        "product": given["a"] @ given["b"],
        "convolution": np.einsum("bchwij,ocij->bohw", patches, given["kernels"], optimize=True),
        "attention": weights / weights.sum(-1, keepdims=True) @ given["value"],
    }


def errors(framework: str, device: str, precision: str) -> dict[str, float]:
    """Root mean square of each operation's error over that of its result. The backend is configured already."""
    given = inputs()
    found = import_module(f"bench.backends.{framework}_fingerprint").results(given, device, precision)
    return {
        name: float(np.sqrt(np.square(found[name] - exact).mean() / np.square(exact).mean()))
        for name, exact in reference(given).items()
    }


def wrong(precision: str, found: dict[str, float]) -> list[str]:
    """Which operations were not computed in the precision, with their errors."""
    least, most = ERRORS[precision]
    return [
        f"{name}: error {error:.1e}"
        for name, error in found.items()
        if not (0.0 if (precision, name) in MORE_EXACT else least) <= error < most
    ]


def look(framework: str, device: str) -> dict[str, Any]:
    """What `main` prints."""
    backend = import_module(f"bench.backends.{framework}_backend")
    threads = len(environment.affinity() or [0])
    precisions: dict[str, Any] = {}
    for precision in PRECISIONS:
        try:
            backend.configure(device, precision, threads)
            found = errors(framework, device, precision)
        except Unsupported as reason:
            precisions[precision] = {"unsupported": str(reason)}
            continue
        actual = backend.switches()
        switches = [
            f"{name} is {actual.get(name)!r}, expected {value!r}"
            for name, value in backend.expected(device, precision, threads).items()
            if actual.get(name) != value
        ]
        precisions[precision] = {"errors": found, "switches": switches}
    return {"versions": backend.versions(), "precisions": precisions}


if __name__ == "__main__":
    print(json.dumps(look(*sys.argv[1:3])))

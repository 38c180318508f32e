"""What most public cases state: a `problem.py` imports what it shares with them, and states the rest itself."""

from __future__ import annotations

TASKS = CHECK_TASKS = ("forward",)
MODES = {"torch": ("eager",), "jax": ("jit", "jit-expert")}
"""A complaint of JAX: as reported and as an expert writes it, and PyTorch."""
PRECISIONS = ("float32", "float64")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": TOLERANCE, "float32": 1e-4}

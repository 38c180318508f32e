"""A large square matrix product: the arithmetic peak of the device.

    C = A B,  A, B, C ∈ R^(n×n)

2 n³ floating-point operations. The best rate that either framework reaches is the peak against which every other
workload's `share_of_peak` is counted (the roof of the roofline). Source: Williams, Waterman, Patterson, "Roofline",
CACM 52(4), 2009.
"""

import numpy as np

TITLE = {"en": "Matrix product (arithmetic peak)", "zh": "矩阵乘法（算力峰值）"}
SECTION = 10
SCENARIO = "machine"
ITEM = "products"
SIZES = {"tiny": {"n": 64}, "small": {"n": 1024}, "medium": {"n": 8192}, "large": {"n": 16384}}
TASKS = ("forward",)
CHECK_TASKS = ("forward",)
PRECISIONS = ("float32", "float64", "tf32", "bfloat16")
MODES = {"torch": ("eager",), "jax": ("jit",)}
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-10, "float32": 1e-4, "tf32": 1e-2, "bfloat16": 5e-2}


class Problem:
    """Two matrices of standard normal numbers, scaled so that the product has unit variance."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.n: int = SIZES[size]["n"]

    def inputs(self) -> dict[str, np.ndarray]:
        """`a` and `b`, shape (n, n)."""
        random = np.random.default_rng(0)
        return {name: random.standard_normal((self.n, self.n)) / self.n**0.25 for name in ("a", "b")}

    def parameters(self) -> dict[str, np.ndarray]:
        """None: nothing is learned."""
        return {}

    def flops(self, task: str) -> float:
        """Multiplications and additions of one product."""
        return 2.0 * self.n**3

    def items(self, task: str) -> float:
        """One product per step."""
        return 1.0

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """NumPy's product."""
        inputs = self.inputs()
        return {"output": inputs["a"] @ inputs["b"]}

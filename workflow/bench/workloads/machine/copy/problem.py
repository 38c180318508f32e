"""A large element-wise scaling: the memory bandwidth of the device.

    y_i = 2 x_i,  i = 1 … n

Reads n numbers and writes n numbers; `items` are the bytes moved. The factor keeps compilers from removing the copy.
The best rate that either framework reaches is the slope of the roofline. Source: McCalpin's STREAM "scale" kernel.
"""

import numpy as np

TITLE = {"en": "Array copy (memory bandwidth)", "zh": "数组复制（内存带宽）"}
SECTION = 10
SCENARIO = "machine"
ITEM = "bytes"
SIZES = {"tiny": {"n": 1024}, "small": {"n": 1 << 25}, "medium": {"n": 1 << 27}, "large": {"n": 1 << 29}}
TASKS = ("forward",)
CHECK_TASKS = ("forward",)
PRECISIONS = ("float32",)
MODES = {"torch": ("eager",), "jax": ("jit",)}
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float32": 1e-6}
BYTES_PER_NUMBER = 4


class Problem:
    """An array of numbers 0 … 1."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.n: int = SIZES[size]["n"]

    def inputs(self) -> dict[str, np.ndarray]:
        """`x`, shape (n,)."""
        return {"x": np.linspace(0.0, 1.0, self.n)}

    def parameters(self) -> dict[str, np.ndarray]:
        """None: nothing is learned."""
        return {}

    def flops(self, task: str) -> float:
        """One multiplication per number."""
        return float(self.n)

    def items(self, task: str) -> float:
        """Bytes read and written in float32."""
        return 2.0 * BYTES_PER_NUMBER * self.n

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """NumPy's product."""
        return {"output": 2.0 * self.inputs()["x"]}

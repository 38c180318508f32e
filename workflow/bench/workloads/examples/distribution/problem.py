r"""Data parallelism over two devices of this machine: equal gradients.

    loss(W1, W2) = mean((tanh(x W1) W2 - t)^2)

x: (ROWS, 256), W1: (256, 256), W2: (256, 1), float64, dimensionless. The rows are divided over two devices, each
computes the gradient of its half, and the mean of both is the gradient of the whole. torch: two processes of one thread
each, joined by gloo. jax: two devices made of this machine's processors in one process. What the second device gains is
measured in `examples/data_parallel`.
"""

import numpy as np

TITLE = {"en": "Two devices on one machine", "zh": "一台机器上的两个设备"}
SECTION = 9
CLAIMS = ("faq-ddp", "faq-pmap-cpu")
PROCESSORS = 2
DEVICES = 2
ROWS, WIDTH = 2048, 256


def inputs() -> dict[str, np.ndarray]:
    """x, t, W1 and W2."""
    random = np.random.default_rng(20)
    return {
        "x": random.normal(size=(ROWS, WIDTH)),
        "t": random.normal(size=(ROWS, 1)),
        "W1": random.normal(0, 0.05, (WIDTH, WIDTH)),
        "W2": random.normal(0, 0.05, (WIDTH, 1)),
    }


def gradient() -> dict[str, np.ndarray]:
    """The gradient over all rows."""
    x, t, w1, w2 = inputs().values()
    h = np.tanh(x @ w1)
    dy = 2 * (h @ w2 - t) / t.size
    return {"W1": x.T @ ((dy @ w2.T) * (1 - h**2)), "W2": h.T @ dy}


def error(found: dict[str, np.ndarray]) -> float:
    """Largest difference of both gradients, relative to the largest value of each."""
    expected = gradient()
    return max(float(np.abs(found[name] - expected[name]).max() / np.abs(expected[name]).max()) for name in expected)

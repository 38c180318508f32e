r"""Values that people report: layers with one name and two meanings, the gradient of a norm at zero, subnormal numbers.

Every example gives the same numbers to the function of that name in each framework, as a user of both would, and
records what it returns or raises; nothing here is timed. Dimensionless.

**One name, two meanings.** `momentum`, 0.1: the running mean, 0 before, after a batch whose mean is 10. In PyTorch
momentum is the share of the new value; elsewhere, in `optax.ema` as in Flax and Keras, it is the share of the old.
Reported as https://github.com/scverse/scvi-tools/pull/2309 (martinkim0, October 2023, merged): a model in Flax gets
the parameters of batch normalisation that PyTorch has by default. Transposed convolution of (1, 2, 3) with the kernel
(1, 10, 100, 1000) and stride 2: `padding 1` is cut off the output in PyTorch, and put around the input in
`jax.lax.conv_transpose`, which does not turn the kernel either; `padding SAME` does not exist in PyTorch. Reported as
https://github.com/keras-team/keras/pull/22876 (MarcosAsh, May 2026, merged): with "same" and a stride of 2, Keras on
PyTorch gave values that were shifted by a pixel, in the right shape. Image resizing, `8 to 3 values` of one that is 1
at the fourth place, linear: JAX smooths first when it makes an image smaller, PyTorch does so when asked. Reported as
https://github.com/sayakpaul/cmmd-pytorch/pull/5 (jere357, October 2025, open).

**The gradient of a norm at zero.** Of x = (0, 0), three ways to write |x|²: by the function `norm`, by the root of
the sum of squares, and by the sum of squares; and the first with the framework's check for NaN.
https://github.com/jax-ml/jax/issues/4177 (sdwill, August 2020): the norm, squared, has the gradient NaN in JAX;
answered (jakevdp, June 2022) that it is as intended, for the norm has none there; closed. Reopened as
https://github.com/jax-ml/jax/pull/39792 (amacati, August 2026, open), which makes it zero. In PyTorch it was NaN
once: https://github.com/pytorch/pytorch/issues/2421 (zkolter, August 2017, closed).

**Subnormal numbers.** x = 10⁻⁴⁰ in float32: log(x), √x, and whether x = 0. https://github.com/jax-ml/jax/issues/37762
(JamesDLance, May 2026): JAX flushes x to zero on CPUs, silently; closed. PyTorch does with a switch, `flushed`.
"""

import numpy as np

TITLE = {"en": "Values that people report", "zh": "他人报告的数值"}
SECTION = 9
CLAIMS = ()
PRECISION = "float32"
PUBLISHING = True
BATCH = np.array([[8.0], [12.0]], np.float32)
MOMENTUM = 0.1
SIGNAL = np.array([1.0, 2.0, 3.0], np.float32)
KERNEL = np.array([1.0, 10.0, 100.0, 1000.0], np.float32)
STRIDE = 2
IMAGE = np.array([0, 0, 0, 1, 0, 0, 0, 0], np.float32)
SMALLER = 3
ORIGIN = np.zeros(2, np.float32)
SUBNORMAL = np.float32(1e-40)


def shown(values: object) -> str:
    """Numbers as a reader compares them, up to four digits each."""
    return ", ".join(f"{value:.4g}" for value in np.asarray(values, dtype=np.float64).ravel())

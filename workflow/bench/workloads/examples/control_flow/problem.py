r"""Control flow that depends on data: a branch and a loop, in eager and in compiled code.

    branch(x) = 2 x      if sum(x) > 0, else x - 1
    loop(x):    halve x while |x|^2 > 1

x: shape (3,), float32, dimensionless. Each is written three times: with Python's `if` and `while`, which need the
value of x; and with the framework's own operation for it (torch.cond and while_loop; jax.lax.cond and while_loop),
which puts both branches into the graph. Asymmetry: torch.compile may fall back to Python where it cannot follow
("graph break"), so the same code is also compiled with that forbidden; jax.jit never falls back. Compiled torch code
uses the capturing part of the compiler alone (back end `eager`): what can be captured does not depend on the code
generator behind it.
"""

import numpy as np

TITLE = {"en": "Branches and loops on data", "zh": "依赖数据的分支与循环"}
SECTION = 2
CLAIMS = ("bg-dynamic", "core-flexible")
PRECISION = "float32"
INPUTS = {"positive": np.array([1.0, 2.0, 3.0], np.float32), "negative": np.array([-1.0, -2.0, -3.0], np.float32)}


def branch(x: np.ndarray) -> np.ndarray:
    """The branch's value, shape (3,)."""
    return 2 * x if x.sum() > 0 else x - 1


def loop(x: np.ndarray) -> np.ndarray:
    """The loop's value, shape (3,)."""
    while (x * x).sum() > 1:
        x = x / 2
    return x


REFERENCES = {"branch": branch, "loop": loop}

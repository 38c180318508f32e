r"""Sums over segments, for many vectors at once, the batch first or last.

    y[b, g] = Σ_{e : s[e] = g} x[b, e]        x: (elements, batch) by its columns, s: (elements,)

Task `forward`: output y as (batch, segments), dimensionless. Reference: NumPy's `add.at`.

**What was reported.** https://github.com/jax-ml/jax/issues/39959 (GJBoth, August 2026): a `segment_sum` under `vmap`
with 12,123 segments and a batch of 1,024 takes 1.7 ms up to JAX 0.9.1 and 8.5 ms from 0.9.2 on, where the batch is
the first axis of the result, for XLA lays the result out the other way; with the batch last 1.41 ms, from 0.10.2 on
2.43 ms. By these numbers the batch first is 3.6 times as slow as the batch last in 0.11.0, and 6.4 times in 0.10.1.
The report names no hardware that we could read, but its words (coalesced, strided) are those of a GPU. Open.

**Two forms.** As reported: `vmap` over the second axis of the data with `out_axes=0`. As an expert writes it:
`out_axes=1`, which gives the same numbers as (segments, batch). PyTorch: `index_add_`, which gives (segments, batch)
too.

Asymmetries: the data are (elements, batch) in all three, as in the report; who gives (segments, batch) is turned for
the check, outside the clock.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import CHECK_TASKS, MODES, PRECISION_TOLERANCE, PRECISIONS, TASKS, TOLERANCE

TITLE = {"en": "Sums over segments of a batch", "zh": "成批的分段求和"}
SECTION = 9
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"elements": 20, "segments": 6, "batch": 3},
    "small": {"elements": 12_000, "segments": 3000, "batch": 64},
    "medium": {"elements": 48_000, "segments": 12_123, "batch": 256},
}
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "reported": 3.6,
        "source": "https://github.com/jax-ml/jax/issues/39959",
        "said": {
            "en": "With the batch first 8.7 ms in JAX 0.11.0, with the batch last 2.4 ms; up to 0.9.1 they were 1.7"
            " and 1.4 ms (2026, by its words on a GPU). Open.",
            "zh": "JAX 0.11.0 中批在前为 8.7 ms，批在后为 2.4 ms；到 0.9.1 为止分别是 1.7 与 1.4 ms（2026 年，从措辞看"
            "是 GPU）。未关闭。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "source": "https://github.com/jax-ml/jax/issues/39959",
        "said": {
            "en": "The same, held against PyTorch’s index_add_.",
            "zh": "同上，与 PyTorch 的 index_add_ 对照。",
        },
    },
)

SEED = 20260906


class Problem(Single):
    """The data, the segments and the sums at one size."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (elements, batch), standard normal; `segment` (elements,), uniform."""
        random, elements = np.random.default_rng(SEED), self.setting["elements"]
        return {
            "x": random.standard_normal((elements, self.setting["batch"])),
            "segment": random.integers(0, self.setting["segments"], elements),
        }

    def flops(self, task: str) -> float:
        """One addition for each number."""
        return self.items(task)

    def items(self, task: str) -> float:
        """Numbers that are added."""
        return float(self.setting["elements"] * self.setting["batch"])

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """By NumPy, one number after the other."""
        data = self.inputs()
        sums = np.zeros((self.setting["segments"], self.setting["batch"]))
        np.add.at(sums, data["segment"], data["x"])
        return {"output": sums.T}

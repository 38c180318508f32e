"""What a framework computes in, told by its errors."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from bench.measuring import fingerprint
from tests.checkout import ROOT


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_the_errors_tell_the_precisions_of_a_processor_apart(framework):
    done = subprocess.run(
        [sys.executable, "-m", "bench.measuring.fingerprint", framework, "cpu"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow"), "JAX_PLATFORMS": "cpu"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)["precisions"]
    assert found.pop("tf32") == {"unsupported": "TF32 exists on CUDA devices only"}
    assert {name: one["switches"] for name, one in found.items()} == {"float64": [], "float32": [], "bfloat16": []}
    for asked in found:
        assert fingerprint.wrong(asked, found[asked]["errors"]) == [], asked
        for other in found.keys() - {asked}:
            assert len(fingerprint.wrong(other, found[asked]["errors"])) == 3, (asked, other)


def test_operands_that_are_rounded_to_ten_bits_are_told_from_the_others():
    given = fingerprint.inputs()
    rounded = {name: _rounded(values, 10) for name, values in given.items()}
    found = {
        name: float(np.sqrt(np.square(fingerprint.reference(rounded)[name] - exact).mean() / np.square(exact).mean()))
        for name, exact in fingerprint.reference(given).items()
    }
    assert [name for name in fingerprint.ERRORS if not fingerprint.wrong(name, found)] == ["tf32"]


@pytest.mark.parametrize(
    ("framework", "found"),
    [
        ("torch", {"product": 2.9e-4, "convolution": 2.9e-4, "attention": 5.2e-7}),
        ("jax", {"product": 2.9e-4, "convolution": 2.9e-4, "attention": 4.1e-4}),
    ],
)
def test_tf32_is_what_an_h200_made_of_it(framework, found):
    assert fingerprint.wrong("tf32", found) == [], framework
    assert len(fingerprint.wrong("float32", found)) >= 2
    assert len(fingerprint.wrong("tf32", found | {"convolution": 3.1e-7})) == 1  # a kernel in float32


def _rounded(values, bits):
    fraction, exponent = np.frexp(values)
    return np.ldexp(np.round(fraction * 2 ** (bits + 1)) / 2 ** (bits + 1), exponent)

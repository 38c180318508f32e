"""The environment of a measuring process: nothing reaches it that its caller had set."""

import json

import pytest

pytestmark = pytest.mark.serial


def test_what_the_caller_had_set_does_not_reach_the_measurement(bench, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true")
    bench.plant(
        "environment",
        code="""
import os, json
def build(*a):
    raise ValueError(json.dumps({key: os.environ.get(key) for key in ("OMP_NUM_THREADS", "XLA_FLAGS")}))
""",
    )
    row = bench.measure("training/environment")
    assert json.loads(row["message"].removeprefix("ValueError: ")) == {"OMP_NUM_THREADS": "1", "XLA_FLAGS": None}

"""The environment of a measuring process: nothing reaches it that its caller had set."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from jaxlib import xla_client

from bench import schema
from bench.measuring import environment


@pytest.mark.serial
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


@pytest.mark.parametrize(("device", "kept"), [("cpu", True), ("cuda", False)])
def test_a_clusters_libraries_do_not_come_before_those_that_the_frameworks_bring(device, kept):
    caller = {"LD_LIBRARY_PATH": "/opt/cuda/lib64", "CUDA_HOME": "/opt/cuda", "CUDA_PATH": "/opt/cuda"}
    found = environment.variables(caller, device=device, threads=1, caches=Path("caches"))
    assert caller.keys() & found.keys() == ({"LD_LIBRARY_PATH"} if kept else set())


def test_jax_may_take_as_much_of_a_gpus_memory_as_pytorch_does(monkeypatch):
    for name, value in environment.recorded(device="cuda", threads=1, caches=Path("caches")).items():
        monkeypatch.setenv(name, value)
    options = xla_client.generate_pjrt_gpu_plugin_options()
    assert (options["memory_fraction"], options["preallocate"]) == (0.95, False)


def test_every_cache_of_a_compiler_lies_among_the_caches_of_the_cell():
    found = environment.variables({}, device="cuda", threads=1, caches=Path("caches"))
    assert {name for name, value in found.items() if value.startswith("caches/")} == {
        "TORCHINDUCTOR_CACHE_DIR",
        "TRITON_CACHE_DIR",
        "JAX_COMPILATION_CACHE_DIR",
        "CUDA_CACHE_PATH",
        "PYTORCH_KERNEL_CACHE_PATH",
    }


@pytest.fixture
def unbound(monkeypatch):
    """A system that lets no process choose its processors."""

    def refused(*_):
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(os, "sched_setaffinity", refused)
    environment.binds.cache_clear()
    yield
    environment.binds.cache_clear()


def test_where_no_process_may_choose_its_processors_none_is_told_which_it_has(unbound):
    environment.pin([0])
    assert environment.affinity() is None


REFUSES = """
import os

def refused(*_):
    raise PermissionError("Operation not permitted")

os.sched_setaffinity = refused
"""


@pytest.mark.serial
def test_a_sandbox_that_refuses_to_bind_processes_measures_all_the_same(bench):
    module = bench.root / "workflow/bench/measuring/environment.py"
    module.write_text(module.read_text().replace("def pin(", f"{REFUSES}\n\ndef pin("))
    command = bench.command("training/linear_regression")
    place = command.index("--cpu-threads")
    refused = subprocess.run(command, capture_output=True, text=True)
    every = len(os.sched_getaffinity(0))
    if every > 1:
        assert f"Error: cpu_threads is 1, allowed is {every} (all {every} processors" in refused.stderr
    done = subprocess.run(command[:place] + command[place + 2 :], capture_output=True, text=True)
    (row,) = schema.read(bench.output(), "trial")
    assert (row["status"], row["affinity"], row["threads"]) == ("ok", None, every), row["message"]
    assert "lets no process choose its processors" in done.stderr

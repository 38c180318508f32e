"""What the backends promise the measuring process: switches, guards, counters. Each script runs in its own process."""

import os
import subprocess
import sys

import numpy as np
import pytest

from bench.backends import farthest
from tests.checkout import ROOT

FRAMEWORKS = ("torch", "jax")

START = """
import os, sys
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
from importlib import import_module
from bench.backends import Recompiled, Unsupported
backend = import_module(f"bench.backends.{sys.argv[1]}_backend")
precision = sys.argv[2] if len(sys.argv) > 2 else "float32"
backend.configure("cpu", precision, 1)
"""


def run(framework, script, *arguments):
    """The output of a script that begins with a configured backend."""
    done = subprocess.run(
        [sys.executable, "-c", START + script, framework, *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


DIFFERENCES = """
def differences(precision):
    wanted, actual = backend.expected("cpu", precision, 1), backend.switches()
    return sorted(name for name, value in wanted.items() if actual.get(name) != value)
"""


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_switches_in_force_are_those_that_were_asked_for(framework):
    script = (
        DIFFERENCES
        + """
for precision in ("float64", "float32", "bfloat16", "tf32"):
    backend.configure("cpu", precision, 1)
    print(precision, differences(precision))
"""
    )
    assert run(framework, script) == "float64 []\nfloat32 []\nbfloat16 []\ntf32 []\n"


FAULTS = {
    "torch": {
        "cudnn.conv.fp32_precision": "torch.backends.cudnn.conv.fp32_precision = 'tf32'",
        "cudnn.fp32_precision": "torch.backends.cudnn.fp32_precision = 'tf32'",
        "threads": "torch.set_num_threads(2)",
        "flush_denormal": "torch.set_flush_denormal(False)",
    },
    "jax": {
        "jax_default_matmul_precision": "jax.config.update('jax_default_matmul_precision', 'tensorfloat32')",
        "jax_enable_x64": "jax.config.update('jax_enable_x64', True)",
    },
}


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_switch_left_on_is_seen(framework):
    script = DIFFERENCES + f"import {framework}\n"
    for fault in FAULTS[framework].values():
        script += f"{fault}\nprint(*differences('float32'))\nbackend.configure('cpu', 'float32', 1)\n"
    assert run(framework, script).split() == list(FAULTS[framework])


TORCH_RECOMPILES = """
import torch
double = torch.compile(lambda x: 2 * x, fullgraph=True, dynamic=False, backend="eager")
double(torch.ones(3))
with backend.guard("compile", None):
    double(torch.ones(3))
print("same shape")
try:
    with backend.guard("compile", None):
        double(torch.ones(4))
except Recompiled:
    print("recompiled")
"""

JAX_RECOMPILES = """
import jax, jax.numpy as jnp
double = jax.jit(lambda x: 2 * x)
three, four = jnp.ones(3), jnp.ones(4)
double(three)
with backend.guard("jit", None):
    double(three)
print("same shape")
try:
    with backend.guard("jit", None):
        double(four)
except Recompiled:
    print("recompiled")
"""


@pytest.mark.parametrize(("framework", "script"), [("torch", TORCH_RECOMPILES), ("jax", JAX_RECOMPILES)])
def test_a_recompilation_inside_the_guard_is_raised(framework, script):
    assert run(framework, script) == "same shape\nrecompiled\n"


def test_inference_mode_is_entered_once_for_the_timed_region_and_by_a_step_alone():
    script = """
import torch
seen = []

def function(x):
    seen.append(torch.is_inference_mode_enabled())
    return {"y": x}

entered = []
class Counted(torch.inference_mode):
    def __enter__(self):
        entered.append(self.mode)
        return super().__enter__()

torch.inference_mode = Counted
step = backend.Evaluation(function, (torch.ones(2),), mode="eager", device="cpu", precision="float32", inference=True)
step.step()
with backend.guard("eager", step):
    step.step()
    step.step()
print(seen, entered, torch.is_inference_mode_enabled())
"""
    assert run("torch", script) == "[True, True, True] [True, True] False\n"


def test_what_one_of_many_steps_gets_wrong_is_observed():
    right, wrong = np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.5, np.nan])
    np.testing.assert_array_equal(farthest(np.stack([right, right])), right)
    np.testing.assert_array_equal(farthest(np.stack([right, wrong, right])), wrong)


def test_a_broken_graph_is_raised_by_the_guard():
    script = """
import torch

def broken(x):
    print("seen", end=" ")
    return 2 * x

step = torch.compile(broken, backend="eager")
step(torch.ones(3))
try:
    with backend.guard("compile", None):
        step(torch.ones(3))
except RuntimeError as error:
    print(str(error)[:29])
"""
    assert run("torch", script) == "seen torch.compile broke the graph\n"


def test_a_step_that_is_captured_in_parts_is_raised_by_the_guard():
    script = """
import torch._dynamo.utils as dynamo

with backend.guard("compile-max", None):
    print("whole")
dynamo.counters["inductor"]["cudagraph_partitions"] += 3
try:
    with backend.guard("compile-max", None):
        print("begun")
except RuntimeError as error:
    print(error)
"""
    told = "whole\ncompile-max could capture only parts of a step: the compiler split it into 3\n"
    assert run("torch", script) == told


def test_a_backward_pass_that_is_compiled_when_it_is_called_counts_as_compiling():
    script = """
import torch
loss = torch.compile(lambda x: (x.sin() * x.cos()).sum(), backend="aot_eager")(torch.ones(3, requires_grad=True))
before = backend.compile_seconds()
loss.backward()
after = backend.compile_seconds()
print(before["trace"] == after["trace"], 0 < before["compile"] < after["compile"])
"""
    assert run("torch", script) == "True True\n"


def test_a_hidden_transfer_inside_the_guard_is_raised():
    script = """
import jax, numpy as np
double = jax.jit(lambda x: 2 * x)
double(np.ones(3))
try:
    with backend.guard("jit", None):
        double(np.ones(3))
except Exception as error:
    print("Disallowed" in str(error))
"""
    assert run("jax", script) == "True\n"


WHOLE_STEP = """
import torch
from torch import nn
from torch.nn import functional
optimizers = {
    "momentum": lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, lr=0.1, weight_decay=0.1),
}
for name, optimizer in optimizers.items():
    observed = []
    for mode in ("eager", "compile"):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
        batch = torch.randn(5, 3).double(), torch.randn(5, 2).double()
        step = backend.Training(model, lambda model, x, t: functional.mse_loss(model(x), t), batch,
                                optimizer(model.parameters()), mode=mode, device="cpu", precision="float64")
        start = {name.removeprefix("parameter."): value for name, value in step.state().items()}
        for _ in range(2):
            step.restart(start)
            for _ in range(3):
                step.step()
        observed.append(step.observe())
    eager, compiled = observed
    print(name, all(abs(eager[key] - compiled[key]).max() < 1e-12 for key in eager))
"""


@pytest.mark.slow
def test_a_whole_compiled_step_updates_as_the_optimiser_itself_does():
    assert run("torch", WHOLE_STEP, "float64") == "momentum True\nadamw True\n"


KEPT_BY_TORCH = """
import gc
import torch
from torch import nn
model = nn.Linear(1000, 1000)
step = backend.Training(model, lambda model, x: model(x).sum(), (torch.ones(1, 1000),),
                        torch.optim.SGD(model.parameters(), lr=0.1), mode="eager", device="cpu", precision="float32")
kept = {each.data_ptr(): each.numel() for each in gc.get_objects() if isinstance(each, torch.Tensor)}
print(sum(kept.values()) / 1e6)
"""
KEPT_BY_JAX = """
import jax, jax.numpy as jnp, optax
parameters = {"w": jnp.ones((1000, 1000))}
step = backend.Training(parameters, lambda parameters, x: (x @ parameters["w"]).sum(), (jnp.ones((1, 1000)),),
                        optax.adam(0.1), mode=MODE, steps=2 if MODE == "scan" else 1)
for _, stage in step.stages():
    stage()
for _ in range(2):
    step.step()
    step.wait()
del parameters
print(sum(each.size for each in jax.live_arrays()) / 1e6)
"""


@pytest.mark.slow
def test_a_training_keeps_no_copy_of_where_it_began():
    assert float(run("torch", KEPT_BY_TORCH)) == pytest.approx(1, abs=0.01)  # P
    for mode in ("jit", "eager", "scan"):
        kept = float(run("jax", KEPT_BY_JAX.replace("MODE", repr(mode))))
        assert kept == pytest.approx(3, abs=0.01), mode  # P and Adam's 2 P


AGAIN = """
import numpy as np
begin = {"w": np.ones((2, 2), np.float32)}
if sys.argv[1] == "torch":
    import torch
    model = torch.nn.Module()
    model.w = torch.nn.Parameter(torch.ones(2, 2))
    step = backend.Training(model, lambda model, x: (x @ model.w).square().sum(), (torch.ones(1, 2),),
                            torch.optim.Adam(model.parameters(), lr=0.1), mode="eager", device="cpu",
                            precision="float32")
    restart = lambda: step.restart(begin)
else:
    import jax.numpy as jnp, optax
    step = backend.Training(backend.arrays(begin, "cpu", "float32"), lambda p, x: ((x @ p["w"]) ** 2).sum(),
                            (jnp.ones((1, 2)),), optax.adam(0.1), mode="jit")
    for _, stage in step.stages():
        stage()
    restart = lambda: step.restart(backend.arrays(begin, "cpu", "float32"))
ways = []
for _ in range(2):
    restart()
    for _ in range(3):
        step.step()
        step.wait()
    ways.append(step.observe()["parameter.w"])
print((ways[0] == ways[1]).all(), (ways[0] != 1).all(), (begin["w"] == 1).all())
"""


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_training_begins_anew_from_what_it_is_given_which_stays_as_it_is(framework):
    assert run(framework, AGAIN) == "True True True\n"


def test_the_peak_of_the_device_begins_anew_where_the_framework_can():
    script = """
import torch
called = []
torch.cuda.reset_peak_memory_stats = lambda *a: called.append(a)
backend.forget_peak("cpu")
backend.forget_peak("cuda")
print(called)
"""
    assert run("torch", script) == "[()]\n"


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_device_that_is_not_there_is_unsupported(framework):
    script = """
if backend.available("cuda"):
    print("True")
else:
    try:
        backend.configure("cuda", "float32", 1)
    except Unsupported as reason:
        print("cuda" in str(reason))
"""
    assert run(framework, script) == "True\n"


def test_why_jax_sees_no_device_is_told():
    script = """
import jax

def refuse(device):
    raise RuntimeError("cuDNN 9.12 or newer is needed, found 9.1")

jax.devices = refuse
try:
    backend.configure("cuda", "float32", 1)
except Unsupported as reason:
    print(reason)
"""
    assert run("jax", script) == "JAX sees no cuda device: cuDNN 9.12 or newer is needed, found 9.1\n"


@pytest.mark.parametrize(("capability", "refused"), [("7.5", ["tf32", "bfloat16"]), ("8.0", []), ("12.0", [])])
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_what_a_gpu_does_not_multiply_is_unsupported(framework, capability, refused):
    script = """
if sys.argv[1] == "torch":
    import torch

    torch.cuda.is_available = lambda: True
    torch.cuda.get_device_capability = lambda: tuple(map(int, sys.argv[3].split(".")))
else:
    import jax
    from types import SimpleNamespace

    jax.devices = lambda platform=None: [SimpleNamespace(compute_capability=sys.argv[3])]
for precision in ("float64", "float32", "tf32", "bfloat16"):
    try:
        backend.configure("cuda", precision, 1)
    except Unsupported as reason:
        print(precision, sys.argv[3] in str(reason))
"""
    assert run(framework, script, "float32", capability) == "".join(f"{name} True\n" for name in refused)


BUILD = """PyTorch built with:
  - Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605 for Intel(R) 64 architecture applications
  - Intel(R) MKL-DNN v3.12.0 (Git Hash 80afa71049cd69a3df32adcccb623b12cd7baa22)
  - OpenMP 201511 (a.k.a. OpenMP 4.5)
"""


def test_the_libraries_of_mathematics_are_among_the_versions_of_pytorch():
    script = """
print(backend.libraries(sys.argv[3]), backend.libraries(""))
print(backend.versions().items() >= backend.libraries(backend.torch.__config__.show()).items())
print(backend.switches()["cpu_capability"] == backend.torch.backends.cpu.get_cpu_capability())
"""
    told = "{'mkl': '2024.2-Product', 'onednn': '3.12.0', 'openmp': '201511'} {}"
    assert run("torch", script, "float32", BUILD) == f"{told}\nTrue\nTrue\n"


def test_cuda_graphs_without_cuda_are_unsupported():
    script = """
try:
    backend.compiled(abs, "compile-max", "cpu")
except Unsupported:
    print("True")
"""
    assert run("torch", script) == "True\n"

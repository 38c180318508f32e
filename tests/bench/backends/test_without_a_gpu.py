"""What a GPU would be given, without one: programs of JAX lowered for CUDA, steps of PyTorch on the device `meta`.

JAX on a CPU lowers for CUDA whatever does not ask the device itself. Stood in for: the device on which arrays lie, the
installed version of cuDNN, and what its LSTM asks of the plugin. PyTorch's device `meta` has shapes and no numbers; an
operation that meets a tensor left on the CPU raises. Stood in for there: the fused optimisers and autocast, which do
not know that device. That the numbers are right, only a GPU can tell.
"""

import json
import os
import subprocess
import sys

import pytest

from bench import catalogue
from tests.checkout import ROOT

JAX = """
import json, re, sys
from types import SimpleNamespace
from unittest import mock
import jaxlib.plugin_support

rnn = SimpleNamespace(
    registrations=dict,
    compute_rnn_workspace_reserve_space_sizes=lambda *asked: (1024, 1024),
    build_rnn_descriptor=lambda *asked: b"descriptor",
)
real = jaxlib.plugin_support.import_from_plugin
with mock.patch("jaxlib.plugin_support.import_from_plugin", lambda device, name, **options: (
    rnn if (device, name) == ("cuda", "_rnn") else real(device, name, **options)
)):
    import jaxlib.gpu_rnn
import jax
from jax._src.cudnn import fused_attention_stablehlo as attention
from bench import catalogue
from bench.backends import Unsupported, jax_backend

cpu, precision = jax.devices("cpu"), sys.argv[1]
jax.devices = lambda platform=None: cpu
attention.check_cudnn_version = lambda: 91400
attention.check_compute_capability = lambda capability: True
attention.is_cuda_compute_capability_equal = lambda capability: False
for name, value in (jax_backend._settings("cuda", precision) | {"jax_platforms": "cpu"}).items():
    jax.config.update(name, value)


def lowered(step):
    trained = getattr(step, "training", step)
    if hasattr(trained, "pool"):
        jitted, arguments = trained.jitted, (trained.state, trained.pool)
    elif hasattr(trained, "state"):
        jitted, arguments = trained.program.jitted, (trained.state, *trained.batch)
    else:
        jitted, arguments = trained.program.jitted, trained.arguments
    return jitted.trace(*arguments).lower(lowering_platforms=("cuda",)).as_text()


def products(program):  # types of both operands and how exactly they are multiplied
    found = set()
    for line in program.splitlines():
        if re.search(r"stablehlo\\.(dot_general|convolution)", line):
            left, right = re.findall(r"tensor<[^>]*?(\\w+)>", line.rsplit(" : ", 1)[1].split("->")[0].replace("x", " "))
            exactness = {*re.findall(r"DEFAULT|HIGHEST|HIGH", line.rsplit(" : ", 1)[0])}
            found.add((left, right, *sorted(exactness)))
    return sorted(found)


found = {}
for key, item in catalogue.timed().items():
    for task in item.states.tasks if precision in item.states.precisions else ():
        for mode in item.states.modes_for(task, "jax", "cuda"):
            if mode == "eager":
                continue
            try:
                build = item.implementation("jax").build
                program = lowered(build(item.states.problem("tiny"), task, mode, "cuda", precision))
                found[f"{key} {task} {mode}"] = ["ok", "cudnn" in program.lower(), products(program)]
            except Unsupported as reason:
                found[f"{key} {task} {mode}"] = ["unsupported", str(reason)]
print(json.dumps(found))
"""

TORCH = """
import contextlib, functools, json, sys
import torch
from bench import catalogue
from bench.backends import Unsupported, torch_backend

precision = sys.argv[1]
torch_backend.configure("cpu", precision, 1)
real = torch.autocast
torch.autocast = lambda device, **options: contextlib.nullcontext() if device == "meta" else real(device, **options)
torch.amp.autocast_mode.autocast = torch.autocast
torch.is_autocast_enabled = lambda device=None: False
for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW):
    kind.__init__ = functools.partialmethod(
        lambda self, *given, init, **options: init(self, *given, **(options | {"fused": False})), init=kind.__init__
    )
found = {}
for key, item in catalogue.timed().items():
    for task in item.states.tasks if precision in item.states.precisions else ():
        try:
            step = item.implementation("torch").build(item.states.problem("tiny"), task, "eager", "meta", precision)
            if task == "target":
                step.begin(0)
            for _ in range(2):
                step.step()
            found[f"{key} {task}"] = ["ok", False]
        except (Unsupported, NotImplementedError) as reason:  # not every operator knows shapes alone
            found[f"{key} {task}"] = ["unsupported", str(reason)]
print(json.dumps(found))
"""


def made(script, precision):
    """What came of every workload, task and mode."""
    done = subprocess.run(
        [sys.executable, "-c", script, precision],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow"), "JAX_PLATFORMS": "cpu"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def wanted(precision):
    """Every workload and task that has the precision."""
    return {
        f"{key} {task}"
        for key, item in catalogue.timed().items()
        if precision in item.states.precisions
        for task in item.states.tasks
    }


@pytest.mark.parametrize(
    "precision",
    ["float32", *(pytest.param(name, marks=pytest.mark.slow) for name in ("bfloat16", "tf32", "float64"))],
)
def test_every_program_of_jax_is_lowered_for_cuda(precision):
    found = made(JAX, precision)
    assert {" ".join(name.split()[:2]) for name in found} == wanted(precision)
    assert {name for name, (status, *_) in found.items() if status != "ok"} == set()
    by_cudnn = {name.split()[0] for name, (_, cudnn, _) in found.items() if cudnn}
    expected = {"bfloat16": {"training/bert", "training/gpt"}, "float64": set()}.get(precision, {"training/lstm"})
    assert by_cudnn == expected
    # XLA fuses products of the default alone, which for operands of float32 is TF32.
    operand, exactness = {
        "float64": ("f64", "DEFAULT"),
        "float32": ("f32", "HIGHEST"),
        "tf32": ("f32", "DEFAULT"),
        "bfloat16": ("bf16", "DEFAULT"),
    }[precision]
    kinds = {tuple(kind) for _, _, kinds in found.values() for kind in kinds}
    assert kinds == {(operand, operand, exactness)}


def test_no_step_of_pytorch_leaves_a_tensor_on_the_processor():
    found = made(TORCH, "float32")
    assert {*found} == wanted("float32")
    assert {name for name, (status, _) in found.items() if status != "ok"} == {
        "autodiff/higher_order nth_taylor",
        "cases/random_dirichlet forward",
    }

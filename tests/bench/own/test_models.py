"""Models of PyTorch, Flax, Equinox and plain functions, with the same weights, compute the same: by the gate itself."""

import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from bench import catalogue, schema
from bench.backends import Unsupported
from bench.contract import steps_per_call
from bench.own import folders
from bench.own.layers import first_difference
from bench.results import parity
from tests.bench.own import planted
from tests.checkout import ROOT

PROBLEM = """
    import numpy as np

    SIZES = {"tiny": {"batch": 3}}
    TASKS = ("train", "forward")
    CHECK_TASKS = ("gradient", "train", "forward")

    class Problem:
        def inputs(self):
            random = np.random.default_rng(0)
            return {"images": random.standard_normal((3, 8, 8, 2)), "labels": random.integers(0, 5, 3)}
"""
TORCH = """
    import torch
    from torch import nn
    from torch.nn import functional
    from bench.backends import torch_models

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches = nn.Conv2d(2, 6, 4, stride=4)
            self.norm = nn.LayerNorm(6)
            self.blocks = nn.ModuleList(nn.Linear(6, 6) for _ in range(2))
            self.scores = nn.Linear(6, 5)

        def forward(self, images):
            x = self.norm(self.patches(images.permute(0, 3, 1, 2)).flatten(2).mean(dim=2))
            for block in self.blocks:
                x = x + torch.tanh(block(x))
            return self.scores(x)

    build = torch_models.workload(
        lambda problem: Model(),
        lambda model, images, labels: functional.cross_entropy(model(images), labels),
        lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
    )
"""
LOSS = """
    def loss(model, images, labels):
        return optax.softmax_cross_entropy_with_integer_labels({call}, labels).mean()

    build = jax_models.workload(
        lambda problem: {model},
        loss,
        optax.sgd(0.1, momentum=0.9),
        outputs=lambda model, images, *_: {call},
        names={{r"^head\\b": "scores"}},
    )
"""
FLAX = """
    import jax.numpy as jnp
    import optax
    from flax import nnx
    from bench.backends import jax_models

    class Model(nnx.Module):
        def __init__(self, rngs):
            self.patches = nnx.Conv(2, 6, (4, 4), strides=(4, 4), padding="VALID", rngs=rngs)
            self.norm = nnx.LayerNorm(6, epsilon=1e-5, rngs=rngs)
            self.blocks = nnx.List([nnx.Linear(6, 6, rngs=rngs) for _ in range(2)])
            self.head = nnx.Linear(6, 5, rngs=rngs)

        def __call__(self, images):
            x = self.norm(self.patches(images).mean(axis=(1, 2)))
            for block in self.blocks:
                x = x + jnp.tanh(block(x))
            return self.head(x)
""" + LOSS.format(model="Model(nnx.Rngs(0))", call="model(images)")
EQUINOX = """
    import equinox
    import jax
    import jax.numpy as jnp
    import optax
    from bench.backends import jax_models

    class Model(equinox.Module):
        patches: equinox.nn.Conv2d
        norm: equinox.nn.LayerNorm
        blocks: list
        head: equinox.nn.Linear

        def __init__(self, key):
            keys = jax.random.split(key, 4)
            self.patches = equinox.nn.Conv2d(2, 6, 4, stride=4, key=keys[0])
            self.norm = equinox.nn.LayerNorm(6)
            self.blocks = [equinox.nn.Linear(6, 6, key=each) for each in keys[1:3]]
            self.head = equinox.nn.Linear(6, 5, key=keys[3])

        def __call__(self, image):
            x = self.norm(self.patches(jnp.moveaxis(image, -1, 0)).mean(axis=(1, 2)))
            for block in self.blocks:
                x = x + jnp.tanh(block(x))
            return self.head(x)
""" + LOSS.format(model="Model(jax.random.key(0))", call="jax.vmap(model)(images)")
KINDS = {"flax": FLAX, "equinox": EQUINOX}
VARIANTS = {"torch": ("eager", "compile"), "jax": ("jit", "eager")}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize(
        "kind",
        [
            pytest.param(
                kind, marks=pytest.mark.skipif(find_spec(kind) is None, reason="`make own-extras` installs it")
            )
            for kind in KINDS
        ],
    ),
]


@pytest.fixture
def mine(tmp_path, kind):
    """A folder of the same model in PyTorch and in the package."""
    place = planted.folder(tmp_path / "mine", problem=PROBLEM, torch_impl=TORCH, jax_impl=KINDS[kind])
    folders.use([place])
    return place


def observed(tmp_path, framework):
    """What the gate's own command writes."""
    output = tmp_path / f"{framework}.parquet"
    tasks = ("gradient", "train", "forward")
    checks = [f"{mode}:{task}" for mode in VARIANTS[framework] for task in tasks]
    command = [sys.executable, str(ROOT / "workflow/scripts/check.py"), "--framework", framework]
    command += ["--workload", "own/mine", "--output", str(output), "--checks", *checks]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return schema.read(output, "observations")


def test_losses_gradients_weights_and_outputs_agree_in_every_mode(mine, tmp_path, kind):
    rows = parity.compare([row for framework in ("torch", "jax") for row in observed(tmp_path, framework)], "test")
    assert [row["message"] for row in rows if row["status"] != "ok"] == []
    compared = {row["name"] for row in rows if row["task"] == "train" and row["framework"] == "torch"}
    assert {"loss", "parameter.patches.weight", "parameter.blocks.1.bias", "parameter.scores.weight"} <= compared


def layers(tmp_path, framework):
    """What the layers put out in a framework."""
    file = tmp_path / f"{framework}.npz"
    command = [sys.executable, "-m", "bench.own.outputs", framework, "own", "mine", str(file)]
    subprocess.run(command, cwd=ROOT / "workflow", check=True, env=os.environ | {"JAX_PLATFORMS": "cpu"})
    with np.load(file) as content:
        return {name: content[name] for name in content.files}


def test_the_first_layer_that_differs_is_named(mine, tmp_path, kind):
    found = {framework: layers(tmp_path, framework) for framework in ("torch", "jax")}
    assert {"patches", "norm", "blocks.0", "blocks.1", "scores"} <= found["torch"].keys() & found["jax"].keys()
    assert first_difference(found["torch"], found["jax"], 1e-8).startswith("All ")
    (mine / "jax_impl.py").write_text((mine / "jax_impl.py").read_text().replace("jnp.tanh(block(x))", "block(x)"))
    changed = layers(tmp_path, "jax")
    assert first_difference(found["torch"], changed, 1e-8).startswith(
        "blocks.1 is the first layer whose outputs differ, by "
    )
    assert catalogue.find("own", "mine").folder == mine


@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated")
@pytest.mark.parametrize(("framework", "single", "many"), [("torch", "eager", "many"), ("jax", "jit", "scan")])
def test_many_forward_passes_in_a_call_are_many_and_many_gradients_are_refused(mine, framework, single, many):
    item = catalogue.find("own", "mine")
    problem, build = item.states.problem("tiny"), item.implementation(framework).build
    steps = [build(problem, "forward", mode, "cpu", "float64").steps_per_call for mode in (single, many)]
    assert steps == [1, steps_per_call(problem, many)]
    assert steps[1] > 1
    with pytest.raises(Unsupported, match=f"gradients in mode {many}"):
        build(problem, "gradient", many, "cpu", "float64")

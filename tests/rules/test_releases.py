"""Versions in the workflow: the same package once more, in another version and with a delay in it."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench import schema
from bench.vocabulary import TWIN

pytestmark = pytest.mark.serial

NEWER = "0.10.99"
RELEASE = f"jax@{NEWER}"
TABLE = "results/test/releases.parquet"
ASKED = {"frameworks": "jax", "modes": "jit", "versions": RELEASE}
STEP_SECONDS, SHARE = 0.02, 0.03
DELAY = f"""

_ready_without_delay = block_until_ready


def block_until_ready(x):
  import time
  time.sleep({SHARE * STEP_SECONDS})
  return _ready_without_delay(x)
"""
STEP = f"""
import time
import jax
import jax.numpy as jnp
multiply = jax.jit(lambda a: a @ a)
class Step(Step):
    def __init__(self): self.a, self.loss = jnp.eye(4), 1.0
    def step(self):
        time.sleep({STEP_SECONDS})
        jax.block_until_ready(multiply(self.a))
"""


def install(root: Path, delay: str) -> None:
    """A Python beside the checkout's in which jax is a copy of the one here, in another version, with a delay."""
    folder = root / f".venv-{RELEASE}"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (site,) = folder.glob("lib/python3.*/site-packages")
    found = importlib.util.find_spec("jax")
    assert found and found.origin
    source = Path(found.origin).parent
    shutil.copytree(source, site / "jax", ignore=shutil.ignore_patterns("__pycache__"))
    (known,) = source.parent.glob("jax-*.dist-info")
    version = known.name.removeprefix("jax-").removesuffix(".dist-info")
    copied = site / f"jax-{NEWER}.dist-info"
    copied.mkdir()
    for place, text in (
        (site / "jax/version.py", (source / "version.py").read_text()),
        (copied / "METADATA", (known / "METADATA").read_text()),
    ):
        assert version in text
        place.write_text(text.replace(version, NEWER))
    with (site / "jax/_src/api.py").open("a") as api:
        api.write(delay)
    locked = (root / "envs/jax-cpu.yaml").read_text().replace(f"jax=={version}", f"jax=={NEWER}")
    (root / f"envs/jax-cpu@{NEWER}.yaml").write_text(locked)
    (site / "rest.pth").write_text(f"{source.parent}\n")  # everything else is what is here


@pytest.fixture
def flow(bench):
    """A checkout with one small planted workload, and the release beside it."""
    bench.keep_only()
    bench.plant("small", "jax", STEP)
    install(bench.root, DELAY)
    return bench


def releases(bench):
    return schema.read(bench.root / TABLE, "releases")


def test_a_release_is_measured_in_turns_by_a_python_of_its_own_and_nothing_else_knows_of_it(flow):
    flow.snakemake(TABLE, trials=2, **ASKED)
    place = "training/small/train-tiny-float32-cpu.0.parquet"
    rows = schema.read(flow.root / "results/test/releases" / RELEASE / place, "release_trial")
    assert {(row["version"], row["status"], row["paired"]) for row in rows} == {("", "ok", True), (NEWER, "ok", True)}
    assert {f'"jax": "{NEWER}"' in row["versions"] for row in rows if row["version"]} == {True}
    assert {f'"jax": "{NEWER}"' in row["versions"] for row in rows if not row["version"]} == {False}
    (row,) = releases(flow)
    assert (row["newer"], row["release"], row["failed"]) == (NEWER, RELEASE, 0)
    assert (row["trials"], row["verdict"] in ("undecided", "equal")) == (2, True), row
    for name in ("runs", "cells"):
        found = schema.read(flow.root / f"results/test/{name}.parquet", name)
        assert not any(NEWER in (row.get("versions") or "") for row in found)
    again = flow.snakemake(TABLE, trials=2, **ASKED)
    assert "Nothing to be done" in again.stderr
    assert "all 4 trials are there" in again.stderr


def test_a_release_that_is_not_installed_is_one_sentence_that_says_what_installs_it(flow):
    shutil.rmtree(flow.root / f".venv-{RELEASE}")
    told = flow.snakemake(TABLE, "-n", check=False, **ASKED)
    assert told.returncode != 0
    assert f"versions has {RELEASE}, but .venv-{RELEASE}/bin/python has no jax {NEWER}" in told.stderr
    assert f"`make environment VERSIONS={RELEASE}` installs it" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_release_without_a_file_is_one_sentence_that_says_what_writes_it(flow):
    (flow.root / f"envs/jax-cpu@{NEWER}.yaml").unlink()
    told = flow.snakemake(TABLE, "-n", "--use-conda", check=False, **ASKED)
    assert (
        f"there is no envs/jax-cpu@{NEWER}.yaml: `python envs/pin.py {RELEASE} --device cpu` writes it" in told.stderr
    )


@pytest.mark.slow
def test_a_regression_of_three_per_cent_between_two_versions_is_found(flow):
    flow.snakemake(TABLE, preset="quick", trials=4, budget_seconds=1, **ASKED)
    (row,) = releases(flow)
    assert (row["verdict"], row["rule"]) == ("older faster", "difference"), row
    assert row["ratio"] == pytest.approx(1 + SHARE, abs=0.01)
    rows = [
        row
        for path in (flow.root / "results/test/releases").rglob("*.parquet")
        for row in schema.read(path, "release_trial")
    ]
    assert {row["version"] for row in rows if row["run"] >= TWIN} == {""}

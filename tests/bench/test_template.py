"""The folder to copy: as `training/template` it is a workload that passes the gate and can be measured."""

import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from bench import catalogue, contract, schema
from bench.results import parity
from bench.vocabulary import MODES

KEY = "training/template"


@pytest.fixture
def template(bench):
    """A checkout whose template is copied to where the imports in it say."""
    shutil.copytree(bench.root / "workflow/template", bench.root / "workflow/bench/workloads" / KEY)
    return bench


def observed(template, framework):
    """What the gate's own command writes."""
    output = template.root / f"{framework}.parquet"
    command = [sys.executable, str(template.root / "workflow/scripts/check.py"), "--framework", framework]
    subprocess.run([*command, "--workload", KEY, "--output", str(output)], check=True, capture_output=True)
    return schema.read(output, "observations")


@pytest.fixture
def known(template, monkeypatch):
    """The same, its copy among the workloads of this process too, which compares what was observed."""
    name = f"bench.workloads.{KEY.replace('/', '.')}.problem"
    monkeypatch.setattr(catalogue, "ROOT", template.root / "workflow/bench/workloads")
    location = spec_from_file_location(name, catalogue.ROOT / KEY / "problem.py")
    assert location is not None and location.loader is not None
    problem = module_from_spec(location)
    location.loader.exec_module(problem)
    monkeypatch.setitem(sys.modules, name, problem)
    return template


def test_every_mode_of_the_copy_passes_the_gate(known):
    assert contract.read(catalogue.find("training", "template").problem, contract.Timed).sizes
    rows = parity.compare([row for framework in ("torch", "jax") for row in observed(known, framework)], "test")
    assert {row["status"] for row in rows} == {"ok"}
    assert {row["task"] for row in rows} == {"gradient", "train", "forward"}
    assert {(row["framework"], row["mode"]) for row in rows} == {
        (framework, mode) for framework in ("torch", "jax") for mode in MODES[framework] if mode != "compile-max"
    }


@pytest.mark.serial
@pytest.mark.parametrize(("framework", "mode"), [("torch", "eager"), ("jax", "scan")])
def test_a_run_of_the_copy_is_measured(template, framework, mode):
    row = template.measure(KEY, framework=framework, mode=mode)
    assert (row["status"], row["message"]) == ("ok", "")
    assert row["step_seconds"] > 0

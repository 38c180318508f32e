"""Environments: what is measured depends on their packages alone, and one that was not activated measures nothing."""

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from snakemake.deployment.conda import Env
from snakemake.shell import shell

from bench.measuring import interpreters
from bench.planning import environments
from tests.bench.planning.planted import plan
from tests.checkout import ROOT

JAX = """channels: [conda-forge]
dependencies:
  - python=3.11.*
  - pip
  - pip:
      - "--extra-index-url https://example.org"
      - jax[cuda13]==0.10.2
      - numpy==2.4.6  # a word
      - ml-dtypes==0.6.0
"""


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The files of two environments."""
    monkeypatch.setattr(environments, "FILES", tmp_path)
    (tmp_path / "jax-cpu.yaml").write_text(JAX)
    (tmp_path / "jax-cpu@0.9.1.yaml").write_text(JAX.replace("0.10.2", "0.9.1"))
    return tmp_path


@pytest.fixture
def at_hand(tmp_path, monkeypatch):
    """The Python at hand has these packages."""
    program = tmp_path / "python"
    found = {"jax": "0.10.2+local", "ML_DTypes": "0.6.0", "scipy": "1.0"}
    program.write_text(f"#!/bin/sh\necho '{json.dumps(found)}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")


@pytest.fixture(autouse=True)
def looked_up_anew(monkeypatch):
    """The Python at hand is the one that runs the tests, unless a test says otherwise."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    environments.installed.cache_clear()
    yield
    environments.installed.cache_clear()


def test_with_conda_packages_are_those_of_the_file_and_without_those_at_hand(files, at_hand):
    assert environments.packages("jax-cpu", conda=True) == {"jax": "0.10.2", "numpy": "2.4.6", "ml-dtypes": "0.6.0"}
    assert environments.packages("jax-cpu", conda=False) == {"jax": "0.10.2", "ml-dtypes": "0.6.0"}
    assert environments.packages("jax-cpu@0.9.1", conda=False)["jax"] == "0.9.1"


def test_trials_are_held_to_the_packages_of_their_environment_and_of_a_release(files, at_hand):
    chosen = plan(frameworks="jax", versions="jax@0.9.1")
    assert environments.versions(chosen, "cpu", conda=True) == {
        "jax": {"jax": "0.10.2", "numpy": "2.4.6"},
        "jax@0.9.1": {"jax": "0.9.1", "numpy": "2.4.6"},
    }
    assert environments.versions(chosen, "cpu", conda=False)["jax"] == {"jax": "0.10.2"}


@pytest.mark.parametrize("name", [path.stem for path in sorted((ROOT / "envs").glob("*.yaml"))])
def test_conda_and_make_have_the_same_packages(name):
    """So that whoever goes from one to the other measures nothing again."""
    if name.partition("@")[1] or name.partition("-")[2] == "cuda":
        pytest.skip("not installed here")
    assert environments.packages(name, conda=True) == environments.packages(name, conda=False)


@pytest.mark.parametrize(
    ("made_from", "current"),
    [
        (JAX, True),
        (f"# a comment\n{JAX}", True),
        (JAX.replace("2.4.6", "2.4.7"), False),
        (JAX.replace("3.11", "3.12"), False),
        ("[", False),
        (None, False),
    ],
    ids=["same", "comment", "pin", "python", "broken", "of the host"],
)
def test_an_environment_of_conda_is_another_when_its_packages_are(files, made_from, current):
    python = files / "conda" / "0123abcd_" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    if made_from is not None:
        (files / "conda" / "0123abcd_.yaml").write_text(made_from)
    path = files / "machine" / "interpreters" / "jax-cpu.json"
    interpreters.write(path, interpreters.Interpreter(str(python)))
    environments.refresh(files / "machine", conda=True)
    assert path.exists() is current


def test_snakemake_keeps_the_file_beside_the_environment(tmp_path):
    assert 'target_env_file = env_path + f".{filetype}"' in inspect.getsource(Env.create)
    assert environments.source_of(tmp_path / "0123_/bin/python3.11") == tmp_path / "0123_.yaml"


def test_without_conda_the_interpreter_is_the_python_at_hand(tmp_path):
    path = tmp_path / "interpreters" / "jax-cpu.json"
    interpreters.write(path, interpreters.Interpreter("/usr/bin/env", versions={"jax": "0.0.1"}))
    environments.refresh(tmp_path, conda=False)
    assert interpreters.read([path])["jax"].python == sys.executable


@pytest.mark.parametrize(("methods", "refused"), [([], False), (["CONDA"], False), (["CONDA", "APPTAINER"], True)])
def test_rules_run_in_no_containers_that_they_do_not_have(methods, refused):
    if refused:
        with pytest.raises(SystemExit, match=r"^Error: the software deployment method is apptainer, allowed is conda"):
            environments.require_known(methods)
    else:
        environments.require_known(methods)


@pytest.fixture
def environment(tmp_path):
    """A conda environment whose Python says which it is."""
    python = tmp_path / "environment/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho measured\n")
    python.chmod(0o755)
    return tmp_path / "environment"


@pytest.mark.parametrize("host", ["", "/somewhere/base"])
@pytest.mark.parametrize(
    ("activated", "measured"), [("all", True), ("prefix", False), ("path", False), ("none", False)]
)
def test_only_an_environment_that_was_activated_measures(environment, monkeypatch, host, activated, measured):
    monkeypatch.setenv("CONDA_PREFIX", host)
    guard = environments.guard()
    variables = dict(os.environ)
    if activated in ("all", "prefix"):
        variables["CONDA_PREFIX"] = str(environment)
    if activated in ("all", "path"):
        variables["PATH"] = f"{environment}/bin:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", f"{guard}python"], env=variables, capture_output=True, text=True)
    assert (done.returncode == 0, done.stdout) == (measured, "measured\n" if measured else "")
    if not measured:
        assert done.stderr.startswith("Error: the conda environment of this rule was not activated: ")


def test_snakemake_takes_the_guard_as_it_is():
    before = shell._process_prefix
    try:
        shell.prefix(environments.guard())
        assert shell._process_prefix == environments.guard()
    finally:
        shell._process_prefix = before

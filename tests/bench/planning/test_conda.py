"""An environment that could not be activated measures nothing, least of all the environment of the host."""

import os
import subprocess

import pytest
from snakemake.shell import shell

from bench.planning import snakefile


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
    guard = snakefile.conda_guard()
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
        shell.prefix(snakefile.conda_guard())
        assert shell._process_prefix == snakefile.conda_guard()
    finally:
        shell._process_prefix = before

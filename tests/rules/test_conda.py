"""The workflow with `--use-conda`. A small program stands in for conda; its environments have the packages at hand."""

import shutil
import subprocess
import sys
import sysconfig
import time

import pytest

from tests.conftest import Bench
from tests.rules.planted import ONE, TABLES, small

pytestmark = [pytest.mark.serial, pytest.mark.slow]

CONDA = """#!/bin/sh
case "$*" in
"info --json") echo '{{"conda_prefix": "{prefix}", "platform": "linux-64"}}' ;;
--version) echo "conda 99.9.9" ;;
"config --get"*) echo '{{"get": {{"channel_priority": "strict"}}}}' ;;
clean*) ;;
"env create"*)
    for place; do :; done
    mkdir -p "$place/bin" "$place/lib/python{version}/site-packages"
    sleep ${{SLOW:-0}}
    ln -s {python} "$place/bin/python"
    echo "home = {home}" > "$place/pyvenv.cfg"
    echo {packages} > "$place/lib/python{version}/site-packages/at_hand.pth" ;;
*) exit 1 ;;
esac
"""
ACTIVATE = 'export CONDA_PREFIX="$1" PATH="$1/bin:$PATH"\n'
USED = ("--use-conda",)


class Conda(Bench):
    """A checkout beside such a conda."""

    @property
    def programs(self):
        return self.root.parent / "conda" / "bin"

    @property
    def environment(self):
        found = super().environment
        return found | {"PATH": f"{self.programs}:{found['PATH']}"}


@pytest.fixture
def done(tmp_path):
    """A checkout after its runs were measured without conda, and conda beside it."""
    (tmp_path / "checkout").mkdir()
    bench = small(Conda(tmp_path / "checkout"))
    bench.programs.mkdir(parents=True)
    (bench.programs / "conda").write_text(
        CONDA.format(
            prefix=bench.programs.parent,
            version=f"{sys.version_info[0]}.{sys.version_info[1]}",
            python=f"{sys.base_prefix}/bin/python3",
            home=f"{sys.base_prefix}/bin",
            packages=sysconfig.get_path("purelib"),
        )
    )
    (bench.programs / "conda").chmod(0o755)
    (bench.programs / "activate").write_text(ACTIVATE)
    bench.snakemake(TABLES, trials=2, **ONE)
    return bench


def planned(bench, *words):
    """The rules that would run, with how many jobs, and what is said."""
    told = bench.snakemake(TABLES, "-n", *words, trials=3, **ONE)
    lines = [line.split() for line in (told.stdout + told.stderr).splitlines()]
    return {line[0]: int(line[1]) for line in lines if len(line) == 2 and line[1].isdigit()}, told.stderr


def edit(bench, old, new):
    path = bench.root / "envs/jax-cpu.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_who_made_an_environment_where_it_lies_and_a_comment_measure_nothing_again_and_a_pin_does(done, tmp_path):
    before = done.trial_files()
    assert planned(done, *USED)[0].keys() == {"locate", "measure", "collect", "total"}  # the third trial is missing
    done.snakemake(TABLES, *USED, trials=3, **ONE)
    assert before.items() <= done.trial_files().items()
    located = (done.root / "results/test/interpreters/jax-cpu.json").read_text()
    assert f"{done.root}/.snakemake/conda/" in located
    for words in (USED, (*USED, "--conda-prefix", str(tmp_path / "elsewhere")), (), USED):
        assert planned(done, *words)[0] == {}, words
    edit(done, "# JAX on the CPU", "# A word, and JAX on the CPU")
    assert planned(done, *USED)[0] == {}
    shutil.move(done.root, tmp_path / "moved")
    done.root = tmp_path / "moved"
    assert planned(done, *USED)[0] == {}
    edit(done, "jaxlib==", "jaxlib==9.")
    jobs, said = planned(done, *USED)
    assert (jobs["locate"], jobs["measure"], jobs["check"]) == (1, 3, 1)
    assert said.count(", now there is 9.") == 3


def test_an_environment_that_cannot_be_activated_stops_its_rules(done):
    (done.programs / "activate").write_text("false\n")
    observed = done.root / "results/test/parity/training/small/jax.parquet"
    observed.unlink()
    told = done.snakemake(TABLES, *USED, check=False, trials=2, **ONE)
    assert told.returncode != 0
    assert "the conda environment of this rule was not activated" in told.stdout + told.stderr
    assert not observed.exists()


def test_a_second_workflow_waits_until_the_first_has_made_its_environments(done):
    (done.root / "results/test/parity/training/small/jax.parquet").unlink()
    first = subprocess.Popen(
        done.snakemake_command(TABLES, *USED, trials=2, **ONE),
        cwd=done.root,
        env=done.environment | {"SLOW": "15"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not [*done.root.glob(".snakemake/conda/*_/bin")]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    second = done.snakemake(TABLES, *USED, check=False, trials=2, **ONE)
    assert second.returncode != 0
    assert "another workflow" in second.stderr
    assert "Removing incomplete Conda environment" not in second.stdout + second.stderr
    assert first.wait(180) == 0

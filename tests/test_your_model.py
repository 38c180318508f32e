"""docs/your-model.md, followed word by word: its files are written, its commands are run, and what it says is so."""

import re
import shutil
import subprocess

import pytest

from tests.checkout import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.serial]

PAGE = (ROOT / "docs/your-model.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:^`(?P<file>own/\S+)`\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
READY = ("BOOTSTRAP=true", "RUN=true")
"""The environment is that of the tests: nothing is installed."""


@pytest.fixture
def make(bench):
    """A command of the page, in a copy of the checkout."""
    shutil.copy(ROOT / "Makefile", bench.root)

    def call(command):
        return subprocess.run(
            [*command.split(), *READY], cwd=bench.root, capture_output=True, text=True, env=bench.environment
        )

    return call


@pytest.fixture
def followed(bench, make):
    """What the commands of the page printed, by command; each of them went well."""
    pytest.importorskip("flax", reason="`make own-extras` installs it")
    printed = {}
    for block in BLOCK.finditer(PAGE):
        if block["file"]:
            (bench.root / block["file"]).write_text(block["text"])
        for command in block["text"].splitlines() if block["kind"] == "sh" else ():
            done = make(command)
            assert done.returncode == 0, done.stdout + done.stderr
            printed[command] = done.stdout
    return printed


def test_a_stranger_who_follows_the_page_compares_the_vision_transformer(bench, make, followed):
    assert list(followed) == [
        "make own-extras",
        "make workload NAME=vit",
        "make check NAME=vit",
        "make compare-mine NAME=vit",
    ]
    assert "Both compute the same." in followed["make check NAME=vit"]
    lines = followed["make compare-mine NAME=vit"].splitlines()
    pairs = [line for line in lines if re.search(r"train small float32 cpu: torch (eager|compile) / jax jit", line)]
    assert len(pairs) == 2
    assert all(re.search(r": [\d.]+ \[[\d.]+ … [\d.]+\] .*, by 3 trials", pair) for pair in pairs)
    assert any("compiling has paid for itself" in line for line in lines)
    assert list((bench.root / "own/vit/results").glob("*/trials/own/vit/*.parquet"))

    model = bench.root / "own/vit/jax_impl.py"
    model.write_text(model.read_text().replace("epsilon=1e-5, ", ""))
    wrong = make("make check NAME=vit")
    assert wrong.returncode != 0
    assert "blocks.0.norm1 is the first layer whose outputs differ" in wrong.stdout
    assert "patches, before it, agrees" in wrong.stdout


def test_a_report_of_the_folder_is_asked_for_as_the_page_says(bench, make):
    for options in ("OWN=own/vit", "OWN=own/vit WORKLOADS=own"):
        assert f"make report {options}" in PAGE
        done = make(f"make --dry-run report {options}")
        assert done.returncode == 0, done.stderr
        assert options.replace("OWN=", "own=").replace("WORKLOADS=", "workloads=") in done.stdout

"""The compilers' caches: cold in the first run, and used by the next."""

import dataclasses
from importlib.metadata import version

import pytest

from bench.measuring import caches
from bench.vocabulary import Cell

pytestmark = pytest.mark.serial


def test_what_the_compiler_learns_of_the_machine_is_there_before_a_cold_run(monkeypatch, tmp_path):
    cell = Cell("training", "mlp", "train", "tiny", "float32", "cpu", "torch", "compile")
    learnt = tmp_path / f"toolchain-{version('torch')}" / "inductor" / "isa"
    learnt.parent.mkdir(parents=True)
    learnt.write_text("avx512")
    folder, cache = caches.prepare_caches(tmp_path, cell, 0)
    assert ((folder / "inductor" / "isa").read_text(), cache) == ("avx512", "cold")
    assert caches.prepare_caches(tmp_path, cell, 1)[1] == "cached"
    eager, cache = caches.prepare_caches(tmp_path, dataclasses.replace(cell, mode="eager"), 0)
    assert (list(eager.iterdir()), cache) == ([], "none")


def test_a_second_run_uses_the_compiler_cache_of_the_first(bench):
    rows = [bench.measure("training/linear_regression", run=run, framework="jax", mode="jit") for run in (0, 1)]
    assert [row["cache"] for row in rows] == ["cold", "cached"]

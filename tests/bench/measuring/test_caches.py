"""The compilers' caches: cold in the first run, and used by the next."""

import dataclasses

import pytest

from bench.measuring import caches
from bench.measuring.interpreters import Interpreter
from bench.vocabulary import Cell

pytestmark = pytest.mark.serial


def test_what_the_compiler_learns_of_the_machine_is_there_before_a_cold_run(monkeypatch, tmp_path):
    cell = Cell("training", "mlp", "train", "tiny", "float32", "cpu", "torch", "compile")
    learnt = tmp_path / "toolchain-2.0.0" / "inductor" / "isa"
    learnt.parent.mkdir(parents=True)
    learnt.write_text("avx512")
    torch = Interpreter("python", versions={"torch": "2.0.0"})
    folder, cache = caches.prepare_caches(tmp_path, cell, cell.variant, 0, torch)
    assert ((folder / "inductor" / "isa").read_text(), cache) == ("avx512", "cold")
    assert caches.prepare_caches(tmp_path, cell, cell.variant, 1, torch)[1] == "cached"
    assert caches.prepare_caches(tmp_path, cell, cell.variant, caches.COLD_EVERY, torch)[1] == "cold"
    eager, cache = caches.prepare_caches(tmp_path, dataclasses.replace(cell, mode="eager"), "torch-eager", 0, torch)
    assert (list(eager.iterdir()), cache) == ([], "none")


def test_a_second_trial_uses_the_compiler_cache_of_the_first(bench):
    rows = [bench.measure("training/linear_regression", trial=trial, framework="jax", mode="jit") for trial in (0, 1)]
    assert [row["cache"] for row in rows] == ["cold", "cached"]

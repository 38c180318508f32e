"""The compilers' caches: cold in the first run, and used by the next."""

import dataclasses

import pytest

from bench.measuring import caches
from bench.measuring.interpreters import Interpreter
from bench.vocabulary import Cell

pytestmark = pytest.mark.serial


def test_what_the_compiler_learns_of_the_machine_is_there_before_a_cold_run(monkeypatch, tmp_path):
    cell = Cell("training", "mlp", "train", "tiny", "float32", "cpu", "torch", "compile")
    learnt = tmp_path / "toolchain-2.0.0-cpu" / "inductor" / "isa"
    learnt.parent.mkdir(parents=True)
    learnt.write_text("avx512")
    headers = tmp_path / "toolchain-2.0.0-cpu" / "tmp" / "torchinductor_me"
    headers.mkdir(parents=True)
    torch = Interpreter("python", versions={"torch": "2.0.0"})
    folder, cache = caches.prepare_caches(tmp_path, cell, cell.variant, 0, torch)
    assert ((folder / "inductor" / "isa").read_text(), cache) == ("avx512", "cold")
    assert [path.name for path in folder.iterdir()] == ["inductor"]
    assert caches.prepare_caches(tmp_path, cell, cell.variant, 1, torch)[1] == "cached"
    assert caches.prepare_caches(tmp_path, cell, cell.variant, caches.COLD_EVERY, torch)[1] == "cold"
    eager, cache = caches.prepare_caches(tmp_path, dataclasses.replace(cell, mode="eager"), "torch-eager", 0, torch)
    assert (list(eager.iterdir()), cache) == ([], "none")
    place = tmp_path / "temporary"
    place.mkdir()
    for _ in range(2):
        caches.share_headers(tmp_path, torch, "cpu", place)
        assert (place / "torchinductor_me").resolve() == headers


@pytest.mark.parametrize(("mode", "copied"), [("compile", True), ("many", True), ("eager", False)])
def test_every_mode_that_compiles_begins_with_it(tmp_path, mode, copied):
    (tmp_path / "toolchain-2.0.0-cpu" / "inductor").mkdir(parents=True)
    cell = Cell("training", "mlp", "train", "tiny", "float32", "cpu", "torch", mode)
    folder, _ = caches.prepare_caches(
        tmp_path, cell, cell.variant, 0, Interpreter("python", versions={"torch": "2.0.0"})
    )
    assert (folder / "inductor").exists() == copied


def test_on_a_gpu_a_cold_run_begins_with_the_link_to_the_driver(tmp_path):
    link = tmp_path / "toolchain-2.0.0-cuda" / "triton" / "driver"
    link.parent.mkdir(parents=True)
    link.write_text("link")
    cell = Cell("training", "mlp", "train", "tiny", "float32", "cuda", "torch", "compile-max")
    folder, _ = caches.prepare_caches(
        tmp_path, cell, cell.variant, 0, Interpreter("python", versions={"torch": "2.0.0"})
    )
    assert (folder / "triton" / "driver").read_text() == "link"


def test_what_the_compiler_could_not_learn_is_asked_again(tmp_path):
    torch = Interpreter("false", versions={"torch": "2.0.0"})
    assert not caches.toolchain(tmp_path, torch, "cpu").exists()
    assert [*tmp_path.iterdir()] == []


def test_what_compiles_nothing_does_not_wait_for_what_the_compiler_would_know(bench):
    row = bench.measure("training/linear_regression", framework="torch", mode="eager")
    assert (row["status"], row["cache"]) == ("ok", "none")
    assert not [*bench.root.rglob("toolchain*")]


@pytest.mark.slow
def test_the_compilers_header_is_compiled_once_for_all_trials(bench):
    for trial in (0, 1):
        bench.measure("training/linear_regression", trial=trial, framework="torch", mode="compile")
    assert len([*bench.root.rglob("*.gch")]) == 1


def test_a_second_trial_uses_the_compiler_cache_of_the_first(bench):
    rows = [bench.measure("training/linear_regression", trial=trial, framework="jax", mode="jit") for trial in (0, 1)]
    assert [row["cache"] for row in rows] == ["cold", "cached"]

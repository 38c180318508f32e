"""The checks: what the parity gate has to run."""

from bench import schema
from bench.planning import checks, snakefile
from bench.vocabulary import Cell
from tests.bench.planning.planted import plan


def test_the_gate_runs_what_the_grid_compares_and_what_runs_are_there_and_what_those_are_compared_with(tmp_path):
    chosen = plan(workloads="training/mlp", modes="compile,scan")
    found = checks.checks(chosen, tmp_path)
    untimed = {("compile", "gradient"), ("compile", "train")}
    assert set(found["training/mlp", "torch"]) == untimed
    assert {mode for mode, _ in found["training/mlp", "jax"]} == {"scan", "jit"}
    there = Cell("training", "mlp", "forward", "small", "float32", "cuda", "torch", "compile-max")
    row = {**vars(there), "run": 0, "hardware": "test", "status": "failed"}
    schema.write(tmp_path / there.trial_file(0), "trial", [row])
    found = checks.checks(chosen, tmp_path)
    assert set(found["training/mlp", "torch"]) == untimed | {("compile", "forward")}
    assert ("jit", "forward") in found["training/mlp", "jax"]


def test_the_gate_runs_the_base_line_in_numpy_too(tmp_path):
    chosen = plan(workloads="science/nbody")
    assert checks.checks(chosen, tmp_path)["science/nbody", "numpy"] == [("eager", "forward")]
    assert "results/parity/science/nbody/numpy.parquet" in snakefile.parity_files(chosen, "results")
    assert not [path for path in snakefile.parity_files(plan(workloads="training/mlp"), "results") if "numpy" in path]

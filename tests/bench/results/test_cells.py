"""Cells: which runs count, and what the parity gate leaves of them."""

from bench.results import cells, reading
from bench.results.collect import tables_of
from tests.bench.results.planted import compared, gate, run, series


def test_a_run_that_the_gate_refuses_is_no_sound_run():
    runs = series(2.0)
    machine = reading.Machine("other", {}, runs, gate()[1:] + gate(status="mismatch", error=0.5)[:1])
    found = {row["framework"]: (row["status"], row["message"]) for row in tables_of(machine)["runs"]}
    assert found["torch"] == ("mismatch", "parity gate: torch eager train loss differs by 0.5 from reference")
    assert found["jax"][0] == "ok"
    assert {row["status"] for row in runs} == {"ok"}


def test_runs_that_failed_do_not_count():
    runs = [row | {"status": "failed"} if row["run"] == 0 else row for row in series(2.0)]
    assert compared(runs, gate())["verdict"] == "jax faster"
    (cell, _) = cells.cell_rows(runs, [])
    assert (cell["runs"], cell["status"], cell["message"]) == (2, "ok", "failed: ")


def test_operations_counted_in_one_step_are_told_of_the_whole_way_to_a_target():
    walked = [
        run(number=number, task="target", compiler_flops=10.0, score_steps=[0, 5, steps])
        for number, steps in enumerate((20, 30, 40))
    ]
    assert [row["compiler_flops"] for row in cells.cell_rows(walked, [])] == [300.0]
    assert [row["compiler_flops"] for row in cells.cell_rows([run(compiler_flops=10.0)], [])] == [10.0]


def test_memory_that_tuning_took_in_a_cold_run_is_not_the_workloads():
    cold = run("jax", "jit", 0, device="cuda", cache="cold", peak_device_bytes=900)
    cached = run("jax", "jit", 1, device="cuda", cache="cached", peak_device_bytes=300)
    assert [row["peak_device_bytes"] for row in cells.cell_rows([cold, cached], [])] == [300]
    assert [row["peak_device_bytes"] for row in cells.cell_rows([cold], [])] == [900]

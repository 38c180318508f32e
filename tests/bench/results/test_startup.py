"""What "to the first result" means, everywhere: the sum of all phases of the start."""

import pandas as pd
import pytest

from bench import schema
from bench.results import cells, startup, time_spent
from bench.results.startup import beginning, crossing
from bench.vocabulary import STARTUP
from tests.bench.results.planted import run

PHASES = {f"{phase}_seconds": 2.0**place for place, phase in enumerate(STARTUP)}
WHOLE = sum(PHASES.values())


def test_every_phase_is_a_column_of_runs_and_of_the_one_sum():
    assert set(PHASES) <= set(schema.RUNS)
    assert set(startup.COLUMNS) == set(PHASES)
    assert startup.first_result_seconds(run(**PHASES)) == WHOLE
    assert startup.first_results(pd.DataFrame([run(**PHASES)])).tolist() == [WHOLE]


def test_the_time_spent_on_a_start_is_in_one_part_each():
    counted = [phase for parts in time_spent.PARTS.values() for phase in parts]
    assert {phase: counted.count(phase) for phase in STARTUP} == dict.fromkeys(STARTUP, 1)
    assert sum(time_spent.shares([run(**PHASES, wall_seconds=WHOLE + 9)]).values()) == pytest.approx(WHOLE + 9)


def test_a_run_of_an_older_schema_has_the_same_sum_in_fewer_phases():
    older = dict.fromkeys(("compiler_import_seconds", "device_seconds", "data_seconds"))
    assert startup.first_result_seconds(run(**(PHASES | older))) == WHOLE - 2 - 4 - 8


def test_a_run_that_did_not_get_to_its_first_result_has_no_sum():
    assert startup.first_result_seconds(run(import_seconds=1.0)) is None
    assert startup.first_results(pd.DataFrame([run(import_seconds=1.0)])).isna().all()


def test_a_cell_tells_its_starts_with_cold_and_with_cached_compilers():
    caches = ["cold", "cached", "cached", "cached", "cold"]
    compiled = [
        run("jax", "jit", number, cache=cache, **(PHASES | {"compile_seconds": float(number)}))
        for number, cache in enumerate(caches)
    ]
    (cell,) = cells.cell_rows(compiled, [])
    rest = WHOLE - PHASES["compile_seconds"]
    assert (cell["cold_start_seconds"], cell["cached_start_seconds"]) == (rest + 2.0, rest + 2.0)
    assert [cell[f"{phase}_seconds"] for phase in ("compiler_import", "device", "data")] == [2.0, 4.0, 8.0]
    (eager,) = cells.cell_rows([run(number=0, **PHASES), run(number=1, **PHASES)], [])
    assert eager["cold_start_seconds"] == eager["cached_start_seconds"] == WHOLE


def test_a_cell_tells_the_peaks_of_start_and_steady_state_apart():
    peaks = {
        "startup_peak_host_bytes": 5,
        "peak_host_bytes": 3,
        "startup_peak_device_bytes": 4,
        "peak_device_bytes": 2,
    }
    (cell,) = cells.cell_rows([run(**peaks)], [])
    assert {name: cell[name] for name in peaks} == peaks


def test_what_compiling_has_to_make_up_for_includes_the_import_of_the_compiler():
    eager = run(import_seconds=1.0, first_step_seconds=1.0, step_seconds=0.3)
    compiled = run(mode="compile", cache="cold", import_seconds=1.0, first_step_seconds=1.0, step_seconds=0.1)
    runs = pd.DataFrame([eager, compiled | {"compiler_import_seconds": 2.0}])
    eager_start, start = (beginning(runs, "torch", mode, "cold") for mode in ("eager", "compile"))
    assert (eager_start, start) == ((2.0, 0.3), (4.0, 0.1))
    assert eager_start and start and crossing(eager_start, start) == pytest.approx(1 + 2.0 / 0.2)


def test_cold_starts_are_held_against_cold_ones():
    runs = pd.DataFrame(
        [
            run("jax", "eager", number, cache=cache, first_step_seconds=seconds)
            for number, (cache, seconds) in enumerate([("cold", 5.0), ("cached", 1.0), ("cached", 1.0)])
        ]
    )
    starts = [beginning(runs, "jax", "eager", cache) for cache in ("cold", "cached")]
    assert [start and start[0] for start in starts] == [5.0, 1.0]
    assert beginning(runs, "jax", "jit", "cold") is None

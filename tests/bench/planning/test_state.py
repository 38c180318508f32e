"""The state: which run files can be used, and how long the others will take."""

import pytest

from bench import schema, sources
from bench.planning import order, state
from tests.bench.planning.planted import CELL, ROW, plan


@pytest.mark.parametrize(
    ("change", "config", "reason"),
    [
        ({}, {}, None),
        ({"run": 3}, {}, "another run"),
        ({"task": "forward"}, {}, "another run"),
        ({"hardware": "other"}, {}, "measured on other"),
        ({"source_digest": "e"}, {}, "changed since"),
        ({"threads": 64}, {}, "64 processors"),
        ({}, {"retry_failed": True}, "ended as failed"),
        ({"environment": '{"exclusive": false}'}, {}, "others ran beside"),
        ({"status": "ok"}, {"retry_failed": True}, None),
        ({"status": "unsupported"}, {"retry_failed": True}, None),
    ],
)
def test_a_run_file_is_used_or_there_is_a_reason(change, config, reason):
    found = state.why_unusable(ROW | change, CELL, 0, plan(cpu_threads=1, **config))
    assert (found is None) if reason is None else reason in str(found)


def test_the_estimate_uses_the_runs_that_are_there(tmp_path):
    chosen = plan(workloads=["training/linear_regression"], runs=2)
    empty = state.state(chosen, tmp_path)
    assert len(empty.missing) == len(order.runs(chosen))

    for cell, run in order.runs(chosen):
        if run == 0 and cell.workload == "linear_regression":
            row = ROW | {
                **vars(cell),
                "source_digest": sources.run_digest("training", "linear_regression", cell.framework),
                "threads": chosen.cpu_threads,
                "wall_seconds": 100.0,
            }
            schema.write(tmp_path / cell.run_file(0), "run", [row])
    later = state.state(chosen, tmp_path)
    assert len(later.missing) < len(empty.missing)
    assert state.estimate_seconds(later, chosen) > 10 * state.estimate_seconds(empty, chosen)
    assert "min." in state.summary(later, chosen)

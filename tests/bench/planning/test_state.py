"""The state: which files of trials can be used, and how long the others will take."""

import dataclasses

import pytest

from bench import schema, sources
from bench.measuring import identity
from bench.planning import order, state
from tests.bench.planning.planted import CELL, ROW, TRIAL, plan


@pytest.mark.parametrize(
    ("change", "config", "reason"),
    [
        ({}, {}, None),
        ({"run": 3}, {}, "no run of jax-jit"),
        ({"task": "forward"}, {}, "another trial"),
        ({"hardware": "other"}, {}, "measured on other"),
        ({"source_digest": "e"}, {}, "changed since"),
        ({"threads": 64}, {}, "64 processors"),
        ({"fingerprint": "0123456789ab"}, {}, "another machine of that name"),
        ({}, {"retry_failed": True}, "ended as failed"),
        ({"environment": '{"exclusive": false}'}, {}, "others ran beside"),
        ({"status": "ok"}, {"retry_failed": True}, None),
        ({"status": "unsupported"}, {"retry_failed": True}, None),
    ],
)
def test_the_file_of_a_trial_is_used_or_there_is_a_reason(change, config, reason):
    found = state.why_unusable([ROW | change], TRIAL, plan(cpu_threads=1, **config), None, identity.fingerprint())
    assert (found is None) if reason is None else reason in str(found)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ({"jax": "0.10.2", "numpy": "2.4.6"}, None),
        ({"jax": "0.10.2+local", "torch": "2.13.0"}, None),
        ({"jax": "0.11.0", "numpy": "2.4.6"}, "it was measured with jax 0.10.2, now there is 0.11.0"),
        ({"jax": "0.10.2", "numpy": "2.5.0"}, "it was measured with numpy 2.4.6, now there is 2.5.0"),
    ],
)
def test_when_a_package_changes_all_that_took_turns_with_it_is_measured_again(now, reason):
    other = dataclasses.replace(CELL, framework="torch", mode="eager")
    digest = sources.run_digest("training", "mlp", "torch")
    rows = [ROW, ROW | {"framework": "torch", "mode": "eager", "versions": None, "source_digest": digest}]
    both = dataclasses.replace(TRIAL, cells=(CELL, other))
    assert state.why_unusable(rows, both, plan(cpu_threads=1), {"jax": now}) == reason


def test_a_trial_without_one_of_the_variants_is_measured_again():
    eager = dataclasses.replace(CELL, framework="torch", mode="eager")
    wanted = dataclasses.replace(TRIAL, cells=(CELL, eager))
    assert state.why_unusable([ROW], wanted, plan(cpu_threads=1)) == "it has no run of torch-eager"
    assert state.why_unusable([ROW], TRIAL, plan(cpu_threads=1)) is None


def test_a_trial_that_would_have_a_twin_among_other_workloads_is_kept():
    doubled = dataclasses.replace(TRIAL, twins=(CELL,))
    assert len(doubled.runs) == 2
    assert state.why_unusable([ROW], doubled, plan(cpu_threads=1)) is None


def test_a_trial_that_holds_more_than_is_wanted_is_kept():
    more = [ROW, ROW | {"mode": "scan", "source_digest": "of something else"}]
    assert state.why_unusable(more, TRIAL, plan(cpu_threads=1)) is None


def test_the_estimate_uses_the_trials_that_are_there(tmp_path):
    chosen = plan(workloads=["training/linear_regression"], trials=2)
    trials = order.trials(chosen)
    empty = state.state(chosen, tmp_path)
    assert len(empty.missing) == len(trials)
    for trial in trials:
        if trial.number == 0 and trial.problem.workload == "linear_regression":
            rows = [
                ROW
                | {
                    **vars(cell),
                    "run": number,
                    "source_digest": sources.run_digest("training", "linear_regression", cell.framework),
                    "threads": chosen.cpu_threads,
                    "wall_seconds": 200.0,
                    "versions": None,
                }
                for cell, number in trial.runs.values()
            ]
            schema.write(tmp_path / trial.file, "trial", rows)
    later = state.state(chosen, tmp_path)
    assert later.there == len(trials) - len(later.missing) > 0
    assert state.estimate_seconds(later, chosen) > 10 * state.estimate_seconds(empty, chosen)
    assert "min." in state.summary(later, chosen)
    told = state.summary(later, chosen, checks=60, examples=60)
    assert ", 120 checks and examples to run; about " in told
    assert minutes(told) > minutes(state.summary(later, chosen))


def minutes(told):
    """How many minutes the announcement says."""
    return int(told.split("; about ")[1].split()[0])


def test_where_other_machines_measure_the_one_that_is_described_is_believed(tmp_path):
    assert state.machine(tmp_path, elsewhere=False) == identity.fingerprint()
    assert state.machine(tmp_path, elsewhere=True) is None
    (tmp_path / "hardware.json").write_text('{"fingerprint": "0123456789ab"}')
    assert state.machine(tmp_path, elsewhere=True) == "0123456789ab"
    assert state.why_unusable([ROW], TRIAL, plan(cpu_threads=1), None, None) is None
    assert "another machine" in str(state.why_unusable([ROW], TRIAL, plan(cpu_threads=1), None, "0123456789ab"))
